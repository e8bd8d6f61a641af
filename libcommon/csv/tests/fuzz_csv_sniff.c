/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv_sniff - any bytes, with any part given: what is set stays as it is set, figures agree
 * with each other, sentences are UTF-8, and the same bytes give the same answer. */
#include "csv/csv_sniff.h"

#include <stdlib.h>

#include "base/die.h"
#include "base/mem.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_reading(const struct csv_sniff_reading *r)
{
	if (r->regular_rows > r->rows || r->bad_rows > r->rows)
		bug("%zu regular and %zu bad of %zu rows", r->regular_rows, r->bad_rows, r->rows);
	if (!(r->score >= 0 && r->score <= 1.01) || !(r->typed_pct >= 0 && r->typed_pct <= 100))
		bug("score %f, %f %% typed", r->score, r->typed_pct);
}

static void check_result(const struct csv_sniff_result *r, const struct csv_given *given)
{
	const struct csv_dialect *d = &r->dialect;
	const struct csv_dialect *g = &given->dialect;
	if ((given->set & CSV_SET_DELIMITER) != 0 && strcmp(d->delimiter, g->delimiter) != 0)
		bug("another delimiter than the one given");
	if ((given->set & CSV_SET_QUOTE) != 0 && d->quote != g->quote)
		bug("another quote than the one given");
	if ((given->set & CSV_SET_HEADER) != 0 && d->header_rows != g->header_rows)
		bug("other header rows than given");
	if ((given->set & CSV_SET_PREAMBLE) != 0 && d->preamble_lines != g->preamble_lines)
		bug("another preamble than the one given");
	if (d->preamble_lines > CSV_PREAMBLE_LINES || d->header_rows > CSV_HEADER_ROWS ||
	    d->footer_rows > CSV_FOOTER_ROWS)
		bug("more lines than a dialect may have");
	check_reading(&r->chosen);
	check_reading(&r->runner_up);
	if (!(r->confidence >= 0 && r->confidence <= 1))
		bug("confidence %f", r->confidence);
}

static void give(struct csv_given *given, uint8_t bits)
{
	static const char *const delimiters[] = { ",", ";", "||", "" };
	given->set =
	    ((bits & 1) != 0 ? CSV_SET_DELIMITER : 0) | ((bits & 2) != 0 ? CSV_SET_QUOTE : 0) |
	    ((bits & 4) != 0 ? CSV_SET_HEADER : 0) | ((bits & 8) != 0 ? CSV_SET_PREAMBLE : 0);
	memcpy(given->dialect.delimiter, delimiters[bits >> 6], strlen(delimiters[bits >> 6]) + 1);
	given->dialect.quote = (bits & 32) != 0 ? '\'' : '"';
	given->dialect.header_rows = bits >> 5 & 3;
	given->dialect.preamble_lines = bits >> 4 & 7;
}

/* data: bits of what is given, where the samples are cut, then the file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct csv_given given = { 0 };
	struct csv_sniff_result r;
	struct csv_sniff_result again;
	struct err err = { 0 };
	if (size < 3 || size > 64 << 10)
		return 0;
	give(&given, data[0]);
	const size_t n = size - 2;
	const size_t cut = data[1] < 128 ? n : n * (data[1] - 128U) / 128;
	uint8_t *p = mem_alloc(n + 2 * CSV_PAD_BYTES);
	memcpy(p, data + 2, n);
	const struct csv_sample samples[] = { { p, cut, cut == n }, { p + cut, n - cut, true } };
	const size_t count = cut == n ? 1 : 2;
	memset(&r, 0, sizeof(r));
	memset(&again, 0, sizeof(again));
	if (csv_sniff_samples(samples, count, &given, &r, &err) == 0) {
		check_result(&r, &given);
		if (csv_sniff_samples(samples, count, &given, &again, &err) != 0 ||
		    memcmp(&r, &again, sizeof(r)) != 0)
			bug("another answer the second time");
		if (!text_is_utf8(r.why, strlen(r.why)) || !text_is_utf8(r.doubt, strlen(r.doubt)))
			bug("a sentence is not UTF-8");
	}
	free(p);
	return 0;
}
