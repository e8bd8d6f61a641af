/* SPDX-License-Identifier: Apache-2.0 */
/* csv_encoding - Windows-1252 and broken UTF-8 to UTF-8. */
#include "csv/csv_encoding.h"

/* WHATWG index windows-1252, 0x80 to 0x9f; above that it is Latin-1. */
static const uint16_t windows_1252[32] = { 0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
	0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019,
	0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,
	0x017E, 0x0178 };

uint32_t csv_encoding_windows_1252(uint8_t byte)
{
	const uint32_t c = byte >= 0x80 && byte < 0xA0 ? windows_1252[byte - 0x80] : byte;
	return byte >= 0x80 && c == byte && byte < 0xA0 ? 0 : c;
}

static size_t put_character(unsigned c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | (c >> 6));
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	out[0] = (char)(0xE0 | (c >> 12));
	out[1] = (char)(0x80 | ((c >> 6) & 0x3F));
	out[2] = (char)(0x80 | (c & 0x3F));
	return 3;
}

/* Bytes of the well-formed character at p, 0 when it is not one. */
static size_t character_bytes(const uint8_t *p, size_t n)
{
	if (p[0] < 0x80)
		return 1;
	const size_t want = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
	if (p[0] < 0xC2 || p[0] > 0xF4 || n < want)
		return 0;
	for (size_t i = 1; i < want; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	}
	const bool overlong = (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xF0 && p[1] < 0x90);
	const bool outside = (p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF4 && p[1] > 0x8F);
	return overlong || outside ? 0 : want;
}

size_t csv_encoding_mend(const uint8_t *p, size_t n, char *out)
{
	size_t to = 0;
	if (csv_encoding_is_utf8(p, n)) {
		memcpy(out, p, n);
		return n;
	}
	for (size_t at = 0; at < n;) {
		const size_t bytes = character_bytes(p + at, n - at);
		if (bytes == 0) {
			to += put_character(0xFFFD, out + to);
			at++;
			continue;
		}
		memcpy(out + to, p + at, bytes);
		to += bytes;
		at += bytes;
	}
	return to;
}

/* What a processor takes in one step. */
typedef uint64_t pair __attribute__((vector_size(16)));

bool csv_encoding_is_ascii(const uint8_t *p, size_t n)
{
	pair even = { 0 };
	pair odd = { 0 };
	uint64_t rest = 0;
	size_t i = 0;
	for (; i + 4 * sizeof(pair) <= n; i += 4 * sizeof(pair)) {
		pair here[4];
		memcpy(here, p + i, sizeof(here));
		even |= here[0] | here[2];
		odd |= here[1] | here[3];
	}
	for (; i < n; i++)
		rest |= p[i];
	even |= odd;
	return ((even[0] | even[1] | rest) & UINT64_C(0x8080808080808080)) == 0;
}

bool csv_encoding_is_utf8(const uint8_t *p, size_t n)
{
	size_t at = 0;
	while (at < n) {
		uint64_t word;
		if (n - at >= sizeof(word)) {
			memcpy(&word, p + at, sizeof(word));
			if ((word & UINT64_C(0x8080808080808080)) == 0) {
				at += sizeof(word);
				continue;
			}
		}
		const size_t bytes = character_bytes(p + at, n - at);
		if (bytes == 0)
			return false;
		at += bytes;
	}
	return true;
}

size_t csv_encoding_cut(const char *p, size_t n)
{
	size_t back = 0;
	while (back < 4 && back < n && ((uint8_t)p[n - 1 - back] & 0xC0) == 0x80)
		back++;
	if (back == n || back == 4)
		return n;
	const uint8_t lead = (uint8_t)p[n - 1 - back];
	const size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	return back + 1 < want ? n - 1 - back : n;
}
