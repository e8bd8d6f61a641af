/* SPDX-License-Identifier: Apache-2.0 */
/* infer - shapes of all cells counted, the first of each kept; merging; the draft put together. */
#include "contract/infer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mem.h"
#include "contract/contract.h"
#include "contract/infer_name.h"
#include "contract/infer_priv.h"
#include "contract/profile_value.h"
#include "contract/report_dialect.h"
#include "kit/json.h"

enum { TEXT_BYTES = 400 };

/* Wider files get less evidence, so that the draft stays within the JSON door's limits. */
enum { SOME_EVIDENCE_COLUMNS = 500 };

struct contract_infer *contract_infer_new(const char *const *header, size_t n)
{
	struct contract_infer *i = mem_alloc(sizeof(*i));
	i->columns = mem_array(n, sizeof(*i->columns));
	i->seen = mem_array(n, sizeof(*i->seen));
	for (size_t c = 0; c < n; c++) {
		struct infer_column *seen = &i->seen[c];
		i->columns[c] = (struct csv_column){ .name = header[c], .file_column = (int)c };
		seen->languages = UINT16_MAX;
		memset(seen->fewest, UINT8_MAX, sizeof(seen->fewest));
		for (int s = 0; s < SHAPE_COUNT_; s++)
			seen->limit[s] = INT64_MAX;
		profile_distinct_init(
		    &seen->distinct, INFER_KEPT_VALUES, sizeof(struct profile_text));
	}
	i->schema = (struct csv_schema){ i->columns, n, n, NULL, header };
	return i;
}

void contract_infer_free(struct contract_infer **i)
{
	if (*i == NULL)
		return;
	for (size_t c = 0; c < (*i)->schema.n_columns; c++) {
		free((*i)->seen[c].firsts);
		profile_distinct_done(&(*i)->seen[c].distinct);
	}
	free((*i)->columns);
	free((*i)->seen);
	free(*i);
	*i = NULL;
}

const struct csv_schema *contract_infer_schema(const struct contract_infer *i)
{
	return &i->schema;
}

/* Where the first cells of a shape are kept. */
static struct infer_first *first_of(struct infer_column *c, unsigned shape)
{
	if (c->first_of[shape] == 0) {
		c->firsts = mem_resize(c->firsts, (c->n_firsts + (size_t)1) * sizeof(*c->firsts));
		memset(&c->firsts[c->n_firsts], 0, sizeof(*c->firsts));
		c->first_of[shape] = ++c->n_firsts;
	}
	return &c->firsts[c->first_of[shape] - 1];
}

/* A cell before the last one that is kept, or while there is room; in the order of rows. */
static void keep(struct infer_column *c, unsigned shape, const struct infer_cell *cell)
{
	struct infer_first *f = first_of(c, shape);
	unsigned at = f->n < CONTRACT_INFER_SHOWN ? f->n++ : CONTRACT_INFER_SHOWN - 1;
	for (; at > 0 && f->cells[at - 1].row > cell->row; at--)
		f->cells[at] = f->cells[at - 1];
	f->cells[at] = *cell;
	if (f->n == CONTRACT_INFER_SHOWN)
		c->limit[shape] = f->cells[CONTRACT_INFER_SHOWN - 1].row;
}

static void keep_text(struct infer_column *c, unsigned shape, const struct csv_batch *b,
    size_t slot, const char *p, size_t n)
{
	struct infer_cell cell = { .row = b->row[slot], .line = b->line[slot] };
	(void)csv_explain_quote(p, n, cell.value);
	keep(c, shape, &cell);
}

static inline void take_digits(struct infer_column *c, const struct contract_shape_of *s)
{
	uint8_t *before = &c->before[s->shape];
	uint8_t *behind = &c->behind[s->shape];
	uint8_t *fewest = &c->fewest[s->shape];
	*before = s->before > *before ? s->before : *before;
	*behind = s->behind > *behind ? s->behind : *behind;
	*fewest = s->before < *fewest ? s->before : *fewest;
}

/* Texts of up to 12 bytes live in the batch without room behind them. */
static inline const char *padded(const struct csv_text *t, char *room)
{
	if (csv_text_n(t) > CSV_INLINE_BYTES)
		return t->far.p;
	memcpy(room, t->near.bytes, CSV_INLINE_BYTES);
	return room;
}

static inline void take_cell(struct contract_infer *i, struct infer_column *c,
    const struct csv_batch *b, size_t slot, const struct csv_text *t, char *room)
{
	const char *p = padded(t, room);
	const size_t n = csv_text_n(t);
	const struct contract_shape_of s = contract_shape_like(&i->shaper, c->lead, p, n);
	c->lead = s.shape;
	c->count[s.shape]++;
	if (b->row[slot] < c->limit[s.shape])
		keep_text(c, s.shape, b, slot, p, n);
	if (s.shape < INFER_NUMBERS)
		take_digits(c, &s);
	else if (s.shape >= SHAPE_DATED_AS(SHAPE_D_MON_Y, 0))
		c->languages &= s.languages;
}

static inline uint64_t hash_text(const struct csv_text *t)
{
	return csv_text_n(t) <= CSV_INLINE_BYTES ? XXH3_64bits(t, sizeof(*t))
						 : XXH3_64bits(t->far.p, t->far.n);
}

/* Kept while there are few distinct cells, only estimated after that. */
static void count_distinct(struct profile_distinct *d, const struct csv_column *column,
    const struct csv_text *t, uint64_t hash)
{
	struct profile_slot *known = profile_distinct_find(d, hash);
	if (known != NULL) {
		known->count++;
		return;
	}
	void *kept = profile_distinct_put(d, hash, 1);
	if (kept == NULL)
		return;
	const union profile_value v = profile_value_take(column, t, 0);
	memcpy(kept, &v, d->value_bytes);
}

static void take_column(struct contract_infer *i, size_t column, const struct csv_batch *b)
{
	struct infer_column *c = &i->seen[column];
	const struct csv_text *cells = b->columns[column].data;
	const bool nulls = b->columns[column].nulls > 0;
	char room[CSV_INLINE_BYTES + CSV_PAD_BYTES] = { 0 };
	size_t n = 0;
	for (size_t slot = 0; slot < b->rows; slot++) {
		if (nulls && csv_batch_is_null(b, column, slot)) {
			c->nulls++;
			continue;
		}
		take_cell(i, c, b, slot, &cells[slot], room);
		const uint64_t hash = hash_text(&cells[slot]);
		if (c->distinct.registers == NULL)
			count_distinct(&c->distinct, &i->columns[column], &cells[slot], hash);
		else
			i->hashes[n++] = hash;
	}
	if (n > 0)
		profile_distinct_count(&c->distinct, i->hashes, n);
}

void contract_infer_batch(struct contract_infer *i, const struct csv_batch *b)
{
	for (size_t c = 0; c < b->n_columns; c++)
		take_column(i, c, b);
	i->rows += (int64_t)b->rows;
}

static void merge_column(struct infer_column *c, const struct infer_column *other)
{
	c->nulls += other->nulls;
	c->languages &= other->languages;
	for (unsigned s = 0; s < SHAPE_COUNT_; s++) {
		c->count[s] += other->count[s];
		if (other->first_of[s] == 0)
			continue;
		const struct infer_first *f = &other->firsts[other->first_of[s] - 1];
		for (unsigned x = 0; x < f->n; x++) {
			if (f->cells[x].row < c->limit[s])
				keep(c, s, &f->cells[x]);
		}
	}
	for (uint8_t s = 0; s < INFER_NUMBERS; s++) {
		const struct contract_shape_of most = { s, other->before[s], other->behind[s], 0 };
		const struct contract_shape_of least = { s, other->fewest[s], 0, 0 };
		if (other->count[s] == 0)
			continue;
		take_digits(c, &most);
		take_digits(c, &least);
	}
	profile_distinct_merge(&c->distinct, &other->distinct);
}

void contract_infer_merge(struct contract_infer *i, const struct contract_infer *other)
{
	for (size_t c = 0; c < i->schema.n_columns; c++)
		merge_column(&i->seen[c], &other->seen[c]);
	i->rows += other->rows;
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

static void add_missing(cJSON *doc, const struct infer_verdict *v)
{
	cJSON *missing = cJSON_AddArrayToObject(doc, "missingValues");
	cJSON_AddItemToArray(missing, cJSON_CreateString(""));
	for (size_t w = 0; w < SHAPE_NULL_WORDS; w++) {
		if (v->null_words[w])
			cJSON_AddItemToArray(missing, cJSON_CreateString(shape_nulls[w].word));
	}
}

cJSON *contract_infer_draft(
    const struct contract_infer *i, const struct contract_infer_how *how, struct arena *a)
{
	struct infer_verdict v;
	const char *const *names = contract_infer_names(i->schema.header, i->schema.n_columns, a);
	infer_choose(i, names, how->unattended, a, &v);
	cJSON *draft = js_object(a);
	cJSON *doc = cJSON_AddObjectToObject(draft, "doc");
	cJSON *fields = cJSON_AddArrayToObject(doc, "fields");
	add_missing(doc, &v);
	cJSON *ours = cJSON_AddObjectToObject(doc, "millrace");
	(void)cJSON_AddStringToObject(ours, "extra_columns", "reject");
	cJSON *evidence = cJSON_AddObjectToObject(draft, "evidence");
	(void)cJSON_AddNumberToObject(evidence, "rows", (double)(i->rows + how->row_rejects));
	(void)cJSON_AddNumberToObject(evidence, "rows_refused", (double)how->row_rejects);
	cJSON *columns = cJSON_AddArrayToObject(evidence, "columns");
	int64_t misfits = how->row_rejects;
	for (size_t c = 0; c < i->schema.n_columns; c++) {
		infer_add_field(fields, i, c, names[c], &v.columns[c], how->unattended);
		misfits += v.columns[c].values - v.columns[c].fits;
		if (i->schema.n_columns <= SOME_EVIDENCE_COLUMNS)
			infer_add_evidence(columns, i, c, names[c], &v.columns[c], &v);
	}
	infer_add_nulls(evidence, i, names, &v);
	if (!how->unattended)
		add_budget(ours, evidence, misfits, i->rows + how->row_rejects);
	if (how->sniffed != NULL)
		cJSON_AddItemToObject(evidence, "dialect", contract_report_dialect(how->sniffed));
	return draft;
}
