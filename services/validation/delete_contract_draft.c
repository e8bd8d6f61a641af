/* SPDX-License-Identifier: Apache-2.0 */
/* delete_contract_draft - DELETE /api/datasets/{dataset}/contract/draft. */
#include "store.h"
#include "validation.h"
#include "validation_routes.h"

int delete_contract_draft(struct http_req *req, struct err *err)
{
	struct ref ref;
	int64_t if_match;
	if (validation_dataset(req, "contract.write", &ref, err) != 0 ||
	    validation_if_match(req, &if_match, err) != 0 ||
	    store_draft_delete(http_db(req), &ref, if_match, err) != 0)
		return -1;
	http_reply_empty(req, 204);
	return 0;
}
