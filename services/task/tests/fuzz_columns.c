/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_columns - any document as columns; what is taken has types on both sides. */
#include <stdlib.h>

#include "columns.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(64 << 20);
	struct columns cols;
	cJSON *doc = NULL;
	struct err err;

	if (js_parse(p, n, a, &doc, &err) == 0 && columns_parse(doc, a, &cols, &err) == 0) {
		for (size_t i = 0; i < cols.n; i++) {
			if (column_duckdb_type(&cols.c[i], a)[0] == '\0' ||
			    column_pg_type(&cols.c[i], a)[0] == '\0')
				abort();
		}
	}
	arena_free(&a);
	return 0;
}
