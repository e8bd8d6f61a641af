/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log - one JSON object a line on stderr: ts, lvl, svc, ver, inst, then inherited fields, msg,
 *keys.
 *
 * The message is constant text; what varies is a typed field. A struct logctx carries the fields
 *that every line of a request or task repeats. Never log: tokens, file content, SQL parameters.
 *
 *	log_info(&req->log, "request done", LOG_I("status", 201), LOG_S("op", "createUpload"));
 *
 * Lines are written with one write(2) and are safe from any thread. A blocked stderr drops lines
 *and counts them (failure-model N6): the count is in the next line that gets through as "dropped".
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/macros.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log_field {
	const char *key;  /* NULL ends a list */
	const char *text; /* string value, or NULL: number is the value */
	int64_t number;   /* integer value when text is NULL */
	bool is_text;     /* tells NULL text (written as null) from a number */
};

enum { LOG_ID_BYTES = 40 };

struct logctx {
	char req[LOG_ID_BYTES];  /* request id, "" none */
	char run[LOG_ID_BYTES];  /* run id, "" none */
	char task[LOG_ID_BYTES]; /* task id, "" none */
};

#define LOG_S(k, v) ((struct log_field){ .key = (k), .text = (v), .is_text = true })
#define LOG_I(k, v) ((struct log_field){ .key = (k), .number = (int64_t)(v) })

#ifdef __cppcheck__ /* it cannot read __VA_OPT__ */
#define LOG_FIELDS(...) NULL
#else
#define LOG_FIELDS(...) ((const struct log_field[]){ __VA_ARGS__ __VA_OPT__(, ){ .key = NULL } })
#endif

/* ctx may be NULL. msg is constant text. */
#define log_error(ctx, msg, ...) log_write(LOG_ERROR, ctx, msg, LOG_FIELDS(__VA_ARGS__))
#define log_warn(ctx, msg, ...)  log_write(LOG_WARN, ctx, msg, LOG_FIELDS(__VA_ARGS__))
#define log_info(ctx, msg, ...)  log_write(LOG_INFO, ctx, msg, LOG_FIELDS(__VA_ARGS__))
#define log_debug(ctx, msg, ...) log_write(LOG_DEBUG, ctx, msg, LOG_FIELDS(__VA_ARGS__))

/*
 * log_open - name this process in every line.
 *
 * svc   service name; borrowed for ever
 * ver   version; borrowed for ever
 * inst  instance name, e.g. "upload-1"; copied, cut at 39 bytes
 */
void log_open(const char *svc, const char *ver, const char *inst);

/* log_set_level - lines above this level are dropped; default LOG_INFO. Any thread. */
void log_set_level(enum log_level level);

/* log_write - use the macros. fields ends with a NULL key. */
void log_write(enum log_level level, const struct logctx *ctx, const char *msg,
    const struct log_field *fields);

/* log_capture_for_test - append lines to this buffer instead of stderr; NULL ends it. */
struct buf;
void log_capture_for_test(struct buf *b);

#endif
