/* SPDX-License-Identifier: Apache-2.0 */
/* get_report - GET /api/reports/{run_id}; cells for those only who may see rows, what stood in
 * the file for those who may see the raw bytes of rejects. */
#include "base/uuid.h"
#include "store_report.h"
#include "validation.h"
#include "validation_routes.h"

int get_report(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *run = http_param(req, "run_id");
	const char *domain;
	if (!uuid_is_valid(run))
		return err_set_code(
		    err, ERR_NOT_FOUND, "report.unknown", "report of run %.40s", run);
	if (store_report_domain(
		http_db(req), run, http_domains(req), http_arena(req), &domain, err) != 0)
		return -1;
	const struct store_report_sight sight = {
		.cells = http_can(req, "rows.read", domain),
		.raw = http_can(req, "rejects.raw", domain),
	};
	if (store_report_get(http_db(req), run, sight, &r, err) != 0)
		return -1;
	validation_reply_doc(req, 200, db_text(r, 0, "doc"), NULL);
	return 0;
}
