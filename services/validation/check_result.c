/* SPDX-License-Identifier: Apache-2.0 */
/* check_result - read what the engine left in its scratch directory and said in its result line. */
#include "check_result.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/limits.h"
#include "kit/json_scan.h"

enum {
	FILE_MAX_BYTES = 16 << 20,
	LINE_ARENA_BYTES = 1 << 20,
	REPORT_MAX_VALUES = 500000, /* of 1,590 columns with their profile */
};

/* NUL has no place in PostgreSQL's text: its escape becomes that of U+FFFD, which is as long. */
static void replace_nul(char *json)
{
	for (char *p = strchr(json, '\\'); p != NULL; p = strchr(p, '\\')) {
		if (strncmp(p, "\\u0000", 6) == 0)
			memcpy(p, "\\ufffd", 6);
		p += p[1] != '\0' ? 2 : 1;
	}
}

/* A file of the engine, at most FILE_MAX_BYTES; NULL when there is none. */
static const char *read_file(const char *scratch, const char *name, struct arena *a)
{
	struct stat st;
	char *text = NULL;
	size_t n = 0;
	const int fd = open(arena_printf(a, "%s/%s", scratch, name),
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX_BYTES) {
		const size_t size = (size_t)st.st_size;
		text = arena_alloc(a, size + 1);
		for (ssize_t got; n < size && (got = read(fd, text + n, size - n)) > 0;)
			n += (size_t)got;
	}
	(void)close(fd);
	if (text != NULL)
		replace_nul(text);
	return text;
}

static bool is_object(const char *p, size_t n)
{
	struct arena *a = arena_new(LINE_ARENA_BYTES);
	struct err ignored = { 0 };
	cJSON *v = NULL;
	const bool yes = js_parse(p, n, a, &v, &ignored) == 0 && cJSON_IsObject(v);
	arena_free(&a);
	return yes;
}

/* A report may hold more values than we read ourselves: it goes to PostgreSQL as it stands. */
static bool is_report(const char *text)
{
	struct err ignored = { 0 };
	return text[0] == '{' &&
	       js_scan_check(text, strlen(text), REPORT_MAX_VALUES, JS_MAX_DEPTH, &ignored) == 0;
}

const char *check_result_lines(const char *text, size_t max, struct arena *a)
{
	struct buf out;
	size_t taken = 0;
	buf_init(&out, FILE_MAX_BYTES + 2);
	buf_addc(&out, '[');
	for (const char *line = text; taken < max && *line != '\0';) {
		const size_t n = strcspn(line, "\n");
		if (n > 0 && is_object(line, n)) {
			if (taken++ > 0)
				buf_addc(&out, ',');
			buf_add(&out, line, n);
		}
		line += n + (line[n] == '\n');
	}
	buf_addc(&out, ']');
	const char *array = out.overflow ? "[]" : arena_dup_n(a, out.data, out.n);
	buf_done(&out);
	return array;
}

static int read_verdict(const cJSON *line, struct check_result *out, struct err *err)
{
	static const char *const names[] = { "good", "over_budget", "unusable", "draft" };
	const char *name = js_str(line, "verdict");
	for (size_t i = 0; name != NULL && i < ARRAY_SIZE(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			out->verdict = (enum check_verdict)i;
			out->verdict_name = names[i];
			return 0;
		}
	}
	return err_set(err, ERR_INTERNAL, "the engine gave no verdict");
}

static const cJSON *member(const cJSON *line, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(line, name);
	return v == NULL || cJSON_IsNull(v) ? NULL : v;
}

/* The account is a gate (design.md 4.5): rows that vanished between reading and writing stop the
 * run. A draft judges no row, so rows read are all it has. */
static int check_account(const struct check_result *r, struct err *err)
{
	const int64_t read = js_i64(r->account, "read", 0);
	const int64_t kept = js_i64(r->account, "good", 0) + js_i64(r->account, "repaired", 0);
	const int64_t judged = r->verdict == CHECK_DRAFT ? 0 : read;
	int64_t written = 0;
	const cJSON *file;
	if (judged != kept + r->rejected)
		return err_set(err, ERR_INTERNAL,
		    "the account of the check does not add up: %lld rows read", (long long)read);
	cJSON_ArrayForEach(file, r->silver) written += js_i64(file, "rows", -1);
	if (r->verdict == CHECK_GOOD && written != kept)
		return err_set(err, ERR_INTERNAL, "%lld rows are good, %lld were written",
		    (long long)kept, (long long)written);
	return 0;
}

/* A draft that our own door does not let in is one of a file with thousands of columns. */
static int read_draft(
    const char *scratch, struct arena *a, struct check_result *out, struct err *err)
{
	const char *text = read_file(scratch, "draft.json", a);
	cJSON *draft = NULL;
	if (text == NULL && out->verdict == CHECK_DRAFT)
		return err_set(err, ERR_INTERNAL, "the engine inferred a contract and left none");
	if (text == NULL)
		return 0;
	if (js_parse(text, strlen(text), a, &draft, err) != 0)
		return err_set_code(err, ERR_INPUT, "check.too_wide",
		    "the file has too many columns for a contract to be inferred");
	const cJSON *doc = member(draft, "doc");
	const cJSON *evidence = member(draft, "evidence");
	out->draft = js_print(a, doc != NULL ? doc : draft);
	out->evidence = evidence != NULL ? js_print(a, evidence) : NULL;
	out->unread = js_i64(evidence, "rows_refused", 0);
	return 0;
}

int check_result_read(const cJSON *line, const char *scratch, struct arena *a,
    struct check_result *out, struct err *err)
{
	struct check_result r = {
		.account = member(line, "account"),
		.columns = member(line, "columns"),
		.silver = member(line, "silver"),
		.rules = member(line, "rules"),
		.dialect = member(line, "dialect"),
		.reason = member(line, "reason"),
	};
	r.rejected = js_i64(r.account, "rejected", 0);
	r.repaired = js_i64(r.account, "repaired", 0);
	if (read_verdict(line, &r, err) != 0 || check_account(&r, err) != 0)
		return -1;
	const char *rejects = read_file(scratch, "rejects.jsonl", a);
	const char *detail = read_file(scratch, "report.json", a);
	r.rejects = rejects != NULL ? check_result_lines(rejects, LIMIT_REJECTS_STORED, a) : "[]";
	r.detail = detail != NULL && is_report(detail) ? detail : NULL;
	if (read_draft(scratch, a, &r, err) != 0)
		return -1;
	*out = r;
	return 0;
}
