/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parquet_join - several Parquet files of one schema as one, without reading a value.
 *
 * Threads write a file for each stretch of rows; put behind each other their row groups are one
 *file in the rows' order: the bytes are copied, the footers (Thrift's compact protocol) joined, the
 * offsets in them moved. Source: parquet-format, "File format" and parquet.thrift.
 *
 *	parquet_join_begin(&j, &out, err);
 *	parquet_join_add(&j, fd, err);       for each part, in order; at least one
 *	parquet_join_end(&j, err);
 *	parquet_join_done(&j);
 */
#ifndef CLI_PARQUET_JOIN_H
#define CLI_PARQUET_JOIN_H

#include "base/buf.h"
#include "output.h"

struct parquet_join {
	struct cli_output *out; /* borrowed */
	uint64_t at;            /* bytes of the joined file so far */
	int64_t rows;
	uint64_t groups;  /* row groups so far */
	struct buf group; /* their descriptions, offsets moved */
	struct buf first; /* footer of the first part */
};

/* parquet_join_begin - the file's first bytes. Errors as cli_output_write: ERR_UNAVAILABLE. */
int parquet_join_begin(struct parquet_join *j, struct cli_output *out, struct err *err) MUST_CHECK;

/*
 * parquet_join_add - put a part behind what is there.
 *
 * fd  a whole Parquet file; read by position
 *
 * Errors  ERR_INTERNAL     it is not a Parquet file as we know them
 *         ERR_UNAVAILABLE  it cannot be read; others as cli_output_write
 */
int parquet_join_add(struct parquet_join *j, int fd, struct err *err) MUST_CHECK;

/* parquet_join_end - the footer. Errors as parquet_join_add: ERR_INTERNAL, ERR_UNAVAILABLE. */
int parquet_join_end(struct parquet_join *j, struct err *err) MUST_CHECK;

/* parquet_join_done - accepts a zeroed one. */
void parquet_join_done(struct parquet_join *j);

#endif
