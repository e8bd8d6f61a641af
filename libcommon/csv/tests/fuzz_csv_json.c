/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv_json - a refused text has words and a place in it; an array of it is JSON as well. */
#include "base/die.h"
#include "csv/csv_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char room[4096 + CSV_PAD_BYTES];
	size_t at;
	if (size > 4000)
		return 0;
	memset(room, ']', sizeof(room));
	room[0] = '[';
	memcpy(room + 1, data, size);
	const bool ok = csv_json_check(room + 1, size, NULL);
	const char *why = csv_json_why(room + 1, size, NULL, &at);
	if ((why[0] == '\0') != ok || at > size)
		bug("verdict %d, \"%s\" at %zu", ok, why, at);
	if (ok && !csv_json_check(room, size + 2, "array") &&
	    csv_json_why(room, size + 2, "array", &at)[0] != 'n') /* nested too deep by one */
		bug("an array of good JSON is none");
	return 0;
}
