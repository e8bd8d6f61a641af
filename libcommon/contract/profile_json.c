/* SPDX-License-Identifier: Apache-2.0 */
/* profile_json - a profile for people and pages. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "contract/profile_histogram.h"
#include "contract/profile_priv.h"
#include "kit/json.h"

enum { FEW_TOP = 3 };

/* A value and how often it was seen. */
struct frequent {
	int64_t count;
	uint64_t hash; /* breaks ties of texts that are cut to the same */
	union profile_value value;
};

/* The values of one column in the sample. */
struct drawn {
	const struct csv_column *c;
	union profile_value *values; /* owned */
	size_t n;
};

/* What is printed: all columns, or one of them. */
struct print {
	const struct contract_profile *p;
	const uint32_t *order; /* of the sample's rows */
	struct arena *a;
	bool some, full;
};

static void add_count(cJSON *obj, const char *name, int64_t v)
{
	(void)cJSON_AddNumberToObject(obj, name, (double)v);
}

static void add_value(cJSON *obj, const char *name, const struct csv_column *c,
    const union profile_value *v, struct arena *a)
{
	(void)cJSON_AddStringToObject(
	    cJSON_AddObjectToObject(obj, name), "value", profile_value_show(c, v, a));
}

static int compare_values(const void *x, const void *y, void *c)
{
	return profile_value_compare(c, x, y);
}

static bool is_whole_sample(const struct contract_profile *p)
{
	return p->sample.level == 0;
}

/* Values of the sample's rows in their random order. */
static struct drawn draw(const struct print *print, size_t column)
{
	const struct profile_sample *s = &print->p->sample;
	struct drawn d = { .c = &print->p->schema->columns[column] };
	d.values = mem_array(s->n, sizeof(*d.values));
	for (uint32_t i = 0; i < s->n; i++) {
		const void *kept = profile_sample_cell(s, print->order[i], column);
		if (kept != NULL)
			d.values[d.n++] = profile_value_load(d.c, kept);
	}
	return d;
}

static int compare_frequent(const void *x, const void *y, void *c)
{
	const struct frequent *a = x;
	const struct frequent *b = y;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	const int order = profile_value_compare(c, &a->value, &b->value);
	return order != 0 ? order : (a->hash > b->hash) - (a->hash < b->hash);
}

static int compare_hashes(const void *x, const void *y)
{
	const struct frequent *a = x;
	const struct frequent *b = y;
	return (a->hash > b->hash) - (a->hash < b->hash);
}

/* Different values of the sample with their counts; returns how many there are. */
static size_t count_drawn(const struct drawn *d, struct frequent *out)
{
	size_t n = 0;
	for (size_t i = 0; i < d->n; i++)
		out[i] =
		    (struct frequent){ 1, profile_value_hash(d->c, &d->values[i]), d->values[i] };
	qsort(out, d->n, sizeof(*out), compare_hashes);
	for (size_t i = 0; i < d->n; i++) {
		if (n > 0 && out[n - 1].hash == out[i].hash)
			out[n - 1].count++;
		else
			out[n++] = out[i];
	}
	return n;
}

/* The kept values with their counts. */
static size_t count_kept(
    const struct profile_distinct *d, const struct csv_column *c, struct frequent *out)
{
	size_t n = 0;
	for (uint32_t i = 0; i < d->n_slots; i++) {
		const struct profile_slot *slot = &d->slots[i];
		if (slot->hash == 0)
			continue;
		const void *kept = profile_distinct_value(d, slot);
		out[n++] =
		    (struct frequent){ slot->count, slot->hash, profile_value_load(c, kept) };
	}
	return n;
}

/* There cannot be more than there are values, whatever is estimated. */
static void add_distinct(
    cJSON *out, const struct profile_distinct *d, int64_t values, bool whole_sample, size_t drawn)
{
	const int64_t estimate = profile_distinct_estimate(d);
	cJSON *obj = cJSON_AddObjectToObject(out, "distinct");
	const bool exact = d->registers == NULL || whole_sample;
	const int64_t count = d->registers == NULL || !whole_sample ? estimate : (int64_t)drawn;
	add_count(obj, "count", count < values ? count : values);
	(void)cJSON_AddBoolToObject(obj, "exact", exact);
	(void)cJSON_AddNumberToObject(
	    obj, "error_pct", exact ? 0 : 104.0 / sqrt(CONTRACT_PROFILE_REGISTERS));
}

/* A value seen once in a sample says nothing and is left out. */
static void add_top(cJSON *out, const struct print *print, const struct csv_column *c,
    struct frequent *found, size_t n, bool exact, int64_t of)
{
	cJSON *top = cJSON_AddObjectToObject(out, "top");
	cJSON *list = cJSON_AddArrayToObject(top, "values");
	const size_t most = print->full ? CONTRACT_PROFILE_TOP : FEW_TOP;
	struct csv_column column = *c;
	qsort_r(found, n, sizeof(*found), compare_frequent, &column);
	for (size_t i = 0; i < n && i < most && (exact || found[i].count > 1); i++) {
		cJSON *item = cJSON_CreateObject();
		cJSON_AddItemToArray(list, item);
		(void)cJSON_AddStringToObject(
		    item, "value", profile_value_show(c, &found[i].value, print->a));
		add_count(item, "count", found[i].count);
	}
	const double share = n == 0 ? 0 : (double)found[0].count / (double)of;
	(void)cJSON_AddBoolToObject(top, "exact", exact);
	add_count(top, "of", of);
	(void)cJSON_AddNumberToObject(
	    top, "error_pct", exact ? 0 : 100 * sqrt(share * (1 - share) / (double)of));
}

/* Distinct and frequent values: the kept ones, else those of the sample. */
static void add_frequent(cJSON *out, const struct print *print, const struct profile_column *column,
    const struct drawn *d)
{
	const bool kept = column->distinct.registers == NULL;
	const bool whole = is_whole_sample(print->p);
	struct frequent *found = mem_array(kept ? column->distinct.n : d->n, sizeof(*found));
	const size_t n = kept ? count_kept(&column->distinct, d->c, found) : count_drawn(d, found);
	add_distinct(out, &column->distinct, column->values, whole, n);
	if (print->some)
		add_top(out, print, d->c, found, n, kept || whole,
		    kept || whole ? column->values : (int64_t)d->n);
	free(found);
}

static void add_mean(
    cJSON *out, const struct csv_column *c, const struct profile_column *column, struct arena *a)
{
	const int64_t n = column->values - column->not_finite;
	union profile_value mean = { 0 };
	if (c->type == CSV_INTEGER || c->type == CSV_DECIMAL) {
		const unsigned scale = c->type == CSV_DECIMAL ? c->scale : 0;
		(void)cJSON_AddStringToObject(cJSON_AddObjectToObject(out, "mean"), "value",
		    profile_sum_mean(&column->sum, n, scale, a));
		return;
	}
	if (c->type == CSV_DOUBLE)
		mean.real = profile_real_sum_mean(column->real, n);
	else if (c->type == CSV_DATE)
		mean.days = (int32_t)profile_sum_mean_whole(&column->sum, n);
	else if (profile_histogram_has(c))
		mean.whole = profile_sum_mean_whole(&column->sum, n);
	else
		return;
	add_value(out, "mean", c, &mean, a);
}

static void add_extremes(
    cJSON *out, const struct csv_column *c, const struct profile_column *column, struct arena *a)
{
	if (c->type == CSV_DOUBLE)
		add_count(out, "not_finite", column->not_finite);
	if (!column->has_extremes)
		return;
	if (c->type != CSV_JSON) {
		add_value(out, "min", c, &column->least, a);
		add_value(out, "max", c, &column->most, a);
		add_mean(out, c, column, a);
	}
	if (!csv_type_is_text(c->type))
		return;
	cJSON *length = cJSON_AddObjectToObject(out, "length");
	add_count(length, "min", column->least_chars);
	add_count(length, "max", column->most_chars);
}

/* The drawn values must be sorted. */
static void add_quantiles(cJSON *out, const struct print *print, const struct drawn *d)
{
	static const struct {
		const char *name;
		unsigned pct;
	} wanted[] = { { "p05", 5 }, { "p25", 25 }, { "p50", 50 }, { "p75", 75 }, { "p95", 95 } };
	cJSON *obj = cJSON_AddObjectToObject(out, "quantiles");
	(void)cJSON_AddBoolToObject(obj, "exact", is_whole_sample(print->p));
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		add_value(obj, wanted[i].name, d->c, &d->values[(d->n - 1) * wanted[i].pct / 100],
		    print->a);
}

static void add_histogram(cJSON *out, const struct print *print,
    const struct profile_column *column, const struct drawn *d)
{
	struct profile_histogram h;
	profile_histogram_make(d->c, &column->least, &column->most, d->values, d->n, print->a, &h);
	cJSON *obj = cJSON_AddObjectToObject(out, "histogram");
	(void)cJSON_AddBoolToObject(obj, "exact", is_whole_sample(print->p));
	add_count(obj, "of", (int64_t)d->n);
	cJSON_AddItemToObject(cJSON_AddObjectToObject(obj, "edges"), "value",
	    cJSON_CreateStringArray(h.edges, (int)h.n + 1));
	cJSON *counts = cJSON_AddArrayToObject(obj, "counts");
	for (size_t i = 0; i < h.n; i++)
		cJSON_AddItemToArray(counts, cJSON_CreateNumber((double)h.counts[i]));
}

static void add_sample(cJSON *out, const struct print *print, size_t column)
{
	const struct profile_sample *s = &print->p->sample;
	const struct csv_column *c = &print->p->schema->columns[column];
	cJSON *list = cJSON_AddArrayToObject(out, "sample");
	int shown = 0;
	for (uint32_t i = 0; i < s->n && shown < CONTRACT_PROFILE_SHOWN; i++) {
		const void *kept = profile_sample_cell(s, print->order[i], column);
		if (kept == NULL)
			continue;
		const union profile_value v = profile_value_load(c, kept);
		cJSON *item = cJSON_CreateObject();
		cJSON_AddItemToArray(list, item);
		add_count(item, "row", s->rows[print->order[i]]);
		(void)cJSON_AddStringToObject(item, "value", profile_value_show(c, &v, print->a));
		shown++;
	}
}

/* NaN and infinities have no place in an order. */
static void keep_finite(struct drawn *d)
{
	size_t n = 0;
	for (size_t i = 0; i < d->n; i++) {
		d->values[n] = d->values[i];
		n += d->c->type != CSV_DOUBLE || isfinite(d->values[i].real) ? 1 : 0;
	}
	d->n = n;
}

static cJSON *column_json(const struct print *print, size_t at)
{
	const struct contract_profile *p = print->p;
	struct csv_column c = p->schema->columns[at];
	const struct profile_column *column = &p->columns[at];
	cJSON *out = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(out, "name", c.name);
	(void)cJSON_AddStringToObject(out, "type", csv_type_name(c.type));
	add_count(out, "values", column->values);
	add_count(out, "nulls", p->rows - column->values);
	add_extremes(out, &c, column, print->a);
	struct drawn d = draw(print, at);
	add_frequent(out, print, column, &d);
	keep_finite(&d);
	if (d.n > 0 && profile_histogram_has(&c) && print->some) {
		qsort_r(d.values, d.n, sizeof(*d.values), compare_values, &c);
		add_quantiles(out, print, &d);
		if (print->full)
			add_histogram(out, print, column, &d);
	}
	free(d.values);
	if (print->full)
		add_sample(out, print, at);
	return out;
}

cJSON *contract_profile_json(const struct contract_profile *p, struct arena *a)
{
	uint32_t *order = profile_sample_order(&p->sample);
	const size_t n = p->schema->n_columns;
	const struct print print = { p, order, a, n <= CONTRACT_PROFILE_SOME_COLUMNS,
		n <= CONTRACT_PROFILE_FULL_COLUMNS };
	cJSON *out = js_object(a);
	add_count(out, "rows", p->rows);
	add_count(out, "sampled_rows", p->sample.n);
	cJSON *columns = cJSON_AddArrayToObject(out, "columns");
	const size_t listed =
	    n < CONTRACT_PROFILE_LISTED_COLUMNS ? n : CONTRACT_PROFILE_LISTED_COLUMNS;
	for (size_t c = 0; c < listed; c++)
		cJSON_AddItemToArray(columns, column_json(&print, c));
	add_count(out, "columns_left_out", (int64_t)(n - listed));
	free(order);
	return out;
}
