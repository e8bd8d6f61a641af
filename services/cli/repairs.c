/* SPDX-License-Identifier: Apache-2.0 */
/* repairs - repaired rows to a file. */
#include "repairs.h"

int cli_repairs_header(struct cli_lines *l, struct err *err)
{
	struct buf line;
	buf_init(&line, CLI_LINES_HEADER_BYTES);
	buf_adds(&line, CONTRACT_NOTES_CSV "\n");
	const int rc = cli_lines_header(l, &line, err);
	buf_done(&line);
	return rc;
}

static int render(void *arg, const struct contract_run_view *view, struct buf *out, struct err *err)
{
	(void)arg;
	(void)err;
	for (size_t i = 0; i < view->batch->n_repairs; i++) {
		const size_t at = cli_lines_begin(out);
		contract_notes_csv_row(out, &view->batch->repairs[i]);
		cli_lines_end(out, at);
	}
	return 0;
}

struct contract_sink cli_repairs_sink(struct cli_lines *l)
{
	return (struct contract_sink){ .arg = l, .render = render, .deliver = cli_lines_deliver };
}
