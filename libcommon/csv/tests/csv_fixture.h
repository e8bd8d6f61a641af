/* SPDX-License-Identifier: Apache-2.0 */
/* csv_fixture - read a whole text through splitter and scanner, for tests. */
#ifndef CSV_TESTS_CSV_FIXTURE_H
#define CSV_TESTS_CSV_FIXTURE_H

#include <sys/types.h>

#include "base/buf.h"
#include "csv/csv_scan.h"

/* A file in memory, handed out in steps. */
struct fixture_file {
	const char *p;
	size_t n, at;
	size_t step;    /* most bytes a read gives; 0 = all */
	size_t fail_at; /* reads from this byte on fail; 0 = none */
};

ssize_t fixture_read(void *arg, void *p, size_t n, struct err *err);

/*
 * All rows as text, one line each: cells between '[' and ']', nulls as '~', a reject as
 * "!row line offset length column rule". Numbers as they are stored. types: one letter for each
 * file column: t i d(scale 2) D(38,10) f b a(date) s(timestamp) z(timestamptz) c(time) r(duration)
 * u(uuid) j(json) -(not wanted).
 * Returns 0, or -1 with err: then out holds "?code".
 */
int fixture_scan(const char *text, size_t n, const char *types, size_t block_bytes, size_t step,
    struct buf *out);

#endif
