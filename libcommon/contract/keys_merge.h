/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys_merge - many sorted runs, in memory or in a file, as one sorted stream.
 *
 * Runs in a file are read through a window each; all windows together are one piece of memory that
 * the caller gives. One thread.
 */
#ifndef CONTRACT_KEYS_MERGE_H
#define CONTRACT_KEYS_MERGE_H

#include "contract/keys_file.h"

/* A sorted run. */
struct keys_source {
	struct keys_record *r; /* in memory: at .. n are next */
	size_t at, n;
	uint64_t next, left; /* in the file: place and count of what is not in memory yet */
};

struct keys_merge {
	int fd;
	size_t window;             /* records of a window */
	struct keys_source **heap; /* the one with the least record first; borrowed */
	size_t n;                  /* sources that have records left */
};

/*
 * keys_merge_start - load the windows and order the sources.
 *
 * m        fd and window are set; heap has room for n_sources
 * sources  borrowed until the end of the merge; r of those in the file has room for a window
 *
 * Errors  ERR_UNAVAILABLE  the disk failed
 */
int keys_merge_start(struct keys_merge *m, struct keys_source *sources, size_t n_sources,
    struct err *err) MUST_CHECK;

/*
 * keys_merge_next - the least record that is left.
 *
 * Returns 1, 0 when there is none, -1 failed.
 * Errors  ERR_UNAVAILABLE  the disk failed
 */
int keys_merge_next(struct keys_merge *m, struct keys_record *out, struct err *err) MUST_CHECK;

#endif
