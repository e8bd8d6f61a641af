/* SPDX-License-Identifier: Apache-2.0 */
/* http_route - one normal form of paths, percent decoding, and the match against the route table.
 */
#include "kit/http_priv.h"

#include "base/text.h"

#define CODE_PATH "http.bad_path"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

const char *http_decode(struct arena *a, const char *p, size_t n, bool plus, struct err *err)
{
	char *out = arena_alloc(a, n + 1);
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		char c = p[i];

		if (c == '%') {
			int hi = i + 2 < n ? hex_digit(p[i + 1]) : -1;
			int lo = i + 2 < n ? hex_digit(p[i + 2]) : -1;

			if (hi < 0 || lo < 0 || hi * 16 + lo == 0) {
				err_set_code(err, ERR_INPUT, CODE_PATH, "malformed percent escape");
				return NULL;
			}
			c = (char)(hi * 16 + lo);
			i += 2;
		} else if (plus && c == '+') {
			c = ' ';
		}
		out[k++] = c;
	}
	if (!text_is_utf8(out, k)) {
		err_set_code(err, ERR_INPUT, CODE_PATH, "escapes are not UTF-8");
		return NULL;
	}
	return out;
}

/* "%2e" decoded once must not leave another escape behind: whoever decodes twice sees other bytes.
 */
static bool has_escape(const char *s)
{
	for (; (s = strchr(s, '%')) != NULL; s++)
		if (hex_digit(s[1]) >= 0 && hex_digit(s[2]) >= 0)
			return true;
	return false;
}

/* ".", "..", "..;x" and empty segments have more than one meaning between a proxy and us. */
static bool is_plain_segment(const char *s, size_t n, bool is_last)
{
	size_t name = 0;

	if (n == 0)
		return is_last;
	while (name < n && s[name] != ';')
		name++;
	return !(name == 1 && s[0] == '.') && !(name == 2 && s[0] == '.' && s[1] == '.');
}

static int check_path(const char *raw, size_t n, const char *path, struct err *err)
{
	size_t slashes = 0, decoded = 0;

	for (size_t i = 0; i < n; i++)
		slashes += raw[i] == '/';
	for (const char *p = path; *p != '\0'; p++) {
		decoded += *p == '/';
		if (*p == '\\' || (uint8_t)*p < 0x20 || *p == 0x7f)
			return err_set_code(
			    err, ERR_INPUT, CODE_PATH, "forbidden byte in the path");
	}
	if (slashes != decoded || has_escape(path))
		return err_set_code(err, ERR_INPUT, CODE_PATH, "ambiguous escape in the path");
	for (const char *p = path; p != NULL;) {
		const char *next = strchr(p + 1, '/');
		size_t len = next != NULL ? (size_t)(next - p - 1) : strlen(p + 1);

		if (!is_plain_segment(p + 1, len, next == NULL))
			return err_set_code(
			    err, ERR_INPUT, CODE_PATH, "path is not in normal form");
		p = next;
	}
	return 0;
}

/* Every query parameter must decode, so that http_query cannot fail later. */
static int check_query(struct arena *a, const char *query, struct err *err)
{
	return strchr(query, '%') == NULL || http_decode(a, query, strlen(query), true, err) != NULL
		   ? 0
		   : -1;
}

int http_target_parse(struct arena *a, const char *target, const char **out_path,
    const char **out_query, struct err *err)
{
	size_t n = strcspn(target, "?");
	const char *query = target[n] == '?' ? target + n + 1 : target + n;
	const char *path;

	if (target[0] != '/' || strchr(target, '#') != NULL)
		return err_set_code(err, ERR_INPUT, CODE_PATH, "target is not a path");
	path = http_decode(a, target, n, false, err);
	if (path == NULL || check_path(target, n, path, err) != 0 ||
	    check_query(a, query, err) != 0)
		return -1;
	*out_path = path;
	*out_query = query;
	return 0;
}

/* Does path fit pattern? *out_params counts {x} segments, so that literal routes win. */
static bool matches(const char *pattern, const char *path, int *out_params)
{
	int params = 0;

	while (*pattern == '/' && *path == '/') {
		size_t want = strcspn(++pattern, "/");
		size_t have = strcspn(++path, "/");

		if (pattern[0] == '{' && have > 0)
			params++;
		else if (pattern[0] == '{' || want != have || memcmp(pattern, path, want) != 0)
			return false;
		pattern += want;
		path += have;
	}
	*out_params = params;
	return *pattern == '\0' && *path == '\0';
}

static void allow_add(struct buf *b, const char *method)
{
	if (strstr(b->data, method) != NULL)
		return;
	buf_printf(b, "%s%s", b->n > 0 ? ", " : "", method);
	if (strcmp(method, "GET") == 0)
		buf_adds(b, ", HEAD");
}

static bool serves(const struct http_route *r, const char *method)
{
	return strcmp(r->method, method) == 0 ||
	       (strcmp(method, "HEAD") == 0 && strcmp(r->method, "GET") == 0 &&
		   r->mode != HTTP_SSE);
}

/* Rank of a fit: fewer parameters first, then the very method before GET for HEAD. */
static int rank(const struct http_route *r, const char *method, int params)
{
	return 2 * params + (strcmp(r->method, method) != 0);
}

int http_route_find(const struct http_server *s, struct arena *a, const char *method,
    const char *path, const struct http_route **out, const char **out_allow)
{
	int best = INT32_MAX;
	struct buf allow;

	buf_init(&allow, 256);
	for (const struct http_route *r = s->conf.routes; r->method != NULL; r++) {
		int params;

		if (!matches(r->path, path, &params))
			continue;
		if (!serves(r, method)) {
			allow_add(&allow, r->method);
		} else if (rank(r, method, params) < best) {
			best = rank(r, method, params);
			*out = r;
		}
	}
	*out_allow = arena_dup(a, allow.data);
	buf_done(&allow);
	if (best < INT32_MAX)
		return 1;
	return (*out_allow)[0] != '\0' ? -1 : 0;
}

const char *http_route_param(
    struct arena *a, const struct http_route *r, const char *path, const char *name)
{
	const char *pattern = r->path;

	while (*pattern == '/') {
		size_t want = strcspn(++pattern, "/");
		size_t have = strcspn(++path, "/");

		if (pattern[0] == '{' && want == strlen(name) + 2 &&
		    memcmp(pattern + 1, name, want - 2) == 0)
			return arena_dup_n(a, path, have);
		pattern += want;
		path += have;
	}
	return NULL;
}
