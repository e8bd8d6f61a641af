/* SPDX-License-Identifier: Apache-2.0 */
/* engine_validate_draft - infer a contract from all rows of the object. */
#include "contract/infer.h"
#include "engine_validate.h"

/* Rows of which no contract says yet whether they are good. */
struct seen {
	int64_t rows, unread; /* unread: of them, refused for their shape */
};

/* A block is read to its end. Where the rows are checked behind this, rejects are that reading's.
 */
static void tell(struct validate *v, const struct csv_block *block, const struct seen *seen)
{
	atomic_fetch_add(&v->bytes_done, (int64_t)block->n);
	atomic_store(&v->rows_done, seen->rows);
	if (!v->spec.auto_publish)
		atomic_store(&v->rejects_done, seen->unread);
	validate_progress(v);
}

static int infer_rows(struct validate *v, struct csv_split *split, struct contract_infer *infer,
    struct seen *seen, struct err *err)
{
	const struct csv_schema *schema = contract_infer_schema(infer);
	struct csv_scan *scan = csv_scan_new(schema);
	struct csv_batch *batch = csv_batch_new(schema);
	struct csv_block block = { 0 };
	int rc;
	while ((rc = csv_split_next(split, &block, err)) == 1) {
		validate_took(v, &block);
		csv_scan_begin(scan, &block);
		while (csv_scan_next(scan, batch)) {
			csv_batch_settle(batch);
			contract_infer_batch(infer, batch);
			seen->rows += (int64_t)(batch->rows + batch->n_rejects);
			seen->unread += (int64_t)batch->n_rejects;
		}
		tell(v, &block, seen);
	}
	csv_block_done(&block);
	csv_batch_free(&batch);
	csv_scan_free(&scan);
	return rc;
}

/* Columns that can be read in two ways and what was done about it, for the report. */
static cJSON *list_ambiguous(const cJSON *evidence, struct arena *a)
{
	cJSON *list = js_array(a);
	const cJSON *column;
	cJSON_ArrayForEach(column, cJSON_GetObjectItemCaseSensitive(evidence, "columns"))
	{
		const char *why = js_str(column, "ambiguous");
		if (why == NULL)
			continue;
		cJSON *one = cJSON_CreateObject();
		cJSON_AddItemToArray(list, one);
		js_add_str(one, "column", js_str(column, "header"));
		js_add_str(one, "why", why);
	}
	return list;
}

int validate_draft_write(
    struct validate *v, cJSON **out_doc, struct contract_account *out_account, struct err *err)
{
	size_t n;
	const char *const *header = csv_split_header(v->split, &n);
	struct contract_infer *infer = contract_infer_new(header, n);
	struct seen seen = { 0 };
	int rc = infer_rows(v, v->split, infer, &seen, err);
	if (rc == 0)
		rc = validate_input_check(&v->input, v->spec.sha256, v->spec.input_bytes, err);
	if (rc == 0) {
		const struct contract_infer_how how = {
			.unattended = v->spec.auto_publish,
			.sniffed = csv_split_sniffed(v->split),
			.row_rejects = seen.unread,
		};
		cJSON *draft = contract_infer_draft(infer, &how, v->a);
		rc = validate_write_file(v, "draft.json", js_print(v->a, draft), err);
		*out_doc = cJSON_GetObjectItemCaseSensitive(draft, "doc");
		v->ambiguous =
		    list_ambiguous(cJSON_GetObjectItemCaseSensitive(draft, "evidence"), v->a);
		*out_account = (struct contract_account){ .read = seen.rows };
	}
	contract_infer_free(&infer);
	return rc;
}
