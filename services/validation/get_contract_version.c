/* SPDX-License-Identifier: Apache-2.0 */
/* get_contract_version - GET /api/datasets/{dataset}/contract/versions/{version}. */
#include "base/text.h"
#include "store.h"
#include "validation.h"
#include "validation_routes.h"

int get_contract_version(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *version = http_param(req, "version");
	struct ref ref;
	int64_t n;
	if (validation_dataset(req, "dataset.read", &ref, err) != 0)
		return -1;
	if (text_parse_i64(version, &n) != 0 || n < 1 || n > INT32_MAX)
		return err_set_code(
		    err, ERR_NOT_FOUND, "contract.unknown", "contract version %.40s", version);
	if (store_version(http_db(req), &ref, version, &r, err) != 0)
		return -1;
	validation_reply_doc(req, 200, db_text(r, 0, "doc"), NULL);
	return 0;
}
