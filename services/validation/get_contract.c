/* SPDX-License-Identifier: Apache-2.0 */
/* get_contract - GET /api/datasets/{dataset}/contract; the evidence shows cells of the file to
 * those only who may see rows. */
#include "store.h"
#include "validation.h"
#include "validation_routes.h"

int get_contract(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	struct ref ref;
	if (validation_dataset(req, "dataset.read", &ref, err) != 0 ||
	    store_contract_get(
		http_db(req), &ref, http_can(req, "rows.read", ref.domain), &r, err) != 0)
		return -1;
	validation_reply_doc(req, 200, db_text(r, 0, "doc"), db_text(r, 0, "etag"));
	return 0;
}
