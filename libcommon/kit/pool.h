/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool - a few threads for handlers that block on one dependency: bounded queue, full = ERR_BUSY.
 * Each thread owns one struct db when the pool has a db_conf. design.md 2.5.
 */
#ifndef KIT_POOL_H
#define KIT_POOL_H

#include "kit/db.h"

struct pool;
typedef void (*pool_fn)(struct db *db, void *arg);

struct pool_conf {
	const char *name;         /* thread names and metrics; borrowed */
	int threads;              /* 1..16 */
	int queue_max;            /* waiting jobs, 1..10000 */
	const struct db_conf *db; /* NULL: threads get no connection; borrowed until pool_free */
};

/* pool_new - start the threads. */
struct pool *pool_new(const struct pool_conf *c) MUST_CHECK;

/* pool_run - queue fn(db, arg); ERR_BUSY (code "server.busy") when the queue is full. Any thread.
 */
int pool_run(struct pool *p, pool_fn fn, void *arg, struct err *err) MUST_CHECK;

/* pool_depth - jobs waiting or running. */
int pool_depth(const struct pool *p);

/* pool_free - finish what is queued, join, free; sets *p to NULL; accepts NULL inside. */
void pool_free(struct pool **p);

#endif
