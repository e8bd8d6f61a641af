/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_choose - which dialects are tried, and which one wins. */
#include "csv/csv_sniff_choose.h"

#include <stdlib.h>

#include "csv/csv_sniff_count.h"
#include "csv/csv_sniff_delimiter.h"

enum { LINE_ENDS = 3, QUOTES = 3, ESCAPES = 2 };

/* What the light sample holds, so that nothing is tried in vain. */
struct hints {
	bool has_double, has_single; /* quotes that may open a cell */
	bool has_escape;             /* a backslash before a quote or another backslash */
	bool blank_quote;            /* a quote behind a blank */
	size_t lf, crlf, cr;         /* line ends; cr: alone */
	struct csv_dialect base;     /* what is given, and defaults */
	uint32_t given;
};

static bool opens_cell(const uint8_t *p, size_t i)
{
	return i == 0 || strchr(" \t,;|:\n\r^~", p[i - 1]) != NULL || p[i - 1] < ' ' ||
	       p[i - 1] >= 0x80 || strchr("#&!$*@%=+/", p[i - 1]) != NULL;
}

static struct hints look_for_hints(const struct csv_light *l, const struct csv_given *given)
{
	struct hints h = { .base = given->dialect, .given = given->set };
	for (size_t i = 0; i < l->n; i++) {
		const uint8_t c = l->p[i];
		const uint8_t next = i + 1 < l->n ? l->p[i + 1] : 0;
		if (c == '"' || c == '\'') {
			const bool opens = opens_cell(l->p, i);
			h.has_double = h.has_double || (c == '"' && opens);
			h.has_single = h.has_single || (c == '\'' && opens);
			h.blank_quote = h.blank_quote || (opens && i > 0 && l->p[i - 1] == ' ');
		} else if (c == '\\') {
			h.has_escape = h.has_escape || next == '"' || next == '\'' || next == '\\';
		} else if (c == '\n') {
			h.lf++;
			h.crlf += i > 0 && l->p[i - 1] == '\r';
		} else if (c == '\r') {
			h.cr += next != '\n';
		}
	}
	if ((h.given & CSV_SET_QUOTE) == 0)
		h.base.quote = '"';
	if ((h.given & CSV_SET_LINE_END) == 0)
		h.base.crlf = h.crlf * 2 > h.lf;
	return h;
}

/* Line ends worth a try; the usual one first. */
static size_t line_ends(const struct hints *h, enum csv_line_end *out)
{
	size_t n = 0;
	if ((h->given & CSV_SET_LINE_END) != 0) {
		out[n++] = h->base.line_end;
	} else if (h->cr == 0 || (h->lf == 0 && h->cr == 0)) {
		out[n++] = CSV_LINE_LF;
	} else if (h->lf == 0) {
		out[n++] = CSV_LINE_CR;
	} else {
		out[n++] = CSV_LINE_LF;
		out[n++] = CSV_LINE_MIXED;
		if (h->cr > h->lf)
			out[n++] = CSV_LINE_CR;
	}
	return n;
}

static size_t quotes(const struct hints *h, char *out)
{
	size_t n = 0;
	if ((h->given & CSV_SET_QUOTE) != 0) {
		out[n++] = h->base.quote;
		return n;
	}
	out[n++] = '"';
	if (h->has_single)
		out[n++] = '\'';
	if (h->has_double)
		out[n++] = '\0';
	return n;
}

static size_t escapes(const struct hints *h, char quote, char *out)
{
	size_t n = 0;
	if ((h->given & CSV_SET_ESCAPE) != 0) {
		out[n++] = h->base.escape;
		return n;
	}
	out[n++] = '\0';
	if (h->has_escape && quote != '\0')
		out[n++] = '\\';
	return n;
}

static struct csv_choice make_choice(const struct csv_view *v, double prior)
{
	struct csv_choice c = {
		.dialect = v->dialect, .prior = prior, .score = v->score, .hash = v->hash
	};
	struct csv_sniff_reading *r = &c.reading;
	memcpy(r->delimiter, v->dialect.delimiter, sizeof(r->delimiter));
	r->quote = v->dialect.quote;
	r->escape = v->dialect.escape;
	r->skip_space = v->dialect.skip_space;
	r->columns = v->width;
	r->rows = v->n_rows;
	r->regular_rows = v->regular;
	r->bad_rows = v->bad;
	r->typed_pct = v->typed_pct;
	r->score = v->score;
	return c;
}

/* Keeps a choice in order; of two that read equal cells the better score stays. */
static void keep(struct csv_choices *all, const struct csv_choice *c)
{
	size_t at = all->n;
	for (size_t i = 0; i < all->n; i++) {
		if (all->at[i].hash != c->hash)
			continue;
		if (all->at[i].score >= c->score)
			return;
		memmove(&all->at[i], &all->at[i + 1], (all->n - i - 1) * sizeof(*c));
		all->n--;
		at = all->n;
		break;
	}
	while (at > 0 && all->at[at - 1].score < c->score)
		at--;
	if (at == CSV_CHOICES)
		return;
	all->n += all->n < CSV_CHOICES;
	memmove(&all->at[at + 1], &all->at[at], (all->n - at - 1) * sizeof(*c));
	all->at[at] = *c;
}

static double try(struct csv_view *v, const struct csv_dialect *d, double prior, size_t limit,
    struct csv_choices *out)
{
	csv_view_read(v, d, prior, limit);
	const struct csv_choice c = make_choice(v, prior);
	keep(out, &c);
	return v->score;
}

/* A delimiter with the score of its best quote, and of the line ends that went with it. */
struct ranked {
	struct csv_delimiter delimiter;
	enum csv_line_end line_end;
	double score;
};

static int by_score(const void *a, const void *b)
{
	const struct ranked *x = a;
	const struct ranked *y = b;
	return x->score < y->score ? 1 : x->score > y->score ? -1 : 0;
}

static size_t candidates(
    const struct csv_evidence *e, const struct hints *h, size_t limit, struct csv_delimiter *out)
{
	if ((h->given & CSV_SET_DELIMITER) != 0) {
		*out = (struct csv_delimiter){ .prior = 1 };
		memcpy(out->text, h->base.delimiter, sizeof(h->base.delimiter));
		return 1;
	}
	size_t n = csv_delimiters_find(e->light->p, limit, out);
	out[n] = (struct csv_delimiter){ .prior = 1 };
	return n + 1;
}

/* By how many of the line ends are of that kind. */
static double line_end_prior(const struct hints *h, enum csv_line_end end)
{
	const double all = (double)(h->lf + h->cr);
	if ((h->given & CSV_SET_LINE_END) != 0 || h->cr == 0 || h->lf == 0)
		return 1;
	if (end == CSV_LINE_MIXED)
		return 0.97;
	return 0.7 + 0.3 * (double)(end == CSV_LINE_LF ? h->lf : h->cr) / all;
}

/* What double quotes, read as quotes, show. */
struct doubles {
	bool wrong; /* they go wrong more than once: they may be text. A single torn one is a bad
		     * row, not a dialect */
	bool used;  /* some cells stand in them */
};

static void look_at_doubles(struct doubles *d, const struct csv_view *v)
{
	d->wrong = d->wrong && v->bad >= 2 && v->bad * 2 >= v->quoted;
	d->used = d->used || v->quoted > 0;
}

static double quote_prior(const struct hints *h, char quote, const struct doubles *d)
{
	if ((h->given & CSV_SET_QUOTE) != 0 || quote == '"')
		return 1;
	if (quote == '\'')
		return d->used ? 0.97 : 0.9995;
	return d->wrong ? 0.99 : 0.45;
}

/* Whole lines of the front, at least three of them: rows of which the end is missing would speak
 * against every delimiter. */
static size_t round_one_bytes(const struct csv_light *l)
{
	size_t lines = 0;
	size_t at = 0;
	for (; at < l->n && (at < CSV_CHOICE_BYTES || lines < 3); at++)
		lines += l->p[at] == '\n' || l->p[at] == '\r';
	while (at < l->n && l->p[at - 1] != '\n' && l->p[at - 1] != '\r')
		at++;
	return at < l->n && l->p[at] == '\n' && l->p[at - 1] == '\r' ? at + 1 : at;
}

/* Round one: all delimiters on a small part. */
static size_t rank_delimiters(
    const struct csv_evidence *e, const struct hints *h, struct csv_view *v, struct ranked *out)
{
	const size_t n = e->light->n;
	const size_t cut = n > 2 * CSV_CHOICE_BYTES ? round_one_bytes(e->light) : n;
	struct csv_delimiter tried[CSV_DELIMITERS_TRIED + 1];
	struct csv_choices unused = { 0 };
	enum csv_line_end ends[LINE_ENDS];
	char quote[QUOTES];
	char escape[ESCAPES];
	const size_t n_ends = line_ends(h, ends);
	const size_t n_quotes = quotes(h, quote);
	const size_t n_tried = candidates(e, h, cut, tried);
	size_t found = 0;
	for (size_t i = 0; i < n_tried * n_ends; i++) {
		struct ranked r = { .delimiter = tried[i / n_ends], .line_end = ends[i % n_ends] };
		struct csv_dialect d = h->base;
		d.line_end = r.line_end;
		memcpy(d.delimiter, r.delimiter.text, sizeof(d.delimiter));
		struct doubles doubles = { .wrong = true };
		for (size_t q = 0; q < n_quotes; q++) {
			const size_t n_escapes = escapes(h, quote[q], escape);
			for (size_t x = 0; x < n_escapes; x++) {
				d.quote = quote[q];
				d.escape = escape[x];
				const double prior = r.delimiter.prior *
						     quote_prior(h, quote[q], &doubles) *
						     line_end_prior(h, r.line_end);
				const double score = try(v, &d, prior, cut, &unused);
				r.score = score > r.score ? score : r.score;
				if (quote[q] == '"')
					look_at_doubles(&doubles, v);
			}
		}
		out[found++] = r;
	}
	qsort(out, found, sizeof(*out), by_score);
	return found;
}

/* Round two: the whole light sample with every quote and escape. */
static void try_quotes(const struct csv_evidence *e, const struct hints *h, struct csv_view *v,
    const struct ranked *r, struct csv_choices *out)
{
	char quote[QUOTES];
	char escape[ESCAPES];
	struct csv_dialect d = h->base;
	memcpy(d.delimiter, r->delimiter.text, sizeof(d.delimiter));
	d.line_end = r->line_end;
	d.crlf = d.crlf && r->line_end == CSV_LINE_LF;
	const size_t n_quotes = quotes(h, quote);
	struct doubles doubles = { .wrong = true };
	for (size_t q = 0; q < n_quotes; q++) {
		const size_t n_escapes = escapes(h, quote[q], escape);
		for (size_t x = 0; x < n_escapes; x++) {
			d.quote = quote[q];
			d.escape = escape[x];
			(void)try(v, &d,
			    r->delimiter.prior * quote_prior(h, quote[q], &doubles) *
				line_end_prior(h, r->line_end) * (escape[x] == '\0' ? 1 : 0.995),
			    e->light->n, out);
			if (quote[q] == '"')
				look_at_doubles(&doubles, v);
		}
	}
}

/* Are blanks behind delimiters no part of the cells? When nearly all cells have one, or quotes
 * stand behind them. */
static bool may_skip_space(const struct hints *h, const struct csv_view *v)
{
	if ((h->given & CSV_SET_SKIP_SPACE) != 0 || v->width < 2)
		return false;
	return h->blank_quote || v->led * 10 >= v->behind * 6;
}

/* Marks that lines of comments begin with; at most the first two may stand on a single line. */
static const char *const marks[] = { "##", "#", "//", "--", "%", "!", ";", "*" };

/* Lines of the light sample that begin with a mark; blank: and a blank behind it. */
static size_t marked_lines(const struct csv_light *l, const char *mark, bool blank)
{
	const size_t n = strlen(mark);
	size_t lines = 0;
	const uint8_t *const end = l->p + l->n;
	const uint8_t *p = l->p;
	while ((size_t)(end - p) >= n && (p = memchr(p, mark[0], (size_t)(end - p))) != NULL) {
		const bool starts = p == l->p || p[-1] == '\n' || p[-1] == '\r';
		const size_t left = (size_t)(end - p);
		lines += starts && left >= n && memcmp(p, mark, n) == 0 &&
			 (!blank || (left > n && p[n] == ' '));
		p++;
	}
	return lines;
}

static bool may_be_mark(const struct csv_light *l, const struct csv_dialect *d, const char *mark)
{
	if (strncmp(mark, d->delimiter, strlen(d->delimiter)) == 0 && d->delimiter[0] != '\0')
		return false;
	const size_t lines = marked_lines(l, mark, false);
	return mark[0] == '#' || mark[0] == '/' ? lines > 0 : lines > 1;
}

/* Lines with a mark are comments when they do not fit the table. One that happens to have as many
 * cells would be taken for the header's first row: a blank behind the mark and names right below
 * say what it is. regular, odd: rows of the table's width and others, without the mark. */
static void try_comment(struct csv_view *v, const struct csv_dialect *d, double prior,
    const size_t rows[2], struct csv_choices *out)
{
	csv_view_read(v, d, prior * (strchr("#/", d->comment[0]) != NULL ? 1 : 0.97), v->light->n);
	const size_t odd = v->n_rows - v->regular;
	const size_t lost = rows[0] > v->regular ? rows[0] - v->regular : 0;
	const size_t mended = rows[1] > odd ? rows[1] - odd : 0;
	const bool remark = v->evident && marked_lines(v->light, d->comment, false) ==
					      marked_lines(v->light, d->comment, true);
	if (lost > mended && !remark)
		return;
	v->score *= remark ? 1.01 : lost > 0 ? 0.98 : 1.0005;
	const struct csv_choice c = make_choice(v, prior);
	keep(out, &c);
}

static void try_variants(const struct csv_evidence *e, const struct hints *h, struct csv_view *v,
    const struct csv_choice *of, struct csv_choices *out)
{
	struct csv_dialect d = of->dialect;
	csv_view_read(v, &d, of->prior, e->light->n);
	const size_t rows[2] = { v->regular, v->n_rows - v->regular };
	const bool skips = may_skip_space(h, v);
	if (skips) {
		d.skip_space = true;
		(void)try(v, &d, of->prior * 0.998, e->light->n, out);
		d.skip_space = false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(marks) && (h->given & CSV_SET_COMMENT) == 0; i++) {
		if (!may_be_mark(e->light, &d, marks[i]))
			continue;
		memcpy(d.comment, marks[i], strlen(marks[i]) + 1);
		try_comment(v, &d, of->prior, rows, out);
		if (!skips)
			continue;
		d.skip_space = true;
		try_comment(v, &d, of->prior * 0.998, rows, out);
		d.skip_space = false;
	}
}

/* Round three: what all samples say about the share of regular rows. */
static void count_all(const struct csv_evidence *e, struct csv_view *v, struct csv_choice *c)
{
	struct csv_tally t;
	if (e->light->whole || c->dialect.delimiter[0] == '\0')
		return;
	csv_view_read(v, &c->dialect, c->prior, e->light->n);
	if (v->n_rows == 0)
		return;
	csv_tally_count(e->samples, e->n_samples, v, v->rows[v->from].at + e->light->skipped, &t);
	if (t.bytes == 0)
		return;
	const double now =
	    ((double)t.regular_bytes / (double)t.bytes + (double)t.regular / (double)t.rows) / 2;
	if (v->rho > 0)
		c->score *= (now * now) / (v->rho * v->rho);
	c->score = c->score > 1 ? 1 : c->score;
	c->reading.rows = t.rows + v->from;
	c->reading.regular_rows = t.regular;
	c->reading.bad_rows = t.bad;
	c->reading.score = c->score;
}

static int choice_by_score(const void *a, const void *b)
{
	const struct csv_choice *x = a;
	const struct csv_choice *y = b;
	return x->score < y->score ? 1 : x->score > y->score ? -1 : 0;
}

void csv_choices_find(const struct csv_evidence *e, struct csv_view *v, struct csv_choices *out)
{
	struct ranked ranked[(CSV_DELIMITERS_TRIED + 1) * LINE_ENDS];
	const struct hints h = look_for_hints(e->light, e->given);
	*out = (struct csv_choices){ 0 };
	const size_t n = rank_delimiters(e, &h, v, ranked);
	for (size_t i = 0; i < n; i++) {
		if (i < CSV_CHOICES_DELIMITERS || ranked[i].delimiter.text[0] == '\0')
			try_quotes(e, &h, v, &ranked[i], out);
	}
	const struct csv_choices first = *out;
	for (size_t i = 0; i < first.n && i < CSV_CHOICES_VARIED; i++)
		try_variants(e, &h, v, &first.at[i], out);
	for (size_t i = 0; i < out->n && i < CSV_CHOICES_COUNTED; i++) {
		if (i < 2 || out->at[i].score > out->at[0].score * 0.85)
			count_all(e, v, &out->at[i]);
	}
	qsort(out->at, out->n < CSV_CHOICES_COUNTED ? out->n : CSV_CHOICES_COUNTED,
	    sizeof(out->at[0]), choice_by_score);
}
