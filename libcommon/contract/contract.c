/* SPDX-License-Identifier: Apache-2.0 */
/* contract - the document to a contract, all faults told at once. */
#include "contract/contract.h"

#include <string.h>
#include <strings.h>

#include "contract/contract_read.h"

static const char *const only_empty[] = { "", NULL };

static void refuse_equal_names(
    struct contract_reader *r, const struct contract_field *fields, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		for (size_t k = 0; k < i && fields[i].name != NULL; k++) {
			if (fields[k].name == NULL ||
			    strcasecmp(fields[i].name, fields[k].name) != 0)
				continue;
			r->at = arena_printf(r->a, "fields[%zu]", i);
			read_fault(r, "name",
			    "\"%s\" is the name of fields[%zu] too (case does not count)",
			    fields[i].name, k);
			break;
		}
	}
	r->at = "";
}

/* The fields, then the keys over them; a primary key makes its fields required. */
static void read_fields(struct contract_reader *r, const cJSON *schema, struct contract *c)
{
	const size_t before = r->faults->n;
	const cJSON *list = read_member(r, schema, "fields", cJSON_Array, "an array");
	const int n = cJSON_GetArraySize(list);
	if (r->faults->n > before)
		return;
	if (n < 1 || n > CONTRACT_MAX_FIELDS) {
		read_fault(r, "fields", "must hold 1 to %d fields", CONTRACT_MAX_FIELDS);
		return;
	}
	struct contract_field *fields = arena_alloc(r->a, (size_t)n * sizeof(*fields));
	bool *unique = arena_alloc(r->a, (size_t)n * sizeof(*unique));
	const cJSON *obj;
	c->fields = fields;
	cJSON_ArrayForEach(obj, list)
	{
		struct contract_field *f = &fields[c->n_fields];
		r->at = arena_printf(r->a, "fields[%zu]", c->n_fields);
		contract_read_field(r, obj, f);
		contract_read_constraints(r, obj, f, &unique[c->n_fields++]);
	}
	r->at = "";
	refuse_equal_names(r, fields, c->n_fields);
	contract_read_keys(r, schema, c, fields, unique);
}

/* How fields and columns find each other: Table Schema's fieldsMatch, or our two words. */
static void read_match(
    struct contract_reader *r, const cJSON *schema, const cJSON *ours, struct contract *c)
{
	static const char *const matches[] = { "exact", "equal", "subset", "superset", "partial",
		NULL };
	static const char *const by[] = { "name", "position", NULL };
	static const char *const extra[] = { "reject", "ignore", NULL };
	static const char *const lacking[] = { "reject", "null", NULL };
	enum { EXACT, EQUAL, SUBSET, SUPERSET, PARTIAL };
	const int how = read_one_of(r, schema, "fieldsMatch", matches, EQUAL);
	c->by_position = how == EXACT || read_one_of(r, ours, "millrace.match", by, 0) == 1;
	c->ignore_extra = how == SUBSET || how == PARTIAL ||
			  read_one_of(r, ours, "millrace.extra_columns", extra, 0) == 1;
	c->null_missing = how == SUPERSET || how == PARTIAL ||
			  read_one_of(r, ours, "millrace.missing_columns", lacking, 0) == 1;
}

static void read_budget(struct contract_reader *r, const cJSON *ours, struct contract *c)
{
	const cJSON *pct = read_member(r, ours, "millrace.budget_pct", cJSON_Number, "a number");
	if (pct != NULL && !(pct->valuedouble >= 0 && pct->valuedouble <= 100))
		read_fault(r, "millrace.budget_pct", "must be from 0 to 100");
	c->budget_pct = pct == NULL ? -1 : pct->valuedouble;
	c->budget_after_rows = read_int(
	    r, ours, "millrace.budget_after_rows", CONTRACT_BUDGET_AFTER_ROWS, 0, 1000000000);
}

static void read_ours(struct contract_reader *r, const cJSON *schema, struct contract *c)
{
	static const char *const bad_rows[] = { "reject", "repair", NULL };
	const cJSON *ours = read_member(r, schema, "millrace", cJSON_Object, "an object");
	static const char *const members[] = { "budget_pct", "budget_after_rows", "extra_columns",
		"missing_columns", "match", "bad_rows", "dialect", "rules", NULL };
	read_known(r, ours, members);
	read_budget(r, ours, c);
	read_match(r, schema, ours, c);
	c->repair = read_one_of(r, ours, "millrace.bad_rows", bad_rows, 0) == 1;
	contract_read_dialect(r,
	    read_member(r, ours, "millrace.dialect", cJSON_Object, "an object"), "millrace.dialect",
	    &c->dialect);
	contract_read_rules(r, ours, c);
}

/* A resource says how its file is written. */
static void read_resource(struct contract_reader *r, const cJSON *resource, struct contract *c)
{
	struct err err = { 0 };
	const char *encoding = read_str(r, resource, "encoding");
	contract_read_dialect(r, read_member(r, resource, "dialect", cJSON_Object, "an object"),
	    "dialect", &c->dialect);
	if (encoding != NULL && csv_given_set(&c->dialect, "encoding", encoding, &err) != 0)
		read_fault(r, "encoding", "%s", strchr(err.msg, ':') + 2);
}

/* The words that mean null: of the schema, and the one a resource's dialect has beside them. */
static const char *const *read_missing(
    struct contract_reader *r, const cJSON *schema, const cJSON *resource)
{
	const char *const *words = read_words(r, schema, "missingValues", CONTRACT_MAX_WORDS);
	const char *null = read_str(
	    r, cJSON_GetObjectItemCaseSensitive(resource, "dialect"), "dialect.nullSequence");
	size_t n = 0;
	if (words == NULL)
		words = only_empty;
	if (null == NULL)
		return words;
	if (strlen(null) > CONTRACT_WORD_BYTES)
		read_fault(
		    r, "dialect.nullSequence", "is longer than %d bytes", CONTRACT_WORD_BYTES);
	while (words[n] != NULL)
		n++;
	const char **all = arena_alloc(r->a, (n + 2) * sizeof(*all));
	memcpy(all, words, n * sizeof(*all));
	all[n] = arena_dup(r->a, null);
	return all;
}

/* Every name a header may have. */
static const char *const *known_names(struct contract_reader *r, const struct contract *c)
{
	size_t n = c->n_fields;
	for (size_t i = 0; i < c->n_fields; i++) {
		for (const char *const *a = c->fields[i].aliases; *a != NULL; a++)
			n++;
	}
	const char **names = arena_alloc(r->a, (n + 1) * sizeof(*names));
	n = 0;
	for (size_t i = 0; i < c->n_fields; i++) {
		if (c->fields[i].name != NULL)
			names[n++] = c->fields[i].name;
		for (const char *const *a = c->fields[i].aliases; *a != NULL; a++)
			names[n++] = *a;
	}
	return names;
}

int contract_parse(const cJSON *doc, struct arena *a, struct contract *out,
    struct contract_faults *out_faults, struct err *err)
{
	const struct contract_source source = { .doc = doc };
	return contract_parse_from(&source, a, out, out_faults, err);
}

int contract_parse_from(const struct contract_source *source, struct arena *a, struct contract *out,
    struct contract_faults *out_faults, struct err *err)
{
	const cJSON *doc = source->doc;
	struct contract_faults *faults = arena_alloc(a, sizeof(*faults));
	struct contract_reader r = { .a = a, .faults = faults, .at = "", .source = source };
	struct contract c = { .budget_pct = -1 };
	const cJSON *resource = NULL;
	const cJSON *schema = NULL;
	if (!cJSON_IsObject(doc))
		read_fault(&r, "", "the contract must be an object");
	else
		schema = contract_find_schema(&r, doc, &resource);
	if (schema != NULL) {
		read_fields(&r, schema, &c);
		c.missing = read_missing(&r, schema, resource);
		if (resource != NULL)
			read_resource(&r, resource, &c);
		read_ours(&r, schema, &c);
		c.dialect.names = known_names(&r, &c);
	}
	if (faults->n == 0) {
		*out = c;
		return 0;
	}
	if (out_faults != NULL)
		*out_faults = *faults;
	return err_set_code(err, ERR_INPUT, "contract.invalid", "%s: %s%s", faults->list[0].path,
	    faults->list[0].message, faults->n > 1 ? " (and more)" : "");
}
