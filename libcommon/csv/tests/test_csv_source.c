/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_source - archives give what went in, at any cut of the reads; a damaged one says where.
 */
#include "csv/csv_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "csv_fixture.h"

enum { CAP = 64 << 20 };

static void pack_gzip(struct buf *out, const char *p, size_t n)
{
	union {
		const char *from;
		uint8_t *bytes;
	} u = { .from = p };
	z_stream z = { 0 };
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	const size_t room = deflateBound(&z, n);
	uint8_t *packed = mem_alloc(room);
	z.next_in = u.bytes;
	z.avail_in = (unsigned)n;
	z.next_out = packed;
	z.avail_out = (unsigned)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_add(out, packed, room - z.avail_out);
	(void)deflateEnd(&z);
	free(packed);
}

/* The window stands in the frame only when the size of the content does not. */
static void pack_zstd(struct buf *out, const char *p, size_t n, int window_log)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	const size_t room = ZSTD_compressBound(n);
	char *packed = mem_alloc(room);
	(void)ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	if (window_log > 0) {
		(void)ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window_log);
		(void)ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, 0);
	}
	ZSTD_inBuffer in = { p, n, 0 };
	ZSTD_outBuffer to = { packed, room, 0 };
	(void)ZSTD_compressStream2(c, &to, &in, ZSTD_e_continue);
	assert_int_equal(ZSTD_compressStream2(c, &to, &in, ZSTD_e_end), 0);
	buf_add(out, packed, to.pos);
	(void)ZSTD_freeCCtx(c);
	free(packed);
}

/* Reads it all; -1 with err when that fails. */
static int unpack(const struct buf *file, size_t step, size_t room, struct buf *out,
    enum csv_compression *kind, struct err *err)
{
	struct fixture_file f = { .p = file->data, .n = file->n, .step = step };
	struct csv_source *s = NULL;
	char *p = mem_alloc(room);
	ssize_t n = -1;
	buf_reset(out);
	if (csv_source_open(fixture_read, &f, &s, err) == 0) {
		while ((n = csv_source_read(s, p, room, err)) > 0)
			buf_add(out, p, (size_t)n);
		if (n == 0)
			assert_int_equal(csv_source_read(s, p, room, err), 0);
		if (n == 0)
			assert_int_equal(csv_source_consumed(s), file->n);
		*kind = csv_source_compression(s);
	}
	csv_source_close(&s);
	free(p);
	return (int)n;
}

static void make_text(struct buf *text, int lines)
{
	buf_init(text, CAP);
	for (int i = 0; i < lines; i++)
		buf_printf(text, "%d,%d,some text to pack\n", i, i * 7919 % 1000);
}

static void expect(const struct buf *file, const struct buf *text, enum csv_compression kind)
{
	static const size_t steps[][2] = { { 0, 1 << 20 }, { 1, 100 }, { 7, 1 }, { 4096, 333 } };
	struct buf out;
	buf_init(&out, CAP);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct err err = { 0 };
		enum csv_compression found = CSV_PLAIN;
		if (unpack(file, steps[i][0], steps[i][1], &out, &found, &err) != 0)
			fail_msg("steps %zu: %s", i, err.msg);
		assert_int_equal(found, kind);
		assert_int_equal(out.n, text->n);
		assert_memory_equal(out.data, text->data, out.n);
	}
	buf_done(&out);
}

static void test_members_and_frames(void **state)
{
	(void)state;
	struct buf text;
	struct buf gzip;
	struct buf zstd;
	make_text(&text, 20000);
	buf_init(&gzip, CAP);
	buf_init(&zstd, CAP);
	const size_t half = text.n / 2;
	pack_gzip(&gzip, text.data, half);
	pack_gzip(&gzip, text.data, 0);
	pack_gzip(&gzip, text.data + half, text.n - half);
	pack_zstd(&zstd, text.data, half, 0);
	buf_add(&zstd, "\x50\x2a\x4d\x18\x03\0\0\0abc", 11); /* a frame to skip */
	pack_zstd(&zstd, text.data + half, text.n - half, 20);
	expect(&text, &text, CSV_PLAIN);
	expect(&gzip, &text, CSV_GZIP);
	expect(&zstd, &text, CSV_ZSTD);
	buf_add(&gzip, "\0\0\0\0\0", 5); /* padding of a tape */
	expect(&gzip, &text, CSV_GZIP);
	buf_done(&text);
	buf_done(&gzip);
	buf_done(&zstd);
}

static void test_short_files(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "\x1f", "\x1f\x8b", "\x28\xb5\x2f", "a,b" };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct buf text;
		buf_init(&text, CAP);
		buf_adds(&text, texts[i]);
		expect(&text, &text, CSV_PLAIN);
		buf_done(&text);
	}
}

static void refuse(const struct buf *file, const char *part)
{
	struct err err = { 0 };
	struct buf out;
	enum csv_compression kind;
	buf_init(&out, CAP);
	assert_int_equal(unpack(file, 0, 1 << 16, &out, &kind, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_string_equal(err.code, "file.archive");
	if (strstr(err.msg, part) == NULL)
		fail_msg("%s: not in: %s", part, err.msg);
	buf_done(&out);
}

static void test_damage(void **state)
{
	(void)state;
	struct buf text;
	struct buf gzip;
	struct buf zstd;
	make_text(&text, 2000);
	buf_init(&gzip, CAP);
	buf_init(&zstd, CAP);
	pack_gzip(&gzip, text.data, text.n);
	pack_zstd(&zstd, text.data, text.n, 0);
	gzip.data[gzip.n - 6] ^= 1; /* the checksum */
	refuse(&gzip, "the gzip archive is damaged (incorrect data check)");
	gzip.data[gzip.n - 6] ^= 1;
	gzip.data[gzip.n / 2] ^= 0x55;
	refuse(&gzip, "the gzip archive is damaged");
	gzip.data[gzip.n / 2] ^= 0x55;
	buf_adds(&gzip, "more");
	refuse(&gzip, "behind the gzip archive stand bytes that are not gzip");
	zstd.data[zstd.n - 2] ^= 1;
	refuse(&zstd, "the zstd archive is damaged");
	buf_done(&text);
	buf_done(&gzip);
	buf_done(&zstd);
}

/* A frame of no bytes whose one block repeats a byte no times: refused at every cut, where libzstd
 * alone takes it when it comes in one piece. Found by fuzzing. */
static void test_empty_block_of_zstd(void **state)
{
	(void)state;
	static const char frame[] = "\x28\xb5\x2f\xfd\x20\x00\x03\x00\x00\x0a";
	struct buf file;
	struct buf out;
	buf_init(&file, CAP);
	buf_init(&out, CAP);
	buf_add(&file, frame, sizeof(frame) - 1);
	for (size_t step = 0; step < sizeof(frame); step++) {
		struct err err = { 0 };
		enum csv_compression kind;
		assert_int_equal(unpack(&file, step, 512, &out, &kind, &err), -1);
		assert_string_equal(err.code, "file.archive");
	}
	buf_done(&file);
	buf_done(&out);
}

/* Cut at every length: never taken for whole. */
static void test_cut_off(void **state)
{
	(void)state;
	struct buf text;
	make_text(&text, 30);
	for (int zstd = 0; zstd < 2; zstd++) {
		struct buf whole;
		buf_init(&whole, CAP);
		if (zstd != 0)
			pack_zstd(&whole, text.data, text.n, 0);
		else
			pack_gzip(&whole, text.data, text.n);
		for (size_t n = 4; n < whole.n; n++) {
			struct buf cut;
			buf_init(&cut, CAP);
			buf_add(&cut, whole.data, n);
			refuse(&cut, "it was cut off");
			buf_done(&cut);
		}
		buf_done(&whole);
	}
	buf_done(&text);
}

static void test_window_over_the_limit(void **state)
{
	(void)state;
	struct buf text;
	struct buf good;
	struct buf bad;
	make_text(&text, 100);
	buf_init(&good, CAP);
	buf_init(&bad, CAP);
	pack_zstd(&good, text.data, text.n, CSV_ZSTD_WINDOW_LOG);
	expect(&good, &text, CSV_ZSTD);
	pack_zstd(&bad, text.data, text.n, CSV_ZSTD_WINDOW_LOG + 1);
	refuse(&bad, "needs more than 128 MiB of memory");
	buf_done(&text);
	buf_done(&good);
	buf_done(&bad);
}

/* The n-th byte cannot be read, n = 1, 2, 3 ...: the callback's own error comes out. */
static void test_read_fails(void **state)
{
	(void)state;
	struct buf text;
	struct buf gzip;
	make_text(&text, 20);
	buf_init(&gzip, CAP);
	pack_gzip(&gzip, text.data, text.n);
	for (size_t n = 1; n < gzip.n; n++) {
		struct err err = { 0 };
		struct fixture_file f = { .p = gzip.data, .n = gzip.n, .step = 1, .fail_at = n };
		struct csv_source *s = NULL;
		char out[512];
		ssize_t got = -1;
		if (csv_source_open(fixture_read, &f, &s, &err) == 0) {
			while ((got = csv_source_read(s, out, sizeof(out), &err)) > 0)
				continue;
		}
		assert_int_equal(got, -1);
		assert_int_equal(err.kind, ERR_UNAVAILABLE);
		csv_source_close(&s);
	}
	buf_done(&text);
	buf_done(&gzip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members_and_frames),
		cmocka_unit_test(test_short_files),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_empty_block_of_zstd),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_window_over_the_limit),
		cmocka_unit_test(test_read_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
