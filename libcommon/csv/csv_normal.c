/* SPDX-License-Identifier: Apache-2.0 */
/* csv_normal - trim, case and NFC; ASCII without a look at tables. */
#include "csv/csv_normal.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "csv/csv_encoding.h"

/* Unicode's simple mapping leaves it alone, utf8proc's does not. */
enum { SHARP_S = 0xDF };

static bool is_space(utf8proc_int32_t c)
{
	switch (c) {
	case 0x20:
	case 0x85:
	case 0xA0:
	case 0x1680:
	case 0x2028:
	case 0x2029:
	case 0x202F:
	case 0x205F:
	case 0x3000:
	case 0xFEFF:
		return true;
	default:
		return (c >= 0x09 && c <= 0x0D) || (c >= 0x2000 && c <= 0x200A);
	}
}

/* The character at p and its bytes; 0 bytes when there is none. */
static size_t take_character(const char *p, size_t n, utf8proc_int32_t *out)
{
	const utf8proc_ssize_t used =
	    utf8proc_iterate((const utf8proc_uint8_t *)p, (utf8proc_ssize_t)n, out);
	return used > 0 ? (size_t)used : 0;
}

static void trim(const char **p, size_t *n)
{
	utf8proc_int32_t c;
	size_t used;
	while (*n > 0 && (used = take_character(*p, *n, &c)) > 0 && is_space(c)) {
		*p += used;
		*n -= used;
	}
	while (*n > 0) {
		size_t at = *n - 1;
		while (at > 0 && *n - at < 4 && ((uint8_t)(*p)[at] & 0xC0) == 0x80)
			at--;
		if (take_character(*p + at, *n - at, &c) != *n - at || !is_space(c))
			return;
		*n = at;
	}
}

static size_t change_case(bool upper, const char *p, size_t n, char *out)
{
	size_t to = 0;
	for (size_t at = 0; at < n;) {
		utf8proc_int32_t c;
		const size_t used = take_character(p + at, n - at, &c);
		if (used == 0) {
			out[to++] = p[at++];
			continue;
		}
		if (!upper || c != SHARP_S)
			c = upper ? utf8proc_toupper(c) : utf8proc_tolower(c);
		to += (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)out + to);
		at += used;
	}
	return to;
}

/* Composes in place; what cannot be composed stays. */
static size_t compose(char *p, size_t n)
{
	utf8proc_uint8_t *made = NULL;
	const utf8proc_ssize_t got = utf8proc_map((const utf8proc_uint8_t *)p, (utf8proc_ssize_t)n,
	    &made, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (got >= 0 && (size_t)got <= 3 * n) {
		memcpy(p, made, (size_t)got);
		n = (size_t)got;
	}
	free(made);
	return n;
}

size_t csv_normal_text(unsigned flags, const char *p, size_t n, char *out)
{
	if ((flags & CSV_TRIM) != 0)
		trim(&p, &n);
	if ((flags & (CSV_LOWER | CSV_UPPER)) != 0) {
		n = change_case((flags & CSV_UPPER) != 0, p, n, out);
	} else {
		memcpy(out, p, n);
	}
	if ((flags & CSV_NFC) == 0 || csv_encoding_is_ascii((const uint8_t *)out, n))
		return n;
	return compose(out, n);
}
