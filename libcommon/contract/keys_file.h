/* SPDX-License-Identifier: Apache-2.0 */
/* keys_file - a file without a name that holds records; it is gone when its process is. */
#ifndef CONTRACT_KEYS_FILE_H
#define CONTRACT_KEYS_FILE_H

#include "base/err.h"
#include "contract/keys_order.h"

/*
 * keys_file_open - new empty file in a directory.
 *
 * Returns 0, *out_fd to be closed by the caller.
 * Errors  ERR_NO_SPACE     the disk is full
 *         ERR_UNAVAILABLE  it cannot be made
 */
int keys_file_open(const char *dir, int *out_fd, struct err *err) MUST_CHECK;

/*
 * keys_file_write - n records at a place, counted in records. Any thread.
 *
 * Errors  ERR_NO_SPACE, ERR_UNAVAILABLE  as keys_file_open
 */
int keys_file_write(
    int fd, uint64_t at, const struct keys_record *r, size_t n, struct err *err) MUST_CHECK;

/*
 * keys_file_read - n records from a place; all of them were written. Any thread.
 *
 * Errors  ERR_UNAVAILABLE  the disk failed, or the file ends before
 */
int keys_file_read(
    int fd, uint64_t at, struct keys_record *r, size_t n, struct err *err) MUST_CHECK;

/* keys_file_drop - n records are not needed any more; their space is given back where the file
 * system can. */
void keys_file_drop(int fd, uint64_t at, uint64_t n);

#endif
