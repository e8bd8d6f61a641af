/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv_value - any bytes as a cell of a column of any kind: the value may not depend on what
 * stands behind the cell, and a refused one gets words. Byte 0 chooses the column. */
#include "base/die.h"
#include "csv/csv_explain.h"
#include "csv/csv_value.h"
#include "csv/csv_zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const yes[] = { "ja", "1", NULL };
static const char *const no[] = { "nein", NULL };

static struct csv_column columns[] = {
	{ .type = CSV_INTEGER, .group_char = ' ' },
	{ .type = CSV_DECIMAL,
	    .precision = 18,
	    .scale = 2,
	    .decimal_char = ',',
	    .group_char = '.' },
	{ .type = CSV_DECIMAL, .precision = 38, .scale = 9, .not_bare = true, .group_char = ',' },
	{ .type = CSV_DOUBLE, .decimal_char = ',', .not_bare = true },
	{ .type = CSV_BOOLEAN, .yes = yes, .no = no },
	{ .type = CSV_BOOLEAN },
	{ .type = CSV_DATE, .format = "%d. %B %Y", .locale = "de" },
	{ .type = CSV_DATE, .format = "%e-%b-%y", .locale = "pl" },
	{ .type = CSV_DATE, .format = "%Y%j" },
	{ .type = CSV_TIME },
	{ .type = CSV_TIME, .format = "%I:%M:%S.%f %p" },
	{ .type = CSV_TIMESTAMP },
	{ .type = CSV_TIMESTAMP, .format = "%F %T" },
	{ .type = CSV_TIMESTAMPTZ },
	{ .type = CSV_TIMESTAMPTZ, .zone = NULL },
	{ .type = CSV_TIMESTAMPTZ, .format = "%d/%m/%Y %R%z" },
	{ .type = CSV_DURATION },
	{ .type = CSV_UUID },
	{ .type = CSV_JSON },
	{ .type = CSV_JSON, .format = "object" },
};

static void open_columns(void)
{
	static struct csv_zone *zone;
	struct err err = { 0 };
	if (zone != NULL)
		return;
	if (csv_zone_open("America/Nuuk", &zone, &err) != 0)
		bug("%s", err.msg);
	columns[14].zone = zone;
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		columns[i].name = "x";
		if (csv_value_check_column(&columns[i], &err) != 0)
			bug("column %zu: %s", i, err.msg);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char room[1024 + CSV_PAD_BYTES];
	char message[CSV_MESSAGE_BYTES];
	_Alignas(16) char a[16] = "";
	_Alignas(16) char b[16] = "";
	open_columns();
	if (size < 1 || size > 1024)
		return 0;
	const struct csv_column *c = &columns[data[0] % ARRAY_SIZE(columns)];
	const size_t n = size - 1;
	memset(room, '0', sizeof(room));
	memcpy(room, data + 1, n);
	const bool ok = csv_value_parse(c, room, n, a);
	memset(room + n, 0xff, sizeof(room) - n);
	if (csv_value_parse(c, room, n, b) != ok || memcmp(a, b, sizeof(a)) != 0)
		bug("a value depends on the bytes behind its cell");
	if (!ok)
		csv_explain(c, room, n, message);
	return 0;
}
