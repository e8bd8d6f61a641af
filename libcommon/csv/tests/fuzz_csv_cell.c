/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv_cell - any bytes as a cell of every type; what was read must not depend on what follows.
 */
#include "base/die.h"
#include "csv/csv_cells.h"
#include "csv/csv_explain.h"
#include "csv/csv_number.h"
#include "csv/csv_time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whole bytes without gaps, so that two of them compare as memory. */
struct values {
	__int128 wide;
	int64_t integer, narrow, stamp, zoned, date;
	uint64_t real, ok, none; /* the double's bits; what was read; fills up to 16 bytes */
};

static struct values read_all(const char *p, size_t n)
{
	struct values v;
	memset(&v, 0, sizeof(v));
	double real = 0;
	int32_t date = 0;
	v.ok |= csv_number_integer(p, n, &v.integer) ? 1U : 0U;
	v.ok |= csv_number_decimal64(p, n, 18, 4, &v.narrow) ? 2U : 0U;
	v.ok |= csv_number_decimal(p, n, 38, 9, &v.wide) ? 4U : 0U;
	v.ok |= csv_number_double(p, n, &real) ? 8U : 0U;
	v.ok |= csv_time_date(p, n, &date) ? 16U : 0U;
	v.ok |= csv_time_stamp(p, n, false, &v.stamp) ? 32U : 0U;
	v.ok |= csv_time_stamp(p, n, true, &v.zoned) ? 64U : 0U;
	memcpy(&v.real, &real, sizeof(real));
	v.date = date;
	return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char room[256 + CSV_PAD_BYTES];
	char message[CSV_MESSAGE_BYTES];
	if (size > 256)
		return 0;
	memset(room, '0', sizeof(room));
	memcpy(room, data, size);
	const struct values a = read_all(room, size);
	memset(room + size, 0xff, sizeof(room) - size);
	const struct values b = read_all(room, size);
	if (memcmp(&a, &b, sizeof(a)) != 0)
		bug("a value depends on the bytes behind its cell");
	for (int type = 0; type < CSV_TYPE_COUNT_; type++) {
		const struct csv_column c = {
			.name = "x", .type = (enum csv_type)type, .precision = 9
		};
		csv_explain(&c, room, size, message);
	}
	return 0;
}
