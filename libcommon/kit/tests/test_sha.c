/* SPDX-License-Identifier: Apache-2.0 */
/* test_sha - digests in pieces, saved and taken up at every point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>

#include "kit/sha.h"

static void test_known(void **state)
{
	struct sha s;
	char hex[SHA_HEX_BYTES];

	(void)state;
	sha_init(&s);
	sha_hex(&s, hex);
	assert_string_equal(
	    hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha_add(&s, "abc", 3);
	sha_hex(&s, hex);
	assert_string_equal(
	    hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha_hex(&s, hex); /* asking does not change it */
	assert_string_equal(
	    hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_resume_anywhere(void **state)
{
	uint8_t data[300], saved[SHA_STATE_BYTES];
	char want[SHA_HEX_BYTES], have[SHA_HEX_BYTES];
	struct sha whole, s, t;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 11);
	sha_init(&whole);
	sha_add(&whole, data, sizeof(data));
	sha_hex(&whole, want);
	for (size_t cut = 0; cut <= sizeof(data); cut++) {
		sha_init(&s);
		sha_add(&s, data, cut);
		sha_save(&s, saved);
		memset(&t, 0xff, sizeof(t));
		sha_load(&t, saved);
		assert_int_equal(sha_count(&t), cut);
		sha_add(&t, data + cut, sizeof(data) - cut);
		sha_hex(&t, have);
		assert_string_equal(have, want);
	}
}

/* The layout is on disk: it must not change. Also the count beyond 4 GiB of bits. */
static void test_layout(void **state)
{
	uint8_t saved[SHA_STATE_BYTES], again[SHA_STATE_BYTES];
	struct sha s;

	(void)state;
	sha_init(&s);
	sha_add(&s, "abc", 3);
	sha_save(&s, saved);
	assert_memory_equal(saved, "\x6a\x09\xe6\x67\xbb\x67\xae\x85", 8);
	assert_memory_equal(saved + 32, "\0\0\0\0\0\0\0\3abc\0", 12);
	memcpy(saved + 32, "\0\0\1\0\0\0\0\3", 8);
	sha_load(&s, saved);
	assert_true(sha_count(&s) == (1ull << 40) + 3);
	sha_save(&s, again);
	assert_memory_equal(saved, again, sizeof(saved));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_resume_anywhere),
		cmocka_unit_test(test_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
