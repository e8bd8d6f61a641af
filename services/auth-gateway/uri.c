/* SPDX-License-Identifier: Apache-2.0 */
/* uri - the one normaliser of the door. */
#include "uri.h"

#include <string.h>

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Bytes that are never escaped by who writes addresses by the book (RFC 3986 unreserved). */
static bool is_unreserved(int c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return true;
	return c != '\0' && strchr("-._~", c) != NULL;
}

/* Bytes a path may hold unescaped: RFC 3986 pchar without ';', which some readers cut at. */
static bool is_plain(char c)
{
	return is_unreserved(c) || (c != '\0' && strchr("!$&'()*+,=:@", c) != NULL);
}

/* The byte an escape at p stands for, or -1 when it is broken or hides what must not be hidden. */
static int escaped_byte(const char *p)
{
	const int high = hex_value(p[1]);
	const int low = high < 0 ? -1 : hex_value(p[2]);
	if (low < 0)
		return -1;
	const int byte = high * 16 + low;
	if (byte < 0x20 || byte == 0x7f || byte == '/' || byte == '\\' || is_unreserved(byte))
		return -1;
	if (byte == '%' && hex_value(p[3]) >= 0 && hex_value(p[4]) >= 0)
		return -1;
	return byte;
}

static bool is_dot_segment(const char *p, size_t n)
{
	return (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.');
}

/* Length of the segment at p (up to '/', '?' or the end), 0 when it is empty or refused. */
static size_t segment_length(const char *p)
{
	size_t n = 0;
	while (p[n] != '\0' && p[n] != '/' && p[n] != '?') {
		if (is_plain(p[n])) {
			n++;
		} else if (p[n] == '%' && escaped_byte(p + n) >= 0) {
			n += 3;
		} else {
			return 0;
		}
	}
	return is_dot_segment(p, n) ? 0 : n;
}

int uri_path(const char *uri, size_t *out_n)
{
	const size_t length = strnlen(uri, URI_MAX_BYTES + 1);
	if (length > URI_MAX_BYTES || uri[0] != '/')
		return -1;
	size_t at = 0;
	while (uri[at] == '/') {
		const size_t n = segment_length(uri + at + 1);
		if (n == 0)
			return -1;
		at += 1 + n;
	}
	*out_n = at;
	return 0;
}
