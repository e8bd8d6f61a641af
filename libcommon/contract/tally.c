/* SPDX-License-Identifier: Apache-2.0 */
/* tally - the books of one check. */
#include "contract/tally.h"

#include <stdlib.h>

#include "base/mem.h"
#include "contract/rules.h"

static size_t rule_count(void)
{
	size_t n;
	(void)contract_rules(&n);
	return n;
}

static size_t cells(const struct contract_tally *t)
{
	return (t->file_columns + 1) * rule_count();
}

void contract_tally_init(struct contract_tally *t, size_t file_columns)
{
	*t = (struct contract_tally){ .file_columns = file_columns };
	t->counts = mem_array(cells(t), sizeof(*t->counts));
}

void contract_tally_done(struct contract_tally *t)
{
	free(t->counts);
	*t = (struct contract_tally){ 0 };
}

void contract_tally_batch(struct contract_tally *t, const struct csv_batch *b)
{
	for (size_t i = 0; i < b->n_rejects; i++) {
		const struct csv_reject *r = &b->rejects[i];
		const size_t column = (size_t)r->file_column + 1; /* -1 becomes 0 */
		t->counts[column * rule_count() + contract_rule_index(r->rule)]++;
	}
	t->account.read += (int64_t)(b->rows + b->n_rejects);
	t->account.good += (int64_t)(b->rows - b->n_repairs);
	t->account.repaired += (int64_t)b->n_repairs;
	t->account.rejected += (int64_t)b->n_rejects;
}

void contract_tally_add(struct contract_tally *t, const struct contract_tally *other)
{
	for (size_t i = 0; i < cells(t); i++)
		t->counts[i] += other->counts[i];
	t->account.read += other->account.read;
	t->account.good += other->account.good;
	t->account.repaired += other->account.repaired;
	t->account.rejected += other->account.rejected;
}

bool contract_tally_balances(const struct contract_tally *t)
{
	const struct contract_account *a = &t->account;
	int64_t sum = 0;
	for (size_t i = 0; i < cells(t); i++)
		sum += t->counts[i];
	return a->read == a->good + a->repaired + a->rejected && sum == a->rejected;
}

static int most_first(const void *x, const void *y)
{
	const struct contract_count *a = x;
	const struct contract_count *b = y;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->file_column != b->file_column ? a->file_column - b->file_column : 0;
}

struct contract_count *contract_tally_list(const struct contract_tally *t, size_t *out_n)
{
	size_t n_rules;
	const struct contract_rule *rules = contract_rules(&n_rules);
	size_t n = 0;
	for (size_t i = 0; i < cells(t); i++)
		n += t->counts[i] > 0;
	struct contract_count *list = mem_array(n, sizeof(*list));
	size_t used = 0;
	for (size_t i = 0; i < cells(t); i++) {
		if (t->counts[i] == 0)
			continue;
		list[used].rule = rules[i % n_rules].id;
		list[used].file_column = (int)(i / n_rules) - 1;
		list[used++].count = t->counts[i];
	}
	qsort(list, n, sizeof(*list), most_first);
	*out_n = n;
	return list;
}

bool contract_budget_spent(
    const struct contract_account *a, double pct, int64_t after_rows, bool at_end)
{
	if (!at_end && a->read < after_rows)
		return false;
	return (double)a->rejected * 100.0 > pct * (double)a->read;
}
