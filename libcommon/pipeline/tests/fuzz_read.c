/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_read - any JSON is read; what has no problem compiles. */
#include "pipeline_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(256 << 20);
	const struct pipeline *p = size <= 65536 ? fixture_read((const char *)data, size, a) : NULL;
	struct buf b;

	buf_init(&b, 16 << 20);
	if (p != NULL && p->n_problems == 0) {
		pipeline_compile(p, PIPELINE_NUMBER_ROWS, &b);
		if (pipeline_keeps_rows(p))
			pipeline_compile(p, PIPELINE_KEEP_ROW, &b);
		for (size_t i = 0; i < p->n_steps; i++)
			(void)pipeline_compile_count(p, i, &b);
	} else if (p != NULL) {
		(void)js_print(a, pipeline_problems_json(p, a));
	}
	buf_done(&b);
	arena_free(&a);
	return 0;
}
