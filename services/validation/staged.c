/* SPDX-License-Identifier: Apache-2.0 */
/* staged - bring what the engine wrote from its scratch directory to its final name, durably. */
#include "staged.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/die.h"

enum { COPY_STEP_BYTES = 1 << 24, DIR_MODE = 0755, FILE_MODE = 0644 };

void staged_init(
    struct staged *s, struct arena *a, const char *scratch, const char *final_dir, const char *stem)
{
	*s =
	    (struct staged){ .arena = a, .scratch = scratch, .final_dir = final_dir, .stem = stem };
	s->paths = arena_alloc(a, STAGED_MAX * sizeof(*s->paths));
}

/* The engine parses what strangers wrote: its file names are not trusted either. */
static bool is_plain(const char *name)
{
	return name[0] != '\0' && name[0] != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-._") == strlen(name);
}

static int sync_path(const char *path, int flags, struct err *err)
{
	const int fd = open(path, flags | O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "open %s", path);
	const int rc =
	    fsync(fd) == 0 ? 0 : err_set_errno(err, ERR_INTERNAL, errno, "sync %s", path);
	(void)close(fd);
	return rc;
}

static int copy_bytes(int from, int to, const char *path, struct err *err)
{
	for (;;) {
		const ssize_t n = sendfile(to, from, NULL, COPY_STEP_BYTES);
		if (n == 0)
			return fsync(to) == 0
				   ? 0
				   : err_set_errno(err, ERR_INTERNAL, errno, "sync %s", path);
		if (n < 0 && errno != EINTR)
			return err_set_errno(err, ERR_INTERNAL, errno, "copy to %s", path);
	}
}

/* Scratch on another file system: a synced copy under a temporary name, then the rename. */
static int copy_over(struct staged *s, const char *from, const char *to, struct err *err)
{
	const char *part = arena_printf(s->arena, "%s.part", to);
	int rc = -1;
	const int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	const int out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
	if (in < 0 || out < 0)
		err_set_errno(err, ERR_INTERNAL, errno, "open %s", in < 0 ? from : part);
	else
		rc = copy_bytes(in, out, part, err);
	if (in >= 0)
		(void)close(in);
	if (out >= 0)
		(void)close(out);
	if (rc == 0 && rename(part, to) != 0)
		rc = err_set_errno(err, ERR_INTERNAL, errno, "rename %s", part);
	if (rc != 0)
		(void)unlink(part);
	return rc;
}

static int move(struct staged *s, const char *from, const char *to, struct err *err)
{
	if (sync_path(from, 0, err) != 0)
		return -1;
	if (rename(from, to) == 0)
		return 0;
	if (errno == EXDEV)
		return copy_over(s, from, to, err);
	return err_set_errno(err, ERR_INTERNAL, errno, "rename %s", from);
}

static int make_dir(const char *dir, struct err *err)
{
	if (mkdir(dir, DIR_MODE) == 0 || errno == EEXIST)
		return 0;
	return err_set_errno(err, ERR_INTERNAL, errno, "make %s", dir);
}

int staged_file(
    struct staged *s, const char *name, const char *suffix, const char **out_path, struct err *err)
{
	if (!is_plain(name))
		return err_set(err, ERR_INTERNAL, "the engine names a file %.60s", name);
	if (s->n == STAGED_MAX)
		return err_set(err, ERR_INTERNAL, "more than %d files of one run", STAGED_MAX);
	if (s->n == 0 && make_dir(s->final_dir, err) != 0)
		return -1;
	const char *from = arena_printf(s->arena, "%s/%s", s->scratch, name);
	const char *to = arena_printf(s->arena, "%s/%s%s", s->final_dir, s->stem, suffix);
	if (move(s, from, to, err) != 0)
		return -1;
	s->paths[s->n++] = to;
	*out_path = to;
	return 0;
}

/* The parent too: the directory itself may be new. */
int staged_sync(struct staged *s, struct err *err)
{
	const char *parent = arena_printf(s->arena, "%s/..", s->final_dir);
	if (s->n == 0)
		return 0;
	if (sync_path(s->final_dir, O_DIRECTORY, err) != 0)
		return -1;
	return sync_path(parent, O_DIRECTORY, err);
}

void staged_undo(struct staged *s)
{
	while (s->n > 0)
		(void)unlink(s->paths[--s->n]);
}

bool staged_remove_tree(const char *dir)
{
	DIR *d = opendir(dir);
	if (d == NULL)
		return errno == ENOENT;
	for (const struct dirent *e; (e = readdir(d)) != NULL;) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    unlinkat(dirfd(d), e->d_name, 0) != 0 && errno == EISDIR)
			(void)unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
	}
	(void)closedir(d);
	return rmdir(dir) == 0 || errno == ENOENT;
}
