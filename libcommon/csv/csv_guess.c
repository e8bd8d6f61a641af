/* SPDX-License-Identifier: Apache-2.0 */
/* csv_guess - marks, shapes and votes. */
#include "csv/csv_guess.h"

#include <string.h>

#include "csv/csv_encoding.h"

enum {
	LOOK_BYTES = 64 << 10, /* of the front, for a shape */
	ENOUGH_UNITS = 4,      /* fewer have no shape */
};

static const struct {
	const char *bytes;
	uint8_t n;
	const char *name;
} marks[] = {
	{ "\xff\xfe\x00\x00", 4, "utf-32le" },
	{ "\x00\x00\xfe\xff", 4, "utf-32be" },
	{ "\xff\xfe", 2, "utf-16le" },
	{ "\xfe\xff", 2, "utf-16be" },
	{ "\xef\xbb\xbf", 3, "utf-8" },
	{ "\x84\x31\x95\x33", 4, "gb18030" },
};

const char *csv_guess_mark(const uint8_t *p, size_t n, uint8_t *out_bytes)
{
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (n < marks[i].n || memcmp(p, marks[i].bytes, marks[i].n) != 0)
			continue;
		*out_bytes = marks[i].n;
		return marks[i].name;
	}
	*out_bytes = 0;
	return NULL;
}

/* What the units of a stretch are under one reading. */
struct units {
	size_t all, ascii, bad;
};

static bool is_control(uint32_t c)
{
	return c < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

static void count(struct units *u, uint32_t c)
{
	u->all++;
	u->ascii += c < 0x7F && !is_control(c);
	u->bad += is_control(c) || (c >= 0x7F && c < 0xA0) || (c >= 0xE000 && c < 0xF900) ||
		  (c & 0xFFFE) == 0xFFFE || c > 0x10FFFF || (c >= 0xFDD0 && c < 0xFDF0);
}

static uint32_t unit_at(const uint8_t *p, size_t bytes, bool big)
{
	uint32_t c = 0;
	for (size_t i = 0; i < bytes; i++)
		c = c << 8 | p[big ? i : bytes - 1 - i];
	return c;
}

/* Surrogates of UTF-16 count when they stand in pairs. */
static struct units read_units(const uint8_t *p, size_t n, size_t bytes, bool big)
{
	struct units u = { 0 };
	bool high = false;
	for (size_t at = 0; at + bytes <= n; at += bytes) {
		const uint32_t c = unit_at(p + at, bytes, big);
		const bool first = c >= 0xD800 && c < 0xDC00;
		const bool second = c >= 0xDC00 && c < 0xE000;
		u.bad += high != second || (bytes == 4 && (first || second));
		high = first;
		count(&u, c);
	}
	return u;
}

/* ASCII text and a few NUL bytes: in UTF-16 of plain text every other byte is one, and other text
 * has bytes beyond ASCII. */
static bool is_spoiled_ascii(const uint8_t *p, size_t n)
{
	size_t nuls = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] >= 0x7F || (p[i] != 0 && is_control(p[i])))
			return false;
		nuls += p[i] == 0;
	}
	return nuls * 4 < n;
}

const char *csv_guess_shape(const uint8_t *p, size_t n)
{
	static const struct {
		const char *name;
		size_t bytes;
		bool big;
	} shapes[] = {
		{ "utf-32le", 4, false },
		{ "utf-32be", 4, true },
		{ "utf-16le", 2, false },
		{ "utf-16be", 2, true },
	};
	const size_t look = n < LOOK_BYTES ? n : LOOK_BYTES;
	if (memchr(p, 0, look) == NULL || is_spoiled_ascii(p, look))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		const struct units u = read_units(p, look, shapes[i].bytes, shapes[i].big);
		if (u.all >= ENOUGH_UNITS && u.bad * 50 <= u.all && u.ascii * 10 >= u.all)
			return shapes[i].name;
	}
	return NULL;
}

static bool has_no_character(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != 0 && csv_encoding_windows_1252(p[i]) == 0)
			return true;
	}
	return false;
}

struct csv_guess_vote csv_guess_lines(const uint8_t *p, size_t n, bool eof)
{
	struct csv_guess_vote v = { 0 };
	for (size_t at = 0; at < n;) {
		const uint8_t *lf = memchr(p + at, '\n', n - at);
		size_t line = lf == NULL ? n - at : (size_t)(lf - p) - at;
		if (lf == NULL && !eof && at > 0)
			break;
		if (lf == NULL && !eof)
			line = csv_encoding_cut((const char *)p, line);
		const bool ascii = csv_encoding_is_ascii(p + at, line);
		const bool proper = ascii || csv_encoding_is_utf8(p + at, line);
		v.utf8 += !ascii && proper;
		v.other += !proper;
		v.odd += !proper && has_no_character(p + at, line);
		at += line + 1;
	}
	return v;
}
