/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits - the caps that several services agree on, each named once (style 8.5).
 *
 * A cap that only one service knows stands in that service; one that SQL enforces too names the
 * function that does.
 */
#ifndef API_LIMITS_H
#define API_LIMITS_H

enum {
	LIMIT_REQUEST_ARENA_BYTES = 8 << 20, /* memory of one request */
	LIMIT_TASK_ARENA_BYTES = 64 << 20,   /* memory of one task in its supervisor */
	LIMIT_BODY_BYTES = 64 << 10,         /* ordinary JSON body */
	LIMIT_DOCUMENT_BYTES = 1 << 20,      /* contract or pipeline document */
	LIMIT_TASK_SPEC_BYTES = 4 << 20,     /* specification for millrace-task */
	LIMIT_PAGE_DEFAULT = 50,             /* items of a list when ?limit is absent */
	LIMIT_PAGE_MAX = 500,                /* items of a list at most */
	LIMIT_LIST_BYTES = 64 << 20,         /* a list put together in memory */
	LIMIT_TASK_ATTEMPTS = 5,             /* jobs.max_attempts(): then the task is dead */
	LIMIT_TASK_RETRIES = 20,             /* jobs.max_retries(): transient outcomes, then dead */
	LIMIT_TASK_LOG_LINES = 1000,         /* jobs.log_task_v1: lines kept of one attempt */
	LIMIT_REJECTS_STORED = 4500,         /* reject rows of a run kept in PostgreSQL */
	LIMIT_COLUMNS = 1600,                /* PostgreSQL's most columns of a table */
	LIMIT_COLUMN_NAME_BYTES = 63,        /* PostgreSQL's NAMEDATALEN - 1 */
	LIMIT_FILENAME_BYTES = 255,          /* file name in an upload's metadata */
	LIMIT_PROGRESS_PER_S = 4,            /* progress events of one run in a second */
	LIMIT_REF_BYTES = 97,                /* "domain.name" */
	LIMIT_IDEMPOTENCY_KEY_BYTES = 255,   /* Idempotency-Key header */
};

#endif
