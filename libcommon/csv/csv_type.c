/* SPDX-License-Identifier: Apache-2.0 */
/* csv_type - the table of types: names, rules and sizes of values. */
#include "csv/csv.h"

const uint8_t csv_text_keep[32] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255 };

static const struct {
	const char *name, *rule;
	size_t bytes;
} types[CSV_TYPE_COUNT_] = {
	[CSV_TEXT] = { "text", CSV_RULE_UTF8, sizeof(struct csv_text) },
	[CSV_INTEGER] = { "integer", CSV_RULE_INTEGER, sizeof(int64_t) },
	[CSV_DECIMAL] = { "decimal", CSV_RULE_DECIMAL, sizeof(__int128) },
	[CSV_DOUBLE] = { "double", CSV_RULE_DOUBLE, sizeof(double) },
	[CSV_BOOLEAN] = { "boolean", CSV_RULE_BOOLEAN, sizeof(uint8_t) },
	[CSV_DATE] = { "date", CSV_RULE_DATE, sizeof(int32_t) },
	[CSV_TIMESTAMP] = { "timestamp", CSV_RULE_TIMESTAMP, sizeof(int64_t) },
	[CSV_TIMESTAMPTZ] = { "timestamptz", CSV_RULE_TIMESTAMP, sizeof(int64_t) },
	[CSV_TIME] = { "time", CSV_RULE_TIME, sizeof(int64_t) },
	[CSV_DURATION] = { "duration", CSV_RULE_DURATION, sizeof(struct csv_duration) },
	[CSV_UUID] = { "uuid", CSV_RULE_UUID, sizeof(unsigned __int128) },
	[CSV_JSON] = { "json", CSV_RULE_JSON, sizeof(struct csv_text) },
};

const char *csv_type_name(enum csv_type type)
{
	return types[type].name;
}

const char *csv_type_rule(enum csv_type type)
{
	return types[type].rule;
}

size_t csv_value_bytes(const struct csv_column *c)
{
	if (c->type == CSV_DECIMAL && c->precision <= CSV_DECIMAL_NARROW)
		return sizeof(int64_t);
	return types[c->type].bytes;
}
