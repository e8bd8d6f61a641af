/* SPDX-License-Identifier: Apache-2.0 */
/* parquet - blocks to parts, parts to one file. */
#include "parquet.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/die.h"
#include "base/mem.h"
#include "cli.h"
#include "duckdb_stub.h"
#include "engine/engine_csv.h"
#include "parquet_names.h"

#define PARQUET_OPTIONS                                                                            \
	"FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 4096, ROW_GROUP_SIZE 307200, "  \
	"USE_TMP_FILE false"

_Static_assert(
    sizeof(struct csv_text) == sizeof(struct engine_text), "texts are handed over as they are");

enum { SELECT_BYTES = 8 << 20 };

/* One thread's connection. */
struct state {
	struct cli_parquet *p;
	struct engine_conn *con;
	char source[40];               /* SQL name of its table function */
	struct contract_run_worker *w; /* while a block is read; NULL = no rows */
};

bool cli_is_parquet(const char *path)
{
	const size_t n = strlen(path);
	return n > 8 && strcasecmp(path + n - 8, ".parquet") == 0;
}

/* "a","b",...: as they are but for durations. */
static void list_columns(struct cli_parquet *p)
{
	struct arena *a = arena_new(CLI_ARENA_BYTES);
	buf_init(&p->select, SELECT_BYTES);
	for (size_t c = 0; c < p->schema->n_columns; c++) {
		const char *name = engine_quote_ident(a, p->columns[c].name);
		buf_adds(&p->select, c == 0 ? "" : ",");
		if (p->columns[c].type != ENGINE_INTERVAL) {
			buf_adds(&p->select, name);
			continue;
		}
		buf_printf(&p->select,
		    "CASE WHEN %s IS NULL THEN NULL ELSE struct_pack("
		    "months := (year(%s) * 12 + month(%s))::INTEGER, days := day(%s)::INTEGER, "
		    "us := hour(%s) * 3600000000 + minute(%s) * 60000000 + microsecond(%s)) END AS "
		    "%s",
		    name, name, name, name, name, name, name, name);
	}
	arena_free(&a);
}

size_t cli_parquet_part_bytes(int64_t bytes)
{
	const int64_t aim = bytes / CLI_PARQUET_PARTS + CLI_PARQUET_PART_SLACK;
	if (bytes < 0)
		return CLI_PARQUET_PART_MAX_BYTES;
	if (aim < CLI_PARQUET_PART_MIN_BYTES)
		return CLI_PARQUET_PART_MIN_BYTES;
	return aim < CLI_PARQUET_PART_MAX_BYTES ? (size_t)aim : CLI_PARQUET_PART_MAX_BYTES;
}

static void *load(void *arg)
{
	struct cli_parquet *p = arg;
	const struct engine_conf conf = {
		.threads = 1, /* workers bring their own threads */
		.memory_bytes = (int64_t)p->threads * CLI_PARQUET_MEMORY_BYTES,
		.scratch = "/proc/self/fd", /* parts have no other name */
	};
	p->loaded = duckdb_stub_load(&p->loader_err) == 0 &&
		    engine_open(&conf, &p->engine, &p->loader_err) == 0;
	return NULL;
}

void cli_parquet_load(struct cli_parquet *p, unsigned threads)
{
	p->threads = threads;
	p->loading = pthread_create(&p->loader, NULL, load, p) == 0;
	if (!p->loading)
		(void)load(p);
}

static void wait_for_loader(struct cli_parquet *p)
{
	if (p->loading)
		(void)pthread_join(p->loader, NULL);
	p->loading = false;
}

int cli_parquet_open(
    struct cli_parquet *p, struct cli_output *out, const struct csv_schema *schema, struct err *err)
{
	p->out = out;
	p->schema = schema;
	p->columns = mem_array(schema->n_columns, sizeof(*p->columns));
	p->a = arena_new(CLI_ARENA_BYTES);
	const char *const *names = cli_parquet_names(schema, p->a);
	for (size_t c = 0; c < schema->n_columns; c++) {
		p->columns[c] = engine_csv_column(&schema->columns[c]);
		p->columns[c].name = names[c];
	}
	list_columns(p);
	wait_for_loader(p);
	if (!p->loaded) {
		*err = p->loader_err;
		return -1;
	}
	p->begun = true;
	return parquet_join_begin(&p->join, out, err);
}

const char *cli_parquet_renamed(const struct cli_parquet *p, size_t c)
{
	const char *name = p->columns[c].name;
	return name == p->schema->columns[c].name ? NULL : name;
}

/* DuckDB asks for rows: values are written straight into its vectors. */
static int fill(void *arg, struct engine_chunk *chunk, struct err *err)
{
	struct state *s = arg;
	chunk->rows = 0;
	if (s->w == NULL)
		return 0;
	struct csv_batch *b = contract_run_batch(s->w);
	ASSERT(b->cap <= chunk->capacity);
	engine_csv_place(b, chunk, 0);
	int rc;
	while ((rc = contract_run_next(s->w, err)) == 1 && b->rows == 0)
		continue;
	if (rc != 1)
		return rc;
	chunk->rows = b->rows;
	engine_csv_hand_over(b, chunk, 0);
	return 0;
}

static int open_state(void *arg, struct contract_run_worker *w, void **out_state, struct err *err)
{
	struct cli_parquet *p = arg;
	struct state *s = mem_alloc(sizeof(*s));
	(void)w;
	*out_state = s;
	s->p = p;
	(void)snprintf(
	    s->source, sizeof(s->source), "millrace_rows_%u", atomic_fetch_add(&p->workers, 1));
	if (engine_connect(p->engine, &s->con, err) != 0)
		return -1;
	const struct engine_source source = {
		.name = s->source,
		.columns = p->columns,
		.n_columns = p->schema->n_columns,
		.fill = fill,
		.arg = s,
	};
	return engine_source_add(s->con, &source, err);
}

static void close_state(void *state)
{
	struct state *s = state;
	if (s == NULL)
		return;
	engine_disconnect(&s->con);
	free(s);
}

/* A part of the rows the source gives; out_fd is the caller's. */
static int write_part(struct state *s, int *out_fd, struct err *err)
{
	int fd;
	if (cli_output_spool(&fd, err) != 0)
		return -1;
	if (engine_exec(s->con, err,
		"COPY (SELECT %s FROM %s()) TO '/proc/self/fd/%d' (" PARQUET_OPTIONS ")",
		s->p->select.data, s->source, fd) != 0) {
		(void)close(fd);
		if (strstr(err->msg, "/proc/self/fd/") != NULL)
			(void)err_wrap(err, "a temporary file for Parquet");
		return -1;
	}
	*out_fd = fd;
	return 0;
}

static int write_block(void *state, struct contract_run_worker *w, struct buf *out, struct err *err)
{
	struct state *s = state;
	int fd;
	s->w = w;
	const int rc = write_part(s, &fd, err);
	s->w = NULL;
	if (rc == 0)
		buf_add(out, &fd, sizeof(fd));
	return rc;
}

static int join_part(void *arg, const struct buf *rendered, struct err *err)
{
	struct cli_parquet *p = arg;
	int fd;
	if (rendered->n != sizeof(fd))
		return 0;
	memcpy(&fd, rendered->data, sizeof(fd));
	const int rc = parquet_join_add(&p->join, fd, err);
	(void)close(fd);
	p->any = true;
	cli_output_hasten(p->out);
	return rc;
}

struct contract_run_driver cli_parquet_driver(struct cli_parquet *p)
{
	return (struct contract_run_driver){
		.arg = p, .open = open_state, .block = write_block, .close = close_state
	};
}

struct contract_sink cli_parquet_sink(struct cli_parquet *p)
{
	return (struct contract_sink){ .arg = p, .deliver = join_part };
}

/* A file without rows still has its columns. */
static int add_empty_part(struct cli_parquet *p, struct err *err)
{
	void *state = NULL;
	int fd;
	int rc = open_state(p, NULL, &state, err);
	if (rc == 0)
		rc = write_part(state, &fd, err);
	if (rc == 0) {
		rc = parquet_join_add(&p->join, fd, err);
		(void)close(fd);
	}
	close_state(state);
	return rc;
}

int cli_parquet_end(struct cli_parquet *p, struct err *err)
{
	if (!p->any && add_empty_part(p, err) != 0)
		return -1;
	return parquet_join_end(&p->join, err);
}

void cli_parquet_close(struct cli_parquet *p)
{
	wait_for_loader(p);
	if (p->begun)
		parquet_join_done(&p->join);
	engine_close(&p->engine);
	buf_done(&p->select);
	free(p->columns);
	p->columns = NULL;
	arena_free(&p->a);
}
