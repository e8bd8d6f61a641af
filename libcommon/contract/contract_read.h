/* SPDX-License-Identifier: Apache-2.0 */
/* contract_read - reading a contract document: members, faults, and one reader for each of its
 * parts. Only the files contract*.c include this. */
#ifndef CONTRACT_CONTRACT_READ_H
#define CONTRACT_CONTRACT_READ_H

#include "contract/contract.h"

struct contract_reader {
	struct arena *a;
	struct contract_faults *faults;
	const char *at; /* path of the field or key being read, "" outside */
	const struct contract_source *source;
	const cJSON *resources; /* of the package, NULL = it is none */
	const cJSON *resource;  /* the one that is meant */
};

/* read_fault - note a fault of a member of what is being read. */
void read_fault(struct contract_reader *r, const char *member, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* read_member - a member of the wanted cJSON type (cJSON_True: a boolean) by the last part of a
 * path; NULL when absent or, with a fault, of another type. */
const cJSON *read_member(
    struct contract_reader *r, const cJSON *obj, const char *name, int type, const char *what);

/* read_str, read_int, read_bool - the same for one type; int has bounds and a default. */
const char *read_str(struct contract_reader *r, const cJSON *obj, const char *name);
long read_int(
    struct contract_reader *r, const cJSON *obj, const char *name, long dflt, long low, long high);
bool read_bool(struct contract_reader *r, const cJSON *obj, const char *name, bool dflt);

/* read_words - a list of at most `most` words, copied, NULL-ended; NULL when absent. */
const char *const *read_words(
    struct contract_reader *r, const cJSON *obj, const char *name, int most);

/* read_one_of - index of a word (or a list of one word) in a NULL-ended list, or dflt when the
 * member is absent or, with a fault, unknown. */
int read_one_of(struct contract_reader *r, const cJSON *obj, const char *name,
    const char *const *words, int dflt);

/* read_known - a fault for every member of ours whose name is not in the NULL-ended list: nobody
 * would honour it. */
void read_known(struct contract_reader *r, const cJSON *ours, const char *const *names);

/* contract_read_field - one field: name, type, format, how cells are read; then its constraints. */
void contract_read_field(struct contract_reader *r, const cJSON *obj, struct contract_field *f);

/* contract_read_constraints - constraints of a field whose type is read; out_unique says whether it
 * is a key alone. */
void contract_read_constraints(
    struct contract_reader *r, const cJSON *obj, struct contract_field *f, bool *out_unique);

/* contract_read_keys - unique fields, primaryKey and foreignKeys; fields are read. */
void contract_read_keys(struct contract_reader *r, const cJSON *doc, struct contract *c,
    struct contract_field *fields, const bool *unique);

/* contract_read_rules - millrace.rules; fields are read. */
void contract_read_rules(struct contract_reader *r, const cJSON *ours, struct contract *c);

/*
 * contract_read_dialect - a dialect: ours (the words of csv_given_set) or Frictionless's CSV
 * Dialect, which names the same things differently.
 *
 * path  of the object in the document
 */
void contract_read_dialect(
    struct contract_reader *r, const cJSON *dialect, const char *path, struct csv_given *out);

/* contract_find_schema - the schema in a schema, a resource or a package; sets *out_resource to the
 * resource, NULL when there is none. NULL with a fault when there is none. */
const cJSON *contract_find_schema(
    struct contract_reader *r, const cJSON *doc, const cJSON **out_resource);

/* contract_pick_resource - the resource of a package that is meant; NULL with a fault. */
const cJSON *contract_pick_resource(struct contract_reader *r, const cJSON *list);

/* contract_read_schema - the schema of a resource, from its file where it names one; NULL with a
 * fault. */
const cJSON *contract_read_schema(struct contract_reader *r, const cJSON *resource);

/* contract_reference_path - what a foreign key's resource means: in a package of files the path of
 * the resource of that name, "" for the document's own, else the name. NULL with a fault. */
const char *contract_reference_path(struct contract_reader *r, const char *name);

#endif
