/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_parse - any text parses, checks and prints, or is refused at a place inside it. */
#include "expr/expr.h"

#include "base/die.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct expr_column columns[] = {
		{ "a", { .kind = EXPR_T_INTEGER } },
		{ "b", { .kind = EXPR_T_DECIMAL, .scale = 2 } },
		{ "c", { .kind = EXPR_T_TEXT } },
		{ "d", { .kind = EXPR_T_DATE } },
		{ "t", { .kind = EXPR_T_TIMESTAMPTZ } },
		{ "y", { .kind = EXPR_T_BOOLEAN } },
	};
	const struct expr_scope scope = {
		.columns = columns,
		.n = ARRAY_SIZE(columns),
		.aggregates = size % 2 == 0,
	};
	struct arena *a = arena_new(64 << 20);
	struct expr_fault fault = { 0 };
	struct expr *e;
	struct buf b;

	buf_init(&b, 1 << 20);
	if (expr_parse((const char *)data, size, a, &e, &fault) == 0 &&
	    expr_check(e, &scope, a, &fault) == 0)
		expr_print(e, EXPR_DUCKDB, &b);
	else
		ASSERT(fault.message[0] != '\0' && fault.pos + fault.len <= size);
	buf_done(&b);
	arena_free(&a);
	return 0;
}
