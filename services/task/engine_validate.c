/* SPDX-License-Identifier: Apache-2.0 */
/* engine_validate - the validate task: object to silver, rejects, report, or a draft. */
#include "engine_validate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* Writes and closes; a full disk shows at either. */
int validate_write_file(
    const struct validate *v, const char *name, const char *text, struct err *err)
{
	FILE *f = fopen(arena_printf(v->a, "%s/%s", v->spec.scratch, name), "wxe");
	if (f == NULL)
		return err_set_errno(err, ERR_INTERNAL, errno, "make %s", name);
	const bool wrote = fputs(text, f) >= 0;
	const int write_errno = errno;
	if (fclose(f) != 0 || !wrote)
		return err_set_errno(
		    err, ERR_INTERNAL, wrote ? errno : write_errno, "write %s", name);
	return 0;
}

/* Bytes of the file, however they are packed and encoded: what was cut of it so far, by the share
 * of it that is done. Where the file is read twice, a byte or a row read once is half done. */
void validate_progress(struct validate *v)
{
	const int64_t cut = atomic_load(&v->bytes_cut);
	const double share = cut > 0 ? (double)atomic_load(&v->bytes_taken) / (double)cut : 0;
	int64_t bytes = (int64_t)(share * (double)atomic_load(&v->bytes_done)) / v->passes;
	if (v->spec.input_bytes >= 0 && bytes > v->spec.input_bytes)
		bytes = v->spec.input_bytes;
	const int64_t rows = atomic_load(&v->rows_done) / v->passes;
	task_progress(v->task, bytes, rows, atomic_load(&v->rejects_done));
}

void validate_took(struct validate *v, const struct csv_block *block)
{
	atomic_store(&v->bytes_cut, v->pass_cut + (int64_t)(block->offset + block->n));
	atomic_store(&v->bytes_taken, v->pass * v->spec.input_bytes + (int64_t)block->position);
}

void validate_fail(struct validate *v, const struct err *err)
{
	pthread_mutex_lock(&v->lock);
	v->stop = true;
	if (v->err.kind == ERR_NONE)
		v->err = *err;
	pthread_mutex_unlock(&v->lock);
}

static int read_spec(const cJSON *doc, struct validate_spec *s, struct err *err)
{
	const cJSON *pct = cJSON_GetObjectItemCaseSensitive(doc, "budget_pct");
	const int64_t threads = js_i64(doc, "threads", 1);
	*s = (struct validate_spec){
		.input = js_str(doc, "input"),
		.sha256 = js_str(doc, "sha256"),
		.scratch = js_str(doc, "scratch"),
		.input_bytes = js_i64(doc, "input_bytes", -1),
		.contract = cJSON_GetObjectItemCaseSensitive(doc, "contract"),
		.auto_publish = js_bool(doc, "auto_publish", false),
		.budget_pct = cJSON_IsNumber(pct) ? pct->valuedouble : CONTRACT_BUDGET_PCT,
		.budget_after_rows = js_i64(doc, "budget_after_rows", CONTRACT_BUDGET_AFTER_ROWS),
		.memory_bytes = js_i64(doc, "memory_bytes", VALIDATE_MEMORY_BYTES),
		.references = cJSON_GetObjectItemCaseSensitive(doc, "references"),
	};
	s->threads = (int)(threads < 1                      ? 1
			   : threads > VALIDATE_THREADS_MAX ? VALIDATE_THREADS_MAX
							    : threads);
	if (s->memory_bytes <= 0)
		s->memory_bytes = VALIDATE_MEMORY_BYTES;
	if (cJSON_IsNull(s->contract))
		s->contract = NULL;
	if (s->input == NULL || s->scratch == NULL)
		return err_set(err, ERR_INTERNAL, "the specification names no input or no scratch");
	return 0;
}

/* sniffed: what an earlier reading of the object found, NULL = find it. */
static int open_split(
    struct validate *v, size_t block_bytes, const struct csv_sniff_result *sniffed, struct err *err)
{
	const struct csv_split_params p = {
		.read = validate_input_read,
		.arg = &v->input,
		.given = v->contract.dialect,
		.block_bytes = block_bytes,
		.sniffed = sniffed,
	};
	validate_input_close(&v->input);
	csv_split_close(&v->split);
	if (validate_input_open(&v->input, v->spec.input, err) != 0)
		return -1;
	return csv_split_open(&p, &v->split, err);
}

/* The file's own fault, told in the report; anything else is a failed task. */
static bool is_files_fault(const struct err *err)
{
	return err->kind == ERR_INPUT &&
	       (strncmp(err->code, "file.", 5) == 0 || strncmp(err->code, "header.", 7) == 0);
}

/* Rows of a range's silver: what was repaired is as good. */
static int64_t good_rows(const struct validate_range *r)
{
	return r->tally.account.good + r->tally.account.repaired;
}

/* Silver of ranges that count and hold rows; all other files go. */
static void list_silver(struct validate *v, cJSON *result, bool keep)
{
	cJSON *list = cJSON_AddArrayToObject(result, "silver");
	for (size_t i = 0; i < v->n_ranges; i++) {
		const struct validate_range *r = &v->ranges[i];
		const char *name = arena_printf(v->a, "silver-%zu.parquet", i);
		if (!keep || i >= v->booked || good_rows(r) == 0) {
			(void)unlink(arena_printf(v->a, "%s/%s", v->spec.scratch, name));
			continue;
		}
		cJSON *file = cJSON_CreateObject();
		cJSON_AddItemToArray(list, file);
		js_add_str(file, "file", name);
		js_add_i64(file, "rows", good_rows(r));
		js_add_i64(file, "bytes", r->silver_bytes);
	}
}

/* What only the report holds: it may be large, and a result is one line. */
static void add_figures(struct validate *v, cJSON *report, const struct contract_outcome *o)
{
	if (o->tally == &v->total)
		contract_notes_report(&v->notes, &v->match.schema, report);
	if (v->ambiguous != NULL)
		cJSON_AddItemReferenceToObject(report, "ambiguous", v->ambiguous);
	if (v->shapes != NULL)
		cJSON_AddItemReferenceToObject(report, "shapes", v->shapes);
	if (v->profile != NULL && o->verdict != CONTRACT_UNUSABLE)
		cJSON_AddItemReferenceToObject(
		    report, "profile", contract_profile_json(v->profile, v->a));
}

/* The report goes to report.json and, with the files, is the result. */
static int finish(
    struct validate *v, const struct contract_outcome *o, int64_t stored, struct err *err)
{
	cJSON *result = contract_report(o, v->a);
	js_add_i64(result, "rejects_stored", stored);
	if (v->spec.contract == NULL)
		cJSON_AddBoolToObject(result, "drafted", o->verdict != CONTRACT_UNUSABLE);
	cJSON *report = js_object(v->a);
	const cJSON *part;
	cJSON_ArrayForEach(part, result)
	    cJSON_AddItemToObject(report, part->string, cJSON_Duplicate(part, true));
	add_figures(v, report, o);
	if (validate_write_file(v, "report.json", js_print(v->a, report), err) != 0)
		return -1;
	list_silver(v, result, o->verdict == CONTRACT_GOOD);
	task_result(v->task, result);
	return 0;
}

static int finish_unusable(struct validate *v, const struct err *fault, struct err *err)
{
	const struct err why = *fault;
	if (validate_input_check(&v->input, v->spec.sha256, v->spec.input_bytes, err) != 0)
		return -1;
	const struct contract_outcome o = {
		.verdict = CONTRACT_UNUSABLE,
		.contract = v->contract.fields == NULL ? NULL : &v->contract,
		.sniffed = v->split == NULL ? NULL : csv_split_sniffed(v->split),
		.budget_pct = v->budget_pct,
		.fault = &why,
	};
	return finish(v, &o, 0, err);
}

/* All ranges are read: the object is the right one, the budget is judged, rejects and repairs are
 * written. */
static int conclude(struct validate *v, struct err *err)
{
	int64_t stored = 0;
	if (validate_input_check(&v->input, v->spec.sha256, v->spec.input_bytes, err) != 0)
		return -1;
	v->spent = v->spent || contract_budget_spent(&v->total.account, v->budget_pct,
				   v->spec.budget_after_rows, true);
	if (v->total.account.rejected > 0 && validate_rejects_write(v, &stored, err) != 0)
		return -1;
	if (v->total.account.repaired > 0 && validate_repairs_write(v, err) != 0)
		return -1;
	const struct contract_outcome o = {
		.verdict = v->spent ? CONTRACT_OVER_BUDGET : CONTRACT_GOOD,
		.contract = &v->contract,
		.match = &v->match,
		.tally = &v->total,
		.sniffed = csv_split_sniffed(v->split),
		.rest = csv_split_rest(v->split),
		.budget_pct = v->budget_pct,
	};
	return finish(v, &o, stored, err);
}

/* The object is read once more. */
static void begin_pass(struct validate *v)
{
	v->pass++;
	v->pass_cut = atomic_load(&v->bytes_cut);
}

/* Pass 1; the object is then read again, and hashed again. */
static int check_keys(struct validate *v, struct err *err)
{
	const struct csv_sniff_result sniffed = *csv_split_sniffed(v->split);
	v->passes++;
	if (validate_keys_run(v, err) != 0)
		return -1;
	begin_pass(v);
	return open_split(v, validate_range_bytes(v), &sniffed, err);
}

static int match(struct validate *v, struct err *err)
{
	size_t n;
	const char *const *header = csv_split_header(v->split, &n);
	if (contract_match(&v->contract, header, n, v->a, &v->match, err) != 0)
		return -1;
	v->match.schema.repair = v->contract.repair;
	return 0;
}

/* The file is sniffed, its header matched, its keys collected. */
static int begin_rows(struct validate *v, struct err *err)
{
	const bool keys = v->contract.n_keys > 0;
	const size_t bytes = keys ? CSV_BLOCK_BYTES : validate_range_bytes(v);
	if (open_split(v, bytes, NULL, err) != 0 || match(v, err) != 0)
		return -1;
	return keys && (check_keys(v, err) != 0 || match(v, err) != 0) ? -1 : 0;
}

static int open_engine(struct validate *v, struct err *err)
{
	const struct engine_conf conf = {
		.threads = 1, /* workers bring their own threads */
		.memory_bytes = v->spec.memory_bytes,
		.scratch = v->spec.scratch,
	};
	return v->engine != NULL ? 0 : engine_open(&conf, &v->engine, err);
}

static void *open_engine_beside(void *arg)
{
	struct err err;
	(void)open_engine(arg, &err);
	return NULL;
}

/* DuckDB opens while the file is sniffed. Where that fails, or no thread is to be had, it is opened
 * behind it, and that tells why it can't be. */
static int check_rows(struct validate *v, struct err *err)
{
	pthread_t beside;
	const bool started = pthread_create(&beside, NULL, open_engine_beside, v) == 0;
	const int begun = begin_rows(v, err);
	if (started)
		(void)pthread_join(beside, NULL);
	if (begun != 0 || open_engine(v, err) != 0 || validate_ranges_run(v, err) != 0)
		return is_files_fault(err) ? finish_unusable(v, err, err) : -1;
	return conclude(v, err);
}

/* No contract: infer one; with auto_publish go on and check against it. */
static int draft(struct validate *v, struct err *err)
{
	struct contract_tally tally = { 0 };
	cJSON *doc = NULL;
	if (v->spec.auto_publish)
		v->passes++;
	if (open_split(v, CSV_BLOCK_BYTES, NULL, err) != 0)
		return is_files_fault(err) ? finish_unusable(v, err, err) : -1;
	if (validate_draft_write(v, &doc, &tally.account, err) != 0)
		return is_files_fault(err) ? finish_unusable(v, err, err) : -1;
	if (v->spec.auto_publish) {
		if (contract_parse(doc, v->a, &v->contract, NULL, err) != 0)
			return -1;
		begin_pass(v);
		return check_rows(v, err);
	}
	const struct contract_outcome o = {
		.verdict = CONTRACT_DRAFT,
		.tally = &tally,
		.sniffed = csv_split_sniffed(v->split),
		.rest = csv_split_rest(v->split),
		.budget_pct = v->budget_pct,
	};
	return finish(v, &o, 0, err);
}

static void close_all(struct validate *v)
{
	for (size_t i = 0; i < v->n_ranges; i++) {
		validate_spool_done(v, &v->ranges[i].rejects, i);
		validate_repairs_done(v, &v->ranges[i].repairs, i);
		contract_tally_done(&v->ranges[i].tally);
		contract_notes_done(&v->ranges[i].notes);
		contract_profile_free(&v->ranges[i].profile);
	}
	free(v->ranges);
	contract_tally_done(&v->total);
	contract_notes_done(&v->notes);
	contract_profile_free(&v->profile);
	contract_keys_free(&v->keys);
	engine_close(&v->engine);
	csv_split_close(&v->split);
	validate_input_close(&v->input);
	(void)pthread_mutex_destroy(&v->lock);
}

int engine_validate_run(const cJSON *spec, struct task *t, struct err *err)
{
	struct validate v = { .task = t, .a = task_arena(t), .input.fd = -1, .passes = 1 };
	if (read_spec(spec, &v.spec, err) != 0)
		return -1;
	(void)pthread_mutex_init(&v.lock, NULL);
	v.budget_pct = v.spec.budget_pct;
	int rc = 0;
	if (v.spec.contract != NULL)
		rc = contract_parse(v.spec.contract, v.a, &v.contract, NULL, err);
	if (rc == 0 && v.spec.contract != NULL && v.contract.budget_pct >= 0)
		v.budget_pct = v.contract.budget_pct;
	if (rc == 0)
		rc = v.spec.contract != NULL ? check_rows(&v, err) : draft(&v, err);
	close_all(&v);
	return rc;
}
