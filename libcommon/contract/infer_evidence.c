/* SPDX-License-Identifier: Apache-2.0 */
/* infer_evidence - why a column was chosen as it was, as data and in sentences. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract/infer_priv.h"
#include "contract/profile_value.h"

enum {
	TEXT_BYTES = 400,
	FULL_COLUMNS = 60, /* more: less evidence, so that the JSON door lets it pass */
	MOST_FELL = 8,     /* types listed */
	MOST_NAMED = 10,   /* columns a word for null was seen in */
};

static void add_count(cJSON *obj, const char *name, int64_t v)
{
	(void)cJSON_AddNumberToObject(obj, name, (double)v);
}

/* Is a cell of this shape a misfit of the candidate, words for null left out? */
static bool is_misfit(
    const struct infer_candidate *k, unsigned shape, const struct infer_verdict *v)
{
	if (infer_takes(k, shape))
		return false;
	return shape < SHAPE_NULL || shape >= SHAPE_DATED || !v->null_words[shape - SHAPE_NULL];
}

/* The first cells, by row, that a candidate does not take. */
static size_t first_misfits(const struct infer_column *c, const struct infer_candidate *k,
    const struct infer_verdict *v, const struct infer_cell **out)
{
	size_t n = 0;
	while (n < CONTRACT_INFER_SHOWN) {
		const struct infer_cell *next = NULL;
		const int64_t after = n == 0 ? INT64_MIN : out[n - 1]->row;
		for (unsigned s = 0; s < c->n_firsts; s++) {
			const struct infer_first *f = &c->firsts[s];
			if (!is_misfit(k, f->shape, v))
				continue;
			for (unsigned x = 0; x < f->n; x++) {
				const struct infer_cell *cell = &f->cells[x];
				if (cell->row > after && (next == NULL || cell->row < next->row))
					next = cell;
			}
		}
		if (next == NULL)
			break;
		out[n++] = next;
	}
	return n;
}

/* Cells as data and as a sentence. */
static void add_cells(cJSON *obj, const char *what, const struct infer_cell *const *first, size_t n)
{
	char text[TEXT_BYTES];
	cJSON *cells = cJSON_AddArrayToObject(obj, "first");
	size_t at = (size_t)snprintf(text, sizeof(text), "%s:", what);
	for (size_t x = 0; x < n; x++) {
		cJSON *cell = cJSON_CreateObject();
		cJSON_AddItemToArray(cells, cell);
		add_count(cell, "line", first[x]->line);
		(void)cJSON_AddStringToObject(cell, "value", first[x]->value);
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s line %lld %s",
		    x > 0 ? "," : "", (long long)first[x]->line, first[x]->value);
	}
	(void)cJSON_AddStringToObject(obj, "text", text);
}

/* Digits that are no number: why; NULL for other shapes. */
static const char *id_reason(unsigned shape)
{
	switch (shape) {
	case SHAPE_ZERO_LED:
		return "a leading zero makes an id";
	case SHAPE_PLUS_LED:
		return "a leading plus makes a telephone number";
	case SHAPE_LONG:
		return "more digits than a number holds";
	default:
		return NULL;
	}
}

static unsigned shape_of(const struct infer_column *c, const struct infer_cell *cell)
{
	for (unsigned s = 0; s < c->n_firsts; s++) {
		const struct infer_first *f = &c->firsts[s];
		if (cell >= f->cells && cell < f->cells + f->n)
			return f->shape;
	}
	return SHAPE_TEXT;
}

static bool is_integer(const struct infer_candidate *k)
{
	return k->type == CSV_INTEGER && k->group_char == '\0';
}

/* The first cells a candidate does not take. */
static void add_misfits(cJSON *list, const struct infer_column *c, const struct infer_candidate *k,
    const struct infer_verdict *v, int64_t misfits, const char *words)
{
	const struct infer_cell *first[CONTRACT_INFER_SHOWN];
	const size_t n = first_misfits(c, k, v, first);
	const bool digits = n > 0 && is_integer(k);
	const char *reason = digits ? id_reason(shape_of(c, first[0])) : NULL;
	cJSON *fallen = cJSON_CreateObject();
	cJSON_AddItemToArray(list, fallen);
	(void)cJSON_AddStringToObject(fallen, "type", k->name);
	add_count(fallen, "misfits", misfits);
	char what[TEXT_BYTES];
	if (reason != NULL)
		(void)cJSON_AddStringToObject(fallen, "reason", reason);
	(void)snprintf(what, sizeof(what), "%s %s%s%s", words, k->name, reason == NULL ? "" : ", ",
	    reason == NULL ? "" : reason);
	add_cells(fallen, what, first, n);
}

/* Cells that are read without the blanks around them. */
static void add_spaced(cJSON *evidence, const struct infer_column *c)
{
	const struct infer_cell *first[CONTRACT_INFER_SHOWN];
	for (unsigned x = 0; x < c->spaced_first.n; x++)
		first[x] = &c->spaced_first.cells[x];
	cJSON *obj = cJSON_AddObjectToObject(evidence, "trimmed");
	add_count(obj, "count", c->spaced);
	add_cells(obj, "blanks around", first, c->spaced_first.n);
}

/* Does a candidate explain a shape of the column that none before it did? Else it is not worth a
 * line. The chosen one does not fall, so what explains fewer cells than it does, but the same, is:
 * dates that can be read month first, until one cannot. */
static bool explains_more(const struct infer_column *c, const struct infer_candidate *all,
    size_t at, const struct infer_choice *choice)
{
	const bool fewer = infer_taken(c, &all[at]) < choice->fits;
	for (unsigned s = 0; s < c->n_firsts; s++) {
		const uint8_t shape = c->firsts[s].shape;
		bool before = false;
		if (!infer_takes(&all[at], shape))
			continue;
		for (size_t i = 0; i < at && !before; i++)
			before = (&all[i] != choice->k || !fewer) && infer_takes(&all[i], shape);
		if (!before)
			return true;
	}
	return false;
}

static bool is_plain_number(const struct infer_candidate *k)
{
	return infer_is_number(k) && k->decimal_char == '\0' && k->group_char == '\0';
}

/* A wider number that takes the same cells did not fall: there was no need of it. */
static bool is_needless(
    const struct infer_choice *choice, const struct infer_candidate *k, int64_t taken)
{
	return is_plain_number(k) && infer_is_number(choice->k) && taken == choice->fits;
}

/* Not listed: what took all cells or none, unless they are ids of digits. */
static bool has_fallen(const struct infer_column *c, const struct infer_choice *choice,
    const struct infer_candidate *k, int64_t taken)
{
	if (k == choice->k || taken >= choice->values || is_needless(choice, k, taken))
		return false;
	const bool ids = c->count[SHAPE_ZERO_LED] > 0 || c->count[SHAPE_PLUS_LED] > 0 ||
			 c->count[SHAPE_LONG] > 0;
	return taken > 0 || (ids && is_integer(k) && choice->k->type == CSV_TEXT);
}

/* Every type that took some cells but not all. */
static void add_fallen(cJSON *evidence, const struct infer_column *c,
    const struct infer_choice *choice, const struct infer_verdict *v)
{
	size_t n;
	int listed = 0;
	const struct infer_candidate *k = infer_candidates(&n);
	cJSON *fell = cJSON_AddArrayToObject(evidence, "fell");
	for (size_t i = 0; i + 1 < n && listed < MOST_FELL; i++) {
		const int64_t taken = infer_taken(c, &k[i]);
		if (!has_fallen(c, choice, &k[i], taken) ||
		    !(is_plain_number(&k[i]) || explains_more(c, k, i, choice)))
			continue;
		add_misfits(fell, c, &k[i], v, choice->values - taken, "why not");
		listed++;
	}
}

static void add_reasons(cJSON *evidence, const struct infer_column *c,
    const struct infer_choice *choice, const struct infer_verdict *v, bool full)
{
	const int64_t misfits = choice->values - choice->fits;
	if (choice->values > 0 && full)
		add_fallen(evidence, c, choice, v);
	else
		(void)cJSON_AddArrayToObject(evidence, "fell");
	if (misfits > 0)
		add_misfits(cJSON_AddArrayToObject(evidence, "would_be_rejected"), c, choice->k, v,
		    misfits, "not");
	if (choice->k->type != CSV_TEXT && c->spaced > 0)
		add_spaced(evidence, c);
	if (choice->ambiguous != NULL)
		(void)cJSON_AddStringToObject(evidence, "ambiguous", choice->ambiguous);
	if (choice->k->decimal_char != '\0' || choice->k->group_char != '\0')
		(void)cJSON_AddStringToObject(evidence, "locale", choice->k->name);
	else if (choice->language != NULL)
		(void)cJSON_AddStringToObject(evidence, "locale", choice->language);
}

static int by_count(const void *x, const void *y, void *distinct)
{
	const struct profile_slot *a = *(const struct profile_slot *const *)x;
	const struct profile_slot *b = *(const struct profile_slot *const *)y;
	const struct profile_distinct *d = distinct;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	const struct profile_text *ta = profile_distinct_value(d, a);
	const struct profile_text *tb = profile_distinct_value(d, b);
	return memcmp(ta->p, tb->p, sizeof(ta->p));
}

size_t infer_enum(const struct infer_column *c, const struct profile_slot **out, bool *out_strong)
{
	struct profile_distinct d = c->distinct;
	int64_t values = 0;
	size_t n = 0;
	*out_strong = false;
	if (d.registers != NULL || d.n == 0 || d.n > CONTRACT_ENUM_SHOWN)
		return 0;
	for (uint32_t i = 0; i < d.n_slots; i++) {
		const struct profile_slot *slot = &d.slots[i];
		if (slot->hash == 0)
			continue;
		const struct profile_text *t = profile_distinct_value(&d, slot);
		if (t->n > sizeof(t->p) || memchr(t->p, '\0', t->n) != NULL)
			return 0;
		values += slot->count;
		out[n++] = slot;
	}
	qsort_r(out, n, sizeof(const struct profile_slot *), by_count, &d);
	const int64_t rarest = out[n - 1]->count;
	*out_strong = n <= CONTRACT_ENUM_STRONG && values >= CONTRACT_ENUM_STRONG_ROWS &&
		      rarest * 100 >= values * CONTRACT_ENUM_STRONG_PCT;
	return values >= (int64_t)n * CONTRACT_ENUM_REPEATS ? n : 0;
}

static void add_enum(cJSON *evidence, const struct infer_column *c)
{
	const struct profile_slot *slots[CONTRACT_ENUM_SHOWN];
	bool strong;
	const size_t n = infer_enum(c, slots, &strong);
	if (n == 0)
		return;
	cJSON *obj = cJSON_AddObjectToObject(evidence, "enum");
	(void)cJSON_AddBoolToObject(obj, "strong", strong);
	cJSON *list = cJSON_AddArrayToObject(obj, "values");
	for (size_t x = 0; x < n; x++) {
		char text[CONTRACT_PROFILE_TEXT_BYTES + 1] = { 0 };
		const struct profile_text *t = profile_distinct_value(&c->distinct, slots[x]);
		memcpy(text, t->p, t->n);
		cJSON *item = cJSON_CreateObject();
		cJSON_AddItemToArray(list, item);
		(void)cJSON_AddStringToObject(item, "value", text);
		add_count(item, "count", slots[x]->count);
	}
}

static bool can_be_key(const struct infer_candidate *k)
{
	return k->type == CSV_INTEGER || k->type == CSV_TEXT || k->type == CSV_UUID;
}

/* Three standard errors below the rows an estimate may still mean that no cell comes twice. */
static void add_distinct(cJSON *evidence, const struct infer_column *c, int64_t rows,
    const struct infer_candidate *chosen)
{
	const bool exact = c->distinct.registers == NULL;
	const int64_t estimate = profile_distinct_estimate(&c->distinct);
	const int64_t count = estimate < rows - c->nulls ? estimate : rows - c->nulls;
	cJSON *obj = cJSON_AddObjectToObject(evidence, "distinct");
	add_count(obj, "count", count);
	(void)cJSON_AddBoolToObject(obj, "exact", exact);
	const double error = 3 * 1.04 / 64;
	const bool unique = rows > 1 && c->nulls == 0 && can_be_key(chosen) &&
			    (exact ? count == rows : (double)count >= (double)rows * (1 - error));
	if (unique)
		(void)cJSON_AddStringToObject(evidence, "unique",
		    exact ? "no cell comes twice" : "maybe: no cell may come twice");
}

void infer_add_evidence(cJSON *columns, const struct contract_infer *i, size_t column,
    const char *name, const struct infer_choice *choice, const struct infer_verdict *v)
{
	const struct infer_column *seen = &i->seen[column];
	const bool full = i->schema.n_columns <= FULL_COLUMNS;
	cJSON *e = cJSON_CreateObject();
	cJSON_AddItemToArray(columns, e);
	(void)cJSON_AddStringToObject(e, "name", name);
	(void)cJSON_AddStringToObject(e, "header", i->header[column]);
	(void)cJSON_AddStringToObject(e, "chosen", choice->k->name);
	add_count(e, "values", choice->values);
	add_count(e, "empty", choice->nulls);
	add_count(e, "fits", choice->fits);
	add_reasons(e, seen, choice, v, full);
	if (!full)
		return;
	add_distinct(e, seen, i->rows, choice->k);
	if (choice->k->type == CSV_TEXT)
		add_enum(e, seen);
}

void infer_add_nulls(cJSON *evidence, const struct contract_infer *i, const char *const *names,
    const struct infer_verdict *v)
{
	cJSON *list = cJSON_AddArrayToObject(evidence, "null_words");
	for (int w = 0; w < SHAPE_NULL_WORDS; w++) {
		int64_t count = 0;
		cJSON *columns = cJSON_CreateArray();
		for (size_t n = 0; n < i->schema.n_columns; n++) {
			const int64_t here = i->seen[n].count[SHAPE_NULL + w];
			count += here;
			if (here > 0 && cJSON_GetArraySize(columns) < MOST_NAMED)
				cJSON_AddItemToArray(columns, cJSON_CreateString(names[n]));
		}
		if (count == 0) {
			cJSON_Delete(columns);
			continue;
		}
		cJSON *item = cJSON_CreateObject();
		cJSON_AddItemToArray(list, item);
		(void)cJSON_AddStringToObject(item, "word", shape_nulls[w].word);
		add_count(item, "count", count);
		(void)cJSON_AddBoolToObject(item, "null", v->null_words[w]);
		if (!v->null_words[w] && v->why_not[w] != NULL)
			(void)cJSON_AddStringToObject(item, "why_not", v->why_not[w]);
		cJSON_AddItemToObject(item, "columns", columns);
	}
}
