/* SPDX-License-Identifier: Apache-2.0 */
/* output - nameless files that get a name in the end. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { MODE = 0666, NAME_BYTES = PATH_MAX + 32 };

static int fail(struct err *err, int number, const char *what, const char *path)
{
	if (number == EPIPE)
		return err_set_code(
		    err, ERR_UNAVAILABLE, "output.closed", "%s: nobody reads it any more", path);
	return err_set_errno(err, ERR_UNAVAILABLE, number, "%s %s", what, path);
}

int cli_output_all(int fd, const char *name, const void *p, size_t n, struct err *err)
{
	const char *at = p;
	while (n > 0) {
		const ssize_t put = write(fd, at, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return fail(err, errno, "write", name);
		at += put;
		n -= (size_t)put;
	}
	return 0;
}

int cli_output_spool(int *out_fd, struct err *err)
{
	const char *dir = getenv("TMPDIR");
	char path[NAME_BYTES];
	dir = dir == NULL || *dir == '\0' ? "/tmp" : dir;
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0) {
		(void)snprintf(path, sizeof(path), "%.*s/millrace-XXXXXX", PATH_MAX, dir);
		fd = mkostemp(path, O_CLOEXEC);
		if (fd >= 0)
			(void)unlink(path);
	}
	if (fd < 0)
		return err_set_errno(
		    err, ERR_UNAVAILABLE, errno, "make a temporary file in %s", dir);
	*out_fd = fd;
	return 0;
}

/* The directory of a path, with a NUL behind; new. */
static char *directory_of(const char *path)
{
	char *copy = mem_dup(path);
	char *dir = mem_dup(dirname(copy));
	free(copy);
	return dir;
}

static char *temporary_name(const char *target)
{
	char *copy = mem_dup(target);
	char *dir = directory_of(target);
	const size_t room = strlen(target) + 16;
	char *name = mem_alloc(room);
	(void)snprintf(name, room, "%s/.%s.XXXXXX", dir, basename(copy));
	free(copy);
	free(dir);
	return name;
}

/* A file with a name that is removed unless it is published; has the mode of o->fd, if there is
 * one.
 */
static int open_named(struct cli_output *o)
{
	struct stat st;
	const mode_t mask = umask(0);
	(void)umask(mask);
	const mode_t mode = o->fd >= 0 && fstat(o->fd, &st) == 0 ? st.st_mode : MODE & ~mask;
	o->temporary = temporary_name(o->target);
	const int fd = mkostemp(o->temporary, O_CLOEXEC);
	if (fd < 0) {
		free(o->temporary);
		o->temporary = NULL;
		return -1;
	}
	(void)fchmod(fd, mode & 07777);
	return fd;
}

/* Nameless where the file system knows that, else with a name that is removed. */
static int open_temporary(struct cli_output *o)
{
	char *dir = directory_of(o->target);
	o->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, MODE);
	free(dir);
	if (o->fd < 0 && errno != ENOENT && errno != EACCES && errno != EROFS)
		o->fd = open_named(o);
	return o->fd;
}

static int open_direct(struct cli_output *o)
{
	if (strcmp(o->path, "-") == 0)
		o->fd = dup(STDOUT_FILENO);
	else
		o->fd = open(o->path, O_WRONLY | O_CLOEXEC);
	return o->fd;
}

int cli_output_open(struct cli_output *o, const char *path, struct err *err)
{
	struct stat st;
	*o = (struct cli_output){ .path = path, .fd = -1 };
	const bool there = strcmp(path, "-") != 0 && stat(path, &st) == 0;
	if (there && S_ISDIR(st.st_mode))
		return err_set(err, ERR_UNAVAILABLE, "write %s: is a directory", path);
	int fd;
	if (strcmp(path, "-") == 0 || (there && !S_ISREG(st.st_mode))) {
		fd = open_direct(o);
	} else {
		o->target = there ? realpath(path, NULL) : mem_dup(path);
		fd = o->target == NULL ? -1 : open_temporary(o);
		if (fd >= 0 && there)
			(void)fchmod(fd, st.st_mode & 07777);
	}
	if (fd < 0) {
		const int number = errno;
		cli_output_close(o);
		return fail(err, number, "write", path);
	}
	o->room = mem_alloc(CLI_OUTPUT_BYTES);
	return 0;
}

static int put(struct cli_output *o, const void *p, size_t n, struct err *err)
{
	return cli_output_all(o->fd, o->path, p, n, err);
}

static int flush(struct cli_output *o, struct err *err)
{
	const size_t n = o->n;
	o->n = 0;
	return n == 0 ? 0 : put(o, o->room, n, err);
}

int cli_output_write(struct cli_output *o, const void *p, size_t n, struct err *err)
{
	if (n > CLI_OUTPUT_BYTES - o->n && flush(o, err) != 0)
		return -1;
	if (n >= CLI_OUTPUT_BYTES)
		return put(o, p, n, err);
	memcpy(o->room + o->n, p, n);
	o->n += n;
	return 0;
}

void cli_output_hasten(const struct cli_output *o)
{
	if (o->target != NULL)
		(void)sync_file_range(o->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

/* Where no link can be made (no /proc, a strict kernel) the bytes are copied to a file with a name.
 */
static int copy_to_name(struct cli_output *o)
{
	char block[8192];
	const int to = open_named(o);
	off_t at = 0;
	ssize_t n = -1;
	if (to < 0)
		return -1;
	while ((n = pread(o->fd, block, sizeof(block), at)) > 0) {
		if (write(to, block, (size_t)n) != n)
			break;
		at += n;
	}
	const int rc = n == 0 && fsync(to) == 0 ? 0 : -1;
	(void)close(o->fd);
	o->fd = to;
	return rc;
}

/* A link can be made to a free name only, so the new file first gets one beside the target. */
static int give_name(struct cli_output *o)
{
	char proc[48];
	(void)snprintf(proc, sizeof(proc), "/proc/self/fd/%d", o->fd);
	for (int tries = 0; tries < 100; tries++) {
		char *name = temporary_name(o->target);
		const size_t n = strlen(name);
		(void)snprintf(name + n - 6, 7, "%06x",
		    ((unsigned)getpid() * 100U + (unsigned)tries) & 0xffffffU);
		if (linkat(AT_FDCWD, proc, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0) {
			o->temporary = name;
			return 0;
		}
		free(name);
		if (errno != EEXIST)
			break;
	}
	return copy_to_name(o);
}

static int publish(struct cli_output *o, struct err *err)
{
	if (o->temporary == NULL && give_name(o) != 0)
		return fail(err, errno, "name", o->path);
	if (rename(o->temporary, o->target) != 0)
		return fail(err, errno, "name", o->path);
	free(o->temporary);
	o->temporary = NULL;
	o->published = true;
	return 0;
}

static void sync_directory(const char *dir)
{
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

/* Names that were given are kept by their directories; each is synced once. */
static void sync_names(struct cli_output *const *outputs, size_t n)
{
	char **dirs = mem_array(n, sizeof(*dirs));
	for (size_t i = 0; i < n; i++) {
		bool known = outputs[i]->target == NULL;
		dirs[i] = known ? NULL : directory_of(outputs[i]->target);
		for (size_t j = 0; j < i && !known; j++)
			known = dirs[j] != NULL && strcmp(dirs[i], dirs[j]) == 0;
		if (!known)
			sync_directory(dirs[i]);
	}
	for (size_t i = 0; i < n; i++)
		free(dirs[i]);
	free(dirs);
}

int cli_output_finish(struct cli_output *const *outputs, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (flush(outputs[i], err) != 0)
			return -1;
		cli_output_hasten(outputs[i]);
	}
	for (size_t i = 0; i < n; i++) {
		if (outputs[i]->target != NULL && fsync(outputs[i]->fd) != 0)
			return fail(err, errno, "write", outputs[i]->path);
	}
	for (size_t i = 0; i < n; i++) {
		if (outputs[i]->target != NULL && publish(outputs[i], err) != 0)
			return -1;
	}
	sync_names(outputs, n);
	return 0;
}

void cli_output_close(struct cli_output *o)
{
	if (o->path == NULL)
		return;
	if (o->temporary != NULL)
		(void)unlink(o->temporary);
	if (o->fd >= 0)
		(void)close(o->fd);
	free(o->temporary);
	free(o->target);
	free(o->room);
	*o = (struct cli_output){ .fd = -1 };
}
