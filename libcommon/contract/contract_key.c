/* SPDX-License-Identifier: Apache-2.0 */
/* contract_key - the keys of a contract: fields that are unique, the primary key, foreign keys. */
#include <string.h>

#include "contract/contract_read.h"
#include "contract/rules.h"

/* Names of a key: one string or an array of them, copied; NULL with a fault. */
static const char *const *read_names(struct contract_reader *r, const cJSON *v, const char *path)
{
	const char **names = arena_alloc(r->a, (CONTRACT_MAX_KEY_FIELDS + 1) * sizeof(*names));
	size_t n = 0;
	const cJSON *item;
	if (cJSON_IsString(v)) {
		names[0] = arena_dup(r->a, v->valuestring);
		return names;
	}
	if (cJSON_GetArraySize(v) < 1 || cJSON_GetArraySize(v) > CONTRACT_MAX_KEY_FIELDS) {
		read_fault(r, path, "must be a field's name or an array of 1 to %d names",
		    CONTRACT_MAX_KEY_FIELDS);
		return NULL;
	}
	cJSON_ArrayForEach(item, v)
	{
		if (!cJSON_IsString(item)) {
			read_fault(r, path, "must hold names of fields");
			return NULL;
		}
		names[n++] = arena_dup(r->a, item->valuestring);
	}
	return names;
}

/* Indexes of the named fields; NULL with a fault. */
static const size_t *find_fields(struct contract_reader *r, const struct contract *c,
    const char *const *names, const char *path, size_t *out_n)
{
	size_t *found = arena_alloc(r->a, CONTRACT_MAX_KEY_FIELDS * sizeof(*found));
	size_t n = 0;
	for (; names[n] != NULL; n++) {
		size_t i = 0;
		while (i < c->n_fields &&
		       (c->fields[i].name == NULL || strcmp(c->fields[i].name, names[n]) != 0))
			i++;
		if (i == c->n_fields) {
			read_fault(r, path, "there is no field \"%.63s\"", names[n]);
			return NULL;
		}
		found[n] = i;
	}
	*out_n = n;
	return found;
}

static struct contract_key *add_key(
    struct contract_reader *r, struct contract *c, struct contract_key *keys, const char *path)
{
	if (c->n_keys < CONTRACT_MAX_KEYS)
		return &keys[c->n_keys++];
	read_fault(r, path, "a contract has at most %d keys", CONTRACT_MAX_KEYS);
	return NULL;
}

static void add_unique(
    struct contract_reader *r, struct contract *c, struct contract_key *keys, const bool *unique)
{
	for (size_t i = 0; i < c->n_fields; i++) {
		struct contract_key *key = unique[i] ? add_key(r, c, keys, "fields") : NULL;
		if (key == NULL)
			continue;
		size_t *field = arena_alloc(r->a, sizeof(*field));
		*field = i;
		*key = (struct contract_key){ .kind = CONTRACT_KEY_UNIQUE,
			.rule = CONTRACT_RULE_UNIQUE,
			.fields = field,
			.n_fields = 1 };
	}
}

/* The parts of a primary key are required as well. */
static void add_primary(struct contract_reader *r, const cJSON *doc, struct contract *c,
    struct contract_key *keys, struct contract_field *fields)
{
	static const char path[] = "primaryKey";
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(doc, path);
	if (v == NULL || cJSON_IsNull(v) || (cJSON_IsArray(v) && cJSON_GetArraySize(v) == 0))
		return;
	const char *const *names = read_names(r, v, path);
	struct contract_key key = { .kind = CONTRACT_KEY_UNIQUE, .rule = CONTRACT_RULE_PRIMARY };
	if (names != NULL)
		key.fields = find_fields(r, c, names, path, &key.n_fields);
	struct contract_key *room = key.fields == NULL ? NULL : add_key(r, c, keys, path);
	if (room == NULL)
		return;
	*room = key;
	for (size_t i = 0; i < key.n_fields; i++)
		fields[key.fields[i]].required = true;
}

static void read_foreign(
    struct contract_reader *r, const cJSON *v, struct contract *c, struct contract_key *keys)
{
	struct contract_key key = { .kind = CONTRACT_KEY_FOREIGN, .rule = CONTRACT_RULE_FOREIGN };
	const cJSON *reference = read_member(r, v, "reference", cJSON_Object, "an object");
	const char *resource = read_str(r, reference, "reference.resource");
	const char *const *names =
	    read_names(r, cJSON_GetObjectItemCaseSensitive(v, "fields"), "fields");
	const char *const *there = read_names(
	    r, cJSON_GetObjectItemCaseSensitive(reference, "fields"), "reference.fields");
	size_t n_there = 0;
	if (names == NULL || there == NULL)
		return;
	if (resource == NULL)
		resource = "";
	resource = contract_reference_path(r, resource);
	if (resource == NULL)
		return;
	if (strlen(resource) > CONTRACT_RESOURCE_BYTES) {
		read_fault(
		    r, "reference.resource", "is longer than %d bytes", CONTRACT_RESOURCE_BYTES);
		return;
	}
	while (there[n_there] != NULL)
		n_there++;
	key.fields = find_fields(r, c, names, "fields", &key.n_fields);
	if (key.fields == NULL)
		return;
	if (n_there != key.n_fields) {
		read_fault(
		    r, "reference.fields", "names %zu fields for %zu", n_there, key.n_fields);
		return;
	}
	if (resource[0] == '\0' && find_fields(r, c, there, "reference.fields", &n_there) == NULL)
		return;
	key.resource = arena_dup(r->a, resource);
	key.references = there;
	struct contract_key *room = add_key(r, c, keys, "");
	if (room != NULL)
		*room = key;
}

void contract_read_keys(struct contract_reader *r, const cJSON *doc, struct contract *c,
    struct contract_field *fields, const bool *unique)
{
	struct contract_key *keys = arena_alloc(r->a, CONTRACT_MAX_KEYS * sizeof(*keys));
	const cJSON *list = read_member(r, doc, "foreignKeys", cJSON_Array, "an array");
	const cJSON *v;
	int i = 0;
	c->keys = keys;
	add_unique(r, c, keys, unique);
	add_primary(r, doc, c, keys, fields);
	cJSON_ArrayForEach(v, list)
	{
		r->at = arena_printf(r->a, "foreignKeys[%d]", i++);
		read_foreign(r, v, c, keys);
	}
	r->at = "";
}
