/* SPDX-License-Identifier: Apache-2.0 */
/* parquet_names - unique names without regard to case. */
#include "parquet_names.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Names given so far, by hash: thousands of equal ones must not take minutes. */
struct taken {
	const char **names;
	uint32_t *slots; /* index of a name + 1, 0 = free */
	size_t n_slots;
};

static uint8_t fold(char c)
{
	return (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* The slot of a name: its own, or the free one where it belongs (FNV-1a, linear probing). */
static uint32_t *slot_of(const struct taken *t, const char *name)
{
	uint32_t hash = 2166136261U;
	for (const char *c = name; *c != '\0'; c++)
		hash = (hash ^ fold(*c)) * 16777619U;
	size_t at = hash % t->n_slots;
	while (t->slots[at] != 0 && strcasecmp(t->names[t->slots[at] - 1], name) != 0)
		at = (at + 1) % t->n_slots;
	return &t->slots[at];
}

/* The name itself, or with the first number behind it that nobody has. */
static const char *free_name(const struct taken *t, const char *name, struct arena *a)
{
	char number[16];
	const size_t n = strlen(name);
	if (*slot_of(t, name) == 0)
		return name;
	char *out = arena_alloc(a, n + sizeof(number));
	memcpy(out, name, n);
	for (size_t k = 2;; k++) {
		(void)snprintf(out + n, sizeof(number), "_%zu", k);
		if (*slot_of(t, out) == 0)
			return out;
	}
}

const char *const *cli_parquet_names(const struct csv_schema *schema, struct arena *a)
{
	struct taken t = { .n_slots = 4 * schema->n_columns + 1 };
	t.names = arena_alloc(a, (schema->n_columns + 1) * sizeof(*t.names));
	t.slots = arena_alloc(a, t.n_slots * sizeof(*t.slots));
	for (size_t c = 0; c < schema->n_columns; c++) {
		t.names[c] = free_name(&t, schema->columns[c].name, a);
		*slot_of(&t, t.names[c]) = (uint32_t)c + 1;
	}
	return t.names;
}
