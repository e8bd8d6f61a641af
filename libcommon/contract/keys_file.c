/* SPDX-License-Identifier: Apache-2.0 */
/* keys_file - a file without a name that holds records. */
#include "contract/keys_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the file system knows no O_TMPFILE: a name that is taken away at once. */
static int open_named(const char *dir, int *out_fd, struct err *err)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof(path), "%s/keys-XXXXXX", dir) >= (int)sizeof(path))
		return err_set(err, ERR_UNAVAILABLE, "spill file: the path is too long");
	const int fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "make a spill file in %s", dir);
	(void)unlink(path);
	*out_fd = fd;
	return 0;
}

int keys_file_open(const char *dir, int *out_fd, struct err *err)
{
	const int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
		return open_named(dir, out_fd, err);
	if (fd < 0)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "make a spill file in %s", dir);
	*out_fd = fd;
	return 0;
}

int keys_file_write(int fd, uint64_t at, const struct keys_record *r, size_t n, struct err *err)
{
	const uint8_t *p = (const uint8_t *)r;
	size_t left = n * sizeof(*r);
	off_t to = (off_t)(at * sizeof(*r));
	while (left > 0) {
		const ssize_t done = pwrite(fd, p, left, to);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return err_set_errno(
			    err, ERR_UNAVAILABLE, done < 0 ? errno : EIO, "write the spill file");
		p += done;
		to += done;
		left -= (size_t)done;
	}
	return 0;
}

int keys_file_read(int fd, uint64_t at, struct keys_record *r, size_t n, struct err *err)
{
	uint8_t *p = (uint8_t *)r;
	size_t left = n * sizeof(*r);
	off_t from = (off_t)(at * sizeof(*r));
	while (left > 0) {
		const ssize_t done = pread(fd, p, left, from);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return err_set_errno(
			    err, ERR_UNAVAILABLE, done < 0 ? errno : EIO, "read the spill file");
		p += done;
		from += done;
		left -= (size_t)done;
	}
	return 0;
}

void keys_file_drop(int fd, uint64_t at, uint64_t n)
{
	(void)fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
	    (off_t)(at * sizeof(struct keys_record)), (off_t)(n * sizeof(struct keys_record)));
}
