/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staged - bring what the engine wrote from its scratch directory to its final name, durably.
 *
 * Final names carry run and epoch, so two attempts never share one. Each file is synced before it
 *gets its name, the directory after; only then may a row name it (failure-model V3, V4). What no
 *row comes to name is removed by staged_undo or, after a crash, by the tidier.
 *
 *	struct staged s;
 *	staged_init(&s, arena, scratch, final_dir, "0190...-17");
 *	if (staged_file(&s, "silver-0.parquet", "-0.parquet", &path, err) != 0 || staged_sync(&s,
 *err) != 0) staged_undo(&s);
 *
 * One thread at a time. Blocking.
 */
#ifndef VALIDATION_STAGED_H
#define VALIDATION_STAGED_H

#include "base/arena.h"

enum { STAGED_MAX = 4096 };

struct staged {
	struct arena *arena;   /* borrowed; paths live in it */
	const char *scratch;   /* directory of the engine's files; borrowed */
	const char *final_dir; /* made when it is missing; borrowed */
	const char *stem;      /* "<run>-<epoch>"; borrowed */
	const char **paths;    /* final names so far; arena */
	size_t n;
};

/* staged_init - nothing staged yet; all strings are borrowed and outlive s. */
void staged_init(struct staged *s, struct arena *a, const char *scratch, const char *final_dir,
    const char *stem);

/*
 * staged_file - sync one file of the scratch directory and give it its final name.
 *
 * name      file name without a slash, written by the engine; checked
 * suffix    of the final name, e.g. "-0.parquet"
 * out_path  the final path; arena
 *
 * Errors  ERR_INTERNAL  the name is not a plain one, or the file is not there
 *         ERR_NO_SPACE  it had to be copied to another file system, which is full
 */
int staged_file(struct staged *s, const char *name, const char *suffix, const char **out_path,
    struct err *err) MUST_CHECK;

/* staged_sync - make the names themselves durable; ERR_INTERNAL when the directory cannot be
 * synced. */
int staged_sync(struct staged *s, struct err *err) MUST_CHECK;

/* staged_undo - remove what was staged; nothing may name it. */
void staged_undo(struct staged *s);

/* staged_remove_tree - remove a scratch directory and the files in it (no directories below); false
 * when something is left of it. */
bool staged_remove_tree(const char *dir);

#endif
