/* SPDX-License-Identifier: Apache-2.0 */
/* download_repairs - GET /api/datasets/{dataset}/repairs/download: all of them, before and after.
 */
#include "kept_file.h"
#include "validation_routes.h"

int download_repairs(struct http_req *req, struct err *err)
{
	static const struct kept_file kind = {
		.column = "repairs",
		.word = "repairs",
		.none_code = "repairs.none",
		.none = "there is no file of repairs: no row was repaired, or it was kept long "
			"enough",
		.gone_code = "repairs.expired",
		.gone = "the file of repairs is gone",
	};
	return kept_file_send(req, &kind, err);
}
