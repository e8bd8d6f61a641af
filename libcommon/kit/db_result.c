/* SPDX-License-Identifier: Apache-2.0 */
/* db_result - rows of a result, SQLSTATE to error kind, quoting. */
#include "kit/db_result.h"
#include "base/buf.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct db_result {
	PGresult *res; /* owned */
};

/* First match wins: a whole state before its class. */
static const struct {
	const char *state; /* SQLSTATE or its first two characters */
	enum err_kind kind;
} kinds[] = {
	{ "MR400", ERR_INPUT },
	{ "MR401", ERR_AUTH },
	{ "MR403", ERR_DENIED },
	{ "MR404", ERR_NOT_FOUND },
	{ "MR409", ERR_CONFLICT },
	{ "MR413", ERR_TOO_LARGE },
	{ "MR429", ERR_BUSY },
	{ "MR503", ERR_UNAVAILABLE },
	{ "MR507", ERR_NO_SPACE },
	{ "23505", ERR_CONFLICT },
	{ "25P03", ERR_UNAVAILABLE }, /* idle in transaction too long: the session is gone */
	{ "25006", ERR_UNAVAILABLE }, /* read-only: an old primary or a standby */
	{ "40003", ERR_UNCERTAIN },
	{ "53100", ERR_NO_SPACE },
	{ "55P03", ERR_BUSY }, /* lock_timeout */
	{ "57014", ERR_TIMEOUT },
	{ "08", ERR_UNAVAILABLE },
	{ "57", ERR_UNAVAILABLE },
	{ "53", ERR_BUSY },
	{ "40", ERR_BUSY },
};

static enum err_kind kind_of(const char *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strncmp(state, kinds[i].state, strlen(kinds[i].state)) == 0)
			return kinds[i].kind;
	return ERR_INTERNAL;
}

/* libpq's messages are several lines; the first says what happened. */
static int first_line(const char *text)
{
	return (int)strcspn(text, "\n");
}

void db_error_of_connection(const PGconn *conn, const char *what, struct err *err)
{
	const char *text = PQerrorMessage(conn);

	err_set(err, ERR_UNAVAILABLE, "%s: %.*s", what, first_line(text), text);
}

void db_error_of_result(const PGresult *res, PGconn *conn, struct err *err)
{
	const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
	const char *text = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *detail = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_DETAIL) : NULL;

	if (!state) {
		db_error_of_connection(conn, "database", err);
		return;
	}
	if (strncmp(state, "MR", 2) == 0)
		err_set_code(err, kind_of(state), detail ? detail : "", "%s", text ? text : "");
	else
		err_set(
		    err, kind_of(state), "database: %s (%s)", text ? text : "no message", state);
}

struct db_result *db_result_take(PGresult *res)
{
	struct db_result *r = mem_alloc(sizeof(*r));

	r->res = res;
	return r;
}

void db_result_free(struct db_result **r)
{
	if (!*r)
		return;
	PQclear((*r)->res);
	free(*r);
	*r = NULL;
}

int db_rows(const struct db_result *r)
{
	return PQntuples(r->res);
}

const char *db_text(const struct db_result *r, int row, const char *column)
{
	const int i = PQfnumber(r->res, column);

	if (i < 0)
		bug("no column %s in the result", column);
	return db_cell(r, row, i);
}

int64_t db_i64(const struct db_result *r, int row, const char *column)
{
	const char *text = db_text(r, row, column);
	int64_t value = 0;

	if (text && text_parse_i64(text, &value) != 0)
		bug("column %s is no whole number", column);
	return value;
}

bool db_bool(const struct db_result *r, int row, const char *column)
{
	const char *text = db_text(r, row, column);

	return text && text[0] == 't';
}

int db_columns(const struct db_result *r)
{
	return PQnfields(r->res);
}

const char *db_column_name(const struct db_result *r, int column)
{
	ASSERT(column >= 0 && column < PQnfields(r->res));
	return PQfname(r->res, column);
}

const char *db_cell(const struct db_result *r, int row, int column)
{
	ASSERT(row >= 0 && row < PQntuples(r->res) && column >= 0 && column < PQnfields(r->res));
	return PQgetisnull(r->res, row, column) ? NULL : PQgetvalue(r->res, row, column);
}

/* s between two marks, marks inside doubled. */
static const char *quote(struct arena *a, const char *s, char mark)
{
	const size_t n = strlen(s);
	char *out = arena_alloc(a, 2 * n + 3);
	size_t k = 0;

	out[k++] = mark;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == mark)
			out[k++] = mark;
		out[k++] = s[i];
	}
	out[k++] = mark;
	out[k] = '\0';
	return out;
}

const char *db_quote_ident(struct arena *a, const char *name)
{
	return quote(a, name, '"');
}

const char *db_quote_text(struct arena *a, const char *text)
{
	return quote(a, text, '\'');
}

/* Room for the array literal: every byte escaped, quotes and comma around each item. */
static size_t array_bytes(const char *const *items, size_t n)
{
	size_t bytes = 3;

	for (size_t i = 0; i < n; i++)
		bytes += 2 * strlen(items[i]) + 3;
	return bytes;
}

const char *db_array(struct arena *a, const char *const *items, size_t n)
{
	char *out = arena_alloc(a, array_bytes(items, n));
	size_t k = 0;

	out[k++] = '{';
	for (size_t i = 0; i < n; i++) {
		if (i)
			out[k++] = ',';
		out[k++] = '"';
		for (const char *p = items[i]; *p; p++) {
			if (*p == '"' || *p == '\\')
				out[k++] = '\\';
			out[k++] = *p;
		}
		out[k++] = '"';
	}
	out[k++] = '}';
	out[k] = '\0';
	return out;
}
