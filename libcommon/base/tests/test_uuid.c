/* SPDX-License-Identifier: Apache-2.0 */
/* test_uuid - ids and clocks: shape, order, frozen time. */
#include "base/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

static void ids_are_version_7_and_rise(void **state)
{
	(void)state;
	char before[UUID_TEXT_BYTES] = "";
	char id[UUID_TEXT_BYTES];
	clock_set_for_test(0x0123456789ab, 0);
	/* More than 2048 in one frozen millisecond: the counter runs over into the next. */
	for (int i = 0; i < 10000; i++) {
		uuid_make(id);
		assert_true(uuid_is_valid(id));
		assert_int_equal(id[14], '7');
		assert_non_null(strchr("89ab", id[19]));
		assert_true(strcmp(before, id) < 0);
		if (i == 0)
			assert_memory_equal(id, "01234567-89ab-7", 15);
		memcpy(before, id, sizeof(id));
	}
	clock_set_for_test(5, 0); /* the clock was set back */
	uuid_make(id);
	assert_true(strcmp(before, id) < 0);
	clock_set_for_test(-1, -1);
}

static void refuses_what_is_no_id(void **state)
{
	(void)state;
	assert_true(uuid_is_valid("00000000-0000-0000-0000-000000000000"));
	static const char *const bad[] = { "", "00000000-0000-0000-0000-00000000000",
		"00000000-0000-0000-0000-0000000000000", "00000000-0000-0000-0000-00000000000G",
		"00000000-0000-0000-0000-00000000000A", "000000000000-0000-0000-0000-00000000",
		"../../../../../../../../etc/passwd00" };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(uuid_is_valid(bad[i]));
	assert_false(uuid_is_valid(NULL));
}

static void formats_time(void **state)
{
	(void)state;
	char out[CLOCK_RFC3339_BYTES];
	clock_format(0, out);
	assert_string_equal(out, "1970-01-01T00:00:00.000Z");
	clock_format(951782400005, out);
	assert_string_equal(out, "2000-02-29T00:00:00.005Z");
	clock_format(253402300799999, out);
	assert_string_equal(out, "9999-12-31T23:59:59.999Z");
}

static void clocks_freeze_and_run(void **state)
{
	(void)state;
	clock_set_for_test(42, 43);
	assert_int_equal(clock_now_ms(), 42);
	assert_int_equal(clock_mono_ms(), 43);
	clock_set_for_test(-1, -1);
	assert_true(clock_now_ms() > 1700000000000);
	assert_true(clock_mono_ms() > 43);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_version_7_and_rise),
		cmocka_unit_test(refuses_what_is_no_id),
		cmocka_unit_test(formats_time),
		cmocka_unit_test(clocks_freeze_and_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
