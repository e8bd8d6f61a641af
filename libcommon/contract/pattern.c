/* SPDX-License-Identifier: Apache-2.0 */
/* pattern - PCRE2 behind a door. */
#include "contract/pattern.h"

#include <stdlib.h>
#include <string.h>

#include "base/die.h"
#include "base/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct contract_pattern {
	pcre2_code *code;
	const char *text;
};

struct contract_pattern_use {
	pcre2_match_context *limits;
	pcre2_match_data *data;
};

static void free_code(void *p)
{
	pcre2_code_free(p);
}

int contract_pattern_new(
    const char *text, struct arena *a, const struct contract_pattern **out, struct err *err)
{
	int code;
	PCRE2_SIZE at;
	if (strlen(text) > CONTRACT_PATTERN_BYTES)
		return err_set(err, ERR_INPUT, "is longer than %d bytes", CONTRACT_PATTERN_BYTES);
	pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C |
		PCRE2_DOLLAR_ENDONLY,
	    &code, &at, NULL);
	if (compiled == NULL) {
		PCRE2_UCHAR why[128];
		(void)pcre2_get_error_message(code, why, sizeof(why));
		return err_set(err, ERR_INPUT, "character %zu: %s", (size_t)at + 1, (char *)why);
	}
	struct contract_pattern *p = arena_alloc(a, sizeof(*p));
	p->code = compiled;
	p->text = arena_dup(a, text);
	arena_defer(a, free_code, compiled);
	*out = p;
	return 0;
}

const char *contract_pattern_text(const struct contract_pattern *p)
{
	return p->text;
}

struct contract_pattern_use *contract_pattern_use_new(void)
{
	struct contract_pattern_use *u = mem_alloc(sizeof(*u));
	u->limits = pcre2_match_context_create(NULL);
	u->data = pcre2_match_data_create(1, NULL);
	ASSERT(u->limits != NULL && u->data != NULL);
	(void)pcre2_set_match_limit(u->limits, CONTRACT_PATTERN_STEPS);
	(void)pcre2_set_heap_limit(u->limits, CONTRACT_PATTERN_HEAP_KIB);
	return u;
}

void contract_pattern_use_free(struct contract_pattern_use **u)
{
	if (*u == NULL)
		return;
	pcre2_match_data_free((*u)->data);
	pcre2_match_context_free((*u)->limits);
	free(*u);
	*u = NULL;
}

enum contract_pattern_answer contract_pattern_match(
    const struct contract_pattern *pattern, struct contract_pattern_use *u, const char *p, size_t n)
{
	const int rc = pcre2_match(pattern->code, (PCRE2_SPTR)(n == 0 ? "" : p), n, 0,
	    PCRE2_NO_UTF_CHECK, u->data, u->limits);
	if (rc >= 0)
		return CONTRACT_PATTERN_YES;
	return rc == PCRE2_ERROR_NOMATCH ? CONTRACT_PATTERN_NO : CONTRACT_PATTERN_LIMIT;
}
