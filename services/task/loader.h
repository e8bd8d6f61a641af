/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loader - forward rows into PostgreSQL in one fenced transaction (design.md 2.3, 4.4).
 *
 * The parts share struct loader: loader.c tells the story, loader_frames.c moves frames from the
 * pipe to COPY, loader_commit.c commits and finds out what an unanswered COMMIT did. All SQL that
 * decides something stands in services/transform/migrations/ (0001_gold.sql, 0009_parts.sql).
 */
#ifndef TASK_LOADER_H
#define TASK_LOADER_H

#include "columns.h"
#include "kit/db.h"
#include "task.h"

enum { LOADER_STREAMS_MAX = 2 };

struct loader {
	struct task *t;
	struct arena *a;
	const cJSON *spec; /* borrowed */
	struct columns columns;
	const char *domain, *dataset, *mode;
	const char *target; /* domain.dataset: what fence and sessions are named by */
	const char *task_id, *run_id, *epoch; /* as SQL parameters */
	int64_t no;
	bool is_replace, has_row;
	struct db_conf conf;
	struct db *db[LOADER_STREAMS_MAX];        /* [0] publishes */
	int streams;                              /* COPY streams: 1, or 2 for a replace */
	const char *relation, *fill, *generation; /* of prepare_v1; generation NULL for append */
	int64_t rows;                             /* committed with this load */
	const char *state; /* of the load after publishing: live or superseded */
};

/* loader_transact - BEGIN as the owner of gold. Errors as db_begin. */
int loader_transact(struct db *db, struct err *err) MUST_CHECK;

/*
 * loader_start - fence older epochs off, end their backends, note ours.
 *
 * out_loaded  the run is in the ledger already
 *
 * Errors  ERR_CONFLICT (load.lost) a newer epoch works; ERR_BUSY, ERR_UNAVAILABLE try again
 */
int loader_start(struct loader *l, bool *out_loaded, struct err *err) MUST_CHECK;

/*
 * loader_copy - begin a transaction on each stream and COPY every frame of fd 4. An append stays in
 * its transaction; a replace commits rows that nobody sees yet.
 *
 * Errors  TASK_CODE_PEER  the engine ended before its end frame
 *         ERR_INTERNAL    rows sent, told and taken differ
 *         as db_copy_end
 */
int loader_copy(struct loader *l, struct err *err) MUST_CHECK;

/*
 * loader_commit - publish, fence, COMMIT; when the answer is lost, ask the ledger. A replace
 * attaches its generation first, in a fenced transaction of its own.
 *
 * Errors  ERR_CONFLICT (load.lost); ERR_UNCERTAIN the ledger cannot be asked either; others: not
 * done
 */
int loader_commit(struct loader *l, struct err *err) MUST_CHECK;

#endif
