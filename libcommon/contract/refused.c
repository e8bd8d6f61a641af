/* SPDX-License-Identifier: Apache-2.0 */
/* refused - members of a refused row. */
#include "contract/refused.h"

#include <string.h>

#include "csv/csv_encoding.h"

size_t contract_refused_raw(const struct csv_reject *r, char *out, bool *out_truncated)
{
	const size_t keep = r->raw.n <= CSV_RAW_BYTES
				? r->raw.n
				: csv_encoding_cut((const char *)r->raw.p, CSV_RAW_BYTES);
	*out_truncated = keep < r->raw.n || r->raw_cut;
	return csv_encoding_mend(r->raw.p, keep, out);
}

void contract_refused_text(struct buf *b, const char *name, const void *p, size_t n)
{
	buf_printf(b, ",\"%s\":", name);
	if (p == NULL)
		buf_adds(b, "null");
	else
		buf_add_json_string(b, p, n);
}

void contract_refused_json(struct buf *b, const struct contract_refused *r)
{
	buf_printf(b, ",\"line\":%lld,\"row\":%lld", (long long)r->line, (long long)r->row);
	if (r->file_column < 0)
		buf_adds(b, ",\"column_index\":null");
	else
		buf_printf(b, ",\"column_index\":%d", r->file_column);
	contract_refused_text(b, "column", r->column, r->column == NULL ? 0 : strlen(r->column));
	contract_refused_text(b, "rule", r->rule, strlen(r->rule));
	contract_refused_text(b, "message", r->message.p, r->message.n);
	buf_printf(
	    b, ",\"offset\":%lld,\"length\":%lld", (long long)r->offset, (long long)r->length);
	contract_refused_text(b, "raw", r->raw.p, r->raw.n);
	buf_printf(b, ",\"raw_truncated\":%s", r->raw_truncated ? "true" : "false");
}
