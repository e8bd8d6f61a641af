/* SPDX-License-Identifier: Apache-2.0 */
/* form - formats of strings. */
#include "contract/form.h"

#include <string.h>

#include "contract/json_cell.h"
#include "csv/csv_number.h"

enum { LOCAL_BYTES = 64, LABEL_BYTES = 63, NUMBER_BYTES = 40 };

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool has_blank(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((uint8_t)p[i] <= ' ' || p[i] == 127)
			return true;
	}
	return false;
}

/* Labels of letters, digits, hyphens (and anything above ASCII), at least two of them. */
static bool is_domain(const char *p, size_t n)
{
	size_t label = 0;
	size_t dots = 0;
	for (size_t i = 0; i < n; i++) {
		const char c = p[i];
		if (c == '.') {
			if (label == 0 || p[i - 1] == '-')
				return false;
			label = 0;
			dots++;
			continue;
		}
		if (!is_letter(c) && !is_digit(c) && (uint8_t)c < 128 && (c != '-' || label == 0))
			return false;
		if (++label > LABEL_BYTES)
			return false;
	}
	return dots > 0 && label > 0 && p[n - 1] != '-';
}

static bool is_email(const char *p, size_t n)
{
	const char *at = n == 0 ? NULL : memrchr(p, '@', n);
	if (at == NULL || has_blank(p, n))
		return false;
	const size_t local = (size_t)(at - p);
	if (local < 1 || local > LOCAL_BYTES || p[0] == '.' || p[local - 1] == '.' ||
	    memmem(p, local, "..", 2) != NULL || memchr(p, '@', local) != NULL)
		return false;
	return is_domain(at + 1, n - local - 1);
}

static bool is_uri(const char *p, size_t n)
{
	const char *colon = n == 0 ? NULL : memchr(p, ':', n);
	if (colon == NULL || !is_letter(p[0]) || has_blank(p, n))
		return false;
	for (const char *c = p; c < colon; c++) {
		if (!is_letter(*c) && !is_digit(*c) && *c != '+' && *c != '-' && *c != '.')
			return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (strchr("<>\"{}|\\^`", p[i]) != NULL)
			return false;
	}
	return colon + 1 < p + n;
}

static bool is_binary(const char *p, size_t n)
{
	size_t end = n;
	while (end > 0 && n - end < 2 && p[end - 1] == '=')
		end--;
	for (size_t i = 0; i < end; i++) {
		if (!is_letter(p[i]) && !is_digit(p[i]) && p[i] != '+' && p[i] != '/')
			return false;
	}
	return n % 4 == 0;
}

static bool is_yearmonth(const char *p, size_t n)
{
	static const char shape[] = "dddd-dd";
	if (n != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (shape[i] == 'd' ? !is_digit(p[i]) : p[i] != shape[i])
			return false;
	}
	const int month = (p[5] - '0') * 10 + p[6] - '0';
	return month >= 1 && month <= 12;
}

/* A number with blanks around it, from -bound to bound. */
static bool is_degrees(const char *p, size_t n, double bound)
{
	char padded[NUMBER_BYTES + CSV_PAD_BYTES] = "";
	double v;
	while (n > 0 && *p == ' ') {
		p++;
		n--;
	}
	while (n > 0 && p[n - 1] == ' ')
		n--;
	if (n == 0 || n > NUMBER_BYTES)
		return false;
	memcpy(padded, p, n);
	return csv_number_double(padded, n, &v) && v >= -bound && v <= bound;
}

static bool is_geopoint(const char *p, size_t n)
{
	const char *comma = n == 0 ? NULL : memchr(p, ',', n);
	if (comma == NULL)
		return false;
	const size_t lon = (size_t)(comma - p);
	return is_degrees(p, lon, 180) && is_degrees(comma + 1, n - lon - 1, 90);
}

bool contract_form_fits(enum contract_form form, const char *p, size_t n)
{
	switch (form) {
	case CONTRACT_FORM_EMAIL:
		return is_email(p, n);
	case CONTRACT_FORM_URI:
		return is_uri(p, n);
	case CONTRACT_FORM_BINARY:
		return is_binary(p, n);
	case CONTRACT_FORM_YEARMONTH:
		return is_yearmonth(p, n);
	case CONTRACT_FORM_GEOPOINT:
		return is_geopoint(p, n);
	case CONTRACT_FORM_GEOPOINT_ARRAY:
	case CONTRACT_FORM_GEOPOINT_OBJECT:
	case CONTRACT_FORM_GEOJSON:
	case CONTRACT_FORM_TOPOJSON:
		return contract_json_fits(form, p, n);
	case CONTRACT_FORM_ANY:
		break;
	}
	return true;
}

const char *contract_form_name(enum contract_form form)
{
	static const char *const names[] = {
		[CONTRACT_FORM_ANY] = "text",
		[CONTRACT_FORM_EMAIL] = "an email address",
		[CONTRACT_FORM_URI] = "a URI with its scheme",
		[CONTRACT_FORM_BINARY] = "base64",
		[CONTRACT_FORM_YEARMONTH] = "a year and month such as 2026-11",
		[CONTRACT_FORM_GEOPOINT] = "a point \"longitude, latitude\"",
		[CONTRACT_FORM_GEOPOINT_ARRAY] =
		    "[longitude, latitude], numbers up to 180 and 90 either way",
		[CONTRACT_FORM_GEOPOINT_OBJECT] =
		    "an object of lon and lat alone, up to 180 and 90 either way",
		[CONTRACT_FORM_GEOJSON] = "GeoJSON: its \"type\" must be one of GeoJSON's nine",
		[CONTRACT_FORM_TOPOJSON] =
		    "TopoJSON: its \"type\" must be Topology or a geometry's",
	};
	return names[form];
}
