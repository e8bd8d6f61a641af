/* SPDX-License-Identifier: Apache-2.0 */
/* fail_nth - preloaded: the n-th call of one function of libc fails. FAIL_WHAT names it, FAIL_AT is
 * n. CALLS_TO names a file that is told each sync and rename.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *p, size_t n);
ssize_t read(int fd, void *p, size_t n);
int fsync(int fd);
int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags);
int open64(const char *path, int flags, mode_t mode);
ssize_t pread64(int fd, void *p, size_t n, off_t at);
ssize_t pwrite64(int fd, const void *p, size_t n, off_t at);
off_t lseek64(int fd, off_t at, int from);
void *malloc(size_t n);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t n);
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static int due(const char *name)
{
	static int calls;
	const char *what = getenv("FAIL_WHAT");
	const char *at = getenv("FAIL_AT");
	if (what == NULL || at == NULL || strcmp(what, name) != 0)
		return 0;
	return ++calls == (int)strtol(at, NULL, 10);
}

static void tell(const char *name)
{
	const char *path = getenv("CALLS_TO");
	FILE *to = path == NULL ? NULL : fopen(path, "ae");
	if (to == NULL)
		return;
	(void)fprintf(to, "%s\n", name);
	(void)fclose(to);
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
	tell("fsync");
	return due("fsync") ? fail(EIO) : NEXT(fsync)(fd);
}

int rename(const char *from, const char *to)
{
	tell("rename");
	return due("rename") ? fail(EACCES) : NEXT(rename)(from, to);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	return due("linkat") ? fail(EPERM) : NEXT(linkat)(from_dir, from, to_dir, to, flags);
}

int open64(const char *path, int flags, mode_t mode)
{
	return due("open64") ? fail(EMFILE) : NEXT(open64)(path, flags, mode);
}

ssize_t pread64(int fd, void *p, size_t n, off_t at)
{
	return due("pread64") ? fail(EIO) : NEXT(pread64)(fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
	return due("pwrite64") ? fail(ENOSPC) : NEXT(pwrite64)(fd, p, n, at);
}

off_t lseek64(int fd, off_t at, int from)
{
	return due("lseek64") ? fail(EIO) : NEXT(lseek64)(fd, at, from);
}

static void *no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

void *malloc(size_t n)
{
	return due("malloc") ? no_memory() : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return due("malloc") ? no_memory() : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return due("malloc") ? no_memory() : __libc_realloc(p, n);
}
