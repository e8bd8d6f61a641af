/* SPDX-License-Identifier: Apache-2.0 */
/* test_run - the same books, rows and first failure at any number of threads. */
#include "contract/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"

enum { CAP = 64 << 20, BLOCK = 4 << 10, ROWS = 4000 };

/* A file in memory. */
struct file {
	struct buf text;
	size_t at;
	size_t fail_at; /* reading fails from this byte on; 0 = never */
};

static ssize_t read_file(void *arg, void *p, size_t n, struct err *err)
{
	struct file *f = arg;
	const size_t left = f->text.n - f->at;
	const size_t take = left < n ? left : n;
	if (f->fail_at > 0 && f->at + take >= f->fail_at)
		return err_set(err, ERR_UNAVAILABLE, "the disk went away");
	memcpy(p, f->text.data + f->at, take);
	f->at += take;
	return (ssize_t)take;
}

/* Rows 1, 2, 3 ..., every 100th with a number that is none. */
static void make_file(struct file *f)
{
	*f = (struct file){ 0 };
	buf_init(&f->text, CAP);
	buf_adds(&f->text, "id,word\n");
	for (int i = 1; i <= ROWS; i++)
		buf_printf(&f->text, "%s%d,\"word, %d\"\n", i % 100 == 0 ? "x" : "", i, i % 7);
}

/* What sinks see of a run, as text. */
struct trace {
	struct buf text;
	int64_t fail_at_row; /* rendering fails there; 0 = never */
	int deliver_fails;   /* countdown; 0 = never */
	bool infer;          /* read every column as text, and infer */
	size_t fat;          /* bytes rendered more for each row, not kept */
	size_t block;        /* bytes of a block; 0 = BLOCK */
	size_t largest;      /* buffer that was delivered */
	int delivered;       /* buffers */
};

static int render(void *arg, const struct contract_run_view *view, struct buf *out, struct err *err)
{
	const struct trace *t = arg;
	for (size_t i = 0; i < view->batch->rows; i++) {
		if (view->batch->row[i] == t->fail_at_row)
			return err_set(err, ERR_INTERNAL, "row %lld", (long long)t->fail_at_row);
		buf_printf(out, "%lld ", (long long)view->batch->row[i]);
		if (t->fat > 0)
			buf_printf(out, "%*s", (int)t->fat, "~");
	}
	for (size_t i = 0; i < view->batch->n_rejects; i++)
		buf_printf(out, "!%lld ", (long long)view->batch->rejects[i].line);
	return 0;
}

static int deliver(void *arg, const struct buf *rendered, struct err *err)
{
	struct trace *t = arg;
	if (t->deliver_fails > 0 && --t->deliver_fails == 0)
		return err_set(err, ERR_NO_SPACE, "the disk is full");
	t->delivered++;
	t->largest = rendered->n > t->largest ? rendered->n : t->largest;
	for (size_t at = 0; at < rendered->n;) {
		const char *hit = memchr(rendered->data + at, '~', rendered->n - at);
		const size_t end = hit == NULL ? rendered->n : (size_t)(hit - rendered->data) + 1;
		buf_add(&t->text, rendered->data + at, end - at - (hit == NULL ? 0 : t->fat));
		at = end;
	}
	return 0;
}

static const struct csv_column columns[] = {
	{ .name = "id", .type = CSV_INTEGER, .file_column = 0 },
	{ .name = "word", .type = CSV_TEXT, .file_column = 1 },
};
static const struct csv_column texts[] = {
	{ .name = "id", .file_column = 0 },
	{ .name = "word", .file_column = 1 },
};
static const char *const header[] = { "id", "word", NULL };
static const struct csv_schema schema = {
	.columns = columns, .n_columns = 2, .file_columns = 2, .header = header
};

static const struct csv_schema all_text = {
	.columns = texts, .n_columns = 2, .file_columns = 2, .header = header
};

struct telling {
	struct contract_run_progress last;
	int calls;
};

static void on_progress(void *arg, const struct contract_run_progress *p)
{
	struct telling *t = arg;
	assert_true(p->bytes > t->last.bytes && p->rows >= t->last.rows);
	t->last = *p;
	t->calls++;
}

static int run(struct file *f, unsigned threads, struct trace *t, const atomic_bool *stop,
    struct contract_run_result *out, struct err *err)
{
	struct telling told = { 0 };
	const struct csv_split_params sp = {
		.read = read_file, .arg = f, .block_bytes = t->block == 0 ? BLOCK : t->block
	};
	const struct contract_sink sink = { .arg = t, .render = render, .deliver = deliver };
	struct csv_split *split = NULL;
	struct err opening = { 0 };
	f->at = 0;
	if (csv_split_open(&sp, &split, &opening) != 0)
		fail_msg("%s", opening.msg);
	const struct contract_run_params p = { .split = split,
		.schema = t->infer ? &all_text : &schema,
		.threads = threads,
		.profile = true,
		.infer = t->infer ? header : NULL,
		.sinks = &sink,
		.n_sinks = 1,
		.progress = on_progress,
		.progress_arg = &told,
		.stop = stop };
	const int rc = contract_run(&p, out, err);
	if (rc == 0)
		assert_int_equal(told.last.rows, out->tally.account.read);
	csv_split_close(&split);
	return rc;
}

static void test_the_same_at_any_number_of_threads(void **state)
{
	(void)state;
	struct file f;
	struct trace first = { 0 };
	make_file(&f);
	buf_init(&first.text, CAP);
	for (unsigned threads = 1; threads <= 8; threads++) {
		struct trace t = { 0 };
		struct contract_run_result r = { 0 };
		struct err err = { 0 };
		buf_init(&t.text, CAP);
		assert_int_equal(run(&f, threads, threads == 1 ? &first : &t, NULL, &r, &err), 0);
		assert_int_equal(r.tally.account.read, ROWS);
		assert_int_equal(r.tally.account.rejected, ROWS / 100);
		assert_true(contract_tally_balances(&r.tally));
		assert_non_null(r.profile);
		assert_null(r.infer);
		if (threads > 1)
			assert_string_equal(t.text.data, first.text.data);
		contract_run_done(&r);
		buf_done(&t.text);
	}
	assert_non_null(strstr(first.text.data, "1 2 3 "));
	assert_non_null(strstr(first.text.data, "!101 "));
	buf_done(&first.text);
	buf_done(&f.text);
}

/* What a sink of so much a row gets of blocks of so many bytes. */
static void check_early(struct file *f, size_t block, size_t fat)
{
	struct trace lean = { .block = block };
	struct contract_run_result r = { 0 };
	struct err err = { 0 };
	buf_init(&lean.text, CAP);
	assert_int_equal(run(f, 1, &lean, NULL, &r, &err), 0);
	contract_run_done(&r);
	for (unsigned threads = 1; threads <= 4; threads++) {
		struct trace t = { .block = block, .fat = fat };
		buf_init(&t.text, CAP);
		assert_int_equal(run(f, threads, &t, NULL, &r, &err), 0);
		assert_string_equal(t.text.data, lean.text.data);
		assert_true(t.delivered > lean.delivered);
		assert_true(t.largest < 3 * CONTRACT_RUN_EARLY_BYTES);
		contract_run_done(&r);
		t.deliver_fails = 2;
		assert_int_equal(run(f, threads, &t, NULL, &r, &err), -1);
		assert_int_equal(err.kind, ERR_NO_SPACE);
		contract_run_done(&r);
		err = (struct err){ 0 };
		buf_done(&t.text);
	}
	buf_done(&lean.text);
}

/* What is rendered of a block is not held until the block's end, whatever a sink makes of a row. */
static void test_full_buffers_are_delivered_early(void **state)
{
	(void)state;
	struct file f;
	make_file(&f);
	check_early(&f, BLOCK, 32 << 10);
	check_early(&f, 1 << 20, 4 << 10);
	buf_done(&f.text);
}

static void make_long_rows(struct file *f)
{
	*f = (struct file){ 0 };
	buf_init(&f->text, CAP);
	buf_adds(&f->text, "id,word\n");
	for (int i = 1; i <= 300; i++)
		buf_printf(&f->text, "%d,%0*d\n", i, 5 * BLOCK, i);
}

/* Most workers wait for blocks to be given back; one that fails lets them all end. */
static void test_rows_longer_than_a_block(void **state)
{
	(void)state;
	struct file f;
	struct trace first = { 0 };
	make_long_rows(&f);
	buf_init(&first.text, CAP);
	for (unsigned threads = 1; threads <= 8; threads += 7) {
		struct trace t = { 0 };
		struct contract_run_result r = { 0 };
		struct err err = { 0 };
		buf_init(&t.text, CAP);
		assert_int_equal(run(&f, threads, threads == 1 ? &first : &t, NULL, &r, &err), 0);
		assert_int_equal(r.tally.account.good, 300);
		assert_true(threads == 1 || strcmp(t.text.data, first.text.data) == 0);
		contract_run_done(&r);
		buf_reset(&t.text);
		t.fail_at_row = 150;
		assert_int_equal(run(&f, threads, &t, NULL, &r, &err), -1);
		assert_string_equal(err.msg, "row 150");
		contract_run_done(&r);
		buf_done(&t.text);
	}
	buf_done(&first.text);
	buf_done(&f.text);
}

static void test_inference_is_merged(void **state)
{
	(void)state;
	struct file f;
	struct arena *a = arena_new(CAP);
	const struct contract_infer_how how = { 0 };
	char *drafts[2];
	make_file(&f);
	for (unsigned i = 0; i < 2; i++) {
		struct trace t = { .infer = true };
		struct contract_run_result r = { 0 };
		struct err err = { 0 };
		buf_init(&t.text, CAP);
		assert_int_equal(run(&f, 1 + 3 * i, &t, NULL, &r, &err), 0);
		assert_int_equal(r.tally.account.good, ROWS);
		drafts[i] = cJSON_PrintUnformatted(contract_infer_draft(r.infer, &how, a));
		contract_run_done(&r);
		buf_done(&t.text);
	}
	assert_string_equal(drafts[0], drafts[1]);
	free(drafts[0]);
	free(drafts[1]);
	arena_free(&a);
	buf_done(&f.text);
}

/* Whatever fails: what stands before it was delivered, what stands behind it was not. */
static void test_the_first_failure_counts(void **state)
{
	(void)state;
	struct file f;
	make_file(&f);
	for (unsigned threads = 1; threads <= 4; threads++) {
		struct trace t = { .fail_at_row = 2501 };
		struct contract_run_result r = { 0 };
		struct err err = { 0 };
		buf_init(&t.text, CAP);
		assert_int_equal(run(&f, threads, &t, NULL, &r, &err), -1);
		assert_string_equal(err.msg, "row 2501");
		assert_null(strstr(t.text.data, " 2501 "));
		assert_true(r.tally.account.read > 1000 && r.tally.account.read < 2501);
		contract_run_done(&r);
		buf_reset(&t.text);
		t.fail_at_row = 0;
		t.deliver_fails = 3;
		err = (struct err){ 0 };
		assert_int_equal(run(&f, threads, &t, NULL, &r, &err), -1);
		assert_int_equal(err.kind, ERR_NO_SPACE);
		contract_run_done(&r);
		buf_done(&t.text);
	}
	buf_done(&f.text);
}

static void test_reading_fails(void **state)
{
	(void)state;
	struct file f;
	buf_init(&f.text, CAP);
	make_file(&f);
	while (f.text.n < CSV_SNIFF_BYTES + (3U << 20))
		buf_adds(&f.text, "1,a long word to fill a few reads with, nothing else here\n");
	f.fail_at = f.text.n - 10;
	for (unsigned threads = 1; threads <= 3; threads++) {
		struct trace t = { 0 };
		struct contract_run_result r = { 0 };
		struct err err = { 0 };
		buf_init(&t.text, CAP);
		assert_int_equal(run(&f, threads, &t, NULL, &r, &err), -1);
		assert_int_equal(err.kind, ERR_UNAVAILABLE);
		contract_run_done(&r);
		buf_done(&t.text);
	}
	buf_done(&f.text);
}

static void test_stop(void **state)
{
	(void)state;
	struct file f;
	struct trace t = { 0 };
	struct contract_run_result r = { 0 };
	struct err err = { 0 };
	const atomic_bool stop = true;
	make_file(&f);
	buf_init(&t.text, CAP);
	assert_int_equal(run(&f, 2, &t, &stop, &r, &err), -1);
	assert_string_equal(err.code, "run.stopped");
	assert_int_equal(t.text.n, 0);
	contract_run_done(&r);
	buf_done(&t.text);
	buf_done(&f.text);
}

/* A driver that pulls the batches of a block and appends how many rows it got. */
static int open_driver(void *arg, struct contract_run_worker *w, void **out_state, struct err *err)
{
	(void)w;
	(void)err;
	*out_state = mem_alloc(1);
	atomic_fetch_add((_Atomic int *)arg, 1);
	return 0;
}

static int drive(void *state, struct contract_run_worker *w, struct buf *out, struct err *err)
{
	int rc;
	assert_non_null(state);
	while ((rc = contract_run_next(w, err)) == 1)
		buf_printf(out, "+%zu ", contract_run_batch(w)->rows);
	return rc;
}

static void close_driver(void *state)
{
	free(state);
}

static int refuse_driver(
    void *arg, struct contract_run_worker *w, void **out_state, struct err *err)
{
	(void)arg;
	(void)w;
	(void)out_state;
	return err_set(err, ERR_UNAVAILABLE, "no engine");
}

static void test_a_driver_pulls(void **state)
{
	(void)state;
	struct file f;
	_Atomic int opened = 0;
	make_file(&f);
	struct contract_run_driver driver = {
		.arg = &opened, .open = open_driver, .block = drive, .close = close_driver
	};
	for (int refused = 0; refused < 2; refused++) {
		struct trace t = { 0 };
		struct contract_run_result r = { 0 };
		struct err err = { 0 };
		struct csv_split *split = NULL;
		const struct csv_split_params sp = {
			.read = read_file, .arg = &f, .block_bytes = BLOCK
		};
		f.at = 0;
		buf_init(&t.text, CAP);
		assert_int_equal(csv_split_open(&sp, &split, &err), 0);
		const struct contract_sink sink = { .arg = &t, .deliver = deliver };
		const struct contract_run_params p = { .split = split,
			.schema = &schema,
			.threads = 3,
			.sinks = &sink,
			.n_sinks = 1,
			.driver = &driver };
		if (refused != 0)
			driver.open = refuse_driver;
		assert_int_equal(contract_run(&p, &r, &err), refused != 0 ? -1 : 0);
		assert_int_equal(opened, 3);
		if (refused == 0)
			assert_int_equal(r.tally.account.read, ROWS);
		else
			assert_string_equal(err.msg, "no engine");
		assert_true((t.text.data[0] == '+') == (refused == 0));
		contract_run_done(&r);
		csv_split_close(&split);
		buf_done(&t.text);
	}
	buf_done(&f.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_same_at_any_number_of_threads),
		cmocka_unit_test(test_full_buffers_are_delivered_early),
		cmocka_unit_test(test_rows_longer_than_a_block),
		cmocka_unit_test(test_inference_is_merged),
		cmocka_unit_test(test_the_first_failure_counts),
		cmocka_unit_test(test_reading_fails),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_a_driver_pulls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
