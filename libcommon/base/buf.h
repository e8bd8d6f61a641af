/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf - a growing byte buffer with a cap, always NUL-terminated behind its n bytes.
 *
 * Appends past the cap do nothing and set a sticky mark, so that a writer appends without looking
 * and asks once at the end (buf_check). Embedded: buf_init, then buf_done.
 *
 *	struct buf b;
 *	buf_init(&b, LIMIT_BODY_BYTES);
 *	buf_printf(&b, "{\"rows\":%zu}", rows);
 *	if (buf_check(&b, err) != 0) ...
 *	buf_done(&b);
 *
 * Source: curl's dynbuf (a cap at creation), git's strbuf (never NULL data).
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"

struct buf {
	char *data;    /* never NULL after buf_init; data[n] is NUL; owned */
	size_t n;      /* bytes in use */
	size_t alloc;  /* bytes allocated, 0 while data is the shared empty string */
	size_t cap;    /* most bytes of n */
	bool overflow; /* an append was refused since the last reset */
};

/* buf_init - empty buffer that holds at most cap_bytes (1..1 GiB). */
void buf_init(struct buf *b, size_t cap_bytes);

/* buf_done - free the memory; the buffer may be initialised again. Accepts a zeroed struct. */
void buf_done(struct buf *b);

/* buf_reset - empty it, keep the memory, clear the overflow mark. */
void buf_reset(struct buf *b);

/* buf_add - append n bytes; past the cap nothing is added and the overflow mark is set. */
void buf_add(struct buf *b, const void *p, size_t n);

/* buf_adds - append a NUL-terminated string. */
void buf_adds(struct buf *b, const char *s);

/* buf_addc - append one byte. */
void buf_addc(struct buf *b, char c);

/* buf_printf - append formatted text. */
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* buf_add_json_string - append s (n bytes of UTF-8) as a JSON string with quotes; bytes that are
 * not UTF-8 become U+FFFD. */
void buf_add_json_string(struct buf *b, const char *s, size_t n);

/* buf_consume - drop the first n bytes (n <= b->n). */
void buf_consume(struct buf *b, size_t n);

/*
 * buf_check - did everything fit?
 *
 * Errors  ERR_TOO_LARGE  an append was refused; the content is incomplete
 */
int buf_check(const struct buf *b, struct err *err) MUST_CHECK;

#endif
