/* SPDX-License-Identifier: Apache-2.0 */
/* publish_contract - POST /api/datasets/{dataset}/contract/publish; what waited for it starts. */
#include <stdio.h>

#include "base/text.h"
#include "store.h"
#include "validation.h"
#include "validation_routes.h"

/* The doorbell for each started run; the rows are committed, so losing one costs a sweep. */
static void ring_for(const struct db_result *runs)
{
	for (int i = 0; i < db_rows(runs); i++) {
		struct ring_msg m = { 0 };
		(void)snprintf(m.run_id, sizeof(m.run_id), "%s", db_text(runs, i, "run_id"));
		svc_ring_put(svc_self(), RING_RUNS, &m);
		svc_ring_put(svc_self(), RING_VALIDATE, &m);
	}
}

int publish_contract(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) runs = NULL;
	const char *version;
	int64_t if_match;
	int64_t number = 0;
	struct ref ref;
	if (validation_dataset(req, "contract.write", &ref, err) != 0 ||
	    validation_if_match(req, &if_match, err) != 0 ||
	    store_publish(http_db(req), &ref, if_match, http_caller(req)->user_name,
		http_arena(req), &version, &runs, err) != 0)
		return -1;
	ring_for(runs);
	cJSON *doc = js_object(http_arena(req));
	if (text_parse_i64(version, &number) == 0)
		js_add_i64(doc, "version", number);
	cJSON *started = cJSON_AddArrayToObject(doc, "started_runs");
	for (int i = 0; i < db_rows(runs); i++)
		cJSON_AddItemToArray(started, cJSON_CreateString(db_text(runs, i, "run_id")));
	http_reply_json(req, 200, doc);
	return 0;
}
