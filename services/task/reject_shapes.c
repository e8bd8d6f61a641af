/* SPDX-License-Identifier: Apache-2.0 */
/* reject_shapes - refused cells counted by rule, column and shape. */
#include "reject_shapes.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/mem.h"
#include "kit/json.h"
#include "reject_cell.h"

/* What is counted apart. Rules and columns are told apart by their addresses. */
struct key {
	const char *rule, *column;
	char shape[REJECT_SHAPE_BYTES];
	bool known; /* shape says something */
};

struct line {
	struct key key; /* zeroed before it is filled: hashed whole */
	int64_t count;
	size_t number; /* of its first cell, so that equal counts have an order */
	size_t shown, n_hidden;
	struct reject_place hidden[REJECT_SHAPES_SHOWN]; /* the first of them */
	UT_hash_handle hh;
};

struct reject_shapes {
	struct line *lines;
	size_t n;
};

struct reject_shapes *reject_shapes_new(void)
{
	return mem_alloc(sizeof(struct reject_shapes));
}

void reject_shapes_free(struct reject_shapes **s)
{
	struct line *line;
	struct line *next;
	if (*s == NULL)
		return;
	HASH_ITER(hh, (*s)->lines, line, next)
	{
		HASH_DEL((*s)->lines, line);
		free(line);
	}
	free(*s);
	*s = NULL;
}

static struct line *find(struct reject_shapes *s, const struct key *key)
{
	struct line *line;
	HASH_FIND(hh, s->lines, key, sizeof(*key), line);
	return line;
}

static struct line *make(struct reject_shapes *s, const struct key *key)
{
	struct line *line = mem_alloc(sizeof(*line));
	memcpy(&line->key, key, sizeof(*key));
	line->number = s->n++;
	HASH_ADD(hh, s->lines, key, sizeof(line->key), line);
	return line;
}

void reject_shapes_add(struct reject_shapes *s, const char *rule, const char *column,
    const char *shape, const struct reject_place *hidden)
{
	struct key key;
	memset(&key, 0, sizeof(key));
	key.rule = rule;
	key.column = column;
	if (shape != NULL) {
		(void)snprintf(key.shape, sizeof(key.shape), "%s", shape);
		key.known = true;
	}
	struct line *line = find(s, &key);
	if (line == NULL && s->n >= REJECT_SHAPES_MAX && key.known) {
		memset(key.shape, 0, sizeof(key.shape));
		key.known = false;
		line = find(s, &key);
	}
	if (line == NULL)
		line = make(s, &key);
	line->count++;
	if (hidden == NULL)
		line->shown++;
	else if (line->n_hidden < REJECT_SHAPES_SHOWN)
		line->hidden[line->n_hidden++] = *hidden;
}

static int most_first(const void *x, const void *y)
{
	const struct line *a = *(const struct line *const *)x;
	const struct line *b = *(const struct line *const *)y;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* The lines that are listed, in their order; new. */
static const struct line **listed(const struct reject_shapes *s, size_t *out_n)
{
	const struct line **order = mem_array(s->n, sizeof(void *));
	size_t n = 0;
	for (const struct line *line = s->lines; line != NULL; line = line->hh.next)
		order[n++] = line;
	qsort(order, n, sizeof(void *), most_first);
	*out_n = n < REJECT_SHAPES_LISTED ? n : REJECT_SHAPES_LISTED;
	return order;
}

static int by_seq(const void *x, const void *y)
{
	const struct reject_place *a = x;
	const struct reject_place *b = y;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

struct reject_place *reject_shapes_hidden(
    const struct reject_shapes *s, struct arena *a, size_t *out_n)
{
	size_t lines;
	size_t n = 0;
	const struct line **order = listed(s, &lines);
	struct reject_place *places =
	    arena_alloc(a, (lines + 1) * REJECT_SHAPES_SHOWN * sizeof(*places));
	for (size_t i = 0; i < lines; i++) {
		const struct line *line = order[i];
		for (size_t h = 0;
		     line->key.known && h < line->n_hidden && line->shown + h < REJECT_SHAPES_SHOWN;
		     h++)
			places[n++] = line->hidden[h];
	}
	free(order);
	qsort(places, n, sizeof(*places), by_seq);
	*out_n = n;
	return places;
}

cJSON *reject_shapes_list(const struct reject_shapes *s, struct arena *a)
{
	cJSON *list = js_array(a);
	size_t n;
	const struct line **order = listed(s, &n);
	for (size_t i = 0; i < n; i++) {
		cJSON *one = cJSON_CreateObject();
		cJSON_AddItemToArray(list, one);
		js_add_str(one, "rule", order[i]->key.rule);
		js_add_str(one, "column", order[i]->key.column);
		js_add_str(one, "shape", order[i]->key.known ? order[i]->key.shape : NULL);
		js_add_i64(one, "count", order[i]->count);
	}
	free(order);
	return list;
}
