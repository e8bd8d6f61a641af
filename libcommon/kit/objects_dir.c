/* SPDX-License-Identifier: Apache-2.0 */
/* objects_dir - objects in a directory: locks by OFD locks, durability by fsync, rename, fsync. */
#include "kit/objects.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/uuid.h"

#define PARTS ".uploads"

enum { NAME_BYTES = OBJECT_KEY_BYTES + 32, LOCK_POLL_MS = 20 };

struct dir_objects {
	struct objects head;
	int root_fd;
	int parts_fd;
};

struct dir_part {
	struct object_part head;
	int fd;
};

static struct dir_objects *dir_of(struct objects *o)
{
	return (struct dir_objects *)o;
}

/* <id>.part */
static const char *part_name(const char *id, char *out)
{
	snprintf(out, NAME_BYTES, "%s.part", id);
	return out;
}

/* Nothing but "<name>/<uuid>" may reach the file system. */
static int check_key(const char *key, struct err *err)
{
	const char *slash = strchr(key, '/');
	char domain[TEXT_NAME_MAX_BYTES + 1];
	size_t n = slash != NULL ? (size_t)(slash - key) : sizeof(domain);

	if (n >= sizeof(domain))
		return err_set(err, ERR_INTERNAL, "object key %s", key);
	memcpy(domain, key, n);
	domain[n] = '\0';
	if (!text_is_name(domain) || !uuid_is_valid(slash + 1))
		return err_set(err, ERR_INTERNAL, "object key %s", key);
	return 0;
}

static int sync_fd(int fd, const char *what, struct err *err)
{
	return fsync(fd) == 0 ? 0 : err_set_errno(err, ERR_UNAVAILABLE, errno, "fsync %s", what);
}

/* --- parts --- */

/* An exclusive lock of this open file: released by the kernel when the process dies. */
static int lock(int fd, int64_t wait_ms, struct err *err)
{
	int64_t until_ms = clock_mono_ms() + wait_ms;
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	while (fcntl(fd, F_OFD_SETLK, &l) != 0) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return err_set_errno(err, ERR_UNAVAILABLE, errno, "lock part");
		if (clock_mono_ms() >= until_ms)
			return err_set_code(err, ERR_BUSY, "upload.locked",
			    "another request still writes this upload");
		(void)poll(NULL, 0, LOCK_POLL_MS);
	}
	return 0;
}

static int cut(int fd, const char *id, int64_t offset, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "part %s", id);
	if (st.st_size < offset)
		return err_set_code(err, ERR_NOT_FOUND, "upload.lost",
		    "part %s holds %lld of %lld bytes", id, (long long)st.st_size,
		    (long long)offset);
	if (ftruncate(fd, offset) != 0)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "cut part %s", id);
	return 0;
}

static int dir_part_open(struct objects *o, const char *id, int64_t offset, int64_t wait_ms,
    struct object_part **out, struct err *err)
{
	int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (offset == 0 ? O_CREAT : 0);
	char name[NAME_BYTES];
	struct dir_part *p;
	int fd = openat(dir_of(o)->parts_fd, part_name(id, name), flags, 0640);

	if (fd < 0 && errno == ENOENT)
		return err_set_code(err, ERR_NOT_FOUND, "upload.lost", "part %s is gone", id);
	if (fd < 0)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "open part %s", id);
	if (lock(fd, wait_ms, err) != 0 || cut(fd, id, offset, err) != 0) {
		close(fd);
		return -1;
	}
	p = mem_alloc(sizeof(*p));
	*p = (struct dir_part){ .head = { .objects = o, .offset = offset }, .fd = fd };
	*out = &p->head;
	return 0;
}

/* Blocks beyond the end of the file: found missing now rather than in the middle. */
static int dir_part_reserve(struct object_part *part, int64_t n, struct err *err)
{
	int fd = ((struct dir_part *)part)->fd;

	if (n <= 0 || fallocate(fd, FALLOC_FL_KEEP_SIZE, part->offset, n) == 0 ||
	    errno == EOPNOTSUPP)
		return 0;
	return err_set_errno(err, ERR_UNAVAILABLE, errno, "reserve %lld bytes", (long long)n);
}

static int dir_part_write(struct object_part *part, const void *p, size_t n, struct err *err)
{
	int fd = ((struct dir_part *)part)->fd;
	const char *at = p;
	size_t left = n;

	while (left > 0) {
		ssize_t k = pwrite(fd, at, left, (off_t)(part->offset + (int64_t)(n - left)));
		int e = errno;

		if (k < 0 && e == EINTR)
			continue;
		if (k <= 0) {
			if (ftruncate(fd, part->offset) != 0)
				e = errno;
			return err_set_errno(
			    err, ERR_UNAVAILABLE, k < 0 ? e : ENOSPC, "write object");
		}
		at += k;
		left -= (size_t)k;
	}
	part->offset += (int64_t)n;
	return 0;
}

static int dir_part_sync(struct object_part *part, struct err *err)
{
	if (fdatasync(((struct dir_part *)part)->fd) == 0)
		return 0;
	return err_set_errno(err, ERR_UNAVAILABLE, errno, "sync object");
}

static void dir_part_close(struct object_part **part)
{
	struct dir_part *p = (struct dir_part *)*part;

	close(p->fd);
	free(p);
	*part = NULL;
}

static int dir_part_remove(struct objects *o, const char *id, struct err *err)
{
	char name[NAME_BYTES];

	if (unlinkat(dir_of(o)->parts_fd, part_name(id, name), 0) == 0 || errno == ENOENT)
		return 0;
	return err_set_errno(err, ERR_UNAVAILABLE, errno, "remove part %s", id);
}

/* --- objects --- */

/* The domain's directory. It is made durable even when it was there: whoever made it may have died
 * before its fsync. */
static int open_domain(struct dir_objects *d, const char *key, bool make, int *out, struct err *err)
{
	char name[NAME_BYTES];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(key, "/"), key);
	if (make && mkdirat(d->root_fd, name, 0750) != 0 && errno != EEXIST)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "make directory %s", name);
	if (make && sync_fd(d->root_fd, "objects", err) != 0)
		return -1;
	*out = openat(d->root_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (*out >= 0)
		return 0;
	return err_set_errno(
	    err, errno == ENOENT ? ERR_NOT_FOUND : ERR_UNAVAILABLE, errno, "directory %s", name);
}

/* fsync of the part, rename, fsync of both directories. */
static int move_part(
    struct dir_objects *d, int domain_fd, const char *id, const char *to, struct err *err)
{
	char name[NAME_BYTES];
	int fd = openat(d->parts_fd, part_name(id, name), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	int rc;

	if (fd < 0 && errno == ENOENT && fstatat(domain_fd, to, &st, 0) == 0)
		return sync_fd(domain_fd, "directory", err); /* a crash came before it */
	if (fd < 0)
		return err_set_errno(
		    err, errno == ENOENT ? ERR_NOT_FOUND : ERR_UNAVAILABLE, errno, "part %s", id);
	rc = sync_fd(fd, name, err);
	close(fd);
	if (rc != 0)
		return -1;
	if (renameat(d->parts_fd, name, domain_fd, to) != 0)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "rename %s", name);
	return sync_fd(domain_fd, "directory", err) != 0 || sync_fd(d->parts_fd, PARTS, err) != 0
		   ? -1
		   : 0;
}

static int dir_commit(struct objects *o, const char *id, const char *key, struct err *err)
{
	int fd, rc;

	if (check_key(key, err) != 0 || open_domain(dir_of(o), key, true, &fd, err) != 0)
		return -1;
	rc = move_part(dir_of(o), fd, id, strchr(key, '/') + 1, err);
	close(fd);
	return rc;
}

static int write_file(int dir_fd, const char *name, const char *text, struct err *err)
{
	size_t n = strlen(text);
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	ssize_t k;
	int rc = 0;

	if (fd < 0)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "make %s", name);
	k = write(fd, text, n);
	if (k != (ssize_t)n)
		rc = err_set_errno(err, ERR_UNAVAILABLE, k < 0 ? errno : ENOSPC, "write %s", name);
	else
		rc = sync_fd(fd, name, err);
	close(fd);
	if (rc != 0)
		unlinkat(dir_fd, name, 0);
	return rc;
}

static int dir_sidecar(struct objects *o, const char *key, const char *json, struct err *err)
{
	char name[NAME_BYTES], temporary[NAME_BYTES + 1];
	int fd, rc;

	if (check_key(key, err) != 0 || open_domain(dir_of(o), key, false, &fd, err) != 0)
		return -1;
	snprintf(name, sizeof(name), "%s.json", strchr(key, '/') + 1);
	snprintf(temporary, sizeof(temporary), ".%s", name);
	rc = write_file(fd, temporary, json, err);
	if (rc == 0 && renameat(fd, temporary, fd, name) != 0)
		rc = err_set_errno(err, ERR_UNAVAILABLE, errno, "rename %s", name);
	if (rc == 0)
		rc = sync_fd(fd, "directory", err);
	close(fd);
	return rc;
}

static int read_all(int fd, char *out, size_t cap, struct err *err)
{
	size_t n = 0;
	ssize_t k;

	while ((k = read(fd, out + n, cap - n)) > 0) {
		n += (size_t)k;
		if (n == cap)
			return err_set(err, ERR_TOO_LARGE, "sidecar over %zu bytes", cap);
	}
	if (k < 0)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "read sidecar");
	out[n] = '\0';
	return 1;
}

static int dir_read_sidecar(
    struct objects *o, const char *key, char *out, size_t cap, struct err *err)
{
	char name[NAME_BYTES];
	int fd, rc;

	if (check_key(key, err) != 0)
		return -1;
	snprintf(name, sizeof(name), "%s.json", key);
	fd = openat(dir_of(o)->root_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "open %s", name);
	rc = read_all(fd, out, cap, err);
	close(fd);
	return rc;
}

static int dir_remove(struct objects *o, const char *key, struct err *err)
{
	static const char *const suffixes[] = { "", ".json" };
	char name[NAME_BYTES];

	if (check_key(key, err) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		snprintf(name, sizeof(name), "%s%s", key, suffixes[i]);
		if (unlinkat(dir_of(o)->root_fd, name, 0) != 0 && errno != ENOENT)
			return err_set_errno(err, ERR_UNAVAILABLE, errno, "remove %s", name);
	}
	return 0;
}

/* --- walks --- */

struct walk {
	object_fn fn;
	void *arg;
	const char *prefix; /* "<domain>/" or "" */
	const char *suffix; /* ".part" or "" */
};

/* One directory entry: call fn when it is <uuid><suffix>. Entries that vanish meanwhile are
 * skipped. */
static int visit(const struct walk *w, int dir_fd, const char *entry, struct err *err)
{
	char id[OBJECT_ID_BYTES], name[NAME_BYTES];
	struct stat st;

	if (strlen(entry) != sizeof(id) - 1 + strlen(w->suffix) ||
	    strcmp(entry + sizeof(id) - 1, w->suffix) != 0)
		return 0;
	memcpy(id, entry, sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	if (!uuid_is_valid(id) || fstatat(dir_fd, entry, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode))
		return 0;
	snprintf(name, sizeof(name), "%s%s", w->prefix, id);
	return w->fn(
	    w->arg, name, (int64_t)st.st_ctim.tv_sec * 1000 + st.st_ctim.tv_nsec / 1000000, err);
}

static int walk_dir(int at_fd, const char *path, const struct walk *w, struct err *err)
{
	int fd = openat(at_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	int rc = 0;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "read directory %s", path);
	}
	for (struct dirent *e; rc == 0 && (e = readdir(d)) != NULL;)
		rc = visit(w, fd, e->d_name, err);
	closedir(d);
	return rc;
}

static int dir_walk_parts(struct objects *o, object_fn fn, void *arg, struct err *err)
{
	const struct walk w = { .fn = fn, .arg = arg, .prefix = "", .suffix = ".part" };

	return walk_dir(dir_of(o)->root_fd, PARTS, &w, err);
}

static int walk_domain(
    struct dir_objects *d, const char *domain, object_fn fn, void *arg, struct err *err)
{
	char prefix[NAME_BYTES];
	const struct walk w = { .fn = fn, .arg = arg, .prefix = prefix, .suffix = "" };

	snprintf(prefix, sizeof(prefix), "%.*s/", TEXT_NAME_MAX_BYTES, domain);
	return walk_dir(d->root_fd, domain, &w, err);
}

static int dir_walk(struct objects *o, object_fn fn, void *arg, struct err *err)
{
	int fd = openat(dir_of(o)->root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	int rc = 0;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "read directory of objects");
	}
	for (struct dirent *e; rc == 0 && (e = readdir(d)) != NULL;)
		if (e->d_type == DT_DIR && text_is_name(e->d_name))
			rc = walk_domain(dir_of(o), e->d_name, fn, arg, err);
	closedir(d);
	return rc;
}

static int dir_space(struct objects *o, int64_t *out_bytes, struct err *err)
{
	struct statvfs v;

	if (fstatvfs(dir_of(o)->root_fd, &v) != 0)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "free space");
	*out_bytes = (int64_t)(v.f_bavail * v.f_frsize);
	return 0;
}

static void dir_free(struct objects *o)
{
	struct dir_objects *d = dir_of(o);

	if (d->parts_fd >= 0)
		close(d->parts_fd);
	if (d->root_fd >= 0)
		close(d->root_fd);
	free(d);
}

static const struct objects_ops ops = {
	.part_open = dir_part_open,
	.part_reserve = dir_part_reserve,
	.part_write = dir_part_write,
	.part_sync = dir_part_sync,
	.part_close = dir_part_close,
	.part_remove = dir_part_remove,
	.commit = dir_commit,
	.sidecar = dir_sidecar,
	.read_sidecar = dir_read_sidecar,
	.remove = dir_remove,
	.walk_parts = dir_walk_parts,
	.walk = dir_walk,
	.space = dir_space,
	.free = dir_free,
};

int objects_open_dir(const char *root, struct objects **out, struct err *err)
{
	struct dir_objects *d = mem_alloc(sizeof(*d));

	*d = (struct dir_objects){ .head = { .ops = &ops }, .root_fd = -1, .parts_fd = -1 };
	if (mkdir(root, 0750) != 0 && errno != EEXIST)
		err_set_errno(err, ERR_UNAVAILABLE, errno, "make %s", root);
	else if ((d->root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		err_set_errno(err, ERR_UNAVAILABLE, errno, "open %s", root);
	else if (mkdirat(d->root_fd, PARTS, 0750) != 0 && errno != EEXIST)
		err_set_errno(err, ERR_UNAVAILABLE, errno, "make %s/" PARTS, root);
	else if ((d->parts_fd = openat(d->root_fd, PARTS, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		err_set_errno(err, ERR_UNAVAILABLE, errno, "open %s/" PARTS, root);
	else if (sync_fd(d->root_fd, root, err) == 0) {
		*out = &d->head;
		return 0;
	}
	dir_free(&d->head);
	return -1;
}
