/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_infer - any table: its draft is a contract, does not depend on how the rows were split, and
 * refuses no more of its own file than it says. */
#include <stdint.h>
#include <string.h>

#include "base/die.h"
#include "fixture.h"
#include "infer_table.h"
#include "kit/json.h"

enum { MOST_BYTES = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The draft of the odd rows and the even rows, merged. */
static const char *split_draft(const struct infer_table *t, struct arena *a)
{
	const struct contract_infer_how how = { 0 };
	struct contract_infer *parts[2];
	for (int i = 0; i < 2; i++)
		parts[i] = contract_infer_new(t->header, t->columns);
	for (uint32_t i = 0; i < 2; i++) {
		uint32_t rows[CSV_BATCH_ROWS];
		size_t n = 0;
		for (uint32_t r = i; r < t->rows && n < CSV_BATCH_ROWS; r += 2)
			rows[n++] = r;
		infer_table_feed(parts[i], t, rows, n);
	}
	contract_infer_merge(parts[1], parts[0]);
	const char *text = js_print(a, contract_infer_draft(parts[1], &how, a));
	contract_infer_free(&parts[0]);
	contract_infer_free(&parts[1]);
	return text;
}

/* Rows that may be refused: the misfits of all columns. */
static int64_t count_misfits(const cJSON *draft, const struct infer_table *t)
{
	int64_t misfits = 0;
	for (size_t c = 0; c < t->columns; c++) {
		const cJSON *e = infer_table_evidence(draft, (int)c);
		misfits += js_i64(e, "values", 0) - js_i64(e, "fits", 0);
	}
	return misfits;
}

static void check_itself(const cJSON *draft, const struct infer_table *t, struct arena *a)
{
	const cJSON *doc = cJSON_GetObjectItemCaseSensitive(draft, "doc");
	struct contract c;
	struct contract_tally tally = { 0 };
	struct err err = { 0 };
	struct buf csv;
	struct buf out;
	buf_init(&csv, 1 << 20);
	buf_init(&out, 1 << 20);
	if (contract_parse(doc, a, &c, NULL, &err) != 0)
		bug("the draft is no contract: %s", err.msg);
	infer_table_csv(t, &csv);
	c.dialect = infer_table_dialect();
	if (fixture_check(&c, csv.data, csv.n, &out, &tally, &err) == 0 &&
	    tally.account.rejected > count_misfits(draft, t))
		bug("more rejects than misfits: %s", out.data);
	contract_tally_done(&tally);
	buf_done(&csv);
	buf_done(&out);
}

/* The header is ours: names from headers have a test of their own. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[MOST_BYTES + 8] = "a|b|c\n";
	const size_t head = strlen(text);
	size_t n = 0;
	for (size_t i = 0; i < size && head + n < MOST_BYTES; i++) {
		if (data[i] == '\n' || (data[i] >= ' ' && data[i] < 127))
			text[head + n++] = (char)data[i];
	}
	struct arena *a = arena_new(256 << 20);
	struct infer_table t;
	infer_table_parse(text, a, &t);
	cJSON *draft = infer_table_draft(&t, false, a);
	if (strcmp(js_print(a, draft), split_draft(&t, a)) != 0)
		bug("the draft depends on the split");
	check_itself(draft, &t, a);
	arena_free(&a);
	return 0;
}
