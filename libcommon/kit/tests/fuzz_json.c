/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_json - whatever the door lets in prints, parses again and prints the same. */
#include <stdlib.h>
#include <string.h>

#include "base/die.h"
#include "kit/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64 << 20);
	struct err err = { 0 };
	cJSON *v;
	cJSON *again;
	if (js_parse(data, size, a, &v, &err) == 0) {
		const char *text = js_print(a, v);
		if (js_parse(text, strlen(text), a, &again, &err) != 0)
			bug("printed JSON is refused: %s", err.msg);
		ASSERT(strcmp(text, js_print(a, again)) == 0);
	} else {
		ASSERT(err.kind == ERR_INPUT || err.kind == ERR_TOO_LARGE);
	}
	arena_free(&a);
	return 0;
}
