/* SPDX-License-Identifier: Apache-2.0 */
/* rejects - refused rows to a file, and the first of them to the screen. */
#include "rejects.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "csv/csv_mend.h"

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
