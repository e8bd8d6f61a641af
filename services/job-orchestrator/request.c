/* SPDX-License-Identifier: Apache-2.0 */
/* request - what the operations on runs share. */
#include "request.h"
#include "base/uuid.h"
#include "orchestrator.h"
#include "store.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 16 };

static int unknown_run(struct err *err, const char *run_id)
{
	return err_set_code(err, ERR_NOT_FOUND, "run.unknown", "run %.40s", run_id);
}

int request_run_id(const struct http_req *req, const char **out, struct err *err)
{
	const char *run_id = http_param(req, "run_id");

	if (!uuid_is_valid(run_id))
		return unknown_run(err, run_id);
	*out = run_id;
	return 0;
}

int request_reply_run(struct http_req *req, int status, const char *run_id, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (store_get_run(http_db(req), run_id, http_domains(req), &r, err) != 0)
		return -1;
	const char *doc = db_text(r, 0, "doc");
	if (!doc)
		return unknown_run(err, run_id);
	http_reply_text(req, status, "application/json", doc, strlen(doc));
	return 0;
}

int request_audit(struct http_req *req, const char *action, const char *run_id, struct err *err)
{
	const struct http_caller *who = http_caller(req);
	const char *address = http_header(req, "X-Real-IP");
	const struct store_act act = {
		.user_id = who->user_id,
		.user_name = who->user_name,
		.action = action,
		.object = arena_printf(http_arena(req), "run %s", run_id),
		.request_id = http_id(req),
		.address = address ? address : "",
	};

	return store_audit(http_db(req), &act, err);
}

void request_ring(const char *run_id)
{
	struct ring_msg m = { .subject = "run" };

	snprintf(m.run_id, sizeof(m.run_id), "%s", run_id);
	svc_ring_put(orchestrator()->svc, RING_RUNS, &m);
}

static bool is_known(const char *word, const char *const *known)
{
	for (; *known; known++)
		if (strcmp(word, *known) == 0)
			return true;
	return false;
}

int request_words(struct http_req *req, const char *name, const char *const *known,
    const char **out, struct err *err)
{
	struct arena *a = http_arena(req);
	const char *words[WORDS_MAX], *p = http_query(req, name);
	size_t n = 0;

	*out = NULL;
	if (!p || !p[0])
		return 0;
	for (; n < WORDS_MAX; p++) {
		const size_t len = strcspn(p, ",");
		words[n] = arena_dup_n(a, p, len);
		if (!is_known(words[n++], known))
			return err_set_code(err, ERR_INPUT, "field.invalid", "%s: %.40s is no %s",
			    name, words[n - 1], name);
		p += len;
		if (!*p)
			break;
	}
	*out = db_array(a, words, n);
	return 0;
}
