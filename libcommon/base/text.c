/* SPDX-License-Identifier: Apache-2.0 */
/* text - small pure functions on text and bytes: names, numbers, hex, base64url, UTF-8. */
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool text_is_name(const char *s)
{
	if (s == NULL || s[0] < 'a' || s[0] > 'z')
		return false;
	size_t n = 1;
	for (; s[n] != '\0'; n++) {
		const bool ok =
		    (s[n] >= 'a' && s[n] <= 'z') || (s[n] >= '0' && s[n] <= '9') || s[n] == '_';
		if (!ok || n >= TEXT_NAME_MAX_BYTES)
			return false;
	}
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int text_parse_i64(const char *s, int64_t *out)
{
	if (s == NULL || !is_digit(s[s[0] == '-' ? 1 : 0]))
		return -1;
	char *end;
	errno = 0;
	const long long v = strtoll(s, &end, 10);
	if (errno != 0 || *end != '\0')
		return -1;
	*out = v;
	return 0;
}

int text_parse_bytes(const char *s, uint64_t *out)
{
	static const struct {
		const char *name;
		uint64_t factor;
	} units[] = {
		{ "", 1 },
		{ "B", 1 },
		{ "kB", 1000 },
		{ "KB", 1000 },
		{ "MB", 1000000 },
		{ "GB", 1000000000 },
		{ "TB", 1000000000000 },
		{ "KiB", 1ull << 10 },
		{ "MiB", 1ull << 20 },
		{ "GiB", 1ull << 30 },
		{ "TiB", 1ull << 40 },
	};
	if (s == NULL || !is_digit(s[0]))
		return -1;
	char *end;
	errno = 0;
	const unsigned long long v = strtoull(s, &end, 10);
	if (errno != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].name) != 0)
			continue;
		return __builtin_mul_overflow((uint64_t)v, units[i].factor, out) ? -1 : 0;
	}
	return -1;
}

void text_hex(const uint8_t *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int text_unhex(const char *s, uint8_t *out, size_t n)
{
	if (s == NULL || strlen(s) != 2 * n)
		return -1;
	for (size_t i = 0; i < 2 * n; i++) {
		if (hex_value(s[i]) < 0)
			return -1;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)((unsigned)hex_value(s[2 * i]) << 4 |
				   (unsigned)hex_value(s[2 * i + 1]));
	return 0;
}

void text_base64url(const uint8_t *p, size_t n, char *out)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint32_t bits = 0;
	int have = 0;
	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | p[i];
		for (have += 8; have >= 6;) {
			have -= 6;
			*out++ = digits[bits >> have & 63];
		}
	}
	if (have > 0)
		*out++ = digits[bits << (6 - have) & 63];
	*out = '\0';
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

int text_unbase64(const char *s, size_t n, uint8_t *out, size_t out_cap, size_t *out_n)
{
	/* Padding is only right where it completes a group of four. */
	size_t padding = 0;
	while (padding < 2 && padding < n && s[n - 1 - padding] == '=')
		padding++;
	if (padding > 0 && n % 4 != 0)
		return -1;
	n -= padding;
	if (n % 4 == 1 || n / 4 * 3 + (n % 4) * 3 / 4 > out_cap)
		return -1;

	uint32_t bits = 0;
	int have = 0;
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		const int v = base64_value(s[i]);
		if (v < 0)
			return -1;
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[used++] = (uint8_t)(bits >> have);
		}
	}
	if ((bits & ((1u << have) - 1)) != 0)
		return -1;
	*out_n = used;
	return 0;
}

/* RFC 3629 table of well-formed sequences: the bounds of the second byte depend on the first. */
size_t text_utf8_char(const void *ptr, size_t n)
{
	const uint8_t *p = ptr;
	if (n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	const size_t len = p[0] >= 0xc2 && p[0] <= 0xdf   ? 2
			   : (p[0] & 0xf0) == 0xe0        ? 3
			   : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4
							  : 0;
	if (len == 0 || n < len)
		return 0;
	const uint8_t low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
	const uint8_t high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

bool text_is_utf8(const void *p, size_t n)
{
	const uint8_t *u = p;
	for (size_t i = 0; i < n;) {
		const size_t len = text_utf8_char(u + i, n - i);
		if (len == 0)
			return false;
		i += len;
	}
	return true;
}

bool text_equal_ct(const void *a, const void *b, size_t n)
{
	const volatile uint8_t *x = a;
	const volatile uint8_t *y = b;
	uint8_t diff = 0;
	for (size_t i = 0; i < n; i++)
		diff |= (uint8_t)(x[i] ^ y[i]);
	return diff == 0;
}

bool text_is_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}
