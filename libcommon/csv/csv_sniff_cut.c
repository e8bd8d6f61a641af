/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_cut - pieces of a line between delimiters. */
#include "csv/csv_sniff_cut.h"

struct line {
	const uint8_t *p;
	size_t n, at;
};

static struct line line_of(const struct csv_view *v, const struct csv_view_row *row)
{
	const uint8_t *p = v->light->p;
	struct csv_probe reader;
	csv_probe_init(&reader, &v->dialect);
	size_t end = csv_probe_line(&reader, p, row->next, row->at);
	while (end > row->at && strchr("\r\n", p[end - 1]) != NULL)
		end--;
	return (struct line){ p + row->at, end - row->at, 0 };
}

/* The next piece, blanks and quotes around it left out; false behind the last. */
static bool next_piece(const struct csv_view *v, struct line *l, struct csv_look *out)
{
	const char *delimiter = v->dialect.delimiter;
	const size_t len = strlen(delimiter);
	if (l->at > l->n)
		return false;
	const uint8_t *hit = memmem(l->p + l->at, l->n - l->at, delimiter, len);
	size_t from = l->at;
	size_t to = hit == NULL ? l->n : (size_t)(hit - l->p);
	l->at = hit == NULL ? l->n + 1 : to + len;
	while (from < to && (l->p[from] == ' ' || l->p[from] == (uint8_t)v->dialect.quote))
		from++;
	while (from < to && (l->p[to - 1] == ' ' || l->p[to - 1] == (uint8_t)v->dialect.quote))
		to--;
	*out = csv_look_at(l->p + from, to - from, 0);
	return true;
}

bool csv_cut_fits(const struct csv_view *v, const struct csv_view_row *row)
{
	size_t cells = 0;
	size_t filled = 0;
	struct csv_look look;
	if (!row->bad || v->width < 2 || v->dialect.delimiter[0] == '\0')
		return false;
	for (struct line l = line_of(v, row); next_piece(v, &l, &look); cells++)
		filled += look.kind != CSV_KIND_EMPTY;
	return cells == v->width && filled * 2 > cells;
}

bool csv_cut_is_data(const struct csv_view *v, const struct csv_view_row *row)
{
	struct line l = line_of(v, row);
	struct csv_look look;
	int votes = 0;
	for (size_t c = 0; c < csv_view_columns(v) && next_piece(v, &l, &look); c++) {
		if (v->columns[c].strict && look.kind != CSV_KIND_EMPTY)
			votes += csv_kind_is_strict(look.kind) ? 1 : -1;
	}
	return votes > 0;
}
