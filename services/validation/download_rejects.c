/* SPDX-License-Identifier: Apache-2.0 */
/* download_rejects - GET /api/datasets/{dataset}/rejects/download: all of them, to mend and send
 * back. */
#include "kept_file.h"
#include "validation_routes.h"

int download_rejects(struct http_req *req, struct err *err)
{
	static const struct kept_file kind = {
		.column = "csv",
		.word = "rejects",
		.none_code = "rejects.none",
		.none = "there is no reject file: no row was refused, or it was kept long enough",
		.gone_code = "rejects.expired",
		.gone = "the reject file is gone",
	};
	return kept_file_send(req, &kind, err);
}
