/* SPDX-License-Identifier: Apache-2.0 */
/* kept_file - files of refused and of repaired rows. */
#include "kept_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reject_query.h"

static int open_file(
    const struct kept_file *kind, const char *path, int *out_fd, int64_t *out_n, struct err *err)
{
	struct stat st;
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return err_set_code(err, ERR_NOT_FOUND, kind->gone_code, "%s", kind->gone);
	if (fd < 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "open the %s file", kind->word);
	if (fstat(fd, &st) != 0) {
		err_set_errno(err, ERR_INTERNAL, errno, "stat the %s file", kind->word);
		(void)close(fd);
		return -1;
	}
	*out_fd = fd;
	*out_n = st.st_size;
	return 0;
}

int kept_file_send(struct http_req *req, const struct kept_file *kind, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	int64_t n = 0;
	int fd = -1;
	if (reject_query_report(req, "rejects.raw", &r, err) != 0)
		return -1;
	const char *path = db_rows(r) > 0 ? db_text(r, 0, kind->column) : NULL;
	if (path == NULL)
		return err_set_code(err, ERR_NOT_FOUND, kind->none_code, "%s", kind->none);
	if (open_file(kind, path, &fd, &n, err) != 0)
		return -1;
	http_set_header(req, "Content-Disposition",
	    arena_printf(http_arena(req), "attachment; filename=\"%s-%s-%s.csv\"",
		http_param(req, "dataset"), db_text(r, 0, "no"), kind->word));
	http_reply_file(req, 200, "text/csv; charset=utf-8", fd, 0, n);
	return 0;
}
