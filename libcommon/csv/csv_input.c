/* SPDX-License-Identifier: Apache-2.0 */
/* csv_input - archives undone, the encoding found, everything handed out as UTF-8. */
#include "csv/csv_input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "csv/csv_decode.h"
#include "csv/csv_encoding.h"
#include "csv/csv_guess.h"
#include "csv/csv_mend.h"
#include "csv/csv_refuse.h"
#include "csv/csv_source.h"

enum { STEP_BYTES = 64 << 10 }; /* decoded at once */

/* Bytes read ahead: [at, n) are still to be handed out. */
struct ahead {
	uint8_t *p;
	size_t at, n, alloc;
};

struct csv_input {
	struct csv_source *source;
	struct csv_decoder *decoder; /* NULL = the bytes are handed out as they are */
	struct csv_input_found found;
	struct ahead hold;      /* bytes of the file, read to decide on the encoding */
	struct ahead raw;       /* bytes of the file, waiting for the decoder */
	struct ahead text;      /* decoded ones */
	struct csv_lines lines; /* line starts that were not collected yet */
	uint64_t stream;        /* bytes decoded or handed out so far */
	uint64_t file;          /* byte of the file behind them */
	bool eof;               /* the source has ended */
	bool done;              /* and the decoder has seen it */
};

static void reserve(struct ahead *a, size_t n)
{
	if (a->alloc >= n)
		return;
	a->p = mem_resize(a->p, n);
	a->alloc = n;
}

static void release(struct ahead *a)
{
	free(a->p);
	*a = (struct ahead){ 0 };
}

/* Bytes of the file: those held back first. 0 at the end. */
static ssize_t pull(struct csv_input *in, void *p, size_t n, struct err *err)
{
	struct ahead *h = &in->hold;
	if (h->at < h->n) {
		const size_t take = h->n - h->at < n ? h->n - h->at : n;
		memcpy(p, h->p + h->at, take);
		h->at += take;
		return (ssize_t)take;
	}
	if (h->p != NULL)
		release(h);
	const ssize_t got = in->eof ? 0 : csv_source_read(in->source, p, n, err);
	in->eof = in->eof || got == 0;
	return got;
}

/* Holds back bytes until n of them are there or the file ends. */
static int hold(struct csv_input *in, size_t n, struct err *err)
{
	struct ahead *h = &in->hold;
	if (h->at > 0)
		memmove(h->p, h->p + h->at, h->n - h->at);
	h->n -= h->at;
	h->at = 0;
	reserve(h, n);
	while (h->n < n && !in->eof) {
		const ssize_t got = csv_source_read(in->source, h->p + h->n, n - h->n, err);
		if (got < 0)
			return -1;
		in->eof = got == 0;
		h->n += (size_t)got;
	}
	return 0;
}

static size_t first_high(const uint8_t *p, size_t n)
{
	enum { BLOCK = 1024 };
	size_t at = 0;
	while (n - at >= BLOCK && csv_encoding_is_ascii(p + at, BLOCK))
		at += BLOCK;
	while (at < n && p[at] < 0x80)
		at++;
	return at;
}

static void set_name(struct csv_input *in, const char *name, enum csv_input_cause cause)
{
	in->found.cause = cause;
	(void)snprintf(in->found.encoding, sizeof(in->found.encoding), "%s", name);
}

/* From here on everything goes through a decoder; UTF-8 needs none. */
static int start_decoder(struct csv_input *in, const char *name, struct err *err)
{
	if (strcmp(name, "utf-8") == 0)
		return 0;
	if (in->decoder == NULL && csv_decoder_open(name, &in->decoder, err) != 0)
		return -1;
	in->lines.unit = csv_decoder_unit(in->decoder);
	reserve(&in->raw, STEP_BYTES);
	reserve(&in->text, CSV_DECODE_GROWTH * STEP_BYTES + CSV_DECODE_SLACK);
	return 0;
}

static void explain_vote(struct csv_input_found *f, const struct csv_guess_vote *v)
{
	char odd[80] = "";
	if (v->odd > 0)
		(void)snprintf(odd, sizeof(odd),
		    "; %zu of them hold bytes windows-1252 has no character for", v->odd);
	(void)snprintf(f->why, sizeof(f->why),
	    "from byte %llu on, %zu line%s hold%s characters of UTF-8 and %zu break%s it%s",
	    (unsigned long long)f->decided_at + 1, v->utf8, v->utf8 == 1 ? "" : "s",
	    v->utf8 == 1 ? "s" : "", v->other, v->other == 1 ? "s" : "", odd);
}

/* The held bytes begin with one that is not ASCII, or hold one: let the lines from there on vote.
 */
static int vote(struct csv_input *in, struct err *err)
{
	const size_t first =
	    in->hold.at + first_high(in->hold.p + in->hold.at, in->hold.n - in->hold.at);
	const size_t skip = first - in->hold.at;
	if (hold(in, skip + CSV_INPUT_VOTE_BYTES, err) != 0)
		return -1;
	const struct ahead *h = &in->hold;
	const size_t n = h->n - skip < CSV_INPUT_VOTE_BYTES ? h->n - skip : CSV_INPUT_VOTE_BYTES;
	const bool whole = in->eof && skip + n == h->n;
	const struct csv_guess_vote v = csv_guess_lines(h->p + skip, n, whole);
	const bool utf8 = v.other <= v.utf8;
	in->found.decided_at = in->file + skip;
	in->found.lines_utf8 = v.utf8;
	in->found.lines_other = v.other;
	set_name(in, utf8 ? "utf-8" : "windows-1252", CSV_INPUT_VOTE);
	explain_vote(&in->found, &v);
	return start_decoder(in, in->found.encoding, err);
}

/* UTF-16 and UTF-32 without byte order: the mark knows, else the bytes' shape, else it is little.
 */
static const char *with_order(const struct csv_input *in, const char *name, const char *mark)
{
	static const char *const both[][2] = { { "utf-16le", "utf-16be" },
		{ "utf-32le", "utf-32be" } };
	const char *shape = csv_guess_shape(in->hold.p, in->hold.n);
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		if (strncmp(both[i][0], name, strlen("utf-16")) != 0 || name[6] != '\0')
			continue;
		const bool by_mark = mark != NULL && strncmp(mark, name, 6) == 0;
		const char *seen = by_mark ? mark : shape;
		return seen != NULL && strcmp(seen, both[i][1]) == 0 ? both[i][1] : both[i][0];
	}
	return name;
}

/* What a person said, whatever the bytes say. */
static int take_given(struct csv_input *in, const char *given, struct err *err)
{
	char name[CSV_ENCODING_BYTES + 1];
	uint8_t bytes = 0;
	const char *mark = csv_guess_mark(in->hold.p, in->hold.n, &bytes);
	set_name(in, with_order(in, csv_encoding_canonical(given, name), mark), CSV_INPUT_GIVEN);
	const bool same = mark != NULL && strcmp(mark, in->found.encoding) == 0;
	in->found.bom_bytes = same ? bytes : 0;
	if (mark != NULL && !same)
		(void)snprintf(in->found.why, sizeof(in->found.why),
		    "given, although the file begins with the mark of %s", mark);
	else
		(void)snprintf(in->found.why, sizeof(in->found.why), "given");
	return start_decoder(in, in->found.encoding, err);
}

static int find_encoding(struct csv_input *in, struct err *err)
{
	const uint8_t *p = in->hold.p;
	const size_t n = in->hold.n;
	struct csv_input_found *f = &in->found;
	const char *name = csv_guess_mark(p, n, &f->bom_bytes);
	if (name != NULL) {
		set_name(in, name, CSV_INPUT_MARK);
		(void)snprintf(f->why, sizeof(f->why), "the file begins with its mark");
		return start_decoder(in, name, err);
	}
	name = csv_guess_shape(p, n);
	if (name != NULL) {
		set_name(in, name, CSV_INPUT_SHAPE);
		(void)snprintf(f->why, sizeof(f->why),
		    "read so, the front of the file is text; there is no mark");
		return start_decoder(in, name, err);
	}
	set_name(in, "utf-8", CSV_INPUT_ASCII);
	(void)snprintf(f->why, sizeof(f->why), "all bytes are ASCII");
	return first_high(p, n) < n ? vote(in, err) : 0;
}

/* The mark is not part of the stream. */
static void skip_mark(struct csv_input *in)
{
	in->hold.at = in->found.bom_bytes;
	in->file = in->found.bom_bytes;
	csv_lines_note(&in->lines, 0, in->file);
}

static int look(struct csv_input *in, const struct csv_given *given, struct err *err)
{
	if (hold(in, CSV_INPUT_VOTE_BYTES, err) != 0 ||
	    csv_refuse_magic(in->hold.p, in->hold.n, err) != 0)
		return -1;
	bool is_given = given != NULL && (given->set & CSV_SET_ENCODING) != 0;
	if (is_given && csv_mend_returned(in->hold.p, in->hold.n)) {
		csv_decoder_close(&in->decoder);
		is_given = false;
	}
	const int rc =
	    is_given ? take_given(in, given->dialect.encoding, err) : find_encoding(in, err);
	if (rc == 0)
		skip_mark(in);
	return rc;
}

int csv_input_open(const struct csv_input_params *p, struct csv_input **out, struct err *err)
{
	struct csv_input *in = mem_alloc(sizeof(*in));
	in->decoder = p->decoder;
	if (csv_source_open(p->read, p->arg, &in->source, err) != 0 ||
	    look(in, p->given, err) != 0) {
		csv_input_close(&in);
		return -1;
	}
	in->found.compression = csv_source_compression(in->source);
	*out = in;
	return 0;
}

void csv_input_close(struct csv_input **in)
{
	if (*in == NULL)
		return;
	csv_source_close(&(*in)->source);
	csv_decoder_close(&(*in)->decoder);
	csv_lines_done(&(*in)->lines);
	release(&(*in)->hold);
	release(&(*in)->raw);
	release(&(*in)->text);
	free(*in);
	*in = NULL;
}

int csv_input_prepare(const struct csv_given *given, struct csv_decoder **out, struct err *err)
{
	char name[CSV_ENCODING_BYTES + 1];
	struct csv_decoder *d = NULL;
	if ((given->set & CSV_SET_ENCODING) != 0) {
		(void)csv_encoding_canonical(given->dialect.encoding, name);
		const bool ours = strcmp(name, "utf-8") == 0 || strcmp(name, "utf-16") == 0 ||
				  strcmp(name, "utf-32") == 0;
		if (!ours && csv_decoder_open(name, &d, err) != 0)
			return -1;
	}
	*out = d;
	return 0;
}

/* Fills raw and decodes it all. */
static int decode_more(struct csv_input *in, struct err *err)
{
	struct ahead *raw = &in->raw;
	while (raw->n < STEP_BYTES) {
		const ssize_t got = pull(in, raw->p + raw->n, STEP_BYTES - raw->n, err);
		if (got < 0)
			return -1;
		raw->n += (size_t)got;
		if (got == 0)
			break;
	}
	struct csv_decode_io io = {
		.in = raw->p,
		.n = raw->n,
		.eof = in->eof && raw->n < STEP_BYTES,
		.out = in->text.p,
		.stream = in->stream,
		.file = in->file,
		.lines = &in->lines,
	};
	csv_decoder_run(in->decoder, &io);
	in->stream += io.made;
	in->file += io.used;
	in->found.undecoded += io.undecoded;
	in->text.at = 0;
	in->text.n = io.made;
	raw->n -= io.used;
	memmove(raw->p, raw->p + io.used, raw->n);
	in->done = io.eof && raw->n == 0;
	return 0;
}

static ssize_t read_decoded(struct csv_input *in, void *p, size_t n, struct err *err)
{
	struct ahead *t = &in->text;
	while (t->at == t->n) {
		if (in->done)
			return 0;
		if (decode_more(in, err) != 0)
			return -1;
	}
	const size_t take = t->n - t->at < n ? t->n - t->at : n;
	memcpy(p, t->p + t->at, take);
	t->at += take;
	return (ssize_t)take;
}

/* As it is; while nothing is decided only ASCII may pass. */
static ssize_t read_plain(struct csv_input *in, void *p, size_t n, struct err *err)
{
	const ssize_t got = pull(in, p, n, err);
	if (got <= 0)
		return got;
	const bool decided = in->found.cause != CSV_INPUT_ASCII;
	const size_t pass = decided ? (size_t)got : first_high(p, (size_t)got);
	in->file += pass;
	in->stream += pass;
	if (pass == (size_t)got)
		return got;
	struct ahead *h = &in->hold;
	const size_t back = (size_t)got - pass;
	reserve(h, CSV_INPUT_VOTE_BYTES > back ? CSV_INPUT_VOTE_BYTES : back);
	memcpy(h->p, (const uint8_t *)p + pass, back);
	h->at = 0;
	h->n = back;
	if (vote(in, err) != 0)
		return -1;
	return pass > 0 ? (ssize_t)pass : csv_input_read(in, p, n, err);
}

ssize_t csv_input_read(struct csv_input *in, void *p, size_t n, struct err *err)
{
	return in->decoder == NULL ? read_plain(in, p, n, err) : read_decoded(in, p, n, err);
}

void csv_input_lines(struct csv_input *in, uint64_t from, uint64_t to, struct csv_lines *lines)
{
	csv_lines_take(&in->lines, from, to, lines);
}

const struct csv_input_found *csv_input_found(const struct csv_input *in)
{
	return &in->found;
}

uint64_t csv_input_consumed(const struct csv_input *in)
{
	return csv_source_consumed(in->source);
}
