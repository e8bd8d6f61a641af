/* SPDX-License-Identifier: Apache-2.0 */
/* reject_query - which report a request about rejects means. */
#include "reject_query.h"

#include "base/uuid.h"
#include "store_report.h"
#include "validation.h"

int reject_query_report(
    struct http_req *req, const char *permission, struct db_result **out, struct err *err)
{
	const char *run = http_query(req, "run");
	struct ref ref;
	if (validation_dataset(req, permission, &ref, err) != 0)
		return -1;
	if (run != NULL && !uuid_is_valid(run))
		return err_set_code(
		    err, ERR_NOT_FOUND, "report.unknown", "report of run %.40s", run);
	return store_report_find(http_db(req), &ref, run, out, err);
}
