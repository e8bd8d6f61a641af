/* SPDX-License-Identifier: Apache-2.0 */
/* test_reject_cell - the bad cell of a row is found, and cells wrong in one way have one shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reject_cell.h"
#include "reject_shapes.h"

static void shapes_group_what_is_wrong_in_one_way(void **state)
{
	(void)state;
	static const struct {
		const char *cell, *shape;
	} cases[] = {
		{ "", "" },
		{ "31.02.2026", "99.99.9999" },
		{ "n/a", "a/a" },
		{ "EUR  12", "a 99" },
		{ "M\xc3\xbcller & S\xc3\xb6hne", "a & a" },
		{ "1234", "9999" },
		{ "12345", "9+" },
		{ "\x01-\x7f", "?-?" },
		{ "+1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7",
		    "+9.9.9.9.9.9.9.9.9.9.9.9.9.9.9.9.9.9.9.9.9.9\xe2\x80\xa6" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char shape[REJECT_SHAPE_BYTES];
		const size_t n = reject_cell_shape(cases[i].cell, strlen(cases[i].cell), shape);
		assert_string_equal(shape, cases[i].shape);
		assert_int_equal(n, strlen(shape));
	}
}

/* A row as a block has it, with the bytes behind it that readers may touch. */
static void find(const char *row, const char *delimiter, int column, const char *want)
{
	char text[512 + CSV_PAD_BYTES] = { 0 };
	struct csv_dialect d = { .quote = '"' };
	struct reject_cell cell;
	memcpy(text, row, strlen(row));
	memcpy(d.delimiter, delimiter, strlen(delimiter) + 1);
	const struct csv_reject r = {
		.file_column = column,
		.raw = { (const uint8_t *)text, strlen(row) },
	};
	const bool found = reject_cell_find(&r, &d, 3, &cell);
	assert_int_equal(found, want != NULL);
	if (!found)
		return;
	assert_int_equal(cell.n, strlen(want));
	assert_memory_equal(text + cell.at, want, cell.n);
}

static void the_bad_cell_is_found(void **state)
{
	(void)state;
	find("1,b,c", ",", 0, "1");
	find("1,b,c", ",", 2, "c");
	find("1,\"a, b\",c", ",", 1, "a, b");
	find("1,\"a \"\"b\"\"\",c", ",", 1, "a \"\"b\"\"");
	find("1||b|c||d", "||", 1, "b|c");
	find("1,\"two\nlines\",c", ",", 1, "two\nlines");
	find("1,,c", ",", 1, "");
	find("1,b,c", ",", -1, NULL);
	find("1,b", ",", 2, NULL);
	find("1,b", ",", 0, NULL); /* refused once it was repaired: cells moved */
	find("1,\"b,c", ",", 1, NULL);
	find("", ",", 0, NULL);
}

static void characters_are_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(reject_cell_chars("K\xc3\xb6ln", 5), 4);
	assert_int_equal(reject_cell_chars("", 0), 0);
}

static void shapes_are_counted_most_frequent_first(void **state)
{
	(void)state;
	static const char rule[] = "type.integer";
	struct arena *a = arena_new(8 << 20);
	struct reject_shapes *s = reject_shapes_new();
	char shape[REJECT_SHAPE_BYTES];
	reject_shapes_add(s, rule, "a", "99", NULL);
	reject_shapes_add(s, rule, NULL, NULL, NULL);
	for (int i = 0; i < 3; i++)
		reject_shapes_add(s, rule, "b", "a", NULL);
	reject_shapes_add(s, rule, "a", "99", NULL);
	cJSON *list = reject_shapes_list(s, a);
	char *text = cJSON_PrintUnformatted(list);
	assert_string_equal(text,
	    "[{\"rule\":\"type.integer\",\"column\":\"b\",\"shape\":\"a\",\"count\":3},"
	    "{\"rule\":\"type.integer\",\"column\":\"a\",\"shape\":\"99\",\"count\":2},"
	    "{\"rule\":\"type.integer\",\"column\":null,\"shape\":null,\"count\":1}]");
	cJSON_free(text);
	for (int i = 0; i < 2 * REJECT_SHAPES_MAX; i++) {
		(void)snprintf(shape, sizeof(shape), "%d.a", i);
		reject_shapes_add(s, rule, "c", shape, NULL);
	}
	list = reject_shapes_list(s, a);
	assert_int_equal(cJSON_GetArraySize(list), REJECT_SHAPES_LISTED);
	const cJSON *rest = cJSON_GetArrayItem(list, 0);
	assert_true(cJSON_IsNull(cJSON_GetObjectItem(rest, "shape")));
	assert_int_equal(cJSON_GetObjectItem(rest, "count")->valueint, REJECT_SHAPES_MAX + 3);
	reject_shapes_free(&s);
	assert_null(s);
	reject_shapes_free(&s);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes_group_what_is_wrong_in_one_way),
		cmocka_unit_test(the_bad_cell_is_found),
		cmocka_unit_test(characters_are_not_bytes),
		cmocka_unit_test(shapes_are_counted_most_frequent_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
