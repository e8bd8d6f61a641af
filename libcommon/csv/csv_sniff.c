/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff - from samples to a dialect with its evidence. */
#include "csv/csv_sniff.h"

#include <stdio.h>

#include "csv/csv_mend.h"
#include "csv/csv_refuse.h"
#include "csv/csv_sniff_choose.h"
#include "csv/csv_sniff_header.h"
#include "csv/csv_sniff_light.h"
#include "csv/csv_sniff_sep.h"
#include "csv/csv_sniff_table.h"
#include "csv/csv_sniff_why.h"

enum { TEXT_BYTES = 256 << 10 }; /* of the front that are looked at for other kinds of text */

static bool is_set(const struct csv_given *given, enum csv_part part)
{
	return (given->set & (uint32_t)part) != 0;
}

/* The chosen dialect; what was given is in it already, because nothing else was tried. */
static void take_choices(const struct csv_choices *all, struct csv_sniff_result *r)
{
	const struct csv_choice *first = &all->at[0];
	r->dialect = first->dialect;
	r->chosen = first->reading;
	for (size_t i = 1; i < all->n; i++) {
		const struct csv_sniff_reading *next = &all->at[i].reading;
		const bool other = strcmp(next->delimiter, r->chosen.delimiter) != 0 ||
				   next->quote != r->chosen.quote ||
				   next->escape != r->chosen.escape;
		if (!other || next->rows == 0 || next->score <= 0)
			continue;
		r->runner_up = *next;
		return;
	}
}

/* Lines before the table, unless only blank lines and comments stand there: those are passed over
 * anyway. */
static uint32_t preamble_lines(const struct csv_view *v)
{
	if (v->from == 0 || v->from >= v->n_rows)
		return (uint32_t)v->light->line - 1;
	const uint32_t line = v->rows[v->from].line;
	return line - 1 <= CSV_PREAMBLE_LINES ? line - 1 : 0;
}

/* Rows of digits, a comma, one to three digits: each could be one number. */
static bool are_numbers(const struct csv_view *v, const struct csv_dialect *d)
{
	if (strcmp(d->delimiter, ",") != 0 || v->width != 2 || d->header_rows > 0)
		return false;
	const struct csv_view_column *whole = &v->columns[0];
	const struct csv_view_column *part = &v->columns[1];
	return whole->kind == CSV_KIND_NUMBER && whole->strict && part->kind == CSV_KIND_NUMBER &&
	       part->strict && part->filled == part->kinds[CSV_KIND_NUMBER] && part->longest <= 3;
}

/* Does the table end before the file does, with another behind it? */
static void take_tables(
    struct csv_view *v, const struct csv_given *given, struct csv_sniff_result *r)
{
	r->n_tables = csv_table_others(v, r->tables, CSV_SNIFF_TABLES);
	if (!is_set(given, CSV_SET_TABLES))
		r->dialect.first_table = r->n_tables > 0;
	if (!is_set(given, CSV_SET_TABLES))
		r->dialect.blank_ends = v->blank_ends;
	r->maybe_line = (int64_t)v->maybe_line;
}

static void take_rows(struct csv_view *v, const struct csv_given *given,
    struct csv_sniff_names *names, struct csv_sniff_result *r)
{
	struct csv_dialect *d = &r->dialect;
	take_tables(v, given, r);
	csv_sniff_header(v, names);
	if (!is_set(given, CSV_SET_PREAMBLE))
		d->preamble_lines = preamble_lines(v);
	if (is_set(given, CSV_SET_HEADER)) {
		(void)snprintf(r->why_header, sizeof(r->why_header), "it was set");
	} else {
		d->header_rows = names->rows;
		(void)snprintf(r->why_header, sizeof(r->why_header), "%s", names->why);
	}
	if (!is_set(given, CSV_SET_FOOTER))
		d->footer_rows = d->first_table ? 0 : (uint32_t)csv_table_footer(v);
}

/* Lines that stand above the table for sure: those a person declared, or `sep=;`. The delimiter
 * named there is taken unless one was set. */
static uint32_t lines_above(const struct csv_sample *front, struct csv_given *known)
{
	const bool declared = is_set(known, CSV_SET_PREAMBLE);
	const uint32_t lines = declared ? known->dialect.preamble_lines : 0;
	char sep[CSV_DELIMITER_BYTES + 1];
	csv_sep_find(front->p, front->n, sep);
	if (sep[0] == '\0' || (declared && lines == 0))
		return lines;
	if (!is_set(known, CSV_SET_DELIMITER)) {
		memcpy(known->dialect.delimiter, sep, sizeof(sep));
		known->set |= CSV_SET_DELIMITER;
	}
	return declared ? lines : 1;
}

/* What stands above or behind the table does not speak against it; its last rows do, where they
 * are no footer. */
static void count_rows(
    const struct csv_view *v, const struct csv_dialect *d, struct csv_sniff_reading *out)
{
	const size_t data = v->n_rows > d->footer_rows ? v->n_rows - d->footer_rows : 0;
	const size_t end = d->first_table ? v->to : data;
	out->rows = v->table_rows;
	for (size_t i = v->to; i < end; i++) {
		out->rows++;
		out->regular_rows += csv_view_is_regular(v, &v->rows[i]);
	}
}

static int judge(const struct csv_sample *samples, size_t n, const struct csv_given *given,
    struct csv_sniff_result *r, struct err *err)
{
	struct csv_light light;
	struct csv_view view;
	struct csv_choices all;
	struct csv_sniff_names names;
	struct csv_given known = *given;
	int rc = 0;
	csv_light_init(&light, samples, n, lines_above(&samples[0], &known));
	light.top = is_set(given, CSV_SET_PREAMBLE);
	light.blank_ends = given->dialect.blank_ends;
	csv_view_init(&view, &light);
	const struct csv_evidence e = { samples, n, &light, &known };
	csv_choices_find(&e, &view, &all);
	take_choices(&all, r);
	csv_view_read(&view, &r->dialect, 1, light.n);
	if (view.n_rows == 0 && light.whole)
		rc = err_set_code(err, ERR_INPUT, "file.empty",
		    "the file has no header row: it holds nothing but line ends");
	take_rows(&view, given, &names, r);
	if (light.whole)
		count_rows(&view, &r->dialect, &r->chosen);
	else
		r->chosen.rows -= view.from;
	csv_why_runner_up(r);
	csv_why_doubt(r, &names, are_numbers(&view, &r->dialect));
	csv_view_done(&view);
	csv_light_done(&light);
	return rc;
}

static int refuse(const struct csv_sample *front, struct err *err)
{
	if (csv_refuse_magic(front->p, front->n, err) != 0)
		return -1;
	return csv_refuse_text(front->p, front->n < TEXT_BYTES ? front->n : TEXT_BYTES, err);
}

/* What was set is said of the file the rows came from. */
static int judge_returned(const struct csv_sample *samples, size_t n, const struct csv_given *said,
    struct csv_sniff_result *r, struct err *err)
{
	const struct csv_given given = csv_mend_given(said);
	r->given = given.set;
	if (judge(samples, n, &given, r, err) != 0)
		return -1;
	r->given = 0;
	r->returned = true;
	(void)snprintf(r->why_header, sizeof(r->why_header),
	    "a rejects file of Millrace's: read in the dialect it was written in");
	return 0;
}

int csv_sniff_samples(const struct csv_sample *samples, size_t n, const struct csv_given *given,
    struct csv_sniff_result *out, struct err *err)
{
	struct csv_sniff_result r = { .given = given->set, .whole = n == 1 && samples[0].end };
	if (samples[0].n == 0)
		return err_set_code(err, ERR_INPUT, "file.empty", "the file is empty");
	if (refuse(&samples[0], err) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		r.sample_bytes += samples[i].n;
	const bool returned = csv_mend_returned(samples[0].p, samples[0].n);
	if ((returned ? judge_returned : judge)(samples, n, given, &r, err) != 0)
		return -1;
	*out = r;
	return 0;
}

int csv_sniff(const uint8_t *p, size_t n, bool eof, const struct csv_given *given,
    struct csv_sniff_result *out, struct err *err)
{
	const struct csv_sample front = { p, n, eof };
	return csv_sniff_samples(&front, 1, given, out, err);
}
