/* SPDX-License-Identifier: Apache-2.0 */
/* test_keys_reference - foreign keys to another file. */
#include "contract/keys_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "contract/keys_hash.h"
#include "fixture.h"

static const char contract[] =
    "{\"fields\": [{\"name\": \"no\", \"type\": \"integer\"},"
    " {\"name\": \"day\", \"type\": \"date\", \"format\": \"%d.%m.%Y\"},"
    " {\"name\": \"sku\", \"type\": \"string\"}],"
    " \"missingValues\": [\"\", \"n/a\"],"
    " \"foreignKeys\": [{\"fields\": [\"day\", \"sku\"], \"reference\":"
    "  {\"resource\": \"prices.csv\", \"fields\": [\"Valid\", \"article\"]}}]}";

struct text {
	const char *p;
	size_t n;
	bool fails; /* at its end */
};

static ssize_t read_text(void *arg, void *p, size_t n, struct err *err)
{
	struct text *t = arg;
	const size_t take = t->n < n ? t->n : n;
	if (take == 0 && t->fails)
		return err_set(err, ERR_UNAVAILABLE, "disk went away");
	memcpy(p, t->p, take);
	t->p += take;
	t->n -= take;
	return (ssize_t)take;
}

static int load(
    struct contract_keys *keys, const struct contract *c, struct text text, struct err *err)
{
	const struct csv_split_params params = { .read = read_text, .arg = &text };
	struct csv_split *split = NULL;
	if (csv_split_open(&params, &split, err) != 0)
		return -1;
	const int rc = contract_keys_load(keys, c, 0, split, err);
	csv_split_close(&split);
	return rc;
}

static struct contract_keys *new_keys(const struct contract *c)
{
	const struct contract_keys_conf conf = {
		.dir = "/tmp", .kinds = &c->keys[0].kind, .n_keys = 1
	};
	assert_int_equal(c->n_keys, 1);
	return contract_keys_new(&conf);
}

#define TEXT(s) ((struct text){ (s), sizeof(s) - 1, false })

/* A row of ours that points to a day of February 2026 and an article. */
static void point(struct contract_keys *keys, int64_t row, int day, const char *sku)
{
	enum { FEBRUARY = 20485 /* days since 1970 of its first */ };
	static const struct csv_column columns[] = { { .name = "day", .type = CSV_DATE },
		{ .name = "sku", .type = CSV_TEXT } };
	const struct csv_schema schema = { .columns = columns, .n_columns = 2, .file_columns = 2 };
	const struct contract_key_columns key = { .column = { 0, 1 }, .n = 2 };
	char bytes[CSV_PAD_BYTES + 32] = { 0 };
	struct contract_key_value value;
	struct err err;
	struct csv_batch *b = csv_batch_new(&schema);
	memcpy(bytes, sku, strlen(sku));
	((int32_t *)b->columns[0].data)[0] = FEBRUARY + day - 1;
	((struct csv_text *)b->columns[1].data)[0] = csv_text_make(bytes, strlen(sku));
	b->columns[0].valid[0] = b->columns[1].valid[0] = 1;
	b->row[0] = row;
	b->rows = 1;
	assert_int_equal(contract_keys_hash(&key, b, &value), 1);
	assert_int_equal(contract_keys_add(keys, 0, &value, 1, &err), 0);
	csv_batch_free(&b);
}

/* Values are those of the pointing field's type; what is bad or null cannot be pointed to. */
static void test_values_of_another_file(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct contract c;
	struct err err = { 0 };
	struct contract_violation missing[8];
	size_t n;
	fixture_contract(contract, a, &c);
	struct contract_keys *keys = new_keys(&c);
	assert_int_equal(load(keys, &c,
			     TEXT("article,price,valid\n"
				  "A1,7,01.02.2026\n"
				  "A2,x,2026-02-02\n"
				  "n/a,x,03.02.2026\n"
				  "A3,04.02.2026\n"
				  "\"A \"\"4\"\"\",x,28.02.2026\n"),
			     &err),
	    0);
	point(keys, 1, 1, "A1");
	point(keys, 2, 2, "A1");
	point(keys, 3, 2, "A2");
	point(keys, 4, 3, "n/a");
	point(keys, 5, 4, "A3");
	point(keys, 6, 28, "A \"4\"");
	assert_int_equal(contract_keys_finish(keys, &err), 0);
	assert_int_equal(contract_keys_read(keys, 0, missing, 8, &n, &err), 0);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(missing[i].row, (int64_t)i + 2);
	contract_keys_free(&keys);
	arena_free(&a);
}

static void test_no_such_column(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct contract c;
	struct err err = { 0 };
	fixture_contract(contract, a, &c);
	struct contract_keys *keys = new_keys(&c);
	assert_int_equal(load(keys, &c, TEXT("article,price\nA1,7\n"), &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_string_equal(err.code, "header.missing");
	assert_non_null(strstr(err.msg, "Valid of prices.csv"));
	contract_keys_free(&keys);
	arena_free(&a);
}

static void test_disk_fails(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct contract c;
	struct err err = { 0 };
	struct text text = TEXT("article,valid\nA1,01.02.2026\nA2,01.02.2026\n");
	fixture_contract(contract, a, &c);
	struct contract_keys *keys = new_keys(&c);
	text.fails = true;
	assert_int_equal(load(keys, &c, text, &err), -1);
	assert_int_equal(err.kind, ERR_UNAVAILABLE);
	contract_keys_free(&keys);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_of_another_file),
		cmocka_unit_test(test_no_such_column),
		cmocka_unit_test(test_disk_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
