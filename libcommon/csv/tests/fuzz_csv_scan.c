/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv_scan - any bytes through the whole reader: the cut into blocks may not change a row. */
#include "csv_fixture.h"

#include "base/die.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole;
	struct buf cut;
	if (size < 2 || size > 4096)
		return 0;
	buf_init(&whole, 4 << 20);
	buf_init(&cut, 4 << 20);
	const size_t block = data[0] % 64 + 1;
	const char *text = (const char *)data + 1;
	(void)fixture_scan(text, size - 1, NULL, 0, 0, &whole);
	(void)fixture_scan(text, size - 1, NULL, block, 0, &cut);
	if (strcmp(whole.data, cut.data) != 0)
		bug("blocks of %zu bytes change the rows:\n%s\n%s", block, whole.data, cut.data);
	buf_done(&whole);
	buf_done(&cut);
	return 0;
}
