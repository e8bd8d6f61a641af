/* SPDX-License-Identifier: Apache-2.0 */
/* list_contract_versions - GET /api/datasets/{dataset}/contract/versions, newest first. */
#include "base/text.h"
#include "store.h"
#include "validation.h"
#include "validation_routes.h"

int list_contract_versions(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *cursor = http_query(req, "cursor");
	struct ref ref;
	int64_t limit;
	int64_t below;
	if (validation_dataset(req, "dataset.read", &ref, err) != 0 ||
	    validation_limit(req, &limit, err) != 0)
		return -1;
	if (cursor != NULL &&
	    (text_parse_i64(cursor, &below) != 0 || below < 1 || below > INT32_MAX))
		return err_set_code(err, ERR_INPUT, "field.invalid", "cursor is not one of ours");
	if (store_versions(http_db(req), &ref, cursor, limit, &r, err) != 0)
		return -1;
	validation_reply_list(req, r, limit);
	return 0;
}
