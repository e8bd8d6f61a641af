/* SPDX-License-Identifier: Apache-2.0 */
/* match - fields of a contract to columns of a file. */
#include "contract/match.h"

#include <string.h>
#include <strings.h>

#include "csv/csv_mend.h"

enum { LISTED_BYTES = 90 };

typedef int (*compare_fn)(const char *a, const char *b);

struct matching {
	const struct contract *c;
	const char *const *header;
	size_t n;
	struct csv_column *columns; /* one a field */
	bool *taken;                /* one a header */
};

static bool take(struct matching *m, size_t field, const char *name, compare_fn same)
{
	for (size_t i = 0; i < m->n; i++) {
		if (m->taken[i] || same(m->header[i], name) != 0)
			continue;
		m->taken[i] = true;
		m->columns[field].file_column = (int)i;
		return true;
	}
	return false;
}

static void take_alias(struct matching *m, size_t field, compare_fn same)
{
	const char *const *alias = m->c->fields[field].aliases;
	while (*alias != NULL && !take(m, field, *alias, same))
		alias++;
}

/* Better matches go first for all fields, so that a loose one never takes another's own column. */
static void match_all(struct matching *m)
{
	for (int pass = 0; pass < 4; pass++) {
		for (size_t f = 0; f < m->c->n_fields; f++) {
			const compare_fn same = pass < 2 ? strcmp : strcasecmp;
			if (m->columns[f].file_column >= 0)
				continue;
			if (pass % 2 == 0)
				(void)take(m, f, m->c->fields[f].name, same);
			else
				take_alias(m, f, same);
		}
	}
}

/* The first field is the first column, whatever is written above it. */
static void match_places(struct matching *m, size_t first)
{
	for (size_t i = first; i < m->n && i - first < m->c->n_fields; i++) {
		m->taken[i] = true;
		m->columns[i - first].file_column = (int)i;
	}
}

/* "a, b, c and 4 more" within a few bytes. */
static const char *list_names(struct arena *a, const char *const *names)
{
	const char *text = "";
	size_t i = 0;
	for (; names[i] != NULL && strlen(text) + strlen(names[i]) < LISTED_BYTES; i++)
		text = arena_printf(a, "%s%s%s", text, i > 0 ? ", " : "", names[i]);
	size_t more = 0;
	while (names[i + more] != NULL)
		more++;
	if (more > 0)
		text = arena_printf(a, "%s%s%zu more", text, i > 0 ? " and " : "", more);
	return text;
}

static int refuse_missing(
    const struct matching *m, const char *const *missing, struct arena *a, struct err *err)
{
	const char **all = arena_alloc(a, (m->n + 1) * sizeof(*all));
	memcpy(all, m->header, m->n * sizeof(*all));
	return err_set_code(err, ERR_INPUT, "header.missing",
	    "not in the file but in the contract: %s; the file has %s", list_names(a, missing),
	    list_names(a, all));
}

static void fill_columns(struct matching *m)
{
	for (size_t f = 0; f < m->c->n_fields; f++) {
		m->columns[f] = m->c->fields[f].column;
	}
}

int contract_match(const struct contract *c, const char *const *header, size_t n, struct arena *a,
    struct contract_match *out, struct err *err)
{
	struct matching m = { .c = c, .header = header, .n = n };
	m.columns = arena_alloc(a, c->n_fields * sizeof(*m.columns));
	m.taken = arena_alloc(a, n * sizeof(*m.taken));
	const char **missing = arena_alloc(a, (c->n_fields + 1) * sizeof(*missing));
	const char **absent = arena_alloc(a, (c->n_fields + 1) * sizeof(*absent));
	const char **extra = arena_alloc(a, (n + 1) * sizeof(*extra));
	size_t n_missing = 0;
	size_t n_absent = 0;
	size_t n_extra = 0;
	const size_t ours = csv_mend_columns(header, n);
	fill_columns(&m);
	if (c->by_position)
		match_places(&m, ours);
	else
		match_all(&m);
	for (size_t f = 0; f < c->n_fields; f++) {
		if (m.columns[f].file_column >= 0)
			continue;
		absent[n_absent++] = c->fields[f].name;
		if (c->fields[f].required || !c->null_missing)
			missing[n_missing++] = c->fields[f].name;
	}
	size_t passed_over = 0;
	for (size_t i = 0; i < n; i++) {
		if (m.taken[i])
			continue;
		passed_over += i < ours;
		extra[n_extra++] = header[i];
	}
	if (n_missing > 0 || n_absent == c->n_fields)
		return refuse_missing(&m, n_missing > 0 ? missing : absent, a, err);
	if (n_extra > passed_over && !c->ignore_extra)
		return err_set_code(err, ERR_INPUT, "header.extra",
		    "in the file but not in the contract: %s", list_names(a, extra + passed_over));
	out->schema = (struct csv_schema){
		.columns = m.columns,
		.n_columns = c->n_fields,
		.file_columns = n,
		.missing = c->missing,
		.header = header,
	};
	out->ignored = extra;
	out->absent = absent;
	return 0;
}
