/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err - the one error object: a kind, a code for programs, a sentence for people.
 *
 * A function that can fail returns 0 (done) or -1 (failed) and takes `struct err *err` last; err is
 * filled exactly when -1 is returned. Libraries return errors, services log them, once. The kind
 * decides the HTTP status (in one function, kit/http_reply.c) and whether a retry makes sense.
 *
 *	if (fd < 0)
 *		return err_set(err, ERR_NOT_FOUND, "object %s", key);
 *	if (object_read(o, err) != 0)
 *		return err_wrap(err, "validate run %s", run_id);
 *
 * No allocation, no locking; a struct err may live on the stack of any thread.
 * Source: design.md 8, style.md 8.4.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/macros.h"

enum err_kind {
	ERR_NONE = 0,
	ERR_INPUT,       /* 400 or 422: the caller's data is wrong; do not retry */
	ERR_AUTH,        /* 401: nobody is signed in */
	ERR_DENIED,      /* 403: signed in, not allowed */
	ERR_NOT_FOUND,   /* 404 */
	ERR_CONFLICT,    /* 409, or 412 for a failed If-Match */
	ERR_TOO_LARGE,   /* 413: over a cap from limits.h */
	ERR_BUSY,        /* 503 with Retry-After: our own limit reached; retry */
	ERR_NO_SPACE,    /* 507: disk below its watermark; retry later */
	ERR_UNAVAILABLE, /* 503: a dependency is away; retry */
	ERR_TIMEOUT,     /* 504 */
	ERR_UNCERTAIN,   /* 503: a write may or may not have happened; ask before doing it again */
	ERR_INTERNAL,    /* 500: ours; text hidden from clients, logged with detail */
	ERR_COUNT_,
};

enum { ERR_MSG_BYTES = 240, ERR_CODE_BYTES = 48 };

struct err {
	enum err_kind kind;        /* ERR_NONE while nothing failed */
	char code[ERR_CODE_BYTES]; /* closed list in docs/problems.md, e.g. "dataset.unknown"; "" =
				      by kind */
	char msg[ERR_MSG_BYTES];   /* lower case, no period, names the thing, never a secret */
};

/*
 * err_set - fill err and return -1, so that `return err_set(...)` reads well.
 *
 * err   the caller's error; overwritten whole
 * kind  any but ERR_NONE
 * fmt   printf format; the result is cut at 239 bytes
 *
 * Returns -1 always.
 */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);

/*
 * err_set_code - err_set with a problem code a program can act on.
 *
 * code  NUL-terminated, at most 47 bytes, from the closed list in docs/problems.md; borrowed
 *
 * Returns -1 always.
 */
int err_set_code(struct err *err, enum err_kind kind, const char *code, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/*
 * err_set_errno - err_set with ": <strerror(errno_value)>" behind the message; ENOSPC and EDQUOT
 * turn the kind into ERR_NO_SPACE whatever kind says.
 *
 * errno_value  the errno to explain, > 0
 *
 * Returns -1 always.
 */
int err_set_errno(struct err *err, enum err_kind kind, int errno_value, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/*
 * err_wrap - put "context: " in front of the message; kind and code stay.
 *
 * err  must be set
 *
 * Returns -1 always.
 */
int err_wrap(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* err_clear - back to the empty state. */
void err_clear(struct err *err);

/* err_is_transient - true when doing the same thing again later can succeed (BUSY, NO_SPACE,
 * UNAVAILABLE, TIMEOUT, UNCERTAIN). */
bool err_is_transient(const struct err *err);

/* err_kind_name - lower-case word of a kind for logs, e.g. "not_found"; static memory. */
const char *err_kind_name(enum err_kind kind);

/* A compiler looks at one file at a time: tell it that these return -1, so that it sees which
 * outputs a failed call leaves unset. */
#ifndef ERR_HERE
static inline int err_minus_one(int rc)
{
	(void)rc;
	return -1;
}
#define err_set(...)       err_minus_one(err_set(__VA_ARGS__))
#define err_set_code(...)  err_minus_one(err_set_code(__VA_ARGS__))
#define err_set_errno(...) err_minus_one(err_set_errno(__VA_ARGS__))
#define err_wrap(...)      err_minus_one(err_wrap(__VA_ARGS__))
#endif

#endif
