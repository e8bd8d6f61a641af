/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_http - request heads, targets and body framing. A message cut anywhere must read the same.
 */
#include "kit/http_priv.h"

#include "base/die.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static size_t body_n;

static int on_body(void *arg, const uint8_t *p, size_t n)
{
	(void)arg;
	(void)p;
	body_n += n;
	return 0;
}

/* Body bytes of the message behind the head, read in steps; SIZE_MAX when refused. */
static size_t read_body(struct http_parser ps, const uint8_t *p, size_t n, size_t step)
{
	struct err err;
	size_t used;

	body_n = 0;
	ps.ll.data = &ps; /* a copy, so that each reading starts from the same point */
	for (size_t at = 0; at < n && !ps.complete; at += used) {
		int rc = http_body_parse(&ps, p + at, n - at < step ? n - at : step, &used, &err);

		if (rc < 0)
			return SIZE_MAX;
		ASSERT(used <= step && at + used <= n);
	}
	return body_n;
}

static void try_message(struct arena *a, const uint8_t *p, size_t n, size_t end)
{
	struct http_parser ps = { .on_body = on_body };
	const char *path, *query;
	struct http_head head;
	struct err err;

	if (http_head_parse(&ps, a, arena_dup_n(a, p, end), end, &head, &err) != 0)
		return;
	ASSERT(head.target[0] != '\0' && head.n_headers <= HTTP_FIELDS_MAX);
	for (size_t i = 0; i < head.n_headers; i++)
		ASSERT(strpbrk(head.headers[i].value, "\r\n") == NULL);
	if (http_target_parse(a, head.target, &path, &query, &err) == 0)
		ASSERT(
		    path[0] == '/' && strstr(path, "/../") == NULL && strstr(path, "//") == NULL);
	if (head.has_body)
		ASSERT(
		    read_body(ps, p + end, n - end, 1) == read_body(ps, p + end, n - end, 1 << 20));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(1 << 26);
	size_t scanned = 0, end = 0, slow = 0, slow_end = 0;
	struct err err;
	int rc = http_head_scan(p, n, &scanned, &end, &err), slow_rc = 0;

	for (size_t i = 1; i <= n && slow_rc == 0; i++)
		slow_rc = http_head_scan(p, i, &slow, &slow_end, &err);
	ASSERT(rc == slow_rc && end == slow_end);
	if (rc == 1)
		try_message(a, p, n, end);
	arena_free(&a);
	return 0;
}
