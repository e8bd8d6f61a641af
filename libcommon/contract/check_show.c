/* SPDX-License-Identifier: Apache-2.0 */
/* check_show - values as a person would write them, for messages. */
#include <stdio.h>
#include <stdlib.h>

#include "contract/check_priv.h"
#include "csv/csv_number.h"
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
	case CSV_INTEGER:
	case CSV_DECIMAL:
	case CSV_DURATION: /* has no order and no list: never shown */
	case CSV_TYPE_COUNT_:
		csv_number_show(v->number, c->type == CSV_DECIMAL ? c->scale : 0, out);
		break;
	}
	return out;
}
