/* SPDX-License-Identifier: Apache-2.0 */
/* infer_choose - types from counted shapes; the columns of a file help each other out. */
#include <string.h>

#include "contract/contract.h"
#include "contract/infer_priv.h"

enum { ONE_MISFIT_OF = 20, POINT_GROUP_DIGITS = 3, DIGITS_OF_INT = 18 };

#define BIT(shape) (UINT64_C(1) << (shape))

/* Numbers that are written so with a decimal point, or with a decimal comma, whatever else. */
static const uint64_t point_shapes = BIT(SHAPE_DECIMAL) | BIT(SHAPE_GROUP_COMMA) |
				     BIT(SHAPE_GROUP_COMMA_POINT) | BIT(SHAPE_GROUP_SPACE_POINT) |
				     BIT(SHAPE_GROUP_QUOTE_POINT);
static const uint64_t comma_shapes = BIT(SHAPE_COMMA) | BIT(SHAPE_GROUP_POINT) |
				     BIT(SHAPE_GROUP_POINT_COMMA) | BIT(SHAPE_GROUP_SPACE_COMMA);

/* Which columns prove a locale: the first of each kind, -1 = none. */
struct votes {
	int point, comma; /* decimal character */
	int dmy, mdy;     /* order of numeric dates */
};

/* What the choice of one column depends on. */
struct question {
	const struct infer_column *c;
	const bool *null_words; /* taken as null */
	int64_t values;
	double pct;
	bool unattended;
};

int64_t infer_taken(const struct infer_column *c, const struct infer_candidate *k)
{
	int64_t taken = 0;
	for (unsigned f = 0; f < c->n_firsts; f++) {
		const uint8_t shape = c->firsts[f].shape;
		taken += infer_takes(k, shape) ? c->count[shape] : 0;
	}
	return taken;
}

static int64_t count_nulls(const struct infer_column *c, const bool *null_words)
{
	int64_t nulls = c->nulls;
	for (int w = 0; w < SHAPE_NULL_WORDS; w++)
		nulls += null_words[w] ? c->count[SHAPE_NULL + w] : 0;
	return nulls;
}

static bool has_any(const struct infer_column *c, uint64_t shapes)
{
	for (unsigned s = 0; s < INFER_NUMBERS; s++) {
		if ((shapes >> s & 1) != 0 && c->count[s] > 0)
			return true;
	}
	return false;
}

void infer_digits(const struct infer_column *c, const struct infer_candidate *k,
    unsigned *out_before, unsigned *out_behind)
{
	*out_before = 0;
	*out_behind = 0;
	for (unsigned s = 0; s < INFER_NUMBERS; s++) {
		if (!infer_takes(k, s) || c->count[s] == 0)
			continue;
		const bool grouped = (s == SHAPE_POINT3 && k->group_char == '.') ||
				     (s == SHAPE_COMMA3 && k->group_char == ',');
		const unsigned before = c->before[s] + (grouped ? POINT_GROUP_DIGITS : 0U);
		const unsigned behind = grouped ? 0 : c->behind[s];
		*out_before = before > *out_before ? before : *out_before;
		*out_behind = behind > *out_behind ? behind : *out_behind;
	}
}

/* Whole numbers in groups are only believed when they have different lengths: 555 1234 has groups
 * too, and so has any id that is printed in blocks. */
static bool groups_vary(const struct infer_column *c, const struct infer_candidate *k)
{
	unsigned fewest = UINT8_MAX;
	unsigned most = 0;
	bool groups = false;
	bool fraction = false;
	for (unsigned s = 0; s < INFER_NUMBERS; s++) {
		if (!infer_takes(k, s) || c->count[s] == 0)
			continue;
		groups = groups || s == SHAPE_GROUP_SPACE || s == SHAPE_GROUP_QUOTE;
		fraction = fraction || (c->behind[s] > 0 && s != SHAPE_POINT3 && s != SHAPE_COMMA3);
		fewest = c->fewest[s] < fewest ? c->fewest[s] : fewest;
		most = c->before[s] > most ? c->before[s] : most;
	}
	return !groups || fraction || fewest < most;
}

static bool number_stands(const struct infer_column *c, const struct infer_candidate *k)
{
	unsigned before;
	unsigned behind;
	if (c->count[SHAPE_ZERO_LED] > 0 || c->count[SHAPE_PLUS_LED] > 0)
		return false;
	infer_digits(c, k, &before, &behind);
	if (k->type == CSV_DECIMAL && before + behind > CSV_DECIMAL_MAX)
		return false;
	if (k->type == CSV_INTEGER && k->group_char != '\0' && before > DIGITS_OF_INT)
		return false;
	return groups_vary(c, k);
}

/* yes alone says nothing; true alone does. */
static bool words_stand(const struct infer_column *c, const struct infer_candidate *k)
{
	return k->pair == 0 ||
	       (c->count[SHAPE_TRUE + 2 * k->pair] > 0 && c->count[SHAPE_FALSE + 2 * k->pair] > 0);
}

static uint16_t known_languages(const struct infer_column *c, const struct infer_candidate *k)
{
	return (uint16_t)(c->languages & (k->other ? ~1U : 1U));
}

static bool is_named(const struct infer_candidate *k)
{
	return k->date >= SHAPE_D_MON_Y;
}

static bool stands(const struct question *q, const struct infer_candidate *k, int64_t taken)
{
	const int64_t misfits = q->values - taken;
	if (k->type == CSV_TEXT)
		return true;
	if (q->values == 0 || (infer_is_number(k) && !number_stands(q->c, k)) ||
	    (k->pair != INFER_NO_PAIR && !words_stand(q->c, k)) ||
	    (is_named(k) && known_languages(q->c, k) == 0))
		return false;
	if (misfits == 0)
		return true;
	return !k->strict && q->values >= misfits * ONE_MISFIT_OF &&
	       (double)misfits * 100.0 <= q->pct * (double)q->values;
}

static bool is_exact(const struct infer_candidate *k)
{
	return k->type == CSV_INTEGER || k->type == CSV_DECIMAL;
}

/* NaN is a value of a double unless it is a null. */
static int64_t taken_of(const struct question *q, const struct infer_candidate *k)
{
	int64_t taken = infer_taken(q->c, k);
	for (int w = 0; w < SHAPE_NULL_WORDS && k->type == CSV_DOUBLE; w++) {
		if (strcmp(shape_nulls[w].word, "NaN") == 0 && !q->null_words[w])
			taken += q->c->count[SHAPE_NULL + w];
	}
	return k->type == CSV_TEXT ? q->values : taken;
}

/* The candidate that takes most of those that stand, the narrowest of these. Unattended means that
 * nobody looks: fewer misfits. Exact numbers do not become doubles for a few cells' sake. */
static const struct infer_candidate *choose_one(const struct question *q)
{
	size_t n;
	const struct infer_candidate *k = infer_candidates(&n);
	const struct infer_candidate *best = &k[n - 1];
	int64_t most = 0;
	for (size_t i = 0; i + 1 < n; i++) {
		const int64_t taken = taken_of(q, &k[i]);
		if (taken <= most || (k[i].type == CSV_DOUBLE && is_exact(best)) ||
		    !stands(q, &k[i], taken))
			continue;
		best = &k[i];
		most = taken;
	}
	return best;
}

static struct question ask(
    const struct contract_infer *i, size_t column, const bool *null_words, bool unattended)
{
	const struct infer_column *c = &i->seen[column];
	return (struct question){
		.c = c,
		.null_words = null_words,
		.values = i->rows - count_nulls(c, null_words),
		.pct = unattended ? CONTRACT_MISFIT_AUTO_PCT : CONTRACT_MISFIT_PCT,
		.unattended = unattended,
	};
}

static const struct infer_candidate *find(
    enum csv_type type, char decimal, char group, int date, int clock)
{
	size_t n;
	const struct infer_candidate *k = infer_candidates(&n);
	for (size_t i = 0; i < n; i++) {
		if (k[i].type == type && k[i].decimal_char == decimal && k[i].group_char == group &&
		    k[i].date == date && k[i].clock == clock && !k[i].other)
			return &k[i];
	}
	return NULL;
}

static bool takes_all(const struct question *q, const struct infer_candidate *k)
{
	return k != NULL && taken_of(q, k) == q->values && stands(q, k, q->values);
}

/* 1,234: a fraction or a thousand? */
static bool is_comma_ambiguous(const struct question *q)
{
	return q->c->count[SHAPE_COMMA3] > 0 &&
	       takes_all(q, find(CSV_DECIMAL, ',', '\0', INFER_NO_DATE, 0)) &&
	       takes_all(q, find(CSV_DECIMAL, '\0', ',', INFER_NO_DATE, 0));
}

/* 1.234: a fraction, as everybody reads it, or a thousand in a file with decimal commas? */
static bool is_point_ambiguous(const struct question *q)
{
	return q->c->count[SHAPE_POINT3] > 0 &&
	       takes_all(q, find(CSV_DECIMAL, '\0', '\0', INFER_NO_DATE, 0)) &&
	       takes_all(q, find(CSV_INTEGER, ',', '.', INFER_NO_DATE, 0));
}

static int either_of(int date)
{
	if (date == SHAPE_DMY_SLASH || date == SHAPE_MDY_SLASH)
		return SHAPE_EITHER_SLASH;
	if (date == SHAPE_DMY_DASH || date == SHAPE_MDY_DASH)
		return SHAPE_EITHER_DASH;
	return date == SHAPE_DMY_SLASH_2 || date == SHAPE_MDY_SLASH_2 ? SHAPE_EITHER_SLASH_2 : -1;
}

static bool is_date_ambiguous(const struct infer_column *c, const struct infer_candidate *k)
{
	const int either = either_of(k->date);
	return either >= 0 && c->count[SHAPE_DATED_AS(either, k->clock)] > 0 &&
	       c->count[SHAPE_DATED_AS(either - 1, k->clock)] == 0 &&
	       c->count[SHAPE_DATED_AS(either - 2, k->clock)] == 0;
}

static bool is_month_first(int date)
{
	return date == SHAPE_MDY_SLASH || date == SHAPE_MDY_DASH || date == SHAPE_MDY_SLASH_2;
}

static bool is_day_first(int date)
{
	return date == SHAPE_DMY_SLASH || date == SHAPE_DMY_DASH || date == SHAPE_DMY_SLASH_2 ||
	       date == SHAPE_DMY_POINT || date == SHAPE_DMY_POINT_2;
}

static void vote(int *out, int column, bool proves)
{
	if (proves && *out < 0)
		*out = column;
}

static struct votes count_votes(
    const struct contract_infer *i, const struct infer_choice *columns, const bool *null_words)
{
	struct votes v = { -1, -1, -1, -1 };
	for (size_t n = 0; n < i->schema.n_columns; n++) {
		const struct infer_candidate *k = columns[n].k;
		const struct infer_column *c = &i->seen[n];
		const struct question q = ask(i, n, null_words, false);
		if (infer_is_number(k) && !is_comma_ambiguous(&q)) {
			vote(&v.comma, (int)n, k->decimal_char == ',' && has_any(c, comma_shapes));
			vote(&v.point, (int)n, k->decimal_char == '\0' && has_any(c, point_shapes));
		} else if (k->date >= 0 && !is_date_ambiguous(c, k)) {
			vote(&v.dmy, (int)n, is_day_first(k->date));
			vote(&v.mdy, (int)n, is_month_first(k->date));
		}
	}
	return v;
}

/* A column all of whose numbers with a comma can be read two ways. */
static void settle_comma(
    struct infer_choice *choice, const struct votes *v, const char *const *names, struct arena *a)
{
	size_t n;
	const struct infer_candidate *text = infer_candidates(&n) + n - 1;
	if (v->comma >= 0 && v->point < 0) {
		choice->k = find(CSV_DECIMAL, ',', '\0', INFER_NO_DATE, 0);
		choice->ambiguous = arena_printf(a,
		    "every comma can be a decimal comma or part groups of digits: taken as decimal "
		    "commas, as in column \"%s\"",
		    names[v->comma]);
	} else if (v->point >= 0 && v->comma < 0) {
		choice->k = find(CSV_INTEGER, '\0', ',', INFER_NO_DATE, 0);
		choice->ambiguous = arena_printf(a,
		    "every comma can be a decimal comma or part groups of digits: taken as grouped "
		    "digits, since column \"%s\" has a decimal point",
		    names[v->point]);
	} else {
		choice->k = text;
		choice->ambiguous = "every comma can be a decimal comma or part groups of digits: "
				    "left as text, please choose";
	}
}

static void settle_point(
    struct infer_choice *choice, const struct votes *v, const char *const *names, struct arena *a)
{
	if (v->comma < 0 || v->point >= 0)
		return;
	choice->k = find(CSV_INTEGER, ',', '.', INFER_NO_DATE, 0);
	choice->ambiguous = arena_printf(a,
	    "every point can be a decimal point or part groups of digits: taken as grouped digits, "
	    "since column \"%s\" has a decimal comma",
	    names[v->comma]);
}

static void settle_date(struct infer_choice *choice, const struct votes *v,
    const char *const *names, bool unattended, struct arena *a)
{
	static const char both[] = "every date can be read day first and month first: ";
	size_t n;
	const struct infer_candidate *text = infer_candidates(&n) + n - 1;
	const int day_first = either_of(choice->k->date) - 2;
	if (v->dmy >= 0 && v->mdy < 0) {
		choice->ambiguous = arena_printf(
		    a, "%sday first was taken, as in column \"%s\"", both, names[v->dmy]);
	} else if (v->mdy >= 0 && v->dmy < 0) {
		choice->k = find(choice->k->type, '\0', '\0', day_first + 1, choice->k->clock);
		choice->ambiguous = arena_printf(
		    a, "%smonth first was taken, as in column \"%s\"", both, names[v->mdy]);
	} else if (unattended) {
		choice->k = text;
		choice->ambiguous = arena_printf(a, "%sleft as text", both);
	} else {
		choice->ambiguous = arena_printf(a, "%sday first was taken, please check", both);
	}
}

static void settle(const struct contract_infer *i, size_t column, const struct question *q,
    const struct votes *v, const char *const *names, struct arena *a, struct infer_choice *choice)
{
	if (is_comma_ambiguous(q))
		settle_comma(choice, v, names, a);
	else if (is_point_ambiguous(q))
		settle_point(choice, v, names, a);
	else if (choice->k->date >= 0 && is_date_ambiguous(q->c, choice->k))
		settle_date(choice, v, names, q->unattended, a);
	const uint16_t languages = known_languages(&i->seen[column], choice->k);
	if (is_named(choice->k) && choice->k->other && languages != 0)
		choice->language = shape_languages[__builtin_ctz(languages)];
}

/* A word is null when a column of another type than text has no other misfit, and no text column
 * speaks against it. */
static void judge_words(const struct contract_infer *i, const struct infer_choice *first,
    const char *const *names, struct arena *a, struct infer_verdict *out)
{
	for (int w = 0; w < SHAPE_NULL_WORDS; w++) {
		bool proven = false;
		int against = -1;
		bool seen = false;
		for (size_t n = 0; n < i->schema.n_columns; n++) {
			const struct infer_choice *c = &first[n];
			if (i->seen[n].count[SHAPE_NULL + w] == 0)
				continue;
			seen = true;
			if (c->k->type != CSV_TEXT)
				proven = proven || c->fits == c->values;
			else if (c->values > 0 && !shape_nulls[w].strong && against < 0)
				against = (int)n;
		}
		out->null_words[w] = proven && against < 0;
		if (seen && !proven)
			out->why_not[w] =
			    "no column of another type than text proves it by having no "
			    "other misfit";
		else if (seen && against >= 0)
			out->why_not[w] =
			    arena_printf(a, "column \"%s\" is text and has it too", names[against]);
	}
}

static void choose_all(const struct contract_infer *i, const bool *null_words, bool unattended,
    struct infer_choice *out)
{
	for (size_t n = 0; n < i->schema.n_columns; n++) {
		const struct question q = ask(i, n, null_words, unattended);
		out[n] = (struct infer_choice){
			.k = choose_one(&q), .values = q.values, .nulls = i->rows - q.values
		};
		out[n].fits = taken_of(&q, out[n].k);
	}
}

void infer_choose(const struct contract_infer *i, const char *const *names, bool unattended,
    struct arena *a, struct infer_verdict *out)
{
	bool all_words[SHAPE_NULL_WORDS];
	memset(all_words, true, sizeof(all_words));
	*out = (struct infer_verdict){ 0 };
	out->columns = arena_alloc(a, i->schema.n_columns * sizeof(*out->columns));
	choose_all(i, all_words, unattended, out->columns);
	judge_words(i, out->columns, names, a, out);
	choose_all(i, out->null_words, unattended, out->columns);
	const struct votes v = count_votes(i, out->columns, out->null_words);
	for (size_t n = 0; n < i->schema.n_columns; n++) {
		const struct question q = ask(i, n, out->null_words, unattended);
		struct infer_choice *choice = &out->columns[n];
		settle(i, n, &q, &v, names, a, choice);
		choice->fits = taken_of(&q, choice->k);
	}
}
