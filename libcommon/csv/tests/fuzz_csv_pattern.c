/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv_pattern - the first line is a format, the rest a cell. */
#include "base/die.h"
#include "csv/csv_pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum csv_type types[] = { CSV_DATE, CSV_TIME, CSV_TIMESTAMP, CSV_TIMESTAMPTZ };
	char text[512 + CSV_PAD_BYTES] = "";
	struct err err = { 0 };
	struct csv_time_stop stop;
	int64_t us = 0;
	if (size > 512)
		return 0;
	memcpy(text, data, size);
	char *end = memchr(text, '\n', size);
	if (end == NULL)
		return 0;
	*end = '\0';
	const size_t n = size - (size_t)(end + 1 - text);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const struct csv_column c = { .type = types[i], .format = text };
		if (csv_pattern_check(&c, &err) != 0)
			continue;
		if (csv_time_column(end + 1, n, &c, &us, &stop) == CSV_TIME_EXPECTED && stop.at > n)
			bug("reading stopped behind the cell");
		if (us < csv_time_days(1, 1, 1) * CSV_TIME_US_PER_DAY - CSV_TIME_US_PER_DAY ||
		    us >
			csv_time_days(9999, 12, 31) * CSV_TIME_US_PER_DAY + 2 * CSV_TIME_US_PER_DAY)
			bug("a time outside the calendar");
	}
	return 0;
}
