/* SPDX-License-Identifier: Apache-2.0 */
/* keys_sort - chunks in memory, runs in a file, and the merges between them. */
#include "contract/keys_sort.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "base/mem.h"
#include "contract/keys_file.h"
#include "contract/keys_merge.h"

/*
 * Memory while adding, in 64ths: 48 the chunks, 15 the windows of a merge when there are too many
 * runs, 1 the list of runs.
 */
enum {
	CHUNKS = 4,
	CHUNK_64THS = 48 / CHUNKS,
	MERGE_64THS = 15,
	WINDOW_MIN = 64,   /* records: 1.5 KiB */
	WINDOW_MAX = 1365, /* records: 32 KiB, beyond it reading gets no faster */
};

enum chunk_state {
	CHUNK_EMPTY,
	CHUNK_FILLING, /* the current one */
	CHUNK_FULL,
	CHUNK_BUSY, /* a thread writes it */
};

struct chunk {
	enum chunk_state state;
	struct keys_record *r; /* NULL until first used */
	size_t n;
};

/* A sorted piece of the file, counted in records. */
struct run {
	uint64_t at, n;
};

struct keys_sort {
	char *dir;
	size_t memory_bytes;
	pthread_mutex_t lock; /* of everything below; chunks that are busy belong to their thread */
	pthread_cond_t change; /* a chunk became empty, or the sort failed */
	struct chunk chunks[CHUNKS];
	size_t chunk_records;
	struct chunk *current; /* may be NULL */
	int fd;                /* -1 until something spills */
	uint64_t end;          /* records of the file that are given out */
	struct run *runs;      /* by size, the smallest first */
	size_t n_runs, max_runs;
	struct err failed; /* the first failure */
	/* From keys_sort_finish on. */
	struct keys_merge merge;
	struct keys_source *sources;
	struct keys_record *windows;
};

struct keys_sort *keys_sort_new(const char *dir, size_t memory_bytes)
{
	ASSERT(memory_bytes >= KEYS_SORT_MIN_BYTES);
	struct keys_sort *s = mem_alloc(sizeof(*s));
	s->dir = mem_dup(dir);
	s->memory_bytes = memory_bytes;
	s->chunk_records = memory_bytes / 64 * CHUNK_64THS / sizeof(struct keys_record);
	s->fd = -1;
	s->max_runs = memory_bytes / 64 / sizeof(struct run);
	s->runs = mem_array(s->max_runs, sizeof(*s->runs));
	ASSERT(pthread_mutex_init(&s->lock, NULL) == 0);
	ASSERT(pthread_cond_init(&s->change, NULL) == 0);
	return s;
}

static void free_chunks(struct keys_sort *s)
{
	for (size_t i = 0; i < CHUNKS; i++) {
		free(s->chunks[i].r);
		s->chunks[i] = (struct chunk){ 0 };
	}
	s->current = NULL;
}

static void free_merge(struct keys_sort *s)
{
	free(s->windows);
	free(s->merge.heap);
	free(s->sources);
	s->windows = NULL;
	s->merge.heap = NULL;
	s->sources = NULL;
}

void keys_sort_free(struct keys_sort **s)
{
	if (*s == NULL)
		return;
	free_chunks(*s);
	free_merge(*s);
	if ((*s)->fd >= 0)
		(void)close((*s)->fd);
	(void)pthread_mutex_destroy(&(*s)->lock);
	(void)pthread_cond_destroy(&(*s)->change);
	free((*s)->runs);
	free((*s)->dir);
	free(*s);
	*s = NULL;
}

static int fail(struct keys_sort *s, const struct err *err)
{
	if (s->failed.kind == ERR_NONE)
		s->failed = *err;
	(void)pthread_cond_broadcast(&s->change);
	return -1;
}

/* Runs stay in the order of their sizes; new ones are among the smallest as a rule. */
static void add_run(struct keys_sort *s, uint64_t at, uint64_t n)
{
	ASSERT(s->n_runs < s->max_runs);
	size_t i = s->n_runs++;
	for (; i > 0 && s->runs[i - 1].n > n; i--)
		s->runs[i] = s->runs[i - 1];
	s->runs[i] = (struct run){ at, n };
}

/* --- merging ------------------------------------------------------------------------------ */

/* Records of a window when so much memory is shared by the windows of a merge. */
static size_t window_of(size_t memory_bytes)
{
	const size_t w = memory_bytes / sizeof(struct keys_record) / KEYS_SORT_WINDOWS;
	return w < WINDOW_MIN ? WINDOW_MIN : w > WINDOW_MAX ? WINDOW_MAX : w;
}

/* Windows that fit; heap and sources are counted with the memory of a window. */
static size_t windows_of(size_t memory_bytes)
{
	const size_t each = window_of(memory_bytes) * sizeof(struct keys_record) +
			    sizeof(struct keys_source) + sizeof(struct keys_source *);
	return memory_bytes / each;
}

/* Opens a merge of the n smallest runs; room for one window is left over at the end. */
static int open_runs(struct keys_sort *s, size_t n, size_t memory_bytes, struct err *err)
{
	const size_t window = window_of(memory_bytes);
	s->windows = mem_array((n + 1) * window, sizeof(*s->windows));
	s->sources = mem_array(n, sizeof(*s->sources));
	s->merge = (struct keys_merge){ .fd = s->fd, .window = window };
	s->merge.heap = mem_array(n, sizeof(struct keys_source *));
	for (size_t i = 0; i < n; i++)
		s->sources[i] = (struct keys_source){
			.r = s->windows + i * window, .next = s->runs[i].at, .left = s->runs[i].n
		};
	return keys_merge_start(&s->merge, s->sources, n, err);
}

/* Writes what the open merge gives to the place `at`, through the window left over. */
static int write_merged(
    struct keys_sort *s, struct keys_record *window, uint64_t at, struct err *err)
{
	size_t n = 0;
	for (;;) {
		const int rc = keys_merge_next(&s->merge, &window[n], err);
		if (rc < 0)
			return -1;
		n += (size_t)rc;
		if (n == s->merge.window || (rc == 0 && n > 0)) {
			if (keys_file_write(s->fd, at, window, n, err) != 0)
				return -1;
			at += n;
			n = 0;
		}
		if (rc == 0)
			return 0;
	}
}

/* The n smallest runs become one. */
static int merge_smallest(struct keys_sort *s, size_t n, size_t memory_bytes, struct err *err)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += s->runs[i].n;
	const uint64_t at = s->end;
	s->end += sum;
	int rc = open_runs(s, n, memory_bytes, err);
	if (rc == 0)
		rc = write_merged(s, s->windows + n * s->merge.window, at, err);
	free_merge(s);
	if (rc != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		keys_file_drop(s->fd, s->runs[i].at, s->runs[i].n);
	s->n_runs -= n;
	memmove(s->runs, s->runs + n, s->n_runs * sizeof(*s->runs));
	add_run(s, at, sum);
	return 0;
}

/* Merges until at most `most` runs are left. */
static int merge_down(struct keys_sort *s, size_t most, size_t memory_bytes, struct err *err)
{
	const size_t at_once = windows_of(memory_bytes) - 1;
	while (s->n_runs > most) {
		const size_t over = s->n_runs - most + 1;
		if (merge_smallest(s, over < at_once ? over : at_once, memory_bytes, err) != 0)
			return -1;
	}
	return 0;
}

/* --- adding ------------------------------------------------------------------------------- */

/* Sorts and writes a chunk; the lock is let go meanwhile. */
static void spill(struct keys_sort *s, struct chunk *c)
{
	struct err err = { 0 };
	int rc = s->fd >= 0 ? 0 : keys_file_open(s->dir, &s->fd, &err);
	const uint64_t at = s->end;
	s->end += c->n;
	c->state = CHUNK_BUSY;
	(void)pthread_mutex_unlock(&s->lock);
	if (rc == 0) {
		keys_order_sort(c->r, c->n);
		rc = keys_file_write(s->fd, at, c->r, c->n, &err);
	}
	(void)pthread_mutex_lock(&s->lock);
	if (rc == 0)
		add_run(s, at, c->n);
	c->n = 0;
	c->state = CHUNK_EMPTY;
	(void)pthread_cond_broadcast(&s->change);
	/* Every other chunk may become a run while this merge waits for none of them. */
	if (rc == 0 && s->n_runs + CHUNKS > s->max_runs)
		rc = merge_down(s, s->max_runs / 2, s->memory_bytes / 64 * MERGE_64THS, &err);
	if (rc != 0)
		(void)fail(s, &err);
}

static struct chunk *find_chunk(struct keys_sort *s, enum chunk_state state)
{
	for (size_t i = 0; i < CHUNKS; i++)
		if (s->chunks[i].state == state)
			return &s->chunks[i];
	return NULL;
}

/* The chunk to add to; NULL when the sort has failed. */
static struct chunk *room(struct keys_sort *s)
{
	while (s->failed.kind == ERR_NONE) {
		if (s->current != NULL)
			return s->current;
		struct chunk *c = find_chunk(s, CHUNK_EMPTY);
		if (c != NULL) {
			if (c->r == NULL)
				c->r = mem_array(s->chunk_records, sizeof(*c->r));
			c->state = CHUNK_FILLING;
			s->current = c;
		} else if ((c = find_chunk(s, CHUNK_FULL)) != NULL) {
			spill(s, c);
		} else {
			(void)pthread_cond_wait(&s->change, &s->lock);
		}
	}
	return NULL;
}

int keys_sort_add(struct keys_sort *s, const struct keys_record *r, size_t n, struct err *err)
{
	(void)pthread_mutex_lock(&s->lock);
	while (n > 0) {
		struct chunk *c = room(s);
		if (c == NULL)
			break;
		const size_t space = s->chunk_records - c->n;
		const size_t take = n < space ? n : space;
		memcpy(c->r + c->n, r, take * sizeof(*r));
		c->n += take;
		r += take;
		n -= take;
		if (c->n == s->chunk_records) {
			c->state = CHUNK_FULL;
			s->current = NULL;
		}
	}
	const bool bad = s->failed.kind != ERR_NONE;
	if (bad)
		*err = s->failed;
	(void)pthread_mutex_unlock(&s->lock);
	return bad ? -1 : 0;
}

/* --- reading ------------------------------------------------------------------------------ */

/* Merges the chunks where they are. */
static int open_chunks(struct keys_sort *s, struct err *err)
{
	s->sources = mem_array(CHUNKS, sizeof(*s->sources));
	s->merge = (struct keys_merge){ .fd = -1 };
	s->merge.heap = mem_array(CHUNKS, sizeof(struct keys_source *));
	for (size_t i = 0; i < CHUNKS; i++) {
		keys_order_sort(s->chunks[i].r, s->chunks[i].n);
		s->sources[i] = (struct keys_source){ .r = s->chunks[i].r, .n = s->chunks[i].n };
	}
	return keys_merge_start(&s->merge, s->sources, CHUNKS, err);
}

static size_t chunk_bytes(const struct keys_sort *s)
{
	size_t n = 0;
	for (size_t i = 0; i < CHUNKS; i++)
		n += s->chunks[i].r == NULL ? 0 : s->chunk_records * sizeof(struct keys_record);
	return n;
}

int keys_sort_finish(struct keys_sort *s, size_t memory_bytes, struct err *err)
{
	ASSERT(memory_bytes >= KEYS_SORT_MIN_BYTES);
	const bool fits = s->n_runs == 0 && chunk_bytes(s) <= memory_bytes;
	if (fits && s->failed.kind == ERR_NONE)
		return open_chunks(s, err) == 0 ? 0 : fail(s, err);
	(void)pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < CHUNKS && s->failed.kind == ERR_NONE; i++)
		if (s->chunks[i].n > 0)
			spill(s, &s->chunks[i]);
	(void)pthread_mutex_unlock(&s->lock);
	free_chunks(s);
	if (s->failed.kind != ERR_NONE) {
		*err = s->failed;
		return -1;
	}
	if (merge_down(s, windows_of(memory_bytes) - 1, memory_bytes, err) != 0 ||
	    open_runs(s, s->n_runs, memory_bytes, err) != 0)
		return fail(s, err);
	return 0;
}

int keys_sort_next(struct keys_sort *s, struct keys_record *out, struct err *err)
{
	if (s->failed.kind != ERR_NONE) {
		*err = s->failed;
		return -1;
	}
	const int rc = keys_merge_next(&s->merge, out, err);
	return rc < 0 ? fail(s, err) : rc;
}

uint64_t keys_sort_spilled_bytes(struct keys_sort *s)
{
	(void)pthread_mutex_lock(&s->lock);
	const uint64_t n = s->end * sizeof(struct keys_record);
	(void)pthread_mutex_unlock(&s->lock);
	return n;
}
