/* SPDX-License-Identifier: Apache-2.0 */
/* profile - one column of a batch after the other; merging. */
#include "contract/profile.h"

#include <stdlib.h>

#include "base/mem.h"
#include "contract/profile_priv.h"

static uint32_t exact_cap(size_t columns)
{
	const size_t each = CONTRACT_PROFILE_EXACT_ALL / (columns + 1);
	if (each < CONTRACT_PROFILE_EXACT_LEAST)
		return CONTRACT_PROFILE_EXACT_LEAST;
	return each < CONTRACT_PROFILE_EXACT ? (uint32_t)each : CONTRACT_PROFILE_EXACT;
}

struct contract_profile *contract_profile_new(const struct csv_schema *schema)
{
	struct contract_profile *p = mem_alloc(sizeof(*p));
	p->schema = schema;
	p->columns = mem_array(schema->n_columns, sizeof(*p->columns));
	for (size_t c = 0; c < schema->n_columns; c++) {
		const struct csv_column *column = &schema->columns[c];
		profile_distinct_init(&p->columns[c].distinct, exact_cap(schema->n_columns),
		    (uint32_t)profile_value_bytes(column));
		if (column->type == CSV_DOUBLE)
			p->columns[c].real = mem_alloc(sizeof(*p->columns[c].real));
	}
	profile_sample_init(&p->sample, schema);
	return p;
}

struct contract_profile *contract_profile_after(const struct contract_profile *before)
{
	struct contract_profile *p = contract_profile_new(before->schema);
	for (size_t c = 0; c < p->schema->n_columns; c++)
		profile_distinct_follow(&p->columns[c].distinct, &before->columns[c].distinct);
	p->sample.level = before->sample.level;
	return p;
}

void contract_profile_free(struct contract_profile **p)
{
	if (*p == NULL)
		return;
	for (size_t c = 0; c < (*p)->schema->n_columns; c++) {
		profile_distinct_done(&(*p)->columns[c].distinct);
		free((*p)->columns[c].real);
	}
	free((*p)->columns);
	profile_sample_done(&(*p)->sample);
	free(*p);
	*p = NULL;
}

#define GATHER(bytes)                                                                              \
	do {                                                                                       \
		for (size_t slot = 0; slot < b->rows; slot++) {                                    \
			memcpy(to + n * (bytes), from + slot * (bytes), bytes);                    \
			n += csv_batch_is_null(b, column, slot) ? 0 : 1;                           \
		}                                                                                  \
	} while (0)

/* The values of a column, one behind the other. */
static const void *skip_nulls(
    struct contract_profile *p, const struct csv_batch *b, size_t column, size_t *out_n)
{
	const char *from = b->columns[column].data;
	char *to = (char *)p->values;
	size_t n = 0;
	*out_n = b->rows;
	if (b->columns[column].nulls == 0)
		return from;
	switch (csv_value_bytes(&p->schema->columns[column])) {
	case sizeof(uint8_t):
		GATHER(sizeof(uint8_t));
		break;
	case sizeof(uint32_t):
		GATHER(sizeof(uint32_t));
		break;
	case sizeof(uint64_t):
		GATHER(sizeof(uint64_t));
		break;
	default:
		GATHER(sizeof(*p->values));
	}
	*out_n = n;
	return p->values;
}

/* Values one by one as long as they are kept, all at once when they no longer are. The figures of
 * texts depend on the distinct ones only, so a text that is known is not looked at again. */
static void count_distinct(struct contract_profile *p, size_t column, const void *data, size_t n)
{
	const struct csv_column *c = &p->schema->columns[column];
	const size_t bytes = csv_value_bytes(c);
	const bool text = csv_type_is_text(c->type);
	struct profile_distinct *d = &p->columns[column].distinct;
	size_t i = 0;
	for (; i < n && d->registers == NULL; i++) {
		struct profile_slot *known = profile_distinct_find(d, p->hashes[i]);
		if (known != NULL) {
			known->count++;
			continue;
		}
		if (text)
			profile_figures(p, column, (const char *)data + i * bytes, 1);
		void *kept = profile_distinct_put(d, p->hashes[i], 1);
		if (kept == NULL)
			continue;
		const union profile_value v = profile_value_take(c, data, i);
		memcpy(kept, &v, d->value_bytes);
	}
	if (i == n)
		return;
	profile_distinct_count(d, p->hashes + i, n - i);
	if (text)
		profile_figures(p, column, (const char *)data + i * bytes, n - i);
}

/* Two values: counting them is enough. */
static void count_truths(struct contract_profile *p, size_t column, const uint8_t *data, size_t n)
{
	const struct csv_column *c = &p->schema->columns[column];
	size_t count[2] = { 0 };
	for (size_t i = 0; i < n; i++)
		count[1] += data[i] != 0 ? 1 : 0;
	count[0] = n - count[1];
	for (uint8_t truth = 0; truth < 2; truth++) {
		if (count[truth] == 0)
			continue;
		const union profile_value v = profile_value_load(c, &truth);
		profile_widen(&p->columns[column], c, &v);
		void *kept = profile_distinct_put(
		    &p->columns[column].distinct, profile_value_hash(c, &v), (int64_t)count[truth]);
		if (kept != NULL)
			memcpy(kept, &truth, sizeof(truth));
	}
}

void contract_profile_batch(struct contract_profile *p, const struct csv_batch *b)
{
	for (size_t c = 0; c < b->n_columns; c++) {
		size_t n;
		const void *data = skip_nulls(p, b, c, &n);
		p->columns[c].values += (int64_t)n;
		if (n == 0)
			continue;
		if (p->schema->columns[c].type == CSV_BOOLEAN) {
			count_truths(p, c, data, n);
			continue;
		}
		profile_hash(p, &p->schema->columns[c], data, n);
		if (!csv_type_is_text(p->schema->columns[c].type))
			profile_figures(p, c, data, n);
		count_distinct(p, c, data, n);
	}
	profile_sample_batch(&p->sample, b);
	p->rows += (int64_t)b->rows;
}

static void merge_column(
    struct profile_column *column, const struct csv_column *c, const struct profile_column *other)
{
	if (other->has_extremes) {
		const bool first = !column->has_extremes;
		profile_widen(column, c, &other->least);
		profile_widen(column, c, &other->most);
		if (first || other->least_chars < column->least_chars)
			column->least_chars = other->least_chars;
		if (first || other->most_chars > column->most_chars)
			column->most_chars = other->most_chars;
	}
	column->values += other->values;
	column->not_finite += other->not_finite;
	profile_sum_merge(&column->sum, &other->sum);
	if (column->real != NULL)
		profile_real_sum_merge(column->real, other->real);
	profile_distinct_merge(&column->distinct, &other->distinct);
}

void contract_profile_merge(struct contract_profile *p, const struct contract_profile *other)
{
	for (size_t c = 0; c < p->schema->n_columns; c++)
		merge_column(&p->columns[c], &p->schema->columns[c], &other->columns[c]);
	profile_sample_merge(&p->sample, &other->sample);
	p->rows += other->rows;
}
