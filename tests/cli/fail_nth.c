/* SPDX-License-Identifier: Apache-2.0 */
/* fail_nth - preloaded: the n-th call of one function of libc fails. FAIL_WHAT names it, FAIL_AT is
 * n.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *p, size_t n);
ssize_t read(int fd, void *p, size_t n);
int fsync(int fd);
int rename(const char *from, const char *to);
int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags);

static int due(const char *name)
{
	static int calls;
	const char *what = getenv("FAIL_WHAT");
	const char *at = getenv("FAIL_AT");
	if (what == NULL || at == NULL || strcmp(what, name) != 0)
		return 0;
	return ++calls == (int)strtol(at, NULL, 10);
}

static int fail(int number)
{
	errno = number;
	return -1;
}

/* Streams of the process itself do not count. */
ssize_t write(int fd, const void *p, size_t n)
{
	return fd > 2 && due("write") ? fail(ENOSPC) : NEXT(write)(fd, p, n);
}

ssize_t read(int fd, void *p, size_t n)
{
	return fd > 2 && due("read") ? fail(EIO) : NEXT(read)(fd, p, n);
}

int fsync(int fd)
{
	return due("fsync") ? fail(EIO) : NEXT(fsync)(fd);
}

int rename(const char *from, const char *to)
{
	return due("rename") ? fail(EACCES) : NEXT(rename)(from, to);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	return due("linkat") ? fail(EPERM) : NEXT(linkat)(from_dir, from, to_dir, to, flags);
}
