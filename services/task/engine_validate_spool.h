/* SPDX-License-Identifier: Apache-2.0 */
/* engine_validate_spool - the form of a refused row between its range and the reject files. */
#ifndef TASK_ENGINE_VALIDATE_SPOOL_H
#define TASK_ENGINE_VALIDATE_SPOOL_H

#include "engine_validate.h"

struct validate_record {
	int64_t row, line, offset, length;
	int32_t file_column;       /* -1 the row as a whole */
	int32_t cell_at, cell_n;   /* the bad cell in the raw text, characters; -1 = not known */
	uint32_t rule;             /* index of contract_rules */
	uint32_t message_n, raw_n; /* bytes that follow; raw at most CSV_RAW_BYTES */
	uint32_t shape_n;          /* likewise */
	uint32_t line_n;           /* for rejects.csv, from the second column on */
	bool raw_cut;              /* raw is not the whole row */
	bool has_shape;            /* an empty cell has an empty shape */
};

/* validate_spool_read - n bytes of a spool; ERR_INTERNAL when it ends before. */
int validate_spool_read(FILE *f, void *p, size_t n, struct err *err) MUST_CHECK;

#endif
