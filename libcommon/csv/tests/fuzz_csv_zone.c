/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv_zone - any bytes as a TZif file; what opens must answer at every time. */
#include <stdlib.h>

#include "base/die.h"
#include "base/mem.h"
#include "csv/csv_zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t spots[] = { -62135596800, -2000000000, 0, 1782900000, 4000000000,
		253402300799 };
	struct csv_zone *z = NULL;
	struct err err = { 0 };
	if (csv_zone_read("x", data, size, &z, &err) != 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(spots); i++) {
		int64_t utc = spots[i];
		if (csv_zone_utc(z, spots[i], &utc) == CSV_ZONE_GAP)
			continue;
		if (llabs(utc - spots[i]) > 2 * 93600 || llabs(csv_zone_offset(z, utc)) > 93600)
			bug("an offset of more than a day");
	}
	csv_zone_free(&z);
	return 0;
}
