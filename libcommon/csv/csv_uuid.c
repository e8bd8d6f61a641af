/* SPDX-License-Identifier: Apache-2.0 */
/* csv_uuid - hex digits by table. */
#include "csv/csv_uuid.h"

enum { NONE = 0xFF };

#define X4  NONE, NONE, NONE, NONE
#define X16 X4, X4, X4, X4

/* Value of each hex digit. */
static const uint8_t hex_of[256] = {
	X16,
	X16,
	X16,
	0,
	1,
	2,
	3,
	4,
	5,
	6,
	7,
	8,
	9,
	NONE,
	NONE,
	X4,
	NONE,
	10,
	11,
	12,
	13,
	14,
	15,
	NONE,
	X4,
	X4,
	X16,
	NONE,
	10,
	11,
	12,
	13,
	14,
	15,
	NONE,
	X4,
	X4,
	X16,
	X16,
	X16,
	X16,
	X16,
	X16,
	X16,
	X16,
	X16,
};

/* n hex digits behind the ones in v; no digit sets bits of *bad. */
static inline uint64_t take_hex(const char *p, size_t n, uint64_t v, unsigned *bad)
{
	for (size_t i = 0; i < n; i++) {
		const unsigned digit = hex_of[(uint8_t)p[i]];
		*bad |= digit;
		v = v << 4 | (digit & 15);
	}
	return v;
}

bool csv_uuid_parse(const char *p, size_t n, unsigned __int128 *out)
{
	unsigned bad = 0;
	if (n != CSV_UUID_BYTES || p[8] != '-' || p[13] != '-' || p[18] != '-' || p[23] != '-')
		return false;
	uint64_t high = take_hex(p, 8, 0, &bad);
	high = take_hex(p + 9, 4, high, &bad);
	high = take_hex(p + 14, 4, high, &bad);
	uint64_t low = take_hex(p + 19, 4, 0, &bad);
	low = take_hex(p + 24, 12, low, &bad);
	if (bad > 15)
		return false;
	*out = (unsigned __int128)high << 64 | low;
	return true;
}

void csv_uuid_format(unsigned __int128 v, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (int i = CSV_UUID_BYTES - 1; i >= 0; i--) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			out[i] = '-';
			continue;
		}
		out[i] = digits[(unsigned)v & 15];
		v >>= 4;
	}
	out[CSV_UUID_BYTES] = '\0';
}
