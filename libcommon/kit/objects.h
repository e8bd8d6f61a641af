/* SPDX-License-Identifier: Apache-2.0 */
/*
 * objects - where bronze bytes live, behind one interface: a directory now, S3 later
 *(design.md 4.1).
 *
 * An upload's bytes grow in a part (named by the upload's id), which has one writer at a time on
 *any process: the back end locks it, and the lock dies with its holder. object_commit turns a part
 *into the immutable object <domain>/<id>; object_sidecar puts a small JSON document beside it, so
 *that an object tells whose it is without the database. Every step may be done again after a crash.
 *
 * Directory: <root>/.uploads/<id>.part -> <root>/<domain>/<id>, and <root>/<domain>/<id>.json.
 *Durability: fsync of the file, rename, fsync of the directory (and of each directory made on the
 *way). All processes that share the objects must see the same directory.
 *
 *	struct objects *o;
 *	if (objects_open_dir("/var/lib/millrace/objects", &o, err) != 0) ...
 *	if (part_open(o, id, 0, 2000, &part, err) != 0) ...
 *	part_write(part, p, n, err); part_sync(part, err); part_close(&part);
 *	object_commit(o, id, "default/0190...", err);
 *
 * Errors: ERR_UNAVAILABLE when the store is away or fails, ERR_NO_SPACE when it is full, and what a
 * function names besides.
 *
 * struct objects may be used from any thread; a part by one at a time (part_sync beside
 *part_write).
 */
#ifndef KIT_OBJECTS_H
#define KIT_OBJECTS_H

#include "base/err.h"

struct objects;
struct object_part;

enum { OBJECT_ID_BYTES = 37, OBJECT_KEY_BYTES = 49 + 37 };

/* What a walk meets: id or key, and when it was last changed. Return -1 to stop the walk. */
typedef int (*object_fn)(void *arg, const char *name, int64_t changed_at_ms, struct err *err);

/* A back end; the functions below call it and are documented there. */
struct objects_ops {
	int (*part_open)(struct objects *o, const char *id, int64_t offset, int64_t wait_ms,
	    struct object_part **out, struct err *err);
	int (*part_reserve)(struct object_part *part, int64_t n, struct err *err);
	int (*part_write)(struct object_part *part, const void *p, size_t n, struct err *err);
	int (*part_sync)(struct object_part *part, struct err *err);
	void (*part_close)(struct object_part **part);
	int (*part_remove)(struct objects *o, const char *id, struct err *err);
	int (*commit)(struct objects *o, const char *id, const char *key, struct err *err);
	int (*sidecar)(struct objects *o, const char *key, const char *json, struct err *err);
	int (*read_sidecar)(
	    struct objects *o, const char *key, char *out, size_t cap, struct err *err);
	int (*remove)(struct objects *o, const char *key, struct err *err);
	int (*walk_parts)(struct objects *o, object_fn fn, void *arg, struct err *err);
	int (*walk)(struct objects *o, object_fn fn, void *arg, struct err *err);
	int (*space)(struct objects *o, int64_t *out_bytes, struct err *err);
	void (*free)(struct objects *o);
};

/* Head of every back end's struct. */
struct objects {
	const struct objects_ops *ops;
};

/* Head of every back end's part. */
struct object_part {
	struct objects *objects; /* borrowed */
	int64_t offset;          /* where the next byte goes */
};

/*
 * objects_open_dir - the directory back end; makes root and root/.uploads when missing.
 *
 * root  absolute path; copied
 * out   new; objects_free
 *
 * Errors  ERR_UNAVAILABLE  cannot be made or written; ERR_NO_SPACE
 */
int objects_open_dir(const char *root, struct objects **out, struct err *err) MUST_CHECK;

/* objects_free - sets *o to NULL; accepts NULL inside. */
void objects_free(struct objects **o);

/*
 * part_open - become the writer of a part, cut to offset bytes; made when offset is 0 and it is
 * missing.
 *
 * wait_ms  how long another writer may take to let go
 *
 * Errors  ERR_BUSY       (code upload.locked) somebody else still writes
 *         ERR_NOT_FOUND  the part is missing or shorter than offset: its bytes are lost
 *         ERR_NO_SPACE, ERR_UNAVAILABLE
 */
int part_open(struct objects *o, const char *id, int64_t offset, int64_t wait_ms,
    struct object_part **out, struct err *err) MUST_CHECK;

/* part_reserve - make sure n more bytes fit, where the back end can; ERR_NO_SPACE. */
int part_reserve(struct object_part *part, int64_t n, struct err *err) MUST_CHECK;

/*
 * part_write - append. On an error nothing of these bytes counts: the part ends at its old offset.
 *
 * Errors  ERR_NO_SPACE, ERR_UNAVAILABLE
 */
int part_write(struct object_part *part, const void *p, size_t n, struct err *err) MUST_CHECK;

/* part_sync - what was written before this call survives a power cut. A part whose sync failed must
 * be thrown away: the kernel may have dropped its pages (failure-model U10). */
int part_sync(struct object_part *part, struct err *err) MUST_CHECK;

/* part_close - stop writing, let go of the lock, set *part to NULL; accepts NULL inside. */
void part_close(struct object_part **part);

/* part_remove - forget the bytes; a missing part is fine. */
int part_remove(struct objects *o, const char *id, struct err *err) MUST_CHECK;

/*
 * object_commit - the synced part becomes the object. Done before: nothing happens.
 *
 * id   the part
 * key  "<domain>/<id>"; both [a-z0-9_-]
 *
 * Errors  ERR_NOT_FOUND  neither part nor object is there
 */
int object_commit(struct objects *o, const char *id, const char *key, struct err *err) MUST_CHECK;

/* object_sidecar - put (or replace) the document beside an object, durably. */
int object_sidecar(
    struct objects *o, const char *key, const char *json, struct err *err) MUST_CHECK;

/* object_read_sidecar - 1 read into out (NUL-terminated), 0 there is none, -1 failed or over cap.
 */
int object_read_sidecar(
    struct objects *o, const char *key, char *out, size_t cap, struct err *err) MUST_CHECK;

/* object_remove - object and sidecar, the object first; missing ones are fine. */
int object_remove(struct objects *o, const char *key, struct err *err) MUST_CHECK;

/* objects_walk_parts - every part by id; order is not defined. */
int objects_walk_parts(struct objects *o, object_fn fn, void *arg, struct err *err) MUST_CHECK;

/* objects_walk - every object by key. */
int objects_walk(struct objects *o, object_fn fn, void *arg, struct err *err) MUST_CHECK;

/* objects_space - bytes that can still be written; INT64_MAX where there is no limit. */
int objects_space(struct objects *o, int64_t *out_bytes, struct err *err) MUST_CHECK;

#endif
