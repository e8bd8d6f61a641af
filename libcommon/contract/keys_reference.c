/* SPDX-License-Identifier: Apache-2.0 */
/* keys_reference - the values of another file that a foreign key points to. */
#include "contract/keys_reference.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/die.h"
#include "base/mem.h"
#include "contract/keys_hash.h"
#include "csv/csv_scan.h"

_Static_assert((int)CONTRACT_MAX_KEY_FIELDS <= (int)CONTRACT_KEY_PARTS, "a key can be hashed");

/* A file being read for one key. */
struct loading {
	struct contract_keys *keys;
	uint32_t index;
	struct csv_column columns[CONTRACT_MAX_KEY_FIELDS];
	struct csv_schema schema;
	struct contract_key_columns key;
	struct contract_key_value *values; /* of a batch */
};

/* The column of a name, else of the name in another case; -1 none. */
static int find(const char *const *header, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(header[i], name) == 0)
			return (int)i;
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(header[i], name) == 0)
			return (int)i;
	return -1;
}

static int match(struct loading *l, const struct contract *c, const struct contract_key *key,
    struct csv_split *split, struct err *err)
{
	size_t n;
	const char *const *header = csv_split_header(split, &n);
	for (size_t i = 0; i < key->n_fields; i++) {
		l->columns[i] = c->fields[key->fields[i]].column;
		l->columns[i].name = key->references[i];
		l->columns[i].file_column = find(header, n, key->references[i]);
		l->key.column[i] = i;
		if (l->columns[i].file_column < 0)
			return err_set_code(err, ERR_INPUT, "header.missing",
			    "a foreign key points to column %s of %s, which has none",
			    key->references[i], key->resource);
	}
	l->key.n = key->n_fields;
	l->schema = (struct csv_schema){ .columns = l->columns,
		.n_columns = key->n_fields,
		.file_columns = n,
		.missing = c->missing,
		.header = header };
	return 0;
}

static int load_block(struct loading *l, struct csv_scan *scan, struct csv_batch *batch,
    const struct csv_block *block, struct err *err)
{
	csv_scan_begin(scan, block);
	while (csv_scan_next(scan, batch)) {
		csv_batch_settle(batch);
		const size_t n = contract_keys_hash(&l->key, batch, l->values);
		if (contract_keys_reference(l->keys, l->index, l->values, n, err) != 0)
			return -1;
	}
	return 0;
}

int contract_keys_load(struct contract_keys *keys, const struct contract *c, size_t index,
    struct csv_split *split, struct err *err)
{
	ASSERT(index < c->n_keys && c->keys[index].kind == CONTRACT_KEY_FOREIGN);
	struct loading l = { .keys = keys, .index = (uint32_t)index };
	struct csv_block block = { 0 };
	if (match(&l, c, &c->keys[index], split, err) != 0)
		return -1;
	struct csv_scan *scan = csv_scan_new(&l.schema);
	struct csv_batch *batch = csv_batch_new(&l.schema);
	l.values = mem_array(batch->cap, sizeof(*l.values));
	int rc;
	while ((rc = csv_split_next(split, &block, err)) == 1)
		if (load_block(&l, scan, batch, &block, err) != 0) {
			rc = -1;
			break;
		}
	free(l.values);
	csv_batch_free(&batch);
	csv_scan_free(&scan);
	csv_block_done(&block);
	return rc;
}
