/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine - the one door to DuckDB: open it shut in, run SQL, stream rows out, feed rows in.
 *
 * engine_open gives DuckDB a memory limit, a thread count, one directory it may write (scratch,
 *also its spill place) and a list of files it may read; then external access is off and the
 *configuration locked. It is the inner wall: the outer one is services/task/sandbox.c, set before.
 * Not for values in SQL text: quote with engine_quote_*.
 *
 *	struct engine_conf c = {.threads = 1, .memory_bytes = 256 << 20, .scratch = dir};
 *	if (engine_open(&c, &e, err) != 0 || engine_connect(e, &con, err) != 0) ...
 *	struct engine_source s = {.name = "rows", .columns = cols, .n_columns = 3, .fill = fill,
 *.arg = me}; engine_source_add(con, &s, err); engine_exec(con, err, "COPY (SELECT * FROM rows()) TO
 *%s (FORMAT parquet, ...)", engine_quote_text(a, p));
 *
 * One connection is used by one thread; several connections of one engine run in parallel. A C
 *table function gives order or threads, not both: for ordered output on two cores use two
 *connections, a source and a file each (facts in docs/decisions/0009-engine.md).
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/arena.h"

struct engine;
struct engine_conn;
struct engine_stream;

struct engine_conf {
	int threads;          /* 1..64; DuckDB's own threads over all connections */
	int64_t memory_bytes; /* DuckDB's memory_limit; its RSS is about 80 MB more */
	const char *scratch;  /* absolute directory to read, write and spill in; borrowed */
	const char *const
	    *read_paths; /* NULL-ended absolute files or directories to read, or NULL */
};

/* Types that cross the door; numbers are ours, not DuckDB's. The C type of one value stands behind.
 */
enum engine_type {
	ENGINE_BOOL,        /* bool (one byte) */
	ENGINE_I64,         /* int64_t */
	ENGINE_F64,         /* double */
	ENGINE_DECIMAL,     /* precision <= 4 int16_t, <= 9 int32_t, <= 18 int64_t, else __int128 */
	ENGINE_DATE,        /* int32_t days since 1970-01-01 */
	ENGINE_TIMESTAMP,   /* int64_t microseconds since 1970-01-01 00:00, no zone */
	ENGINE_TIMESTAMPTZ, /* int64_t microseconds since 1970-01-01 00:00 UTC */
	ENGINE_TEXT,        /* struct engine_text, UTF-8 checked by the maker */
	ENGINE_I32,         /* int32_t; sources and streams */
	ENGINE_TIME,        /* int64_t microseconds of the day */
	ENGINE_INTERVAL,    /* struct engine_interval; Parquet does not hold it, see columns.h */
	ENGINE_UUID,  /* unsigned __int128, the first hex digit highest, ENGINE_UUID_FLIP off */
	ENGINE_JSON,  /* struct engine_text; what streams give as ENGINE_TEXT, by the reader */
	ENGINE_OTHER, /* streams only: a type we do not carry; data is NULL */
};

struct engine_column {
	const char *name; /* NUL-terminated; borrowed */
	enum engine_type type;
	int precision, scale; /* ENGINE_DECIMAL only, 1..38 and 0..precision */
};

/* Text as DuckDB keeps it, 16 bytes: up to 12 inline (zero-padded), else 4 of prefix and a pointer.
 */
struct engine_text {
	union {
		struct {
			uint32_t n; /* bytes */
			char prefix[4];
			const char *ptr;
		};
		struct {
			uint32_t n_again;
			char inlined[12];
		};
	};
};

/* A duration as DuckDB keeps it. */
struct engine_interval {
	int32_t months, days;
	int64_t us;
};

/* DuckDB keeps a UUID with its highest bit turned over, so that it orders as a signed number. */
#define ENGINE_UUID_FLIP ((unsigned __int128)1 << 127)

/* One column of a chunk. Bit i of validity is 0 when row i is NULL; a NULL pointer means no NULLs.
 */
struct engine_vector {
	void *data;         /* array of the C type of the column */
	uint64_t *validity; /* may be NULL; in fill use engine_set_null */
	void *handle;       /* DuckDB's vector */
	enum engine_type type;
	int precision, scale;
};

/* Up to `capacity` (2048) rows by columns. */
struct engine_chunk {
	size_t rows;     /* rows present; fill sets it */
	size_t capacity; /* most rows */
	size_t n_columns;
	struct engine_vector *v; /* n_columns of them */
};

/*
 * A table function of ours. fill writes up to capacity rows into the chunk and sets chunk->rows; 0
 * rows ends the source. It runs on one thread at a time, not always the same. Bytes that
 * engine_text points at must live until the next call of fill. Returns 0, or -1 with err set: the
 * statement then fails with that very err.
 */
struct engine_source {
	const char
	    *name; /* SQL name, new for each source of the engine; borrowed for the engine's life */
	const struct engine_column *columns; /* borrowed for the engine's life */
	size_t n_columns;
	int (*fill)(void *arg, struct engine_chunk *chunk, struct err *err);
	void *arg; /* borrowed */
};

/*
 * engine_open - start DuckDB in memory with these limits, then lock its configuration.
 *
 * Errors  ERR_INTERNAL  a setting was refused, the library does not fit
 * Cost    about 12 ms warm
 */
int engine_open(const struct engine_conf *c, struct engine **out_e, struct err *err) MUST_CHECK;

/* engine_close - close; all connections must be gone; sets *e to NULL; accepts NULL inside. */
void engine_close(struct engine **e);

/* engine_connect - new connection; time zone UTC. ERR_INTERNAL. */
int engine_connect(struct engine *e, struct engine_conn **out_con, struct err *err) MUST_CHECK;

/* engine_disconnect - end it; sets *con to NULL; accepts NULL inside. */
void engine_disconnect(struct engine_conn **con);

/* engine_interrupt - make the running statement of con fail soon; any thread. Lost when none runs.
 */
void engine_interrupt(struct engine_conn *con);

/*
 * engine_exec - run one statement made by printf, throw its rows away.
 *
 * Errors  ERR_INPUT     the SQL or its data is wrong (message is DuckDB's first line)
 *         ERR_NO_SPACE  the disk is full; ERR_TOO_LARGE memory_limit reached
 *         whatever a source's fill set
 */
int engine_exec(struct engine_conn *con, struct err *err, const char *fmt, ...)
    PRINTF_LIKE(3, 4) MUST_CHECK;

/* engine_i64 - first cell of a one-row query as a number; NULL gives 0. Errors as engine_exec. */
int engine_i64(struct engine_conn *con, int64_t *out, struct err *err, const char *fmt, ...)
    PRINTF_LIKE(4, 5) MUST_CHECK;

/* engine_source_add - register a table function; use it as `FROM name()`. ERR_INTERNAL. */
int engine_source_add(
    struct engine_conn *con, const struct engine_source *s, struct err *err) MUST_CHECK;

/*
 * engine_stream_open - run a query and give its rows chunk by chunk, in constant memory.
 *
 * Errors  as engine_exec
 */
int engine_stream_open(struct engine_conn *con, const char *sql, struct engine_stream **out_s,
    struct err *err) MUST_CHECK;

/* engine_stream_columns - the result's columns; valid as long as s. */
size_t engine_stream_columns(
    const struct engine_stream *s, const struct engine_column **out_columns);

/*
 * engine_stream_next - the next chunk; *out_chunk is NULL at the end; valid until the next call.
 *
 * Errors  as engine_exec; rows given before are then worth nothing
 */
int engine_stream_next(
    struct engine_stream *s, const struct engine_chunk **out_chunk, struct err *err) MUST_CHECK;

/* engine_stream_close - end the query; sets *s to NULL; accepts NULL inside. */
void engine_stream_close(struct engine_stream **s);

/* engine_quote_ident, engine_quote_text - "name" and 'text' for SQL, in the arena. */
const char *engine_quote_ident(struct arena *a, const char *name);
const char *engine_quote_text(struct arena *a, const char *text);

/* engine_set_null - mark row i of a vector in fill as NULL. */
void engine_set_null(struct engine_vector *v, size_t i);

/* engine_version - of the library, e.g. "v1.5.6"; static. */
const char *engine_version(void);

/* engine_is_null - is row i NULL? */
static inline bool engine_is_null(const struct engine_vector *v, size_t i)
{
	return v->validity != NULL && (v->validity[i >> 6] >> (i & 63) & 1) == 0;
}

/* engine_text_set - text of n bytes; longer than 12 keeps the pointer (see struct engine_source).
 */
static inline void engine_text_set(struct engine_text *t, const char *p, uint32_t n)
{
	*t = (struct engine_text){ .n = n };
	if (n > sizeof(t->inlined)) {
		__builtin_memcpy(t->prefix, p, sizeof(t->prefix));
		t->ptr = p;
	} else if (n > 0) {
		__builtin_memcpy(t->inlined, p, n);
	}
}

/* engine_text_ptr - the bytes of a text, t->n of them, not terminated. */
static inline const char *engine_text_ptr(const struct engine_text *t)
{
	return t->n <= sizeof(t->inlined) ? t->inlined : t->ptr;
}

_Static_assert(sizeof(struct engine_text) == 16, "engine_text is DuckDB's duckdb_string_t");

#endif
