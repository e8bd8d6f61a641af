/* SPDX-License-Identifier: Apache-2.0 */
/* engine_preview - the preview task: the same file by two contracts. */
#include "engine_preview.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "contract/report.h"
#include "references.h"
#include "task.h"

/* One contract and what it makes of the file. */
struct judged {
	const cJSON *doc;        /* NULL = there is none */
	const cJSON *references; /* as references.h has them */
	struct contract contract;
	struct contract_match match;
	struct contract_run_result result;
	bool unusable; /* `fault` says why */
	struct err fault;
	bool whole; /* the file was read to its end */
};

struct preview {
	struct task *task;
	struct arena *a;
	const char *input, *scratch;
	int64_t input_bytes, max_bytes;
	double budget_pct;
	int fd;
	struct csv_split *split;
	struct judged old, new;
	int passes, pass; /* over the file; the one at work, from 0 */
	atomic_bool stop;
	FILE *refused;               /* by the old contract, in file order */
	struct preview_refused *ago; /* the next of them */
	bool has_ago;
	struct preview_side *fails, *passing;
};

static ssize_t read_input(void *arg, void *p, size_t n, struct err *err)
{
	const struct preview *v = arg;
	ssize_t got;
	do
		got = read(v->fd, p, n);
	while (got < 0 && errno == EINTR);
	return got < 0 ? err_set_errno(err, ERR_INTERNAL, errno, "read the object") : got;
}

static void on_progress(void *arg, const struct contract_run_progress *p)
{
	struct preview *v = arg;
	const int64_t most =
	    v->input_bytes < v->max_bytes || v->input_bytes < 0 ? v->input_bytes : v->max_bytes;
	int64_t at = (int64_t)p->position;
	if (at > most)
		at = most;
	task_progress(v->task, (v->pass * most + at) / v->passes, p->rows, p->rejects);
	if (p->bytes >= (uint64_t)v->max_bytes)
		atomic_store(&v->stop, true);
}

static int render(void *arg, const struct contract_run_view *view, struct buf *out, struct err *err)
{
	(void)arg;
	preview_render(view, out);
	return buf_check(out, err);
}

static int keep(void *arg, const struct buf *rendered, struct err *err)
{
	struct preview *v = arg;
	if (fwrite(rendered->data, 1, rendered->n, v->refused) != rendered->n)
		return err_set_errno(err, ERR_INTERNAL, errno, "write refused rows");
	return 0;
}

static int next_ago(struct preview *v, struct err *err)
{
	if (v->refused == NULL)
		return 0;
	const int rc = preview_read(v->refused, v->ago, err);
	v->has_ago = rc == 1;
	return rc < 0 ? -1 : 0;
}

/* Old rejects that stand before a place and did not come again would pass. */
static int pass_up_to(struct preview *v, uint64_t offset, struct err *err)
{
	while (v->has_ago && v->ago->r.offset < offset) {
		preview_side_add(v->passing, v->ago, v->old.match.schema.header);
		if (next_ago(v, err) != 0)
			return -1;
	}
	return 0;
}

static int compare(void *arg, const struct buf *rendered, struct err *err)
{
	struct preview *v = arg;
	struct preview_refused f;
	for (size_t at = 0; preview_take(rendered->data, rendered->n, &at, &f);) {
		if (pass_up_to(v, f.r.offset, err) != 0)
			return -1;
		if (v->has_ago && v->ago->r.offset == f.r.offset) {
			if (next_ago(v, err) != 0)
				return -1;
		} else {
			preview_side_add(v->fails, &f, v->new.match.schema.header);
		}
	}
	return 0;
}

static int open_split(struct preview *v, struct judged *j, struct err *err)
{
	const struct csv_split_params p = {
		.read = read_input,
		.arg = v,
		.given = j->contract.dialect,
	};
	size_t n;
	csv_split_close(&v->split);
	if (lseek(v->fd, 0, SEEK_SET) != 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "read the object again");
	if (csv_split_open(&p, &v->split, err) != 0)
		return -1;
	const char *const *header = csv_split_header(v->split, &n);
	const char **own = arena_alloc(v->a, (n + 1) * sizeof(*own));
	for (size_t i = 0; i < n; i++) /* the splitter is gone before the names are told */
		own[i] = arena_dup(v->a, header[i]);
	if (contract_match(&j->contract, own, n, v->a, &j->match, err) != 0)
		return -1;
	j->match.schema.repair = j->contract.repair;
	return 0;
}

/* One reading of the file. Blocks are whole rows, so a stop leaves no half one. */
static int run(struct preview *v, struct judged *j, struct contract_run_params *p,
    struct contract_run_result *result, struct err *err)
{
	p->split = v->split;
	p->schema = &j->match.schema;
	p->contract = &j->contract;
	p->threads = 1; /* with more, it would end somewhere else each time */
	p->progress = on_progress;
	p->progress_arg = v;
	p->stop = &v->stop;
	atomic_store(&v->stop, false);
	const int rc = contract_run(p, result, err);
	v->pass++;
	j->whole = rc == 0;
	return rc != 0 && strcmp(err->code, "run.stopped") != 0 ? -1 : 0;
}

static int collect(struct preview *v, struct judged *j, struct contract_keys *keys, struct err *err)
{
	struct contract_run_params p = { .collect = keys };
	struct contract_run_result result = { 0 };
	int rc = references_load(j->references, &j->contract, keys, err);
	if (rc == 0)
		rc = run(v, j, &p, &result, err);
	if (rc == 0)
		rc = contract_keys_finish(keys, err);
	contract_run_done(&result);
	return rc == 0 ? open_split(v, j, err) : -1;
}

static int judge_rows(
    struct preview *v, struct judged *j, const struct contract_sink *sink, struct err *err)
{
	enum contract_key_kind kinds[CONTRACT_MAX_KEYS];
	const struct contract_keys_conf conf = {
		.dir = v->scratch,
		.kinds = kinds,
		.n_keys = j->contract.n_keys,
	};
	struct contract_run_params p = { .sinks = sink, .n_sinks = 1 };
	struct contract_keys *keys = NULL;
	int rc = 0;
	if (conf.n_keys > 0) {
		contract_check_kinds(&j->contract, kinds);
		keys = contract_keys_new(&conf);
		rc = collect(v, j, keys, err);
		p.refuse = keys;
	}
	if (rc == 0)
		rc = run(v, j, &p, &j->result, err);
	contract_keys_free(&keys);
	return rc;
}

static bool is_files_fault(const struct err *err)
{
	return err->kind == ERR_INPUT &&
	       (strncmp(err->code, "file.", 5) == 0 || strncmp(err->code, "header.", 7) == 0);
}

static int judge(
    struct preview *v, struct judged *j, const struct contract_sink *sink, struct err *err)
{
	int rc = open_split(v, j, err);
	if (rc == 0)
		rc = judge_rows(v, j, sink, err);
	if (rc == 0 || !is_files_fault(err))
		return rc;
	j->unusable = true;
	j->fault = *err;
	return 0;
}

static int judge_old(struct preview *v, struct err *err)
{
	const struct contract_sink sink = { .arg = v, .render = render, .deliver = keep };
	if (v->old.doc == NULL)
		return 0;
	const char *path = arena_printf(v->a, "%s/refused", v->scratch);
	v->refused = fopen(path, "w+e");
	if (v->refused == NULL)
		return err_set_errno(err, ERR_INTERNAL, errno, "make a file for refused rows");
	(void)unlink(path);
	if (judge(v, &v->old, &sink, err) != 0)
		return -1;
	if (fflush(v->refused) != 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "write refused rows");
	rewind(v->refused);
	return next_ago(v, err);
}

static int judge_new(struct preview *v, struct err *err)
{
	const struct contract_sink sink = { .arg = v, .render = render, .deliver = compare };
	if (judge(v, &v->new, &sink, err) != 0)
		return -1;
	return v->new.unusable ? 0 : pass_up_to(v, UINT64_MAX, err);
}

static cJSON *verdict_json(struct preview *v, const struct judged *j)
{
	const struct contract_account *account = &j->result.tally.account;
	const double pct = j->contract.budget_pct >= 0 ? j->contract.budget_pct : v->budget_pct;
	const bool spent = contract_budget_spent(account, pct, 0, true);
	if (j->doc == NULL)
		return cJSON_CreateNull();
	const struct contract_outcome o = {
		.verdict = j->unusable ? CONTRACT_UNUSABLE
			   : spent     ? CONTRACT_OVER_BUDGET
				       : CONTRACT_GOOD,
		.tally = j->unusable ? NULL : &j->result.tally,
		.budget_pct = pct,
		.fault = j->unusable ? &j->fault : NULL,
	};
	cJSON *report = contract_report(&o, v->a);
	cJSON *one = cJSON_CreateObject();
	static const char *const members[] = { "verdict", "account", "reason" };
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		cJSON_AddItemToObject(one, members[i],
		    cJSON_Duplicate(cJSON_GetObjectItem(report, members[i]), true));
	return one;
}

static void tell(struct preview *v)
{
	cJSON *result = js_object(v->a);
	cJSON_AddItemToObject(result, "published", verdict_json(v, &v->old));
	cJSON_AddItemToObject(result, "draft", verdict_json(v, &v->new));
	cJSON_AddItemReferenceToObject(result, "fails", preview_side_json(v->fails, v->a));
	cJSON_AddItemReferenceToObject(result, "passes", preview_side_json(v->passing, v->a));
	(void)cJSON_AddBoolToObject(result, "whole",
	    (v->new.unusable || v->new.whole) &&
		(v->old.doc == NULL || v->old.unusable || v->old.whole));
	js_add_i64(result, "rows",
	    v->new.unusable ? v->old.result.tally.account.read : v->new.result.tally.account.read);
	js_add_i64(result, "max_bytes", v->max_bytes);
	task_result(v->task, result);
}

static int parse(struct preview *v, struct judged *j, const cJSON *spec, const char *name,
    const char *references, struct err *err)
{
	j->doc = cJSON_GetObjectItemCaseSensitive(spec, name);
	if (cJSON_IsNull(j->doc))
		j->doc = NULL;
	j->references = cJSON_GetObjectItemCaseSensitive(spec, references);
	if (j->doc == NULL)
		return 0;
	if (contract_parse(j->doc, v->a, &j->contract, NULL, err) != 0)
		return -1;
	v->passes += j->contract.n_keys > 0 ? 2 : 1;
	return 0;
}

static int read_spec(struct preview *v, const cJSON *spec, struct err *err)
{
	const cJSON *pct = cJSON_GetObjectItemCaseSensitive(spec, "budget_pct");
	v->input = js_str(spec, "input");
	v->scratch = js_str(spec, "scratch");
	v->input_bytes = js_i64(spec, "input_bytes", -1);
	v->max_bytes = js_i64(spec, "max_bytes", PREVIEW_BYTES);
	v->budget_pct = cJSON_IsNumber(pct) ? pct->valuedouble : CONTRACT_BUDGET_PCT;
	if (parse(v, &v->old, spec, "published", "published_references", err) != 0 ||
	    parse(v, &v->new, spec, "draft", "draft_references", err) != 0)
		return -1;
	if (v->input == NULL || v->scratch == NULL || v->new.doc == NULL)
		return err_set(
		    err, ERR_INTERNAL, "the specification lacks input, scratch or draft");
	v->fd = open(v->input, O_RDONLY | O_CLOEXEC);
	if (v->fd < 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "open the object");
	return 0;
}

int engine_preview_run(const cJSON *spec, struct task *t, struct err *err)
{
	struct preview v = { .task = t, .a = task_arena(t), .fd = -1 };
	v.fails = preview_side_new(v.a);
	v.passing = preview_side_new(v.a);
	v.ago = arena_alloc(v.a, sizeof(*v.ago));
	int rc = read_spec(&v, spec, err);
	if (rc == 0)
		rc = judge_old(&v, err);
	if (rc == 0)
		rc = judge_new(&v, err);
	if (rc == 0)
		tell(&v);
	contract_run_done(&v.old.result);
	contract_run_done(&v.new.result);
	csv_split_close(&v.split);
	if (v.refused != NULL)
		(void)fclose(v.refused);
	if (v.fd >= 0)
		(void)close(v.fd);
	return rc;
}
