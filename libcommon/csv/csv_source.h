/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_source - the bytes of a file with gzip or zstd undone; the lower half of csv_input.
 *
 * The first bytes decide. gzip: every member, zero bytes behind the last are padding, anything else
 * there is an error. zstd: every frame, skippable ones included. A plain file is passed through.
 */
#ifndef CSV_CSV_SOURCE_H
#define CSV_CSV_SOURCE_H

#include "csv/csv_input.h"

struct csv_source;

/*
 * csv_source_open - read the first bytes.
 *
 * read, arg  borrowed until csv_source_close
 * out        new; written only on success
 *
 * Errors  as the read callback sets them
 */
int csv_source_open(
    csv_read_fn read, void *arg, struct csv_source **out, struct err *err) MUST_CHECK;

/* csv_source_close - give it back, *s becomes NULL. */
void csv_source_close(struct csv_source **s);

/*
 * csv_source_read - up to n more bytes.
 *
 * Returns the bytes written (1..n), 0 at the end (again and again), -1 failed.
 * Errors  ERR_INPUT  code "file.archive": damaged, cut off, a zstd window over CSV_ZSTD_WINDOW_LOG;
 *                    the message names the byte of the archive
 *         others     as the read callback sets them
 */
ssize_t csv_source_read(struct csv_source *s, void *p, size_t n, struct err *err) MUST_CHECK;

/* csv_source_compression - what was found. */
enum csv_compression csv_source_compression(const struct csv_source *s);

/* csv_source_consumed - bytes taken from the callback so far. */
uint64_t csv_source_consumed(const struct csv_source *s);

#endif
