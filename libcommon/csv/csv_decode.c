/* SPDX-License-Identifier: Apache-2.0 */
/* csv_decode - a decoder by name; what iconv alone can read. */
#include "csv/csv_decode.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "csv/csv_encoding.h"

enum { LONGEST_UNIT = 16 }; /* bytes of a character, or of a shift sequence, at most */

enum kind { UTF16LE, UTF16BE, UTF32LE, UTF32BE, BYTES, LINES, UNITS };

struct csv_decoder {
	enum kind kind;
	struct csv_decode_table table; /* BYTES */
	iconv_t iconv;                 /* LINES, UNITS */
	bool has_iconv;
};

/* Decodes in[0..n) alone, from the first state. Returns the bytes made, -1 with errno. */
static ssize_t probe(iconv_t cd, const uint8_t *in, size_t n, uint8_t *out, size_t room)
{
	char bytes[LONGEST_UNIT];
	memcpy(bytes, in, n);
	char *from = bytes;
	char *to = (char *)out;
	size_t left = n;
	const size_t all = room;
	(void)iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &left, &to, &room) == (size_t)-1)
		return -1;
	return (ssize_t)(all - room);
}

/* Every byte alone: a table when none wants a second one. */
static enum kind study(iconv_t cd, struct csv_decode_table *t)
{
	bool single = true;
	t->ascii = true;
	for (unsigned b = 0; b < 256; b++) {
		uint8_t out[8] = { CSV_UNDECODED };
		const uint8_t byte = (uint8_t)b;
		ssize_t made = probe(cd, &byte, 1, out, sizeof(out));
		if (made == 0 || made > 3 || (made < 0 && errno != EILSEQ))
			single = false;
		if (made < 0)
			made = 1;
		t->ascii = t->ascii && (b >= 128 || (made == 1 && out[0] == byte));
		t->entry[b] =
		    (uint32_t)made << 24 | (uint32_t)out[2] << 16 | (uint32_t)out[1] << 8 | out[0];
	}
	(void)iconv(cd, NULL, NULL, NULL, NULL);
	return single ? BYTES : t->ascii ? LINES : UNITS;
}

/* The two everybody needs, without iconv: Latin-1 is the first 256 characters. */
static void fill_table(struct csv_decode_table *t, bool windows)
{
	t->ascii = true;
	for (uint32_t b = 0; b < 256; b++) {
		uint8_t out[4] = { CSV_UNDECODED };
		const uint32_t c = windows ? csv_encoding_windows_1252((uint8_t)b) : b;
		const size_t n = c == 0 && b != 0 ? 1 : csv_decode_put(c, out);
		t->entry[b] =
		    (uint32_t)n << 24 | (uint32_t)out[2] << 16 | (uint32_t)out[1] << 8 | out[0];
	}
}

static bool open_ours(struct csv_decoder *d, const char *name)
{
	static const char *const names[] = { "utf-16le", "utf-16be", "utf-32le", "utf-32be" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		d->kind = (enum kind)i;
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	d->kind = BYTES;
	const bool windows = strcmp(name, "windows-1252") == 0;
	if (windows || strcmp(name, "iso-8859-1") == 0) {
		fill_table(&d->table, windows);
		return true;
	}
	return false;
}

int csv_decoder_open(const char *name, struct csv_decoder **out, struct err *err)
{
	struct csv_decoder *d = mem_alloc(sizeof(*d));
	if (!open_ours(d, name)) {
		d->iconv = iconv_open("UTF-8", csv_encoding_iconv_name(name));
		d->has_iconv = d->iconv != (iconv_t)-1; // NOLINT(performance-no-int-to-ptr)
		if (!d->has_iconv) {
			free(d);
			const char *near = csv_encoding_near(name);
			return err_set_code(err, ERR_INPUT, "file.encoding",
			    near != NULL ? "%s: there is no such encoding; did you mean %s?"
					 : "%s: there is no such encoding; `iconv -l` lists them",
			    name, near);
		}
		d->kind = study(d->iconv, &d->table);
	}
	*out = d;
	return 0;
}

bool csv_decoder_knows(const char *name)
{
	static const char *const by_mark[] = { "utf-8", "utf-16", "utf-32" }; /* csv_input's own */
	char canonical[CSV_ENCODING_BYTES + 1];
	struct csv_decoder *d = NULL;
	struct err ignored = { 0 };
	(void)csv_encoding_canonical(name, canonical);
	for (size_t i = 0; i < ARRAY_SIZE(by_mark); i++) {
		if (strcmp(by_mark[i], canonical) == 0)
			return true;
	}
	if (csv_decoder_open(canonical, &d, &ignored) != 0)
		return false;
	csv_decoder_close(&d);
	return true;
}

void csv_decoder_close(struct csv_decoder **d)
{
	if (*d == NULL)
		return;
	if ((*d)->has_iconv)
		(void)iconv_close((*d)->iconv);
	free(*d);
	*d = NULL;
}

uint8_t csv_decoder_unit(const struct csv_decoder *d)
{
	if (d->kind == UTF16LE || d->kind == UTF16BE)
		return 2;
	return d->kind == UTF32LE || d->kind == UTF32BE ? 4 : 1;
}

/* Where a stretch stands while iconv reads it. */
struct walk {
	struct csv_decode_io *io;
	iconv_t cd;
	char *in, *out;
	size_t left; /* bytes of in */
	size_t room; /* bytes of out */
};

/* iconv does not write to what it reads, it only lacks the word for it. */
static char *readable(const uint8_t *p)
{
	union {
		const uint8_t *bytes;
		char *chars;
	} u = { .bytes = p };
	return u.chars;
}

static void note(const struct walk *w)
{
	const size_t used = (size_t)((const uint8_t *)w->in - w->io->in);
	const size_t made = (size_t)((const uint8_t *)w->out - w->io->out);
	csv_lines_note(w->io->lines, w->io->stream + made, w->io->file + used);
}

static void put_undecoded(struct walk *w, size_t bytes)
{
	(void)iconv(w->cd, NULL, NULL, &w->out, &w->room);
	*(uint8_t *)w->out++ = CSV_UNDECODED;
	w->room--;
	w->in += bytes;
	w->left -= bytes;
	w->io->undecoded++;
}

/* All of n bytes; what cannot be read is marked. False when a character is cut at the end and more
 * bytes may come. */
static bool convert(struct walk *w, size_t n, bool more)
{
	const char *const end = w->in + n;
	while (w->in < end) {
		size_t take = (size_t)(end - w->in);
		const size_t before = take;
		const size_t rc = iconv(w->cd, &w->in, &take, &w->out, &w->room);
		w->left -= before - take;
		if (rc != (size_t)-1)
			continue;
		if (errno == E2BIG || (errno == EINVAL && more))
			return false;
		put_undecoded(w, errno == EINVAL ? take : 1);
	}
	return true;
}

static size_t line_bytes(const struct walk *w)
{
	const char *lf = memchr(w->in, '\n', w->left);
	const size_t n = lf == NULL ? w->left : (size_t)(lf - w->in) + 1;
	const char *cr = memchr(w->in, '\r', n);
	return cr == NULL ? n : (size_t)(cr - w->in) + 1;
}

/* Line ends are line ends in these encodings: each line goes to iconv whole, unless it is ASCII.
 * Only a line longer than the stretch is cut; what iconv keeps back then comes out at the cut. */
static void run_lines(struct walk *w)
{
	while (w->left > 0) {
		const size_t n = line_bytes(w);
		const char last = w->in[n - 1];
		const bool ended = last == '\n' || last == '\r' || w->io->eof;
		if (!ended && (const uint8_t *)w->in > w->io->in)
			return;
		if (csv_encoding_is_ascii((const uint8_t *)w->in, n)) {
			memcpy(w->out, w->in, n);
			w->in += n;
			w->out += n;
			w->left -= n;
			w->room -= n;
		} else if (!convert(w, n, !ended)) {
			break;
		}
		if (ended)
			note(w);
	}
	(void)iconv(w->cd, NULL, NULL, &w->out, &w->room);
}

/* Feeds bytes one more at a time until some are taken. False: none were, errno says why. */
static bool take_unit(struct walk *w)
{
	const char *const start = w->in;
	for (size_t n = 1; n <= LONGEST_UNIT && n <= w->left; n++) {
		size_t take = n;
		(void)iconv(w->cd, &w->in, &take, &w->out, &w->room);
		if (w->in != start || errno != EINVAL)
			break;
	}
	w->left -= (size_t)(w->in - start);
	return w->in != start;
}

/* Nothing is known about the bytes: one character after the other, asking what came out. */
static void run_units(struct walk *w)
{
	while (w->left > 0) {
		const char *const from = w->out;
		errno = 0;
		if (!take_unit(w)) {
			const bool cut = errno == EINVAL && w->left < LONGEST_UNIT;
			if (errno == E2BIG || (cut && !w->io->eof))
				return;
			put_undecoded(w, 1);
		}
		if (w->out > from && (w->out[-1] == '\n' || w->out[-1] == '\r'))
			note(w);
	}
}

static void run_iconv(struct csv_decoder *d, struct csv_decode_io *io)
{
	struct walk w = { io, d->iconv, readable(io->in), (char *)io->out, io->n,
		CSV_DECODE_GROWTH * io->n + CSV_DECODE_SLACK };
	io->undecoded = 0;
	if (d->kind == LINES)
		run_lines(&w);
	else
		run_units(&w);
	if (io->eof && w.left == 0) {
		(void)iconv(w.cd, NULL, NULL, &w.out, &w.room);
		note(&w);
	}
	io->used = io->n - w.left;
	io->made = (size_t)((uint8_t *)w.out - io->out);
}

void csv_decoder_run(struct csv_decoder *d, struct csv_decode_io *io)
{
	switch (d->kind) {
	case UTF16LE:
	case UTF16BE:
		csv_decode_utf16(io, d->kind == UTF16BE);
		return;
	case UTF32LE:
	case UTF32BE:
		csv_decode_utf32(io, d->kind == UTF32BE);
		return;
	case BYTES:
		csv_decode_bytes(io, &d->table);
		return;
	case LINES:
	case UNITS:
		run_iconv(d, io);
	}
}
