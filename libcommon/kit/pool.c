/* SPDX-License-Identifier: Apache-2.0 */
/* pool - a few threads for handlers that block on one dependency: bounded queue, full = ERR_BUSY.
 */
#include "kit/pool.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/die.h"
#include "base/mem.h"

enum { STACK_BYTES = 256 * 1024, THREADS_MAX = 16 };

struct job {
	pool_fn fn;
	void *arg;
};

struct pool {
	struct pool_conf conf;
	pthread_mutex_t lock;
	pthread_cond_t wake; /* a job came or closing began */
	struct job *queue;   /* ring of conf.queue_max */
	size_t head;         /* index of the oldest */
	size_t waiting;      /* jobs in the ring */
	int running;         /* jobs on threads */
	bool closing;        /* finish what is queued, then end */
	int threads;         /* started */
	pthread_t thread[THREADS_MAX];
};

/* Takes the oldest job; false when the pool is closing and empty. */
static bool next_job(struct pool *p, struct job *out)
{
	pthread_mutex_lock(&p->lock);
	while (p->waiting == 0 && !p->closing)
		pthread_cond_wait(&p->wake, &p->lock);
	const bool found = p->waiting > 0;
	if (found) {
		*out = p->queue[p->head];
		p->head = (p->head + 1) % (size_t)p->conf.queue_max;
		p->waiting--;
		p->running++;
	}
	pthread_mutex_unlock(&p->lock);
	return found;
}

static void job_done(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->running--;
	pthread_mutex_unlock(&p->lock);
}

static void *thread_main(void *arg)
{
	struct pool *p = arg;
	struct db *db = p->conf.db != NULL ? db_new(p->conf.db) : NULL;
	struct job job;
	while (next_job(p, &job)) {
		job.fn(db, job.arg);
		if (db != NULL)
			db_rollback(db); /* a job that failed half-way may have left one open */
		job_done(p);
	}
	db_free(&db);
	return NULL;
}

static void start_thread(struct pool *p, int i)
{
	pthread_attr_t attr;
	char name[16];

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (pthread_create(&p->thread[i], &attr, thread_main, p) != 0)
		die(DIE_DEPENDENCY, "pool %s: no thread", p->conf.name);
	pthread_attr_destroy(&attr);
	(void)snprintf(name, sizeof(name), "%.15s", p->conf.name);
	pthread_setname_np(p->thread[i], name);
}

struct pool *pool_new(const struct pool_conf *c)
{
	ASSERT(c->threads >= 1 && c->threads <= THREADS_MAX);
	ASSERT(c->queue_max >= 1 && c->queue_max <= 10000);
	struct pool *p = mem_alloc(sizeof(*p));
	p->conf = *c;
	p->queue = mem_array((size_t)c->queue_max, sizeof(*p->queue));
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	for (; p->threads < c->threads; p->threads++)
		start_thread(p, p->threads);
	return p;
}

int pool_run(struct pool *p, pool_fn fn, void *arg, struct err *err)
{
	pthread_mutex_lock(&p->lock);
	const bool room = p->waiting < (size_t)p->conf.queue_max && !p->closing;
	if (room) {
		const size_t at = (p->head + p->waiting) % (size_t)p->conf.queue_max;
		p->queue[at] = (struct job){ .fn = fn, .arg = arg };
		p->waiting++;
		pthread_cond_signal(&p->wake);
	}
	pthread_mutex_unlock(&p->lock);
	if (!room)
		return err_set_code(err, ERR_BUSY, "server.busy", "pool %s: queue of %d is full",
		    p->conf.name, p->conf.queue_max);
	return 0;
}

int pool_depth(const struct pool *p)
{
	/* The lock is the only part of p that changes here. */
	pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&p->lock;
	pthread_mutex_lock(lock);
	const int depth = (int)p->waiting + p->running;
	pthread_mutex_unlock(lock);
	return depth;
}

void pool_free(struct pool **pool)
{
	if (pool == NULL || *pool == NULL)
		return;
	struct pool *p = *pool;
	pthread_mutex_lock(&p->lock);
	p->closing = true;
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->threads; i++)
		pthread_join(p->thread[i], NULL);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	free(p->queue);
	free(p);
	*pool = NULL;
}
