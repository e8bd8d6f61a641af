/* SPDX-License-Identifier: Apache-2.0 */
/* delete_dataset - DELETE /api/datasets/{dataset}; its files are removed when the disk is tidied.
 */
#include "store.h"
#include "validation.h"
#include "validation_routes.h"

int delete_dataset(struct http_req *req, struct err *err)
{
	struct ref ref;
	if (validation_dataset(req, "dataset.write", &ref, err) != 0 ||
	    store_dataset_delete(http_db(req), &ref, err) != 0)
		return -1;
	http_reply_empty(req, 204);
	return 0;
}
