/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loader_frames - frames from the engine's pipe into one or two COPY streams.
 *
 * A frame holds whole tuples, so frames may go to either stream: the first one free takes the next.
 * What is in a frame is not looked at here; the server checks every byte of it.
 */
#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "base/mem.h"
#include "kit/db_copy.h"
#include "loader.h"

enum { PIECE_BYTES = 256 << 10, FRAME_MAX_BYTES = 1 << 30, WALL_DEFAULT_MS = 6 * 3600 * 1000 };

/* Signature, flags, header extension length; then the trailer of a binary COPY. */
static const uint8_t copy_head[] = { 'P', 'G', 'C', 'O', 'P', 'Y', '\n', 0xff, '\r', '\n', 0, 0, 0,
	0, 0, 0, 0, 0, 0 };
static const uint8_t copy_tail[] = { 0xff, 0xff };

/* The pipe, read by one stream at a time. */
struct pipe_in {
	pthread_mutex_t lock;
	struct loader *l;
	uint64_t rows_told; /* by the end frame */
	int64_t bytes;      /* for progress */
	bool ended;         /* end frame seen */
	bool failed;        /* a stream failed: the others stop */
};

struct stream {
	struct pipe_in *in;
	struct db *db;
	const char *sql;
	int64_t rows; /* taken by the server */
	bool failed;
	struct err err;
};

/* n bytes of the pipe; its end before that is the engine's end before its time. */
static int read_exact(void *out, size_t n, struct err *err)
{
	uint8_t *p = out;

	while (n > 0) {
		const ssize_t r = read(TASK_FD_DATA_IN, p, n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_set_errno(err, ERR_INTERNAL, errno, "read from the engine");
		if (r == 0)
			return err_set_code(err, ERR_INTERNAL, TASK_CODE_PEER,
			    "the engine ended before its last frame");
		p += r;
		n -= (size_t)r;
	}
	return 0;
}

/* A frame as it was read. */
struct copy_piece {
	uint8_t *p;
	size_t n, alloc;
};

/* The next frame into piece, which grows to the longest one; under the lock. 1 with a frame, 0 at
 * the end, -1 failed. */
static int read_frame(struct pipe_in *in, struct copy_piece *piece, struct err *err)
{
	uint32_t head;

	if (in->ended || in->failed)
		return 0;
	if (read_exact(&head, sizeof(head), err) != 0)
		return -1;
	head = le32toh(head);
	if (head == UINT32_MAX) {
		uint64_t rows;
		if (read_exact(&rows, sizeof(rows), err) != 0)
			return -1;
		in->rows_told = le64toh(rows);
		in->ended = true;
		return 0;
	}
	if (head > FRAME_MAX_BYTES)
		return err_set(err, ERR_INTERNAL, "a frame of %u bytes cannot be", head);
	if (head > piece->alloc) {
		piece->alloc = head;
		piece->p = mem_resize(piece->p, piece->alloc);
	}
	piece->n = head;
	if (read_exact(piece->p, piece->n, err) != 0)
		return -1;
	in->bytes += head;
	return 1;
}

static int next_frame(struct pipe_in *in, struct copy_piece *piece, struct err *err)
{
	pthread_mutex_lock(&in->lock);
	const int rc = read_frame(in, piece, err);
	if (rc < 0)
		in->failed = true;
	pthread_mutex_unlock(&in->lock);
	return rc;
}

static int copy_frames(struct stream *s, struct copy_piece *piece, struct err *err)
{
	int rc;

	if (db_copy_start(s->db, s->sql, err) != 0 ||
	    db_copy_put(s->db, copy_head, sizeof(copy_head), err) != 0)
		return -1;
	while ((rc = next_frame(s->in, piece, err)) == 1) {
		if (db_copy_put(s->db, piece->p, piece->n, err) != 0)
			return -1;
	}
	if (rc != 0)
		return -1;
	if (!s->in->ended)
		return err_set_code(err, ERR_INTERNAL, TASK_CODE_PEER, "another stream failed");
	if (db_copy_put(s->db, copy_tail, sizeof(copy_tail), err) != 0)
		return -1;
	return db_copy_end(s->db, &s->rows, err);
}

static void *run_stream(void *arg)
{
	struct stream *s = arg;
	struct copy_piece piece = { .alloc = PIECE_BYTES + PIECE_BYTES / 4 };

	piece.p = mem_alloc(piece.alloc);
	s->failed = copy_frames(s, &piece, &s->err) != 0;
	if (s->failed) {
		pthread_mutex_lock(&s->in->lock);
		s->in->failed = true;
		pthread_mutex_unlock(&s->in->lock);
	}
	free(piece.p);
	return NULL;
}

/* COPY "fill" (...) with the columns as they come in a tuple; _load and _gen are defaults. */
static const char *copy_sql(const struct loader *l)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_printf(
	    &b, "copy _gold.%s (%s", db_quote_ident(l->a, l->fill), l->has_row ? "_row" : "");
	for (size_t i = 0; i < l->columns.n; i++)
		buf_printf(&b, "%s%s", i > 0 || l->has_row ? ", " : "",
		    db_quote_ident(l->a, l->columns.c[i].name));
	buf_adds(&b, ") from stdin (format binary)");
	const char *sql = arena_dup(l->a, b.data);
	buf_done(&b);
	return sql;
}

/* The second stream's backend is noted too, so that a takeover ends it. */
static int note_session(struct loader *l, struct db *db, struct err *err)
{
	static const char SQL_NOTE[] = "select _millrace.start_v1($1, $2, $3, $4)";

	return db_query(db, SQL_NOTE, NULL, err, l->target, l->epoch, l->task_id, l->run_id);
}

/* A transaction ready for its COPY; an append's is the one that publishes. */
static int begin_stream(struct loader *l, struct db *db, struct err *err)
{
	static const char SQL_SET[] = "select set_config('millrace.load_no', $1, true),"
				      " set_config('statement_timeout', $2, true),"
				      " set_config('synchronous_commit', $3, true)";
	const char *no = arena_printf(l->a, "%lld", (long long)l->no);
	const char *wall =
	    arena_printf(l->a, "%lld", (long long)js_i64(l->spec, "wall_ms", WALL_DEFAULT_MS));

	if (loader_transact(db, err) != 0)
		return -1;
	return db_query(db, SQL_SET, NULL, err, no, wall, l->is_replace ? "off" : "on");
}

/* A stream that stopped because the other one failed has nothing to tell. */
static int first_failure(const struct stream *streams, int n, struct err *err)
{
	const struct stream *failed = NULL;

	for (int i = 0; i < n; i++) {
		if (streams[i].failed &&
		    (failed == NULL || strcmp(failed->err.code, TASK_CODE_PEER) == 0))
			failed = &streams[i];
	}
	if (failed == NULL)
		return 0;
	*err = failed->err;
	return -1;
}

/* A thread carries the second stream: a blocked one leaves the next frame to the other. */
static int run_streams(struct loader *l, struct stream *streams, struct err *err)
{
	pthread_t second = 0;
	const bool two = l->streams > 1;

	if (two && pthread_create(&second, NULL, run_stream, &streams[1]) != 0)
		bug("no thread for the second stream");
	run_stream(&streams[0]);
	if (two)
		pthread_join(second, NULL);
	return first_failure(streams, l->streams, err);
}

int loader_copy(struct loader *l, struct err *err)
{
	struct pipe_in in = { .lock = PTHREAD_MUTEX_INITIALIZER, .l = l };
	struct stream streams[LOADER_STREAMS_MAX] = { 0 };
	const char *sql = copy_sql(l);

	for (int i = 0; i < l->streams; i++) {
		streams[i] = (struct stream){ .in = &in, .db = l->db[i], .sql = sql };
		if ((i > 0 && note_session(l, l->db[i], err) != 0) ||
		    begin_stream(l, l->db[i], err) != 0)
			return -1;
	}
	if (run_streams(l, streams, err) != 0)
		return -1;
	for (int i = 0; i < l->streams; i++)
		l->rows += streams[i].rows;
	if ((uint64_t)l->rows != in.rows_told)
		return err_set_code(err, ERR_INTERNAL, "load.rows",
		    "the engine sent %llu rows, the server took %lld",
		    (unsigned long long)in.rows_told, (long long)l->rows);
	for (int i = 0; i < l->streams && l->is_replace; i++) {
		if (db_commit(l->db[i], err) != 0) {
			err->kind = ERR_UNAVAILABLE; /* rows in a table that nobody sees */
			return -1;
		}
	}
	return 0;
}
