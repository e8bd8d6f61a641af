/* SPDX-License-Identifier: Apache-2.0 */
/* objects - the calls of the interface, handed to the back end. */
#include "kit/objects.h"

void objects_free(struct objects **o)
{
	struct objects *x = *o;

	*o = NULL;
	if (x != NULL)
		x->ops->free(x);
}

int part_open(struct objects *o, const char *id, int64_t offset, int64_t wait_ms,
    struct object_part **out, struct err *err)
{
	return o->ops->part_open(o, id, offset, wait_ms, out, err);
}

int part_reserve(struct object_part *part, int64_t n, struct err *err)
{
	return part->objects->ops->part_reserve(part, n, err);
}

int part_write(struct object_part *part, const void *p, size_t n, struct err *err)
{
	return part->objects->ops->part_write(part, p, n, err);
}

int part_sync(struct object_part *part, struct err *err)
{
	return part->objects->ops->part_sync(part, err);
}

void part_close(struct object_part **part)
{
	if (*part != NULL)
		(*part)->objects->ops->part_close(part);
}

int part_remove(struct objects *o, const char *id, struct err *err)
{
	return o->ops->part_remove(o, id, err);
}

int object_commit(struct objects *o, const char *id, const char *key, struct err *err)
{
	return o->ops->commit(o, id, key, err);
}

int object_sidecar(struct objects *o, const char *key, const char *json, struct err *err)
{
	return o->ops->sidecar(o, key, json, err);
}

int object_read_sidecar(struct objects *o, const char *key, char *out, size_t cap, struct err *err)
{
	return o->ops->read_sidecar(o, key, out, cap, err);
}

int object_remove(struct objects *o, const char *key, struct err *err)
{
	return o->ops->remove(o, key, err);
}

int objects_walk_parts(struct objects *o, object_fn fn, void *arg, struct err *err)
{
	return o->ops->walk_parts(o, fn, arg, err);
}

int objects_walk(struct objects *o, object_fn fn, void *arg, struct err *err)
{
	return o->ops->walk(o, fn, arg, err);
}

int objects_space(struct objects *o, int64_t *out_bytes, struct err *err)
{
	return o->ops->space(o, out_bytes, err);
}
