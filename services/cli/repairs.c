/* SPDX-License-Identifier: Apache-2.0 */
/* repairs - repaired rows to a file. */
#include "repairs.h"

#include <string.h>

#include "csv/csv_mend.h"

int cli_repairs_header(struct cli_lines *l, struct err *err)
{
	struct buf line;
	buf_init(&line, CLI_LINES_HEADER_BYTES);
	buf_adds(&line, "_repair,_row,_line,_offset,_rule,_message,_before,_after\n");
	const int rc = cli_lines_header(l, &line, err);
	buf_done(&line);
	return rc;
}

static void add_text(struct buf *out, const void *p, size_t n)
{
	buf_addc(out, ',');
	csv_mend_cell(out, p, contract_notes_cut(p, n));
}

static void add_repair(struct buf *out, const struct csv_repair *r)
{
	const size_t at = cli_lines_begin(out);
	buf_printf(out, ",%lld,%lld,%llu,%s", (long long)r->row, (long long)r->line,
	    (unsigned long long)r->offset, r->rule);
	add_text(out, r->message, strlen(r->message));
	add_text(out, r->before.p, r->before.n);
	add_text(out, r->after, r->after_n);
	buf_addc(out, '\n');
	cli_lines_end(out, at);
}

static int render(void *arg, const struct contract_run_view *view, struct buf *out, struct err *err)
{
	(void)arg;
	(void)err;
	for (size_t i = 0; i < view->batch->n_repairs; i++)
		add_repair(out, &view->batch->repairs[i]);
	return 0;
}

struct contract_sink cli_repairs_sink(struct cli_lines *l)
{
	return (struct contract_sink){ .arg = l, .render = render, .deliver = cli_lines_deliver };
}
