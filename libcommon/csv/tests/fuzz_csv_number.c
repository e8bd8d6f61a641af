/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv_number - the inline and the thorough ways agree, and doubles are those of strtod. */
#include <math.h>
#include <stdlib.h>

#include "base/die.h"
#include "csv/csv_number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const void *x, const void *y, size_t n, bool a, bool b)
{
	return a == b && (!a || memcmp(x, y, n) == 0);
}

static void check_double(const char *cell, size_t n)
{
	char copy[512];
	char *end = NULL;
	double got[2];
	const bool a = csv_number_double(cell, n, &got[0]);
	const bool b = csv_number_any_double(cell, n, &got[1]);
	if (!same(&got[0], &got[1], sizeof(double), a, b))
		bug("two readings of a double");
	memcpy(copy, cell, n);
	copy[n] = '\0';
	const double want = strtod(copy, &end);
	if (a && !isnan(want) && (end != copy + n || memcmp(&want, &got[0], sizeof(want)) != 0))
		bug("strtod reads %s as %.17g, not %.17g", copy, want, got[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char room[512 + CSV_PAD_BYTES];
	int64_t whole[2];
	int64_t narrow[2];
	__int128 wide[2];
	if (size > 500 || memchr(data, '\0', size) != NULL)
		return 0;
	memset(room, '9', sizeof(room));
	memcpy(room, data, size);
	if (!same(&whole[0], &whole[1], sizeof(int64_t), csv_number_integer(room, size, &whole[0]),
		csv_number_any_integer(room, size, &whole[1])) ||
	    !same(&narrow[0], &narrow[1], sizeof(int64_t),
		csv_number_decimal64(room, size, 17, 4, &narrow[0]),
		csv_number_any_decimal64(room, size, 17, 4, &narrow[1])) ||
	    !same(&wide[0], &wide[1], sizeof(__int128),
		csv_number_decimal(room, size, 38, 9, &wide[0]),
		csv_number_any_decimal(room, size, 38, 9, &wide[1])))
		bug("two readings of a number");
	check_double(room, size);
	return 0;
}
