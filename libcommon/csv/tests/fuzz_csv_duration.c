/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv_duration - a duration that is shown is read as the same one. */
#include "base/die.h"
#include "csv/csv_duration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[CSV_DURATION_TEXT_BYTES];
	struct csv_duration d;
	struct csv_duration again;
	size_t at;
	const char *cell = (const char *)data;
	const bool ok = csv_duration_parse(cell, size, &d);
	if ((csv_duration_why(cell, size, &at)[0] == '\0') != ok || at > size)
		bug("verdict %d without words", ok);
	if (!ok)
		return 0;
	csv_duration_format(&d, text);
	if (!csv_duration_parse(text, strlen(text), &again) || memcmp(&d, &again, sizeof(d)) != 0)
		bug("%s is not read again", text);
	return 0;
}
