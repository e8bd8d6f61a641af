/* SPDX-License-Identifier: Apache-2.0 */
/* check - constraints column by column, then the rules row by row. */
#include "contract/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "contract/check_priv.h"
#include "contract/form.h"
#include "contract/json_cell.h"
#include "contract/pattern.h"
#include "contract/rules.h"
#include "contract/value.h"

enum { FEW_ALLOWED = 16 }; /* texts of an enum that are compared one after the other */

struct contract_checker *contract_checker_new(const struct contract *c)
{
	struct contract_checker *k = mem_alloc(sizeof(*k));
	k->c = c;
	k->patterns = contract_pattern_use_new();
	k->rules = mem_array(c->n_rules, sizeof(struct expr_eval *));
	for (size_t i = 0; i < c->n_rules; i++)
		k->rules[i] = expr_eval_new(c->rules[i].expr, c->scope_fields);
	return k;
}

void contract_checker_free(struct contract_checker **k)
{
	if (*k == NULL)
		return;
	for (size_t i = 0; i < (*k)->c->n_rules; i++)
		expr_eval_free(&(*k)->rules[i]);
	contract_pattern_use_free(&(*k)->patterns);
	free((*k)->rules);
	free((*k)->values);
	free(*k);
	*k = NULL;
}

static void check_required(const struct csv_column *c, struct csv_batch *b, size_t column)
{
	if (b->columns[column].nulls == 0)
		return;
	for (size_t slot = 0; slot < b->rows; slot++) {
		if (csv_batch_is_null(b, column, slot))
			csv_batch_fault(b, slot, c->file_column, CONTRACT_RULE_REQUIRED,
			    "%s: the cell is empty, a value is required", c->name);
	}
}

/* JSON is looked up by its plain text (value.h). */
static bool is_allowed(
    const struct contract_field *f, enum csv_type type, const struct contract_value *v)
{
	if (type != CSV_JSON)
		return contract_value_is_in(type, v, f->allowed, f->n_allowed);
	char *text = contract_json_plain(csv_text_p(&v->text), csv_text_n(&v->text));
	const struct contract_value plain = { .text = csv_text_make(
						  text, text == NULL ? 0 : strlen(text)) };
	const bool found =
	    text != NULL && contract_value_is_in(type, &plain, f->allowed, f->n_allowed);
	free(text);
	return found;
}

/* One value against enum, minimum and maximum. */
static void check_value(const struct contract_field *f, const struct csv_column *c,
    struct csv_batch *b, size_t slot, const struct contract_value *v)
{
	char shown[CHECK_SHOWN_BYTES];
	if (f->allowed != NULL && !is_allowed(f, c->type, v))
		csv_batch_fault(b, slot, c->file_column, CONTRACT_RULE_ENUM,
		    "%s: %s is not one of the %zu allowed values", c->name,
		    check_show_cell(b, slot, c, v, shown), f->n_allowed);
	const bool nan = c->type == CSV_DOUBLE && isnan(v->real);
	if (f->minimum != NULL && (nan || contract_value_compare(c->type, v, f->minimum) < 0))
		csv_batch_fault(b, slot, c->file_column, CONTRACT_RULE_MINIMUM,
		    "%s: %s is below the minimum %.40s", c->name,
		    check_show_cell(b, slot, c, v, shown), f->minimum->shown);
	if (f->maximum != NULL && (nan || contract_value_compare(c->type, v, f->maximum) > 0))
		csv_batch_fault(b, slot, c->file_column, CONTRACT_RULE_MAXIMUM,
		    "%s: %s is above the maximum %.40s", c->name,
		    check_show_cell(b, slot, c, v, shown), f->maximum->shown);
}

#define MARK_BETWEEN(form)                                                                         \
	do {                                                                                       \
		const form *v = b->columns[column].data;                                           \
		for (size_t slot = 0; slot < b->rows; slot++)                                      \
			fits[slot] = (uint8_t)((v[slot] >= least) & (v[slot] <= most));            \
	} while (0)

/* Bounds of numbers, dates and times that are no wider than 64 bits. */
static bool mark_between(
    const struct contract_field *f, const struct csv_batch *b, size_t column, uint8_t *fits)
{
	const __int128 low = f->minimum == NULL ? INT64_MIN : f->minimum->number;
	const __int128 high = f->maximum == NULL ? INT64_MAX : f->maximum->number;
	const size_t bytes = csv_value_bytes(&b->schema->columns[column]);
	if (low > INT64_MAX || high < INT64_MIN)
		return false;
	const int64_t least = low < INT64_MIN ? INT64_MIN : (int64_t)low;
	const int64_t most = high > INT64_MAX ? INT64_MAX : (int64_t)high;
	if (bytes == sizeof(int64_t))
		MARK_BETWEEN(int64_t);
	else if (bytes == sizeof(int32_t))
		MARK_BETWEEN(int32_t);
	else
		return false;
	return true;
}

/* Texts of up to CSV_INLINE_BYTES lie in their slots, zeros behind: two words tell whether two of
 * them are equal, and no longer text has the same two. */
static bool mark_allowed(
    const struct contract_field *f, const struct csv_batch *b, size_t column, uint8_t *fits)
{
	const struct csv_text *texts = b->columns[column].data;
	if (f->n_allowed > FEW_ALLOWED)
		return false;
	memset(fits, 0, b->rows);
	for (size_t i = 0; i < f->n_allowed; i++) {
		uint64_t want[2];
		if (csv_text_n(&f->allowed[i].text) > CSV_INLINE_BYTES)
			continue; /* cells like this one are looked at singly */
		memcpy(want, &f->allowed[i].text, sizeof(want));
		for (size_t slot = 0; slot < b->rows; slot++) {
			uint64_t v[2];
			memcpy(v, &texts[slot], sizeof(v));
			fits[slot] |= (uint8_t)(((v[0] ^ want[0]) | (v[1] ^ want[1])) == 0);
		}
	}
	return true;
}

/* Which values surely keep enum, minimum and maximum, a whole column at a time: nearly all do.
 * Returns false when they must be looked at singly. What it says of nulls and of rows with faults
 * means nothing. */
static bool mark_fitting(
    const struct contract_field *f, const struct csv_batch *b, size_t column, uint8_t *fits)
{
	const enum csv_type type = b->schema->columns[column].type;
	if (type == CSV_TEXT && f->minimum == NULL && f->maximum == NULL)
		return mark_allowed(f, b, column, fits);
	if (csv_type_is_text(type) || type == CSV_DOUBLE || f->allowed != NULL)
		return false;
	return mark_between(f, b, column, fits);
}

static void check_values(
    const struct contract_field *f, const struct csv_column *c, struct csv_batch *b, size_t column)
{
	uint8_t fits[CSV_BATCH_ROWS] = { 0 };
	if (!mark_fitting(f, b, column, fits))
		memset(fits, 0, b->rows);
	else if (memchr(fits, 0, b->rows) == NULL)
		return;
	for (size_t slot = 0; slot < b->rows; slot++) {
		if (fits[slot] || b->fault_of[slot] >= 0 || csv_batch_is_null(b, column, slot))
			continue;
		const struct contract_value v = contract_value_of(c, b->columns[column].data, slot);
		check_value(f, c, b, slot, &v);
	}
}

static int64_t count_characters(const char *p, size_t n)
{
	int64_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += ((uint8_t)p[i] & 0xC0) != 0x80;
	return count;
}

static void check_lengths(const struct contract_field *f, const struct csv_column *c,
    struct csv_batch *b, size_t slot, const struct csv_text *t)
{
	const size_t n = csv_text_n(t);
	const bool is_json = c->type == CSV_JSON;
	/* Bytes are at least the characters and at most four times as many. */
	if (!is_json && (f->max_length < 0 || (int64_t)n <= f->max_length) &&
	    (int64_t)n >= 4 * f->min_length)
		return;
	const int64_t length =
	    is_json ? contract_json_items(csv_text_p(t), n) : count_characters(csv_text_p(t), n);
	const char *what = is_json ? "item" : "character";
	if (f->min_length >= 0 && length < f->min_length)
		csv_batch_fault(b, slot, c->file_column, CONTRACT_RULE_MIN_LENGTH,
		    "%s: %lld %s%s, at least %lld are wanted", c->name, (long long)length, what,
		    length == 1 ? "" : "s", (long long)f->min_length);
	if (f->max_length >= 0 && length > f->max_length)
		csv_batch_fault(b, slot, c->file_column, CONTRACT_RULE_MAX_LENGTH,
		    "%s: %lld %s%s, at most %lld are allowed", c->name, (long long)length, what,
		    length == 1 ? "" : "s", (long long)f->max_length);
}

static void check_pattern(struct contract_checker *k, const struct contract_field *f,
    const struct csv_column *c, struct csv_batch *b, size_t slot, const struct csv_text *t)
{
	char shown[CHECK_SHOWN_BYTES];
	const enum contract_pattern_answer answer =
	    contract_pattern_match(f->pattern, k->patterns, csv_text_p(t), csv_text_n(t));
	const struct contract_value v = { .text = *t };
	if (answer == CONTRACT_PATTERN_NO)
		csv_batch_fault(b, slot, c->file_column, CONTRACT_RULE_PATTERN,
		    "%s: %s does not match the pattern %.60s", c->name, check_show(c, &v, shown),
		    contract_pattern_text(f->pattern));
	else if (answer == CONTRACT_PATTERN_LIMIT)
		csv_batch_fault(b, slot, c->file_column, CONTRACT_RULE_PATTERN,
		    "%s: %s takes too long to match the pattern %.60s", c->name,
		    check_show(c, &v, shown), contract_pattern_text(f->pattern));
}

/* What only texts have: a format, lengths, a pattern. */
static void check_texts(struct contract_checker *k, const struct contract_field *f,
    const struct csv_column *c, struct csv_batch *b, size_t column)
{
	const struct csv_text *texts = b->columns[column].data;
	char shown[CHECK_SHOWN_BYTES];
	for (size_t slot = 0; slot < b->rows; slot++) {
		const struct csv_text *t = &texts[slot];
		const struct contract_value v = { .text = *t };
		if (b->fault_of[slot] >= 0 || csv_batch_is_null(b, column, slot))
			continue;
		if (!contract_form_fits(f->form, csv_text_p(t), csv_text_n(t)))
			csv_batch_fault(b, slot, c->file_column, CONTRACT_RULE_FORMAT,
			    "%s: %s is not %s", c->name, check_show(c, &v, shown),
			    contract_form_name(f->form));
		if (f->min_length >= 0 || f->max_length >= 0)
			check_lengths(f, c, b, slot, t);
		if (f->pattern != NULL)
			check_pattern(k, f, c, b, slot, t);
	}
}

static void check_rule(
    const struct contract_row_rule *rule, struct expr_eval *ev, struct csv_batch *b)
{
	struct expr_value v;
	expr_eval_batch(ev, b);
	for (size_t slot = 0; slot < b->rows; slot++) {
		if (b->fault_of[slot] >= 0)
			continue;
		if (expr_eval_row(ev, slot, &v) != 0)
			csv_batch_fault(b, slot, -1, CONTRACT_RULE_ROW,
			    "%s: the rule cannot be computed: %s", rule->name, expr_eval_why(ev));
		else if (!v.is_null && !v.b)
			csv_batch_fault(b, slot, -1, CONTRACT_RULE_ROW,
			    rule->message[0] != '\0' ? "%s: %s" : "%s: not true: %s", rule->name,
			    rule->message[0] != '\0' ? rule->message : rule->text);
	}
}

static bool has_text_constraints(const struct contract_field *f)
{
	return f->form != CONTRACT_FORM_ANY || f->min_length >= 0 || f->max_length >= 0 ||
	       f->pattern != NULL;
}

void contract_check(struct contract_checker *k, struct csv_batch *b)
{
	for (size_t i = 0; i < k->c->n_fields; i++) {
		const struct contract_field *f = &k->c->fields[i];
		const struct csv_column *column = &b->schema->columns[i];
		if (f->required)
			check_required(column, b, i);
		if (f->allowed != NULL || f->minimum != NULL || f->maximum != NULL)
			check_values(f, column, b, i);
		if (has_text_constraints(f))
			check_texts(k, f, column, b, i);
	}
	for (size_t i = 0; i < k->c->n_rules; i++)
		check_rule(&k->c->rules[i], k->rules[i], b);
}
