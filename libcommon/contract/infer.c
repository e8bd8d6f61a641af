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
#include "contract/shape_fast.h"
#include "csv/csv_mend.h"
#include "kit/json.h"

enum { TEXT_BYTES = 400 };

/* Wider files get less evidence, so that the draft stays within the JSON door's limits. */
enum { SOME_EVIDENCE_COLUMNS = 500 };

static uint32_t kept_cap(size_t columns)
{
	const size_t each = INFER_KEPT_ALL / (columns + 1);
	if (each < INFER_KEPT_LEAST)
		return INFER_KEPT_LEAST;
	return each < INFER_KEPT_VALUES ? (uint32_t)each : INFER_KEPT_VALUES;
}

struct contract_infer *contract_infer_new(const char *const *header, size_t file_columns)
{
	struct contract_infer *i = mem_alloc(sizeof(*i));
	const size_t ours = csv_mend_columns(header, file_columns);
	const size_t first = ours < file_columns ? ours : 0;
	const size_t n = file_columns - first;
	i->header = header + first;
	i->columns = mem_array(n, sizeof(*i->columns));
	i->seen = mem_array(n, sizeof(*i->seen));
	for (size_t c = 0; c < n; c++) {
		struct infer_column *seen = &i->seen[c];
		i->columns[c] =
		    (struct csv_column){ .name = i->header[c], .file_column = (int)(first + c) };
		seen->languages = UINT16_MAX;
		seen->spaced_limit = INT64_MAX;
		memset(seen->fewest, UINT8_MAX, sizeof(seen->fewest));
		for (int s = 0; s < SHAPE_COUNT_; s++)
			seen->limit[s] = INT64_MAX;
		profile_distinct_init(&seen->distinct, kept_cap(n), sizeof(struct profile_text));
	}
	i->schema = (struct csv_schema){
		.columns = i->columns,
		.n_columns = n,
		.file_columns = file_columns,
		.header = header,
	};
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
		c->firsts[c->n_firsts].shape = (uint8_t)shape;
		c->first_of[shape] = ++c->n_firsts;
	}
	return &c->firsts[c->first_of[shape] - 1];
}

/* A cell before the last one that is kept, or while there is room; in the order of rows. */
static void keep(struct infer_first *f, int64_t *limit, const struct infer_cell *cell)
{
	unsigned at = f->n < CONTRACT_INFER_SHOWN ? f->n++ : CONTRACT_INFER_SHOWN - 1;
	for (; at > 0 && f->cells[at - 1].row > cell->row; at--)
		f->cells[at] = f->cells[at - 1];
	f->cells[at] = *cell;
	if (f->n == CONTRACT_INFER_SHOWN)
		*limit = f->cells[CONTRACT_INFER_SHOWN - 1].row;
}

static inline void take_digits(
    struct infer_column *c, unsigned shape, unsigned before, unsigned behind)
{
	if (before > c->before[shape])
		c->before[shape] = (uint8_t)before;
	if (before < c->fewest[shape])
		c->fewest[shape] = (uint8_t)before;
	if (behind > c->behind[shape])
		c->behind[shape] = (uint8_t)behind;
}

/* A column of a batch while it is read. */
struct reading {
	struct contract_infer *i;
	struct infer_column *c;
	const struct csv_column *column;
	const struct csv_batch *b;
	const struct csv_text *cells;
	size_t at;  /* index of the column */
	bool nulls; /* there are some in the batch */
	char room[CSV_INLINE_BYTES + CSV_PAD_BYTES];
};

/* A cell with CSV_PAD_BYTES behind it: the texts that follow in the batch will do, where there are
 * enough of them. */
static inline const char *padded(struct reading *r, size_t slot)
{
	const struct csv_text *t = &r->cells[slot];
	if (csv_text_n(t) > CSV_INLINE_BYTES)
		return t->far.p;
	if (slot + 1 + CSV_PAD_BYTES / sizeof(*t) <= r->b->cap)
		return t->near.bytes;
	memcpy(r->room, t->near.bytes, CSV_INLINE_BYTES);
	return r->room;
}

static struct infer_cell cell_of(const struct reading *r, size_t slot)
{
	struct infer_cell cell = { .row = r->b->row[slot], .line = r->b->line[slot] };
	(void)csv_explain_quote(
	    csv_text_p(&r->cells[slot]), csv_text_n(&r->cells[slot]), cell.value);
	return cell;
}

static void count_spaced(struct reading *r, size_t slot)
{
	r->c->spaced++;
	if (r->b->row[slot] >= r->c->spaced_limit)
		return;
	const struct infer_cell cell = cell_of(r, slot);
	keep(&r->c->spaced_first, &r->c->spaced_limit, &cell);
}

/* Counts a cell by its tag, and keeps it when it is among the first of its shape. */
static inline void count_cell(struct reading *r, size_t slot, uint32_t tag)
{
	const uint32_t shape = tag % INFER_SPACED;
	if ((tag & INFER_SPACED) != 0)
		count_spaced(r, slot);
	r->c->count[shape]++;
	if (r->b->row[slot] >= r->c->limit[shape])
		return;
	const struct infer_cell cell = cell_of(r, slot);
	keep(first_of(r->c, shape), &r->c->limit[shape], &cell);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The tag of a cell of another shape than the last one. Blanks around it do not count, but are
 * noted; text keeps them, and a word for null with blanks is text. */
static uint32_t look_again(struct reading *r, const char *p, size_t n)
{
	struct infer_column *c = r->c;
	const bool spaced = is_blank(p[0]) || is_blank(p[n - 1]);
	while (n > 1 && is_blank(p[n - 1]))
		n--;
	for (; n > 1 && is_blank(p[0]); n--)
		p++;
	const struct contract_shape_of s = contract_shape(&r->i->shaper, p, n);
	const bool null_word = s.shape >= SHAPE_NULL && s.shape < SHAPE_DATED;
	if (s.shape == SHAPE_TEXT || (spaced && null_word))
		return SHAPE_TEXT;
	c->lead = s.shape;
	if (s.shape < INFER_NUMBERS)
		take_digits(c, s.shape, s.before, s.behind);
	else if (s.shape >= SHAPE_DATED_AS(SHAPE_D_MON_Y, 0))
		c->languages &= s.languages;
	return s.shape | (spaced ? INFER_SPACED : 0U);
}

/* Looks at a cell; what the shape does not say is noted in the column. */
static inline uint32_t look(struct reading *r, size_t slot)
{
	const char *p = padded(r, slot);
	const size_t n = csv_text_n(&r->cells[slot]);
	unsigned before = 0;
	unsigned behind = 0;
	const int shape = shape_fast(r->c->lead, p, n, &before, &behind);
	if (shape < 0)
		return look_again(r, p, n);
	if (shape < INFER_NUMBERS)
		take_digits(r->c, (unsigned)shape, before, behind);
	return (uint32_t)shape;
}

/* A quoted cell without a character is no value either. */
static inline bool is_null(const struct reading *r, size_t slot)
{
	return (r->nulls && csv_batch_is_null(r->b, r->at, slot)) ||
	       csv_text_n(&r->cells[slot]) == 0;
}

static inline uint64_t hash_text(const struct csv_text *t)
{
	return csv_text_n(t) <= CSV_INLINE_BYTES ? XXH3_64bits(t, sizeof(*t))
						 : XXH3_64bits(t->far.p, t->far.n);
}

/* While there are few distinct cells: each of them is looked at once. Returns the slot at which
 * there were too many. */
static size_t take_few(struct reading *r)
{
	struct profile_distinct *d = &r->c->distinct;
	size_t slot = 0;
	for (; slot < r->b->rows && d->registers == NULL; slot++) {
		if (is_null(r, slot)) {
			r->c->nulls++;
			continue;
		}
		const uint64_t hash = hash_text(&r->cells[slot]);
		struct profile_slot *known = profile_distinct_find(d, hash);
		if (known != NULL) {
			known->count++;
			count_cell(r, slot, known->tag);
			continue;
		}
		const uint32_t tag = look(r, slot);
		count_cell(r, slot, tag);
		void *kept = profile_distinct_put(d, hash, 1);
		if (kept == NULL)
			continue;
		const union profile_value v = profile_value_take(r->column, r->cells, slot);
		memcpy(kept, &v, d->value_bytes);
		profile_distinct_find(d, hash)->tag = tag;
	}
	return slot;
}

/* The rest of a column: cells that are not null. */
static void take_many(struct reading *r, size_t from)
{
	size_t n = 0;
	for (size_t slot = from; slot < r->b->rows; slot++) {
		if (is_null(r, slot)) {
			r->c->nulls++;
			continue;
		}
		r->i->hashes[n++] = hash_text(&r->cells[slot]);
		count_cell(r, slot, look(r, slot));
	}
	if (n > 0)
		profile_distinct_count(&r->c->distinct, r->i->hashes, n);
}

static void take_column(struct contract_infer *i, size_t column, const struct csv_batch *b)
{
	struct reading r = {
		.i = i,
		.c = &i->seen[column],
		.column = &i->columns[column],
		.b = b,
		.cells = b->columns[column].data,
		.at = column,
		.nulls = b->columns[column].nulls > 0,
	};
	const size_t from = r.c->distinct.registers == NULL ? take_few(&r) : 0;
	if (from < b->rows)
		take_many(&r, from);
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
				keep(first_of(c, s), &c->limit[s], &f->cells[x]);
		}
	}
	c->spaced += other->spaced;
	for (unsigned x = 0; x < other->spaced_first.n; x++) {
		if (other->spaced_first.cells[x].row < c->spaced_limit)
			keep(&c->spaced_first, &c->spaced_limit, &other->spaced_first.cells[x]);
	}
	for (unsigned s = 0; s < INFER_NUMBERS; s++) {
		if (other->count[s] == 0)
			continue;
		take_digits(c, s, other->before[s], other->behind[s]);
		take_digits(c, s, other->fewest[s], 0);
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
	const char *const *names = contract_infer_names(i->header, i->schema.n_columns, a);
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
