/* SPDX-License-Identifier: Apache-2.0 */
/* route_match - which operation a request is. */
#include "route_match.h"

#include <string.h>

/* Bytes of the segment at p, which ends at '/' or at end. */
static size_t segment(const char *p, const char *end)
{
	const char *slash = memchr(p, '/', (size_t)(end - p));
	return (size_t)((slash != NULL ? slash : end) - p);
}

static bool path_matches(const char *pattern, const char *path, size_t path_n)
{
	const char *pattern_end = pattern + strlen(pattern);
	const char *end = path + path_n;
	while (pattern < pattern_end && path < end) {
		if (*pattern++ != '/' || *path++ != '/')
			return false;
		const size_t want = segment(pattern, pattern_end);
		const size_t have = segment(path, end);
		if (have == 0)
			return false;
		if (pattern[0] != '{' && (want != have || memcmp(pattern, path, have) != 0))
			return false;
		pattern += want;
		path += have;
	}
	return pattern == pattern_end && path == end;
}

enum route_verdict route_match(const struct gateway_route *routes, const char *method,
    const char *path, size_t path_n, const struct gateway_route **out)
{
	enum route_verdict verdict = ROUTE_UNKNOWN;
	for (const struct gateway_route *r = routes; r->method != NULL; r++) {
		if (!path_matches(r->path, path, path_n))
			continue;
		if (strcmp(r->method, method) == 0) {
			*out = r;
			return ROUTE_FOUND;
		}
		verdict = ROUTE_OTHER_METHOD;
	}
	return verdict;
}

bool route_is_safe(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
	       strcmp(method, "OPTIONS") == 0;
}
