/* SPDX-License-Identifier: Apache-2.0 */
/* writer - bytes to disk, hash and checkpoints of running uploads. */
#include "writer.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/uuid.h"
#include "upload.h"

enum { WRITER_MAGIC = 0x57524954, STATE_HEX_BYTES = 2 * SHA_STATE_BYTES + 1, TICKS_PER_RENEW = 2 };

struct writer {
	uint32_t magic;
	struct writer *prev, *next; /* under lock */
	char id[UUID_TEXT_BYTES];
	int64_t epoch;
	int64_t length; /* -1 not known */
	struct http_req *req;
	struct object_part *part;
	struct sha sha;
	int64_t asked_bytes; /* loop: offset of the newest checkpoint asked for */
	int64_t asked_at_ms; /* loop, monotonic */
	/* under lock */
	bool in_flight; /* the sync thread works for this writer */
	bool is_paused; /* reading waits for it */
	bool failed;    /* why says: no more bytes are taken */
	struct err why;
	/* the checkpoint in flight */
	int64_t cp_bytes;
	char cp_state[STATE_HEX_BYTES];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t settled = PTHREAD_COND_INITIALIZER;
static struct writer *writers;
static struct event *ticker;

static void state_hex(const struct sha *s, char *out)
{
	uint8_t bytes[SHA_STATE_BYTES];

	sha_save(s, bytes);
	text_hex(bytes, sizeof(bytes), out);
}

/* The writer ends; its client is told when it still sends. Under lock. */
static void fail(struct writer *w, const struct err *why)
{
	if (!w->failed)
		w->why = *why;
	w->failed = true;
	http_body_fail(w->req, &w->why);
}

static int taken_over(struct err *err)
{
	return err_set_code(
	    err, ERR_CONFLICT, "upload.taken_over", "another request goes on with this upload");
}

/* --- checkpoints, on the sync thread --- */

/* Returns 0, or -1 when the writer must stop; a database that is away is no reason yet. */
static int checkpoint(struct db *db, struct writer *w, struct err *err)
{
	struct err away;
	int rc;

	if (part_sync(w->part, err) != 0)
		return -1;
	rc = store_checkpoint(
	    db, w->id, w->epoch, w->cp_bytes, w->cp_state, upload_service()->conf->lease_ms, &away);
	if (rc < 0)
		log_debug(
		    NULL, "checkpoint not stored", LOG_S("upload", w->id), LOG_S("why", away.msg));
	return rc == 0 ? taken_over(err) : 0;
}

static void on_sync(struct db *db, void *arg)
{
	struct writer *w = arg;
	struct err err;
	int rc;

	ASSERT(w->magic == WRITER_MAGIC);
	rc = checkpoint(db, w, &err);
	pthread_mutex_lock(&lock);
	if (rc != 0)
		fail(w, &err);
	if (w->is_paused)
		http_body_resume(w->req);
	w->is_paused = false;
	w->in_flight = false;
	pthread_cond_broadcast(&settled);
	pthread_mutex_unlock(&lock);
}

/* Loop thread, under lock: nothing is in flight. A full queue means: later. */
static void ask_checkpoint(struct writer *w)
{
	struct err err;

	w->cp_bytes = w->part->offset;
	state_hex(&w->sha, w->cp_state);
	w->asked_bytes = w->cp_bytes;
	w->asked_at_ms = clock_mono_ms();
	w->in_flight = pool_run(upload_service()->sync, on_sync, w, &err) == 0;
}

static void on_tick(evutil_socket_t fd UNUSED, short what UNUSED, void *arg UNUSED)
{
	int64_t due_ms = clock_mono_ms() - upload_service()->conf->renew_ms;

	pthread_mutex_lock(&lock);
	for (struct writer *w = writers; w != NULL; w = w->next)
		if (!w->in_flight && !w->failed && w->asked_at_ms <= due_ms)
			ask_checkpoint(w);
	pthread_mutex_unlock(&lock);
}

void writers_start(struct event_base *base)
{
	int64_t every_ms = upload_service()->conf->renew_ms / TICKS_PER_RENEW;
	const struct timeval every = { .tv_sec = every_ms / 1000,
		.tv_usec = every_ms % 1000 * 1000 };

	ticker = event_new(base, -1, EV_PERSIST, on_tick, NULL);
	ASSERT(ticker != NULL);
	event_add(ticker, &every);
}

void writers_stop(void)
{
	if (ticker != NULL)
		event_free(ticker);
	ticker = NULL;
}

/* --- one writer --- */

void writer_stop_other(const char *id)
{
	struct err why;

	taken_over(&why);
	pthread_mutex_lock(&lock);
	for (struct writer *w = writers; w != NULL; w = w->next)
		if (strcmp(w->id, id) == 0)
			fail(w, &why);
	pthread_mutex_unlock(&lock);
}

static int load_hash(struct sha *s, const struct upload *u, struct err *err)
{
	uint8_t bytes[SHA_STATE_BYTES];

	sha_init(s);
	if (u->bytes == 0)
		return 0;
	if (u->sha_state == NULL || text_unhex(u->sha_state, bytes, sizeof(bytes)) != 0)
		return err_set(err, ERR_INTERNAL, "upload %s has no hash state", u->id);
	sha_load(s, bytes);
	if (sha_count(s) != (uint64_t)u->bytes)
		return err_set(err, ERR_INTERNAL,
		    "hash state of upload %s is for %llu bytes, not %lld", u->id,
		    (unsigned long long)sha_count(s), (long long)u->bytes);
	return 0;
}

static void enlist(struct writer *w)
{
	pthread_mutex_lock(&lock);
	w->next = writers;
	if (writers != NULL)
		writers->prev = w;
	writers = w;
	pthread_mutex_unlock(&lock);
}

/* A full disk has one code, whoever noticed it. */
static int name_space(struct err *err)
{
	struct err plain = *err;

	if (err->kind != ERR_NO_SPACE || err->code[0] != '\0')
		return -1;
	return err_set_code(err, ERR_NO_SPACE, "upload.no_space", "%s", plain.msg);
}

int writer_open(struct http_req *req, const struct upload *u, struct writer **out, struct err *err)
{
	struct object_part *part = NULL;
	struct writer *w;
	struct sha sha;

	if (load_hash(&sha, u, err) != 0 || part_open(upload_service()->objects, u->id, u->bytes,
						UPLOAD_LOCK_WAIT_MS, &part, err) != 0)
		return -1;
	if (http_body_length(req) > 0 && part_reserve(part, http_body_length(req), err) != 0) {
		part_close(&part);
		return name_space(err);
	}
	w = mem_alloc(sizeof(*w));
	*w = (struct writer){
		.magic = WRITER_MAGIC,
		.epoch = u->epoch,
		.length = u->length,
		.req = req,
		.part = part,
		.sha = sha,
		.asked_bytes = u->bytes,
		.asked_at_ms = clock_mono_ms(),
	};
	memcpy(w->id, u->id, sizeof(w->id));
	enlist(w);
	*out = w;
	return 0;
}

static int check_size(const struct writer *w, size_t n, struct err *err)
{
	int64_t end = w->part->offset + (int64_t)n;

	if (w->length >= 0 && end > w->length)
		return err_set_code(err, ERR_INPUT, "upload.too_long",
		    "body goes %lld bytes over the %lld declared", (long long)(end - w->length),
		    (long long)w->length);
	if (end > upload_service()->conf->max_bytes)
		return err_set_code(err, ERR_TOO_LARGE, "upload.too_large",
		    "over the largest upload of %lld bytes",
		    (long long)upload_service()->conf->max_bytes);
	return 0;
}

/* A step is full: sync it beside the next one; wait when the sync before is not done yet. */
static int step_full(struct http_req *req, struct writer *w, struct err *err)
{
	int64_t ahead = w->part->offset - w->asked_bytes;

	pthread_mutex_lock(&lock);
	if (!w->in_flight) {
		ask_checkpoint(w);
	} else if (ahead >= 2 * (int64_t)UPLOAD_CHECKPOINT_BYTES && !w->is_paused) {
		w->is_paused = true;
		http_body_pause(req);
	}
	pthread_mutex_unlock(&lock);
	return ahead < UPLOAD_CHECKPOINT_BYTES + (int64_t)(1 << 20) ? upload_check_space(0, err)
								    : 0;
}

static int check_failed(struct writer *w, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&lock);
	if (w->failed) {
		*err = w->why;
		rc = -1;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

int writer_data(struct http_req *req, const uint8_t *p, size_t n, struct err *err)
{
	struct writer *w = http_state(req);

	ASSERT(w->magic == WRITER_MAGIC);
	if (check_failed(w, err) != 0 || check_size(w, n, err) != 0)
		return -1;
	if (part_write(w->part, p, n, err) != 0)
		return name_space(err);
	sha_add(&w->sha, p, n);
	if (w->part->offset - w->asked_bytes < UPLOAD_CHECKPOINT_BYTES)
		return 0;
	return step_full(req, w, err);
}

const char *writer_id(const struct writer *w)
{
	return w->id;
}

int64_t writer_epoch(const struct writer *w)
{
	return w->epoch;
}

int64_t writer_offset(const struct writer *w)
{
	return w->part->offset;
}

/* From here on the sync thread has nothing of this writer, and will not get anything. */
static int quiesce(struct writer *w, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&lock);
	while (w->in_flight)
		pthread_cond_wait(&settled, &lock);
	if (w->failed) {
		*err = w->why;
		rc = -1;
	}
	w->failed = true; /* the ticker leaves it alone */
	pthread_mutex_unlock(&lock);
	return rc;
}

/* A part whose sync failed may have lost pages: the upload ends here (failure-model U10). */
static int sync_or_fail(struct db *db, struct writer *w, struct err *err)
{
	struct err other;

	if (part_sync(w->part, err) == 0)
		return 0;
	if (store_fail(db, w->id, w->epoch, err, &other) < 0)
		log_warn(NULL, "failed sync not stored", LOG_S("upload", w->id),
		    LOG_S("why", other.msg));
	return -1;
}

int writer_settle(struct db *db, struct writer *w, bool *out_whole, struct err *err)
{
	char hex[SHA_HEX_BYTES], state[STATE_HEX_BYTES];
	bool whole;
	int rc;

	if (quiesce(w, err) != 0 || sync_or_fail(db, w, err) != 0)
		return -1;
	whole = w->part->offset == w->length;
	sha_hex(&w->sha, hex);
	state_hex(&w->sha, state);
	rc = whole ? store_whole(db, w->id, w->epoch, w->part->offset, hex, err)
		   : store_checkpoint(db, w->id, w->epoch, w->part->offset, state, 0, err);
	if (rc == 0)
		return taken_over(err);
	*out_whole = whole;
	return rc < 0 ? -1 : 0;
}

void writer_set_length(struct writer *w)
{
	w->length = w->part->offset;
}

void writer_close(struct writer **w)
{
	struct writer *x = *w;
	struct err ignored;

	*w = NULL;
	(void)quiesce(x, &ignored);
	pthread_mutex_lock(&lock);
	*(x->prev != NULL ? &x->prev->next : &writers) = x->next;
	if (x->next != NULL)
		x->next->prev = x->prev;
	pthread_mutex_unlock(&lock);
	part_close(&x->part);
	x->magic = 0;
	free(x);
}
