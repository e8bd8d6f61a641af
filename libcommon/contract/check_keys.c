/* SPDX-License-Identifier: Apache-2.0 */
/* check_keys - the two passes of a contract with keys: collect, then refuse. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "contract/check_priv.h"
#include "contract/keys_hash.h"

enum { VIOLATIONS = 256, ROW_WORDS_BYTES = 40 };
_Static_assert((int)VIOLATIONS > (int)CONTRACT_MAX_KEYS, "a row's violations fit");

void contract_check_kinds(const struct contract *c, enum contract_key_kind *out)
{
	for (size_t i = 0; i < c->n_keys; i++)
		out[i] = c->keys[i].kind;
}

static struct contract_key_columns columns_of(const size_t *fields, size_t n)
{
	struct contract_key_columns columns = { .n = n };
	for (size_t i = 0; i < n; i++)
		columns.column[i] = fields[i];
	return columns;
}

static size_t field_named(const struct contract *c, const char *name)
{
	size_t i = 0;
	while (i < c->n_fields && strcmp(c->fields[i].name, name) != 0)
		i++;
	return i;
}

/* A foreign key of the file to itself: every good row is a reference, too. */
static int add_own_references(struct contract_checker *k, struct contract_keys *keys, size_t i,
    const struct csv_batch *b, struct err *err)
{
	const struct contract_key *key = &k->c->keys[i];
	struct contract_key_columns columns = { .n = key->n_fields };
	for (size_t f = 0; f < key->n_fields; f++)
		columns.column[f] = field_named(k->c, key->references[f]);
	const size_t n = contract_keys_hash(&columns, b, k->values);
	return contract_keys_reference(keys, (uint32_t)i, k->values, n, err);
}

int contract_check_collect(struct contract_checker *k, struct contract_keys *keys,
    const struct csv_batch *b, struct err *err)
{
	if (k->values_cap < b->cap) {
		free(k->values);
		k->values = mem_array(b->cap, sizeof(*k->values));
		k->values_cap = b->cap;
	}
	for (size_t i = 0; i < k->c->n_keys; i++) {
		const struct contract_key *key = &k->c->keys[i];
		const struct contract_key_columns columns = columns_of(key->fields, key->n_fields);
		const size_t n = contract_keys_hash(&columns, b, k->values);
		if (contract_keys_add(keys, (uint32_t)i, k->values, n, err) != 0)
			return -1;
		if (key->kind == CONTRACT_KEY_FOREIGN && key->resource[0] == '\0' &&
		    add_own_references(k, keys, i, b, err) != 0)
			return -1;
	}
	return 0;
}

/* "name, first name" of a key's fields. */
static const char *names_of(const struct contract *c, const struct contract_key *key, char *out)
{
	size_t n = 0;
	out[0] = '\0';
	for (size_t i = 0; i < key->n_fields && n < CHECK_SHOWN_BYTES - 1; i++) {
		const int wrote = snprintf(out + n, CHECK_SHOWN_BYTES - n, "%s%s",
		    i > 0 ? ", " : "", c->fields[key->fields[i]].name);
		n += (size_t)wrote;
	}
	return out;
}

/* "id: row 6 has the same value as row 1; no: the same value as row 2". Rows by both their numbers:
 * the message may stand beside a line number. */
static void add_words(const struct contract *c, const struct contract_violation *v, bool first,
    char *out, size_t room)
{
	const struct contract_key *key = &c->keys[v->key];
	const size_t n = strlen(out);
	const char *lead = first ? "" : "; ";
	char names[CHECK_SHOWN_BYTES];
	char row[ROW_WORDS_BYTES] = "";
	(void)names_of(c, key, names);
	if (first)
		(void)snprintf(row, sizeof(row), "row %lld has ", (long long)v->row);
	if (key->kind == CONTRACT_KEY_FOREIGN)
		(void)snprintf(out + n, room - n, "%s%s: no such value in %s", lead, names,
		    key->resource[0] == '\0' ? "a good row of this file" : key->resource);
	else
		(void)snprintf(out + n, room - n, "%s%s: %sthe same value as row %lld", lead, names,
		    row, (long long)v->other);
}

/* A row is refused once, by the first key it breaks; the message names them all. */
static void refuse(struct contract_checker *k, struct csv_batch *b, size_t slot,
    const struct contract_violation *v, size_t n)
{
	const struct contract_key *key = &k->c->keys[v->key];
	const int column = key->n_fields == 1 ? b->schema->columns[key->fields[0]].file_column : -1;
	char words[2 * CSV_MESSAGE_BYTES] = ""; /* the batch cuts it, at a character */
	for (size_t i = 0; i < n; i++)
		add_words(k->c, &v[i], i == 0, words, sizeof(words));
	csv_batch_fault(b, slot, column, key->rule, "%s", words);
}

/* Slots are in the order of rows, and so are violations. */
static size_t slot_of(const struct csv_batch *b, size_t from, int64_t row)
{
	size_t slot = from;
	while (slot < b->rows && b->row[slot] < row)
		slot++;
	return slot;
}

/* How many of the first violations are of the first one's row. */
static size_t of_one_row(const struct contract_violation *v, size_t n)
{
	size_t same = 1;
	while (same < n && v[same].row == v[0].row)
		same++;
	return same;
}

/* Violations but those of the last row: more of that one may follow. */
static size_t of_whole_rows(const struct contract_violation *v, size_t n)
{
	size_t whole = n - 1;
	while (whole > 0 && v[whole - 1].row == v[n - 1].row)
		whole--;
	return whole;
}

int contract_check_refuse(struct contract_checker *k, const struct contract_keys *keys,
    struct csv_batch *b, struct err *err)
{
	struct contract_violation found[VIOLATIONS];
	uint64_t at;
	size_t n = VIOLATIONS;
	size_t slot = 0;
	if (b->rows == 0 || contract_keys_total(keys) == 0)
		return 0;
	if (contract_keys_seek(keys, b->row[0], &at, err) != 0)
		return -1;
	while (n == VIOLATIONS) {
		if (contract_keys_read(keys, at, found, VIOLATIONS, &n, err) != 0)
			return -1;
		const size_t whole = n == VIOLATIONS ? of_whole_rows(found, n) : n;
		at += whole;
		for (size_t i = 0, same; i < whole; i += same) {
			same = of_one_row(&found[i], whole - i);
			slot = slot_of(b, slot, found[i].row);
			if (slot == b->rows)
				return 0;
			if (b->row[slot] == found[i].row)
				refuse(k, b, slot, &found[i], same);
		}
	}
	return 0;
}
