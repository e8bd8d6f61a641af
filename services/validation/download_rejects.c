/* SPDX-License-Identifier: Apache-2.0 */
/* download_rejects - GET /api/datasets/{dataset}/rejects/download: all of them, to mend and send
 * back. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reject_query.h"
#include "validation.h"
#include "validation_routes.h"

static int open_file(const char *path, int *out_fd, int64_t *out_n, struct err *err)
{
	struct stat st;
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return err_set_code(
		    err, ERR_NOT_FOUND, "rejects.expired", "the reject file is gone");
	if (fd < 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "open reject file");
	if (fstat(fd, &st) != 0) {
		err_set_errno(err, ERR_INTERNAL, errno, "stat reject file");
		(void)close(fd);
		return -1;
	}
	*out_fd = fd;
	*out_n = st.st_size;
	return 0;
}

int download_rejects(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	int64_t n = 0;
	int fd = -1;
	if (reject_query_report(req, "rejects.raw", &r, err) != 0)
		return -1;
	const char *path = db_rows(r) > 0 ? db_text(r, 0, "csv") : NULL;
	if (path == NULL)
		return err_set_code(err, ERR_NOT_FOUND, "rejects.none",
		    "there is no reject file: no row was refused, or it was kept long enough");
	if (open_file(path, &fd, &n, err) != 0)
		return -1;
	http_set_header(req, "Content-Disposition",
	    arena_printf(http_arena(req), "attachment; filename=\"%s-%s-rejects.csv\"",
		http_param(req, "dataset"), db_text(r, 0, "no")));
	http_reply_file(req, 200, "text/csv; charset=utf-8", fd, 0, n);
	return 0;
}
