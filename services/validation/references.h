/* SPDX-License-Identifier: Apache-2.0 */
/*
 * references - the values foreign keys point to, copied out of gold for a task.
 *
 * A task has no database: before it starts, the columns that the foreign keys of its contract name
 * are streamed from the other dataset's table into files of its scratch directory. Foreign keys
 * stay within a domain: who writes a contract there may see all of its datasets, and learns nothing
 * about others.
 */
#ifndef VALIDATION_REFERENCES_H
#define VALIDATION_REFERENCES_H

#include "kit/db.h"
#include "kit/json.h"

/* Asked now and then; true ends the copying with ERR_BUSY. */
typedef bool (*references_stop_fn)(void *arg);

struct references_to {
	const char *domain;      /* of the dataset whose contract it is */
	const char *scratch;     /* directory; borrowed */
	const char *stem;        /* of the files; borrowed */
	references_stop_fn stop; /* NULL = never */
	void *arg;               /* for stop */
};

/*
 * references_export - make one file for each foreign key that leaves the file.
 *
 * doc   contract as JSON text
 * list  [{"key": index, "file": path}] as the task's specification has it; arena
 *
 * Errors  ERR_NOT_FOUND  code "reference.unknown": no such dataset, table or column, or it stands
 *                        in another domain
 *         ERR_BUSY       code "run.stopped"
 *         ERR_NO_SPACE   the disk is full
 *         others         of contract_parse and db_copy_out
 */
int references_export(struct db *db, const struct references_to *to, const char *doc,
    struct arena *a, cJSON **list, struct err *err) MUST_CHECK;

#endif
