/* SPDX-License-Identifier: Apache-2.0 */
/* buf - a growing byte buffer with a cap, always NUL-terminated behind its n bytes. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/die.h"
#include "base/mem.h"
#include "base/text.h"

/* What data points to before the first append; never written to. */
static char empty[1];

void buf_init(struct buf *b, size_t cap_bytes)
{
	ASSERT(cap_bytes >= 1 && cap_bytes <= (size_t)1 << 30);
	*b = (struct buf){ .data = empty, .cap = cap_bytes };
}

void buf_done(struct buf *b)
{
	if (b->alloc > 0)
		free(b->data);
	*b = (struct buf){ .data = empty };
}

void buf_reset(struct buf *b)
{
	b->n = 0;
	b->overflow = false;
	if (b->alloc > 0)
		b->data[0] = '\0';
}

/* Makes room for n more bytes and the NUL; false past the cap. */
static bool reserve(struct buf *b, size_t n)
{
	if (b->overflow || n > b->cap - b->n) {
		b->overflow = true;
		return false;
	}
	const size_t need = b->n + n + 1;
	if (need <= b->alloc)
		return true;
	size_t size = b->alloc > 0 ? b->alloc * 2 : 64;
	if (size > b->cap + 1)
		size = b->cap + 1;
	if (size < need)
		size = need;
	b->data = mem_resize(b->alloc > 0 ? b->data : NULL, size);
	b->alloc = size;
	return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0 || !reserve(b, n))
		return;
	memcpy(b->data + b->n, p, n);
	b->n += n;
	b->data[b->n] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	ASSERT(n >= 0);
	if (n == 0 || !reserve(b, (size_t)n))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(b->data + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

static void add_escaped(struct buf *b, uint8_t c)
{
	static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	for (const char *p = names; *p != '\0'; p += 2) {
		if ((uint8_t)*p == c) {
			const char out[2] = { '\\', p[1] };
			buf_add(b, out, sizeof(out));
			return;
		}
	}
	buf_printf(b, "\\u%04x", c);
}

/* Bytes of s from i on that need no escape and are well-formed. */
static size_t plain_run(const uint8_t *s, size_t i, size_t n)
{
	const size_t start = i;
	while (i < n) {
		if (s[i] < 0x20 || s[i] == '"' || s[i] == '\\' || s[i] == 0x7f)
			break;
		const size_t len = s[i] < 0x80 ? 1 : text_utf8_char(s + i, n - i);
		if (len == 0)
			break;
		i += len;
	}
	return i - start;
}

void buf_add_json_string(struct buf *b, const char *s, size_t n)
{
	const uint8_t *u = (const uint8_t *)s;
	buf_addc(b, '"');
	for (size_t i = 0; i < n;) {
		const size_t run = plain_run(u, i, n);
		buf_add(b, u + i, run);
		i += run;
		if (i >= n)
			break;
		if (u[i] < 0x80)
			add_escaped(b, u[i]);
		else
			buf_adds(b, "\xef\xbf\xbd");
		i++;
	}
	buf_addc(b, '"');
}

void buf_consume(struct buf *b, size_t n)
{
	ASSERT(n <= b->n);
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->n - n);
	b->n -= n;
	b->data[b->n] = '\0';
}

int buf_check(const struct buf *b, struct err *err)
{
	if (b->overflow)
		return err_set(err, ERR_TOO_LARGE, "more than %zu bytes", b->cap);
	return 0;
}
