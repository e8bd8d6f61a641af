/* SPDX-License-Identifier: Apache-2.0 */
/* check_show - values as a person would write them, for messages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "contract/check_priv.h"
#include "csv/csv_number.h"
#include "csv/csv_raw.h"
#include "csv/csv_time.h"
#include "csv/csv_uuid.h"

_Static_assert((int)CHECK_SHOWN_BYTES >= (int)CSV_NUMBER_SHOWN_BYTES, "numbers fit");

/* The shortest text that is the same double. */
static void show_double(double v, char *out)
{
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(out, CHECK_SHOWN_BYTES, "%.*g", digits, v);
		if (strtod(out, NULL) == v)
			return;
	}
}

/* No more digits behind the point than say something. */
static void show_decimal(__int128 v, unsigned scale, char *out)
{
	csv_number_show(v, scale, out);
	size_t n = strlen(out);
	if (scale == 0)
		return;
	while (out[n - 1] == '0')
		n--;
	out[out[n - 1] == '.' ? n - 1 : n] = '\0';
}

const char *check_show(const struct csv_column *c, const struct contract_value *v, char *out)
{
	switch (c->type) {
	case CSV_TEXT:
	case CSV_JSON:
		return csv_explain_quote(csv_text_p(&v->text), csv_text_n(&v->text), out);
	case CSV_DOUBLE:
		show_double(v->real, out);
		break;
	case CSV_BOOLEAN:
		(void)snprintf(out, CHECK_SHOWN_BYTES, "%s", v->number != 0 ? "true" : "false");
		break;
	case CSV_DATE:
		csv_time_format_date((int32_t)v->number, out);
		break;
	case CSV_TIMESTAMP:
	case CSV_TIMESTAMPTZ:
		csv_time_format_stamp((int64_t)v->number, c->type == CSV_TIMESTAMPTZ, out);
		break;
	case CSV_TIME:
		csv_time_format_clock((int64_t)v->number, out);
		break;
	case CSV_UUID:
		csv_uuid_format((unsigned __int128)v->number, out);
		break;
	case CSV_DECIMAL:
		show_decimal(v->number, c->scale, out);
		break;
	case CSV_INTEGER:
	case CSV_DURATION: /* has no order and no list: never shown */
	case CSV_TYPE_COUNT_:
		csv_number_show(v->number, 0, out);
		break;
	}
	return out;
}

/* Without quotes where it is plain to see where the cell ends. */
static const char *show_text(const char *p, size_t n, char *out)
{
	bool plain = n > 0 && n <= CSV_QUOTED_BYTES;
	for (size_t i = 0; i < n && plain; i++)
		plain = p[i] > ' ' && p[i] < 127;
	if (!plain)
		return csv_explain_quote(p, n, out);
	memcpy(out, p, n);
	out[n] = '\0';
	return out;
}

const char *check_show_cell(const struct csv_batch *b, size_t slot, const struct csv_column *c,
    const struct contract_value *v, char *out)
{
	const struct span raw = { b->block + b->at[slot], b->bytes[slot] };
	struct csv_cell cell;
	if (csv_type_is_text(c->type) || b->dialect == NULL || c->file_column < 0 ||
	    !csv_raw_cell(raw, b->dialect, b->schema->file_columns, (size_t)c->file_column, &cell))
		return check_show(c, v, out);
	const char *p = (const char *)raw.p + cell.at;
	const size_t n = cell.n & ~CSV_CELL_DOUBLED;
	if ((cell.n & CSV_CELL_DOUBLED) == 0)
		return show_text(p, n, out);
	char *text = mem_alloc(n);
	(void)show_text(text, csv_row_unquote((const uint8_t *)p, n, b->dialect, text), out);
	free(text);
	return out;
}
