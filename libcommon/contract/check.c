/* SPDX-License-Identifier: Apache-2.0 */
/* check - constraints, column by column. */
#include "contract/check.h"

#include <math.h>
#include <stdio.h>

#include "contract/rules.h"
#include "contract/value.h"
#include "csv/csv_explain.h"
#include "csv/csv_time.h"

enum { SHOWN_BYTES = CSV_QUOTED_BYTES + 16 };

static void show_number(__int128 v, unsigned scale, char *out)
{
	char digits[64];
	size_t at = sizeof(digits);
	unsigned __int128 u = v < 0 ? -(unsigned __int128)v : (unsigned __int128)v;
	for (unsigned i = 0; u > 0 || i <= scale; i++) {
		if (i == scale && scale > 0)
			digits[--at] = '.';
		digits[--at] = (char)('0' + (int)(u % 10));
		u /= 10;
	}
	(void)snprintf(
	    out, SHOWN_BYTES, "%s%.*s", v < 0 ? "-" : "", (int)(sizeof(digits) - at), digits + at);
}

/* The value as a person would write it. */
static const char *show(const struct csv_column *c, const struct contract_value *v, char *out)
{
	switch (c->type) {
	case CSV_TEXT:
	case CSV_JSON:
		return csv_explain_quote(csv_text_p(&v->text), csv_text_n(&v->text), out);
	case CSV_DOUBLE:
		(void)snprintf(out, SHOWN_BYTES, "%.17g", v->real);
		break;
	case CSV_BOOLEAN:
		(void)snprintf(out, SHOWN_BYTES, "%s", v->number != 0 ? "true" : "false");
		break;
	case CSV_DATE:
		csv_time_format_date((int32_t)v->number, out);
		break;
	case CSV_TIMESTAMP:
	case CSV_TIMESTAMPTZ:
		csv_time_format_stamp((int64_t)v->number, c->type == CSV_TIMESTAMPTZ, out);
		break;
	case CSV_INTEGER:
	case CSV_DECIMAL:
	case CSV_TIME:
	case CSV_DURATION:
	case CSV_UUID:
	case CSV_TYPE_COUNT_:
		show_number(v->number, c->type == CSV_DECIMAL ? c->scale : 0, out);
		break;
	}
	return out;
}

static void check_required(const struct csv_column *c, struct csv_batch *b, size_t column)
{
	if (b->columns[column].nulls == 0)
		return;
	for (size_t slot = 0; slot < b->rows; slot++) {
		if (csv_batch_is_null(b, column, slot))
			csv_batch_fault(b, slot, c->file_column, CONTRACT_RULE_REQUIRED,
			    "%s: the cell is empty, a value is required", c->name);
	}
}

/* One value against all constraints of its field. */
static void check_value(const struct contract_field *f, const struct csv_column *c,
    struct csv_batch *b, size_t slot, const struct contract_value *v)
{
	char shown[SHOWN_BYTES];
	if (f->allowed != NULL && !contract_value_is_in(f->type, v, f->allowed, f->n_allowed))
		csv_batch_fault(b, slot, c->file_column, CONTRACT_RULE_ENUM,
		    "%s: %s is not one of the %zu allowed values", c->name, show(c, v, shown),
		    f->n_allowed);
	const bool nan = f->type == CSV_DOUBLE && isnan(v->real);
	if (f->minimum != NULL && (nan || contract_value_compare(f->type, v, f->minimum) < 0))
		csv_batch_fault(b, slot, c->file_column, CONTRACT_RULE_MINIMUM,
		    "%s: %s is below the minimum %.40s", c->name, show(c, v, shown),
		    f->minimum->shown);
	if (f->maximum != NULL && (nan || contract_value_compare(f->type, v, f->maximum) > 0))
		csv_batch_fault(b, slot, c->file_column, CONTRACT_RULE_MAXIMUM,
		    "%s: %s is above the maximum %.40s", c->name, show(c, v, shown),
		    f->maximum->shown);
}

/* Bounds of 64-bit columns without a detour: nearly every row passes here. */
static bool passes_fast(const struct contract_field *f, const struct csv_batch *b, size_t column,
    __int128 low, __int128 high)
{
	if (f->allowed != NULL || csv_value_bytes(&b->schema->columns[column]) != sizeof(int64_t) ||
	    f->type == CSV_DOUBLE || b->columns[column].nulls > 0 || b->n_faults > 0)
		return false;
	const int64_t *v = b->columns[column].data;
	const int64_t least = low < INT64_MIN   ? INT64_MIN
			      : low > INT64_MAX ? INT64_MAX
						: (int64_t)low;
	const int64_t most = high > INT64_MAX   ? INT64_MAX
			     : high < INT64_MIN ? INT64_MIN
						: (int64_t)high;
	uint64_t outside = 0;
	for (size_t slot = 0; slot < b->rows; slot++)
		outside |= (uint64_t)(v[slot] < least) | (uint64_t)(v[slot] > most);
	return outside == 0 && low <= INT64_MAX && high >= INT64_MIN;
}

static void check_values(
    const struct contract_field *f, const struct csv_column *c, struct csv_batch *b, size_t column)
{
	const __int128 low = f->minimum == NULL ? INT64_MIN : f->minimum->number;
	const __int128 high = f->maximum == NULL ? INT64_MAX : f->maximum->number;
	if (passes_fast(f, b, column, low, high))
		return;
	for (size_t slot = 0; slot < b->rows; slot++) {
		if (b->fault_of[slot] >= 0 || csv_batch_is_null(b, column, slot))
			continue;
		const struct contract_value v = contract_value_of(c, b->columns[column].data, slot);
		check_value(f, c, b, slot, &v);
	}
}

void contract_check(const struct contract *c, struct csv_batch *b)
{
	for (size_t i = 0; i < c->n_fields; i++) {
		const struct contract_field *f = &c->fields[i];
		const struct csv_column *column = &b->schema->columns[i];
		if (f->required)
			check_required(column, b, i);
		if (f->allowed != NULL || f->minimum != NULL || f->maximum != NULL)
			check_values(f, column, b, i);
	}
}
