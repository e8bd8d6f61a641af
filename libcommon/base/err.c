/* SPDX-License-Identifier: Apache-2.0 */
/* err - the one error object: a kind, a code for programs, a sentence for people. */
#define ERR_HERE /* the functions themselves, not what their callers are told */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/die.h"

static const char *const kind_names[ERR_COUNT_] = {
	[ERR_NONE] = "none",
	[ERR_INPUT] = "input",
	[ERR_AUTH] = "auth",
	[ERR_DENIED] = "denied",
	[ERR_NOT_FOUND] = "not_found",
	[ERR_CONFLICT] = "conflict",
	[ERR_TOO_LARGE] = "too_large",
	[ERR_BUSY] = "busy",
	[ERR_NO_SPACE] = "no_space",
	[ERR_UNAVAILABLE] = "unavailable",
	[ERR_TIMEOUT] = "timeout",
	[ERR_UNCERTAIN] = "uncertain",
	[ERR_INTERNAL] = "internal",
};

static PRINTF_LIKE(4, 0) void fill(
    struct err *err, enum err_kind kind, const char *code, const char *fmt, va_list ap)
{
	ASSERT(kind > ERR_NONE && kind < ERR_COUNT_);
	char msg[ERR_MSG_BYTES];
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	err->kind = kind;
	(void)snprintf(err->code, sizeof(err->code), "%s", code);
	memcpy(err->msg, msg, sizeof(msg));
}

int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fill(err, kind, "", fmt, ap);
	va_end(ap);
	return -1;
}

int err_set_code(struct err *err, enum err_kind kind, const char *code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fill(err, kind, code, fmt, ap);
	va_end(ap);
	return -1;
}

int err_set_errno(struct err *err, enum err_kind kind, int errno_value, const char *fmt, ...)
{
	va_list ap;
	char reason[96];

	if (errno_value == ENOSPC || errno_value == EDQUOT)
		kind = ERR_NO_SPACE;
	va_start(ap, fmt);
	fill(err, kind, "", fmt, ap);
	va_end(ap);
	const char *text = strerror_r(errno_value, reason, sizeof(reason));
	const size_t used = strlen(err->msg);
	(void)snprintf(err->msg + used, sizeof(err->msg) - used, ": %s", text);
	return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	ASSERT(err->kind != ERR_NONE);
	char context[ERR_MSG_BYTES];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);

	char inner[ERR_MSG_BYTES];
	memcpy(inner, err->msg, sizeof(inner));
	const int n = snprintf(err->msg, sizeof(err->msg), "%s: ", context);
	if (n > 0 && (size_t)n < sizeof(err->msg)) {
		const size_t room = sizeof(err->msg) - (size_t)n - 1;
		const size_t len = strnlen(inner, room);

		memcpy(err->msg + n, inner, len);
		err->msg[(size_t)n + len] = '\0';
	}
	return -1;
}

void err_clear(struct err *err)
{
	memset(err, 0, sizeof(*err));
}

bool err_is_transient(const struct err *err)
{
	return err->kind == ERR_BUSY || err->kind == ERR_NO_SPACE || err->kind == ERR_UNAVAILABLE ||
	       err->kind == ERR_TIMEOUT || err->kind == ERR_UNCERTAIN;
}

const char *err_kind_name(enum err_kind kind)
{
	return kind >= ERR_NONE && kind < ERR_COUNT_ ? kind_names[kind] : "unknown";
}
