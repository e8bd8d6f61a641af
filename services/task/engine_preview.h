/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_preview - the preview task: what a draft of a contract would change on a file that came
 * before.
 *
 * The file is judged by the published contract and then by the draft, each as a check would; rows
 * are told apart by their place in the file. What the draft refuses and the published contract does
 * not "fails", the other way round "passes": counted by rule and column, with the first rows of
 * each. Of a large file the front is judged, and that is said.
 *
 * Parts: engine_preview.c judges, _compare.c holds the two lists against each other. This header is
 * for these files only.
 */
#ifndef TASK_ENGINE_PREVIEW_H
#define TASK_ENGINE_PREVIEW_H

#include <stdio.h>

#include "contract/run.h"
#include "kit/json.h"

enum {
	PREVIEW_BYTES = 256 << 20, /* judged unless the specification says otherwise */
	PREVIEW_LINES = 300,       /* rules and columns told apart; the rest is counted together */
	PREVIEW_EXAMPLES = 3,      /* rows of each */
	PREVIEW_RAW_BYTES = 600,   /* of such a row */
};

/* A refused row on its way from a block to the comparison; message and raw follow. */
struct preview_record {
	int64_t row, line;
	uint64_t offset;
	int32_t file_column;
	int32_t cell_at, cell_n; /* of the bad cell in raw, characters; -1 = not known */
	uint32_t rule;           /* index of contract_rules */
	uint32_t message_n, raw_n;
};

/* A refused row with its texts. */
struct preview_refused {
	struct preview_record r;
	char message[CSV_MESSAGE_BYTES];
	char raw[3 * PREVIEW_RAW_BYTES];
};

struct preview_side; /* refused rows counted by rule and column */

/* preview_side_new - nothing counted; it lives in the arena. */
struct preview_side *preview_side_new(struct arena *a) MUST_CHECK;

/* preview_side_add - count a row; header names the columns of the file it was read by. */
void preview_side_add(
    struct preview_side *s, const struct preview_refused *f, const char *const *header);

/* preview_side_json - {"count", "rules": [{rule, column, count, examples}]}; arena. */
cJSON *preview_side_json(const struct preview_side *s, struct arena *a) MUST_CHECK;

/* preview_render - append the rejects of a batch as records; any thread. */
void preview_render(const struct contract_run_view *view, struct buf *out);

/* preview_read - the next record of a file; 1 one, 0 the end. ERR_INTERNAL. */
int preview_read(FILE *f, struct preview_refused *out, struct err *err) MUST_CHECK;

/* preview_take - the record at *at of n bytes, *at moves on; false at the end. */
bool preview_take(const char *p, size_t n, size_t *at, struct preview_refused *out);

#endif
