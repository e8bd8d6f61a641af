/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_contract - any JSON as a contract; one that is let pass must check a small file. */
#include "fixture.h"

#include <stdint.h>
#include <string.h>

#include "base/die.h"
#include "kit/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] = "a,b\n1,2\n,x\n2026-01-01,1.5\ntrue,\n";
	struct arena *a = arena_new(64 << 20);
	struct contract c;
	struct contract_faults faults;
	struct contract_tally tally = { 0 };
	struct err err = { 0 };
	struct buf out;
	cJSON *doc = NULL;
	buf_init(&out, 1 << 20);
	if (js_parse(data, size, a, &doc, &err) == 0 &&
	    contract_parse(doc, a, &c, &faults, &err) == 0 &&
	    fixture_check(&c, text, strlen(text), &out, &tally, &err) == 0 &&
	    !contract_tally_balances(&tally))
		bug("the books do not balance");
	contract_tally_done(&tally);
	buf_done(&out);
	arena_free(&a);
	return 0;
}
