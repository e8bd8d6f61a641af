/* SPDX-License-Identifier: Apache-2.0 */
/* infer - shapes of all cells counted, types chosen, the choice explained. */
#include "contract/infer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "contract/contract.h"
#include "contract/infer_name.h"
#include "contract/report_dialect.h"
#include "contract/shape.h"
#include "csv/csv_encoding.h"
#include "csv/csv_explain.h"
#include "kit/json.h"

enum { VALUE_BYTES = CSV_QUOTED_BYTES + 16, TEXT_BYTES = 400, ONE_MISFIT_OF = 20 };

/* Wider files get less evidence, so that the draft stays within the JSON door's limits. */
enum { FULL_EVIDENCE_COLUMNS = 100, SOME_EVIDENCE_COLUMNS = 500 };

/* A cell kept as evidence. */
struct seen_cell {
	int64_t line;
	char value[VALUE_BYTES]; /* in backquotes */
};

struct seen_shape {
	int64_t count;
	struct seen_cell first[CONTRACT_INFER_SHOWN];
};

struct column {
	int64_t nulls;
	unsigned before, behind; /* most digits around the point of its numbers */
	struct seen_shape shapes[SHAPE_COUNT_];
};

struct contract_infer {
	struct csv_schema schema;
	struct csv_column *columns; /* of the schema */
	struct column *seen;
	int64_t rows;
};

struct contract_infer *contract_infer_new(const char *const *header, size_t n)
{
	struct contract_infer *i = mem_alloc(sizeof(*i));
	i->columns = mem_array(n, sizeof(*i->columns));
	i->seen = mem_array(n, sizeof(*i->seen));
	for (size_t c = 0; c < n; c++)
		i->columns[c] = (struct csv_column){ .name = header[c], .file_column = (int)c };
	i->schema = (struct csv_schema){ i->columns, n, n, NULL, header };
	return i;
}

void contract_infer_free(struct contract_infer **i)
{
	if (*i == NULL)
		return;
	free((*i)->columns);
	free((*i)->seen);
	free(*i);
	*i = NULL;
}

const struct csv_schema *contract_infer_schema(const struct contract_infer *i)
{
	return &i->schema;
}

static void take_cell(struct column *c, const struct csv_text *t, int64_t line)
{
	const char *p = csv_text_p(t);
	char padded[CSV_INLINE_BYTES + CSV_PAD_BYTES];
	const size_t n = csv_text_n(t);
	if (n <= CSV_INLINE_BYTES) {
		memcpy(padded, p, CSV_INLINE_BYTES);
		p = padded;
	}
	const struct contract_shape_of s = contract_shape(p, n);
	struct seen_shape *seen = &c->shapes[s.shape];
	if (seen->count < CONTRACT_INFER_SHOWN) {
		seen->first[seen->count].line = line;
		(void)csv_explain_quote(p, n, seen->first[seen->count].value);
	}
	seen->count++;
	if (s.shape > SHAPE_DECIMAL)
		return;
	c->before = s.before > c->before ? s.before : c->before;
	c->behind = s.behind > c->behind ? s.behind : c->behind;
}

void contract_infer_batch(struct contract_infer *i, const struct csv_batch *b)
{
	for (size_t c = 0; c < b->n_columns; c++) {
		const struct csv_text *cells = b->columns[c].data;
		for (size_t slot = 0; slot < b->rows; slot++) {
			if (csv_batch_is_null(b, c, slot))
				i->seen[c].nulls++;
			else
				take_cell(&i->seen[c], &cells[slot], b->line[slot]);
		}
	}
	i->rows += (int64_t)b->rows;
}

static int64_t count_taken(const struct column *c, const struct contract_candidate *k)
{
	int64_t taken = 0;
	for (int s = 0; s < SHAPE_COUNT_; s++)
		taken += (k->takes >> s & 1) != 0 ? c->shapes[s].count : 0;
	return taken;
}

/* Leading zeros speak against every number, misfits or not. */
static bool stands(
    const struct column *c, const struct contract_candidate *k, int64_t values, double pct)
{
	const bool number =
	    k->type == CSV_INTEGER || k->type == CSV_DECIMAL || k->type == CSV_DOUBLE;
	const int64_t misfits = values - count_taken(c, k);
	if (k->type == CSV_TEXT)
		return true;
	if (values == 0 || (number && c->shapes[SHAPE_ZERO_LED].count > 0))
		return false;
	if (k->type == CSV_DECIMAL && c->before + c->behind > CSV_DECIMAL_MAX)
		return false;
	if (misfits == 0)
		return true;
	return values >= misfits * ONE_MISFIT_OF && (double)misfits * 100.0 <= pct * (double)values;
}

static bool is_ambiguous(const struct column *c, const struct contract_candidate *k)
{
	return (k->takes >> SHAPE_DATE_EITHER & 1) != 0 && c->shapes[SHAPE_DATE_EITHER].count > 0 &&
	       c->shapes[SHAPE_DATE_DMY].count == 0 && c->shapes[SHAPE_DATE_MDY].count == 0;
}

/* Unattended means that nobody looks: fewer misfits, and no date that can be read two ways. */
static const struct contract_candidate *choose(
    const struct column *c, int64_t values, bool unattended)
{
	const double pct = unattended ? CONTRACT_MISFIT_AUTO_PCT : CONTRACT_MISFIT_PCT;
	size_t n;
	const struct contract_candidate *k = contract_candidates(&n);
	const struct contract_candidate *best = &k[n - 1];
	int64_t most = 0;
	for (size_t i = 0; i + 1 < n; i++) {
		const int64_t taken = count_taken(c, &k[i]);
		/* Exact numbers do not become doubles for a few cells' sake. */
		const bool exact = best->type == CSV_INTEGER || best->type == CSV_DECIMAL;
		if (taken <= most || (k[i].type == CSV_DOUBLE && exact) ||
		    !stands(c, &k[i], values, pct) || (unattended && is_ambiguous(c, &k[i])))
			continue;
		best = &k[i];
		most = taken;
	}
	return best;
}

static cJSON *add_object(cJSON *parent, const char *name)
{
	return cJSON_AddObjectToObject(parent, name);
}

static void add_decimal(cJSON *ours, const struct column *c)
{
	const unsigned scale = c->behind;
	const unsigned narrow =
	    c->before + scale <= CSV_DECIMAL_NARROW ? CSV_DECIMAL_NARROW : CSV_DECIMAL_MAX;
	(void)cJSON_AddStringToObject(ours, "type", "decimal");
	(void)cJSON_AddNumberToObject(ours, "precision", narrow);
	(void)cJSON_AddNumberToObject(ours, "scale", scale);
}

static const char *frictionless_type(enum csv_type type)
{
	static const char *const names[CSV_TYPE_COUNT_] = {
		[CSV_TEXT] = "string",
		[CSV_INTEGER] = "integer",
		[CSV_DECIMAL] = "number",
		[CSV_DOUBLE] = "number",
		[CSV_BOOLEAN] = "boolean",
		[CSV_DATE] = "date",
		[CSV_TIMESTAMP] = "datetime",
		[CSV_TIMESTAMPTZ] = "datetime",
		[CSV_TIME] = "time",
		[CSV_DURATION] = "duration",
		[CSV_UUID] = "string",
		[CSV_JSON] = "object",
	};
	return names[type];
}

static void add_words(cJSON *field)
{
	static const char *const yes[] = { "yes", "Yes", "YES" };
	static const char *const no[] = { "no", "No", "NO" };
	cJSON_AddItemToObject(field, "trueValues", cJSON_CreateStringArray(yes, 3));
	cJSON_AddItemToObject(field, "falseValues", cJSON_CreateStringArray(no, 3));
}

static void add_field(cJSON *fields, const struct contract_infer *i, size_t c, const char *name,
    const struct contract_candidate *k)
{
	cJSON *field = cJSON_CreateObject();
	cJSON_AddItemToArray(fields, field);
	(void)cJSON_AddStringToObject(field, "name", name);
	(void)cJSON_AddStringToObject(field, "type", frictionless_type(k->type));
	if (k->format != NULL)
		(void)cJSON_AddStringToObject(field, "format", k->format);
	if (k->yes_no)
		add_words(field);
	if (i->rows > 0 && i->seen[c].nulls == 0)
		(void)cJSON_AddBoolToObject(add_object(field, "constraints"), "required", true);
	cJSON *ours = cJSON_CreateObject();
	if (k->type == CSV_DECIMAL)
		add_decimal(ours, &i->seen[c]);
	else if (k->type == CSV_DOUBLE || k->type == CSV_TIMESTAMPTZ)
		(void)cJSON_AddStringToObject(ours, "type", csv_type_name(k->type));
	const char *header = i->schema.header[c];
	if (strcmp(header, name) != 0 && strlen(header) <= CONTRACT_WORD_BYTES)
		cJSON_AddItemToObject(ours, "aliases", cJSON_CreateStringArray(&header, 1));
	if (ours->child != NULL)
		cJSON_AddItemToObject(field, "millrace", ours);
	else
		cJSON_Delete(ours);
}

/* The first cells, by line, of shapes a candidate does not take. */
static size_t first_misfits(
    const struct column *c, const struct contract_candidate *k, const struct seen_cell **out)
{
	size_t n = 0;
	while (n < CONTRACT_INFER_SHOWN) {
		const struct seen_cell *next = NULL;
		const int64_t after = n == 0 ? 0 : out[n - 1]->line;
		for (int s = 0; s < SHAPE_COUNT_; s++) {
			const struct seen_shape *shape = &c->shapes[s];
			for (int64_t x = 0; x < shape->count && x < CONTRACT_INFER_SHOWN; x++) {
				const struct seen_cell *cell = &shape->first[x];
				const bool misfit = (k->takes >> s & 1) == 0;
				if (misfit && cell->line > after &&
				    (next == NULL || cell->line < next->line))
					next = cell;
			}
		}
		if (next == NULL)
			break;
		out[n++] = next;
	}
	return n;
}

/* The first cells a candidate does not take, as data and as a sentence. */
static void add_misfits(cJSON *list, const struct column *c, const struct contract_candidate *k,
    int64_t misfits, const char *words)
{
	const struct seen_cell *first[CONTRACT_INFER_SHOWN];
	char text[TEXT_BYTES];
	const size_t n = first_misfits(c, k, first);
	cJSON *fallen = cJSON_CreateObject();
	cJSON_AddItemToArray(list, fallen);
	(void)cJSON_AddStringToObject(fallen, "type", k->name);
	(void)cJSON_AddNumberToObject(fallen, "misfits", (double)misfits);
	cJSON *cells = cJSON_AddArrayToObject(fallen, "first");
	size_t at = (size_t)snprintf(text, sizeof(text), "%s %s:", words, k->name);
	for (size_t x = 0; x < n; x++) {
		cJSON *cell = cJSON_CreateObject();
		cJSON_AddItemToArray(cells, cell);
		(void)cJSON_AddNumberToObject(cell, "line", (double)first[x]->line);
		(void)cJSON_AddStringToObject(cell, "value", first[x]->value);
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s line %lld %s",
		    x > 0 ? "," : "", (long long)first[x]->line, first[x]->value);
	}
	(void)cJSON_AddStringToObject(fallen, "text", text);
}

/* Every type that took some cells but not all. */
static void add_reasons(cJSON *evidence, const struct column *c,
    const struct contract_candidate *chosen, int64_t values, bool full)
{
	size_t n;
	const struct contract_candidate *k = contract_candidates(&n);
	cJSON *fell = cJSON_AddArrayToObject(evidence, "fell");
	for (size_t i = 0; i + 1 < n && values > 0 && full; i++) {
		const int64_t taken = count_taken(c, &k[i]);
		if (&k[i] != chosen && taken > 0 && taken < values)
			add_misfits(fell, c, &k[i], values - taken, "why not");
	}
	const int64_t misfits = values - count_taken(c, chosen);
	if (misfits > 0)
		add_misfits(cJSON_AddArrayToObject(evidence, "would_be_rejected"), c, chosen,
		    misfits, "not");
	if (chosen->type == CSV_DATE && is_ambiguous(c, chosen))
		(void)cJSON_AddStringToObject(evidence, "ambiguous",
		    "every date can be read day first and month first: day first was taken, please "
		    "check");
}

static void add_evidence(cJSON *columns, const struct contract_infer *i, size_t c, const char *name,
    const struct contract_candidate *chosen)
{
	const struct column *seen = &i->seen[c];
	const int64_t values = i->rows - seen->nulls;
	cJSON *e = cJSON_CreateObject();
	cJSON_AddItemToArray(columns, e);
	(void)cJSON_AddStringToObject(e, "name", name);
	(void)cJSON_AddStringToObject(e, "header", i->schema.header[c]);
	(void)cJSON_AddStringToObject(e, "chosen", chosen->name);
	(void)cJSON_AddNumberToObject(e, "values", (double)values);
	(void)cJSON_AddNumberToObject(e, "empty", (double)seen->nulls);
	(void)cJSON_AddNumberToObject(e, "fits", (double)count_taken(seen, chosen));
	add_reasons(e, seen, chosen, values, i->schema.n_columns <= FULL_EVIDENCE_COLUMNS);
}

/* Rejects to expect, at most: rows may break in several columns. Proposes the next round budget,
 * with a fifth to spare for the next file. */
static void add_budget(cJSON *ours, cJSON *evidence, int64_t misfits, int64_t rows)
{
	static const double steps[] = { 2, 5, 10, 15, 20, 30 };
	const double pct = rows == 0 ? 0 : (double)misfits * 100.0 / (double)rows;
	if (pct <= CONTRACT_BUDGET_PCT)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		if (pct * 1.2 > steps[i])
			continue;
		(void)cJSON_AddNumberToObject(ours, "budget_pct", steps[i]);
		char text[TEXT_BYTES];
		(void)snprintf(text, sizeof(text),
		    "up to %lld of %lld rows of this file would be rejected: the draft allows %g "
		    "%% instead of 1 %%",
		    (long long)misfits, (long long)rows, steps[i]);
		(void)cJSON_AddStringToObject(evidence, "budget", text);
		return;
	}
}

cJSON *contract_infer_draft(
    const struct contract_infer *i, const struct contract_infer_how *how, struct arena *a)
{
	cJSON *draft = js_object(a);
	cJSON *doc = add_object(draft, "doc");
	cJSON *fields = cJSON_AddArrayToObject(doc, "fields");
	static const char *const missing[] = { "" };
	cJSON_AddItemToObject(doc, "missingValues", cJSON_CreateStringArray(missing, 1));
	cJSON *ours = add_object(doc, "millrace");
	(void)cJSON_AddStringToObject(ours, "extra_columns", "reject");
	cJSON *evidence = add_object(draft, "evidence");
	(void)cJSON_AddNumberToObject(evidence, "rows", (double)(i->rows + how->row_rejects));
	(void)cJSON_AddNumberToObject(evidence, "rows_refused", (double)how->row_rejects);
	cJSON *columns = cJSON_AddArrayToObject(evidence, "columns");
	const char *const *names = contract_infer_names(i->schema.header, i->schema.n_columns, a);
	int64_t misfits = how->row_rejects;
	for (size_t c = 0; c < i->schema.n_columns; c++) {
		const int64_t values = i->rows - i->seen[c].nulls;
		const struct contract_candidate *k = choose(&i->seen[c], values, how->unattended);
		add_field(fields, i, c, names[c], k);
		misfits += values - count_taken(&i->seen[c], k);
		if (i->schema.n_columns <= SOME_EVIDENCE_COLUMNS)
			add_evidence(columns, i, c, names[c], k);
	}
	if (!how->unattended)
		add_budget(ours, evidence, misfits, i->rows + how->row_rejects);
	if (how->sniffed != NULL)
		cJSON_AddItemToObject(
		    evidence, "dialect", contract_report_dialect(how->sniffed));
	return draft;
}
