/* SPDX-License-Identifier: Apache-2.0 */
/* references - the values foreign keys point to, copied out of gold for a task. */
#include "references.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "contract/contract.h"
#include "csv/csv_mend.h"
#include "kit/db_copy.h"

enum { HEADER_BYTES = 64 << 10 };

/* Copying may take longer than a statement of a request. */
static const char SQL_PATIENT[] = "set statement_timeout = '30min'";
static const char SQL_USUAL[] = "reset statement_timeout";

struct copy {
	const struct references_to *to;
	FILE *file;
};

static int take(void *arg, const void *p, size_t n, struct err *err)
{
	const struct copy *c = arg;
	if (c->to->stop != NULL && c->to->stop(c->to->arg))
		return err_set_code(err, ERR_BUSY, "run.stopped", "stopped");
	if (fwrite(p, 1, n, c->file) != n)
		return err_set_errno(err, ERR_INTERNAL, errno, "write referenced values");
	return 0;
}

/* "name" or "domain.name" of this domain. */
static int dataset_of(const char *resource, const char *domain, const char **out, struct err *err)
{
	const char *dot = strchr(resource, '.');
	const size_t n = strlen(domain);
	*out = dot == NULL ? resource : dot + 1;
	if (dot == NULL || ((size_t)(dot - resource) == n && memcmp(resource, domain, n) == 0))
		return 0;
	return err_set_code(err, ERR_NOT_FOUND, "reference.unknown",
	    "the contract points to %s: foreign keys stay within the domain %s", resource, domain);
}

static int write_header(FILE *f, const struct contract_key *key, struct err *err)
{
	struct buf b;
	buf_init(&b, HEADER_BYTES);
	for (size_t i = 0; i < key->n_fields; i++) {
		if (i > 0)
			buf_addc(&b, ',');
		csv_mend_cell(&b, key->references[i], strlen(key->references[i]));
	}
	buf_addc(&b, '\n');
	int rc = buf_check(&b, err);
	if (rc == 0 && fwrite(b.data, 1, b.n, f) != b.n)
		rc = err_set_errno(err, ERR_INTERNAL, errno, "write referenced values");
	buf_done(&b);
	return rc;
}

/* COPY takes no parameters: names are quoted. */
static const char *statement(
    struct arena *a, const char *domain, const char *dataset, const struct contract_key *key)
{
	const char *columns = "";
	for (size_t i = 0; i < key->n_fields; i++)
		columns = arena_printf(a, "%s%sv[%zu]", columns, i > 0 ? ", " : "", i + 1);
	return arena_printf(a,
	    "copy (select %s from _millrace.key_values_v1(%s, %s, %s::text[]) as t(v)) to stdout "
	    "(format csv)",
	    columns, db_quote_text(a, domain), db_quote_text(a, dataset),
	    db_quote_text(a, db_array(a, key->references, key->n_fields)));
}

static int export_key(struct db *db, const struct references_to *to, const struct contract_key *key,
    const char *path, struct arena *a, struct err *err)
{
	const char *dataset;
	if (dataset_of(key->resource, to->domain, &dataset, err) != 0)
		return -1;
	struct copy c = { .to = to, .file = fopen(path, "wxe") };
	if (c.file == NULL)
		return err_set_errno(err, ERR_INTERNAL, errno, "make %s", path);
	int rc = write_header(c.file, key, err);
	if (rc == 0)
		rc = db_copy_out(db, statement(a, to->domain, dataset, key), take, &c, err);
	if (fclose(c.file) != 0 && rc == 0)
		rc = err_set_errno(err, ERR_INTERNAL, errno, "write referenced values");
	return rc;
}

static int export_keys(struct db *db, const struct references_to *to, const struct contract *c,
    struct arena *a, cJSON *list, struct err *err)
{
	for (size_t i = 0; i < c->n_keys; i++) {
		const struct contract_key *key = &c->keys[i];
		if (key->kind != CONTRACT_KEY_FOREIGN || key->resource[0] == '\0')
			continue;
		const char *path = arena_printf(a, "%s/%s-%zu.csv", to->scratch, to->stem, i);
		if (export_key(db, to, key, path, a, err) != 0)
			return -1;
		cJSON *one = cJSON_CreateObject();
		cJSON_AddItemToArray(list, one);
		js_add_i64(one, "key", (int64_t)i);
		js_add_str(one, "file", path);
	}
	return 0;
}

int references_export(struct db *db, const struct references_to *to, const char *doc,
    struct arena *a, cJSON **list, struct err *err)
{
	struct contract *c = arena_alloc(a, sizeof(*c));
	cJSON *tree = NULL;
	*list = js_array(a);
	if (strstr(doc, "foreignKeys") == NULL)
		return 0;
	if (js_parse(doc, strlen(doc), a, &tree, err) != 0 ||
	    contract_parse(tree, a, c, NULL, err) != 0 || db_query(db, SQL_PATIENT, NULL, err) != 0)
		return -1;
	int rc = export_keys(db, to, c, a, *list, err);
	struct err late = { 0 };
	if (db_query(db, SQL_USUAL, NULL, &late) != 0 && rc == 0)
		rc = (*err = late, -1);
	return rc;
}
