/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_input - every encoding gives back the text it was made of, with the place of each line;
 * what cannot be decoded stays one byte; what was not given is decided by the lines. */
#include "csv/csv_input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <iconv.h>

#include "base/buf.h"
#include "base/mem.h"
#include "csv/csv_decode.h"
#include "csv/csv_encoding.h"
#include "csv_fixture.h"

enum { CAP = 8 << 20 };

/* Reads all of a file. step: bytes the file gives at once, room: bytes asked for at once. */
static int read_all(struct csv_input *in, size_t room, struct buf *out, struct err *err)
{
	char *p = mem_alloc(room);
	ssize_t n;
	while ((n = csv_input_read(in, p, room, err)) > 0)
		buf_add(out, p, (size_t)n);
	free(p);
	return (int)n;
}

static struct csv_given given_of(const char *encoding)
{
	struct csv_given g = { 0 };
	struct err err = { 0 };
	if (encoding != NULL)
		assert_int_equal(csv_given_set(&g, "encoding", encoding, &err), 0);
	return g;
}

/* As somebody may have stored it where the name was known. */
static struct csv_given unknown_of(const char *encoding)
{
	struct csv_given g = { .set = CSV_SET_ENCODING };
	memcpy(g.dialect.encoding, encoding, strlen(encoding) + 1);
	return g;
}

/* Opens, reads, checks the text and closes; lines and found are for the caller. */
static void decode(const char *what, const struct buf *file, const char *encoding, size_t step,
    size_t room, struct buf *out, struct csv_lines *lines, struct csv_input_found *found)
{
	struct err err = { 0 };
	struct fixture_file f = { .p = file->data, .n = file->n, .step = step };
	const struct csv_given given = given_of(encoding);
	const struct csv_input_params p = { .read = fixture_read, .arg = &f, .given = &given };
	struct csv_input *in = NULL;
	buf_reset(out);
	if (csv_input_open(&p, &in, &err) != 0 || read_all(in, room, out, &err) != 0)
		fail_msg("%s: %s", what, err.msg);
	csv_input_lines(in, 0, out->n, lines);
	if (found != NULL)
		*found = *csv_input_found(in);
	assert_int_equal(csv_input_consumed(in), file->n);
	csv_input_close(&in);
	assert_null(in);
}

/* A line as iconv writes it; 0 when the encoding has no character for something in it. */
static bool encode(const char *name, const char *line, size_t n, struct buf *out)
{
	char copy[256];
	char bytes[2048];
	iconv_t cd = iconv_open(csv_encoding_iconv_name(name), "UTF-8");
	assert_true(cd != (iconv_t)-1); // NOLINT(performance-no-int-to-ptr)
	memcpy(copy, line, n);
	char *in = copy;
	char *to = bytes;
	size_t room = sizeof(bytes);
	const bool good =
	    iconv(cd, &in, &n, &to, &room) == 0 && n == 0 && iconv(cd, NULL, NULL, &to, &room) == 0;
	(void)iconv_close(cd);
	if (good)
		buf_add(out, bytes, (size_t)(to - bytes));
	return good;
}

static unsigned seed;

static unsigned roll(unsigned sides)
{
	seed = seed * 1103515245U + 12345U;
	return (seed >> 16) % sides;
}

/* Characters of many scripts, and the plain ones in between. */
static const char *const characters[] = { "a", "Z", "0", ",", "\"", " ", "\xc3\xa4", "\xc3\xb1",
	"\xe2\x82\xac", "\xd0\x96", "\xd1\x8f", "\xe6\x97\xa5", "\xe6\x9c\xac", "\xe8\xaa\x9e",
	"\xe5\xad\x97", "\xed\x95\x9c", "\xea\xb5\xad", "\xf0\x9f\x98\x80", "\xe3\x82\xab",
	"\xc2\xa7", "~", "\\" };

static void make_line(struct buf *line)
{
	static const char *const ends[] = { "\n", "\n", "\r\n", "\r" };
	const unsigned n = roll(4) == 0 ? 0 : roll(40);
	const unsigned high = roll(3);
	buf_reset(line);
	for (unsigned i = 0; i < n; i++) {
		const bool any = high > 0 && roll(high == 1 ? 8 : 2) == 0;
		buf_adds(line, characters[any ? roll(ARRAY_SIZE(characters)) : roll(6)]);
	}
	buf_adds(line, ends[roll(ARRAY_SIZE(ends))]);
}

/* What a file of an encoding has to give: its text, and where each line is. */
struct sample {
	struct buf text, file;
	uint64_t stream_at[400], file_at[400];
	size_t lines;
};

static void make_sample(const char *name, struct sample *s)
{
	struct buf line;
	buf_init(&line, 4096);
	buf_init(&s->text, CAP);
	buf_init(&s->file, CAP);
	s->lines = 0;
	while (s->lines < ARRAY_SIZE(s->file_at) - 1) {
		const struct buf before = s->file;
		make_line(&line);
		const bool lone = s->text.n > 0 && s->text.data[s->text.n - 1] == '\r';
		if (lone && line.data[0] == '\n')
			continue;
		if (!encode(name, line.data, line.n, &s->file)) {
			assert_int_equal(s->file.n, before.n);
			continue;
		}
		s->stream_at[s->lines] = s->text.n;
		s->file_at[s->lines++] = before.n;
		buf_add(&s->text, line.data, line.n);
	}
	s->stream_at[s->lines] = s->text.n;
	s->file_at[s->lines++] = s->file.n;
	buf_done(&line);
}

static const char *const encodings[] = { "utf-16le", "utf-16be", "utf-32le", "utf-32be",
	"windows-1252", "iso-8859-1", "windows-1251", "koi8-r", "cp850", "ibm037", "shift_jis",
	"euc-jp", "iso-2022-jp", "gb18030", "big5", "big5-hkscs", "euc-kr", "windows-1258", "utf-7",
	"utf-8" };

static void check_sample(const char *name, const struct sample *s, size_t step, size_t room)
{
	struct buf out;
	struct csv_lines lines = { 0 };
	struct csv_input_found found;
	buf_init(&out, CAP);
	decode(name, &s->file, name, step, room, &out, &lines, &found);
	assert_int_equal(found.cause, CSV_INPUT_GIVEN);
	assert_string_equal(found.encoding, name);
	assert_int_equal(found.undecoded, 0);
	if (out.n != s->text.n || memcmp(out.data, s->text.data, out.n) != 0)
		fail_msg("%s, steps of %zu and %zu: another text", name, step, room);
	for (size_t i = 0; i < s->lines; i++) {
		const uint64_t at = csv_lines_file(&lines, s->stream_at[i]);
		if (at != s->file_at[i])
			fail_msg("%s, steps of %zu and %zu: line %zu at %llu, not %llu", name, step,
			    room, i + 1, (unsigned long long)at, (unsigned long long)s->file_at[i]);
	}
	csv_lines_done(&lines);
	buf_done(&out);
}

static void test_every_encoding_and_every_line(void **state)
{
	(void)state;
	static const size_t steps[] = { 0, 1, 3, 7, 4096 };
	for (size_t i = 0; i < ARRAY_SIZE(encodings); i++) {
		for (seed = 1; seed < 6; seed += 1) {
			const unsigned kept = seed;
			struct sample *s = mem_alloc(sizeof(*s));
			make_sample(encodings[i], s);
			for (size_t k = 0; k < ARRAY_SIZE(steps); k++)
				check_sample(encodings[i], s, steps[k], steps[(k + kept) % 5] + 1);
			buf_done(&s->text);
			buf_done(&s->file);
			free(s);
			seed = kept;
		}
	}
}

/* The same stretches as a splitter asks for them: each knows its own lines. */
static void test_lines_by_stretches(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct sample *s = mem_alloc(sizeof(*s));
	seed = 77;
	make_sample("utf-16le", s);
	struct fixture_file f = { .p = s->file.data, .n = s->file.n, .step = 333 };
	const struct csv_given given = given_of("utf-16le");
	const struct csv_input_params p = { .read = fixture_read, .arg = &f, .given = &given };
	struct csv_input *in = NULL;
	struct buf out;
	buf_init(&out, CAP);
	assert_int_equal(csv_input_open(&p, &in, &err), 0);
	assert_int_equal(read_all(in, 100, &out, &err), 0);
	struct csv_lines lines = { 0 };
	for (size_t from = 0; from + 1 < s->lines;) {
		const size_t to = from + 1 + roll(9) < s->lines ? from + 1 + roll(3) : s->lines - 1;
		csv_input_lines(in, s->stream_at[from], s->stream_at[to], &lines);
		for (size_t i = from; i <= to; i++)
			assert_int_equal(csv_lines_file(&lines, s->stream_at[i]), s->file_at[i]);
		const uint64_t whole =
		    csv_lines_length(&lines, s->stream_at[from], s->stream_at[to], 0);
		assert_int_equal(whole, s->file_at[to] - s->file_at[from]);
		assert_int_equal(
		    csv_lines_length(&lines, s->stream_at[from], s->stream_at[to], 1), whole - 2);
		from = to;
	}
	csv_lines_done(&lines);
	csv_input_close(&in);
	buf_done(&out);
	buf_done(&s->text);
	buf_done(&s->file);
	free(s);
}

struct found_case {
	const char *name;
	const char *bytes;
	size_t n;
	const char *given;
	const char *text; /* NULL-terminated, 0xFF where something has no character */
	const char *encoding;
	enum csv_input_cause cause;
	unsigned undecoded;
};

#define BYTES(s) s, sizeof(s) - 1

static const struct found_case cases[] = {
	{ "ASCII", BYTES("a,b\n1,2\n"), NULL, "a,b\n1,2\n", "utf-8", CSV_INPUT_ASCII, 0 },
	{ "nothing", BYTES(""), NULL, "", "utf-8", CSV_INPUT_ASCII, 0 },
	{ "UTF-8", BYTES("\xc3\xa4\n"), NULL, "\xc3\xa4\n", "utf-8", CSV_INPUT_VOTE, 0 },
	{ "UTF-8 mark", BYTES("\xef\xbb\xbf\xe4\n"), NULL, "\xe4\n", "utf-8", CSV_INPUT_MARK, 0 },
	{ "mark alone", BYTES("\xef\xbb\xbf"), NULL, "", "utf-8", CSV_INPUT_MARK, 0 },
	{ "1252", BYTES("a\n\xe4\n\x80\n"), NULL, "a\n\xc3\xa4\n\xe2\x82\xac\n", "windows-1252",
	    CSV_INPUT_VOTE, 0 },
	{ "as many lines for as against", BYTES("\xc3\xa4\n\xe4\n"), NULL, "\xc3\xa4\n\xe4\n",
	    "utf-8", CSV_INPUT_VOTE, 0 },
	{ "most lines win", BYTES("\xc3\xa4\n\xe4\n\xf6\n"), NULL,
	    "\xc3\x83\xc2\xa4\n\xc3\xa4\n\xc3\xb6\n", "windows-1252", CSV_INPUT_VOTE, 0 },
	{ "no such character in 1252", BYTES("\xe4\x81\n"), NULL, "\xc3\xa4\xff\n", "windows-1252",
	    CSV_INPUT_VOTE, 1 },
	{ "the same in Latin-1", BYTES("\xe4\x81\n"), "latin1", "\xc3\xa4\xc2\x81\n", "iso-8859-1",
	    CSV_INPUT_GIVEN, 0 },
	{ "given UTF-8 stays", BYTES("\xe4\n\xe4\n"), "utf8", "\xe4\n\xe4\n", "utf-8",
	    CSV_INPUT_GIVEN, 0 },
	{ "given 1252 keeps a mark", BYTES("\xef\xbb\xbf\n"), "cp1252",
	    "\xc3\xaf\xc2\xbb\xc2\xbf\n", "windows-1252", CSV_INPUT_GIVEN, 0 },
	{ "UTF-16LE mark", BYTES("\xff\xfe\xe4\0\n\0"), NULL, "\xc3\xa4\n", "utf-16le",
	    CSV_INPUT_MARK, 0 },
	{ "UTF-16BE mark", BYTES("\xfe\xff\0\xe4\0\n"), NULL, "\xc3\xa4\n", "utf-16be",
	    CSV_INPUT_MARK, 0 },
	{ "UTF-32LE mark", BYTES("\xff\xfe\0\0\xe4\0\0\0"), NULL, "\xc3\xa4", "utf-32le",
	    CSV_INPUT_MARK, 0 },
	{ "UTF-32BE mark", BYTES("\0\0\xfe\xff\0\0\0\xe4"), NULL, "\xc3\xa4", "utf-32be",
	    CSV_INPUT_MARK, 0 },
	{ "UTF-16LE shape", BYTES("a\0,\0b\0\n\0"), NULL, "a,b\n", "utf-16le", CSV_INPUT_SHAPE, 0 },
	{ "UTF-16BE shape", BYTES("\0a\0,\0b\0\n"), NULL, "a,b\n", "utf-16be", CSV_INPUT_SHAPE, 0 },
	{ "UTF-32LE shape", BYTES("a\0\0\0,\0\0\0b\0\0\0\n\0\0\0"), NULL, "a,b\n", "utf-32le",
	    CSV_INPUT_SHAPE, 0 },
	{ "Cyrillic UTF-16LE shape",
	    BYTES("\x16\x04\x16\x04\x16\x04\x16\x04,\0\x16\x04\x16\x04\n\0"), NULL,
	    "\xd0\x96\xd0\x96\xd0\x96\xd0\x96,\xd0\x96\xd0\x96\n", "utf-16le", CSV_INPUT_SHAPE, 0 },
	{ "order by the mark", BYTES("\xfe\xff\0a"), "utf-16", "a", "utf-16be", CSV_INPUT_GIVEN,
	    0 },
	{ "order by the shape", BYTES("\0a\0,\0b\0\n"), "utf16", "a,b\n", "utf-16be",
	    CSV_INPUT_GIVEN, 0 },
	{ "order unknown", BYTES("\x16\x04"), "utf-16", "\xd0\x96", "utf-16le", CSV_INPUT_GIVEN,
	    0 },
	{ "a surrogate alone, a cut unit",
	    BYTES("a\0\x3d\xd8\n\0\x3d\xd8\x00\xde\0\xde"
		  "b"),
	    "utf-16le", "a\xff\n\xf0\x9f\x98\x80\xff\xff", "utf-16le", CSV_INPUT_GIVEN, 3 },
	{ "half a pair at the end", BYTES("a\0\x3d\xd8"), "utf-16le", "a\xff", "utf-16le",
	    CSV_INPUT_GIVEN, 1 },
	{ "past the last character", BYTES("\0\x11\0\0\0\0\xd8\0\0\0\0a\0"), "utf-32be",
	    "\xff\xff"
	    "a\xff",
	    "utf-32be", CSV_INPUT_GIVEN, 3 },
	{ "Shift_JIS, torn", BYTES("\x93\xfa\x96\n\x93\xfa\x95"), "sjis",
	    "\xe6\x97\xa5\xff\n\xe6\x97\xa5\xff", "shift_jis", CSV_INPUT_GIVEN, 2 },
	{ "GB18030 torn", BYTES("\x81\x30\x81\n\xb0\xa1\n"), "gb2312",
	    "\xff"
	    "0\xff\n\xe5\x95\x8a\n",
	    "gb18030", CSV_INPUT_GIVEN, 2 },
	{ "ASCII only", BYTES("a\x80\n"), "us-ascii", "a\xff\n", "us-ascii", CSV_INPUT_GIVEN, 1 },
};

static void test_what_is_found(void **state)
{
	(void)state;
	struct buf out;
	buf_init(&out, CAP);
	for (size_t i = 0; i < ARRAY_SIZE(cases) * 3; i++) {
		const struct found_case *k = &cases[i / 3];
		struct buf file;
		struct csv_lines lines = { 0 };
		struct csv_input_found f;
		buf_init(&file, CAP);
		buf_add(&file, k->bytes, k->n);
		decode(k->name, &file, k->given, i % 3, 1 + i % 5, &out, &lines, &f);
		if (strcmp(out.data, k->text) != 0 || strcmp(f.encoding, k->encoding) != 0 ||
		    f.cause != k->cause || f.undecoded != k->undecoded)
			fail_msg("%s: %s by %d, %llu undecoded: %s", k->name, f.encoding, f.cause,
			    (unsigned long long)f.undecoded, out.data);
		assert_true(f.why[0] != '\0');
		assert_int_equal(csv_lines_file(&lines, out.n), k->n);
		csv_lines_done(&lines);
		buf_done(&file);
	}
	buf_done(&out);
}

/* The first other byte comes long after the front: the lines from there on decide, however the
 * bytes are read. */
static void test_decided_late(void **state)
{
	(void)state;
	struct buf file;
	struct buf out;
	struct csv_lines lines = { 0 };
	struct csv_input_found f;
	buf_init(&file, CAP);
	buf_init(&out, CAP);
	for (int i = 0; i < 100000; i++)
		buf_printf(&file, "%d,plain\n", i);
	const size_t first = file.n + 1;
	for (int i = 0; i < 200000; i++)
		buf_adds(&file, i % 2 == 0 ? "x\xe4\n" : "y\n");
	static const size_t steps[] = { 0, 5, 999, 70000 };
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		decode("late", &file, NULL, steps[i], 3 + steps[3 - i], &out, &lines, &f);
		assert_string_equal(f.encoding, "windows-1252");
		assert_int_equal(f.cause, CSV_INPUT_VOTE);
		assert_int_equal(f.decided_at, first);
		assert_int_equal(f.lines_utf8, 0);
		assert_int_equal(f.lines_other, 52429);
		assert_int_equal(out.n, file.n + 100000);
		assert_int_equal(csv_lines_file(&lines, first + 3), first + 2);
		assert_int_equal(csv_lines_file(&lines, out.n), file.n);
	}
	csv_lines_done(&lines);
	buf_done(&file);
	buf_done(&out);
}

static void test_plain_text_has_no_lines(void **state)
{
	(void)state;
	struct buf file;
	struct buf out;
	struct csv_lines lines = { 0 };
	buf_init(&file, CAP);
	buf_init(&out, CAP);
	buf_adds(&file, "a\n\xc3\xa4\n\xc3\xa4\n");
	decode("UTF-8", &file, NULL, 0, 100, &out, &lines, NULL);
	assert_int_equal(lines.n, 0);
	assert_int_equal(csv_lines_file(&lines, 5), 5);
	assert_int_equal(csv_lines_length(&lines, 2, 5, 1), 2);
	csv_lines_done(&lines);
	buf_done(&file);
	buf_done(&out);
}

static void refuse(
    const char *bytes, size_t n, const char *encoding, const char *code, const char *part)
{
	struct err err = { 0 };
	struct fixture_file f = { .p = bytes, .n = n };
	const struct csv_given given = encoding == NULL ? given_of(NULL) : unknown_of(encoding);
	const struct csv_input_params p = { .read = fixture_read, .arg = &f, .given = &given };
	struct csv_input *in = NULL;
	assert_int_equal(csv_input_open(&p, &in, &err), -1);
	assert_null(in);
	assert_string_equal(err.code, code);
	if (strstr(err.msg, part) == NULL)
		fail_msg("%s: not in: %s", part, err.msg);
}

static void test_refusals(void **state)
{
	(void)state;
	refuse(BYTES("PK\x03\x04...."), NULL, "file.binary", "ZIP archive");
	refuse(BYTES("a\n"), "windos-1252", "file.encoding", "did you mean windows-1252?");
	refuse(BYTES("a\n"), "utf-9", "file.encoding", "did you mean utf-8?");
}

/* All of a file by a decoder made beforehand, into a new buffer; the reader is still open. */
static struct csv_input *read_prepared(
    const struct csv_given *given, struct csv_decoder *d, struct fixture_file *f, struct buf *out)
{
	struct err err = { 0 };
	const struct csv_input_params p = {
		.read = fixture_read, .arg = f, .given = given, .decoder = d
	};
	struct csv_input *in = NULL;
	buf_init(out, CAP);
	assert_int_equal(csv_input_open(&p, &in, &err), 0);
	assert_int_equal(read_all(in, 9, out, &err), 0);
	return in;
}

/* What was opened before is used; what needs nothing is not opened. */
static void test_prepare(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct csv_decoder *d = NULL;
	struct csv_given given = given_of("koi8-r");
	assert_int_equal(csv_input_prepare(&given, &d, &err), 0);
	assert_non_null(d);
	struct fixture_file f = { .p = "\xc1\n", .n = 2 };
	struct buf out;
	struct csv_input *in = read_prepared(&given, d, &f, &out);
	assert_string_equal(out.data, "\xd0\xb0\n");
	csv_input_close(&in);
	buf_done(&out);
	given = given_of("utf-8");
	assert_int_equal(csv_input_prepare(&given, &d, &err), 0);
	assert_null(d);
	given = unknown_of("nonsense");
	assert_int_equal(csv_input_prepare(&given, &d, &err), -1);
	assert_string_equal(err.code, "file.encoding");
}

/* Refused rows that come back are UTF-8, whatever is said of the file they are from. */
static void test_returned_rows_keep_their_encoding(void **state)
{
	(void)state;
	static const char text[] = "_reject,_line,_column,_rule,_message,n\n1,2,n,x,y,\xc3\xa4\n";
	struct err err = { 0 };
	struct csv_decoder *d = NULL;
	const struct csv_given given = given_of("koi8-r");
	assert_int_equal(csv_input_prepare(&given, &d, &err), 0);
	struct fixture_file f = { .p = text, .n = sizeof(text) - 1 };
	struct buf out;
	struct csv_input *in = read_prepared(&given, d, &f, &out);
	assert_string_equal(out.data, text);
	assert_string_equal(csv_input_found(in)->encoding, "utf-8");
	csv_input_close(&in);
	buf_done(&out);
}

/* The n-th byte cannot be read, n = 1, 2, 3 ...: the callback's own error comes out. */
static void test_read_fails(void **state)
{
	(void)state;
	static const char text[] = "a,b\n1,\xe4\n2,\xf6\n";
	struct buf out;
	buf_init(&out, CAP);
	for (size_t n = 1; n < sizeof(text); n++) {
		struct err err = { 0 };
		struct fixture_file f = {
			.p = text, .n = sizeof(text) - 1, .step = 1, .fail_at = n
		};
		const struct csv_input_params p = { .read = fixture_read, .arg = &f };
		struct csv_input *in = NULL;
		assert_int_equal(csv_input_open(&p, &in, &err), -1);
		assert_int_equal(err.kind, ERR_UNAVAILABLE);
		csv_input_close(&in);
	}
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_encoding_and_every_line),
		cmocka_unit_test(test_lines_by_stretches),
		cmocka_unit_test(test_what_is_found),
		cmocka_unit_test(test_decided_late),
		cmocka_unit_test(test_plain_text_has_no_lines),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_prepare),
		cmocka_unit_test(test_returned_rows_keep_their_encoding),
		cmocka_unit_test(test_read_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
