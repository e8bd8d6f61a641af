/* SPDX-License-Identifier: Apache-2.0 */
/* rejects - refused rows to a file, and the first of them to the screen. */
#include "rejects.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "contract/refused.h"
#include "csv/csv_mend.h"
#include "kit/json.h"

int cli_rejects_header(struct cli_lines *l, const char *const *names, size_t n, struct err *err)
{
	struct buf line;
	buf_init(&line, CLI_LINES_HEADER_BYTES);
	csv_mend_header(&line, names, n);
	const int rc = cli_lines_header(l, &line, err);
	buf_done(&line);
	return rc;
}

static int render_line(
    void *arg, const struct contract_run_view *view, struct buf *out, struct err *err)
{
	(void)arg;
	(void)err;
	for (size_t i = 0; i < view->batch->n_rejects; i++) {
		const size_t at = cli_lines_begin(out);
		csv_mend_row(out, &view->batch->rejects[i], &view->block->dialect,
		    view->schema->header, view->schema->file_columns);
		cli_lines_end(out, at);
	}
	return 0;
}

struct contract_sink cli_rejects_sink(struct cli_lines *l)
{
	return (
	    struct contract_sink){ .arg = l, .render = render_line, .deliver = cli_lines_deliver };
}

static void list_one(
    struct buf *out, const struct contract_run_view *view, const struct csv_reject *r)
{
	char raw[CONTRACT_REFUSED_RAW];
	struct contract_refused f = {
		.line = r->line,
		.row = r->row,
		.offset = (int64_t)r->offset,
		.length = (int64_t)r->length,
		.file_column = r->file_column,
		.column = r->file_column < 0 ? NULL : view->schema->header[r->file_column],
		.rule = r->rule,
		.message = { (const uint8_t *)r->message, strlen(r->message) },
		.raw.p = (const uint8_t *)raw,
	};
	f.raw.n = contract_refused_raw(r, raw, &f.raw_truncated);
	const size_t at = cli_lines_begin(out);
	contract_refused_json(out, &f);
	buf_addc(out, '}');
	cli_lines_end(out, at);
}

static int render_list(
    void *arg, const struct contract_run_view *view, struct buf *out, struct err *err)
{
	const struct cli_reject_list *l = arg;
	(void)err;
	if (atomic_load_explicit(&l->full, memory_order_relaxed))
		return 0;
	for (size_t i = 0; i < view->batch->n_rejects && i < CLI_REJECTS_LISTED; i++)
		list_one(out, view, &view->batch->rejects[i]);
	return 0;
}

static int deliver_list(void *arg, const struct buf *rendered, struct err *err)
{
	struct cli_reject_list *l = arg;
	(void)err;
	if (l->rows.cap == 0)
		buf_init(&l->rows, CLI_REJECTS_LIST_BYTES);
	for (size_t at = 0; at < rendered->n && l->n < CLI_REJECTS_LISTED;) {
		uint64_t n;
		memcpy(&n, rendered->data + at, sizeof(n));
		at += sizeof(n);
		buf_printf(&l->rows, "%s{\"seq\":%lld", l->n > 0 ? "," : "", (long long)l->n + 1);
		buf_add(&l->rows, rendered->data + at, n);
		at += n;
		l->n++;
	}
	if (l->n == CLI_REJECTS_LISTED)
		atomic_store(&l->full, true);
	return 0;
}

struct contract_sink cli_reject_list_sink(struct cli_reject_list *l)
{
	return (struct contract_sink){ .arg = l, .render = render_list, .deliver = deliver_list };
}

int cli_reject_list_add(
    const struct cli_reject_list *l, int64_t rejected, cJSON *report, struct err *err)
{
	struct buf rows;
	buf_init(&rows, CLI_REJECTS_LIST_BYTES);
	buf_addc(&rows, '[');
	if (l->rows.n > 0)
		buf_add(&rows, l->rows.data, l->rows.n);
	buf_addc(&rows, ']');
	const int rc = buf_check(&rows, err);
	if (rc == 0) {
		cJSON *o = cJSON_AddObjectToObject(report, "rejects");
		js_add_i64(o, "count", rejected);
		js_add_i64(o, "left_out", rejected - l->n);
		(void)cJSON_AddRawToObject(o, "rows", rows.data);
	}
	buf_done(&rows);
	return rc;
}

/* As struct cli_shown is sent from a block to the showcase. */
struct record {
	struct csv_reject r;
	size_t raw_n;
};

static int render_first(
    void *arg, const struct contract_run_view *view, struct buf *out, struct err *err)
{
	struct cli_showcase *s = arg;
	(void)err;
	if (atomic_load_explicit(&s->full, memory_order_relaxed))
		return 0;
	for (size_t i = 0; i < view->batch->n_rejects && i < s->most; i++) {
		struct record k = { .r = view->batch->rejects[i] };
		k.raw_n = k.r.raw.n < CSV_RAW_BYTES ? k.r.raw.n : CSV_RAW_BYTES;
		buf_add(out, &k, sizeof(k));
		buf_add(out, k.r.raw.p, k.raw_n);
	}
	return 0;
}

static void keep(struct cli_showcase *s, const struct record *k, const char *raw)
{
	struct cli_shown *shown = &s->list[s->n++];
	*shown = (struct cli_shown){
		.row = k->r.row,
		.line = k->r.line,
		.file_column = k->r.file_column,
		.rule = k->r.rule,
		.raw = mem_alloc(k->raw_n + CSV_PAD_BYTES),
		.raw_n = k->raw_n,
		.raw_whole = k->raw_n == k->r.raw.n,
	};
	memcpy(shown->message, k->r.message, sizeof(shown->message));
	memcpy(shown->raw, raw, k->raw_n);
}

static int deliver_first(void *arg, const struct buf *rendered, struct err *err)
{
	struct cli_showcase *s = arg;
	(void)err;
	if (s->list == NULL)
		s->list = mem_array(s->most, sizeof(*s->list));
	for (size_t at = 0; at < rendered->n && s->n < s->most;) {
		struct record k;
		memcpy(&k, rendered->data + at, sizeof(k));
		at += sizeof(k);
		keep(s, &k, rendered->data + at);
		at += k.raw_n;
	}
	if (s->n == s->most)
		atomic_store(&s->full, true);
	return 0;
}

struct contract_sink cli_showcase_sink(struct cli_showcase *s)
{
	return (struct contract_sink){ .arg = s, .render = render_first, .deliver = deliver_first };
}

void cli_showcase_done(struct cli_showcase *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->list[i].raw);
	free(s->list);
	s->list = NULL;
	s->n = 0;
}
