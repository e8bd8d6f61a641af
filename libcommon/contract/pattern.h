/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pattern - the regular expressions of contracts: the whole value must match (XML Schema's rule).
 *
 * PCRE2 with UTF-8 and Unicode's classes (\w is any letter, \d any digit of any script, as in XML
 * Schema; [0-9] means those ten), without its just-in-time compiler (a sandbox forbids making code)
 * and with limits on the steps and the memory of one match, so that no pattern can hold a check up.
 * A value on which the limit is reached counts as not matching, and the message says so.
 */
#ifndef CONTRACT_PATTERN_H
#define CONTRACT_PATTERN_H

#include "base/arena.h"

enum {
	CONTRACT_PATTERN_BYTES = 1000,    /* of the expression */
	CONTRACT_PATTERN_STEPS = 200000,  /* of one match */
	CONTRACT_PATTERN_HEAP_KIB = 1024, /* of one match */
};

struct contract_pattern;
struct contract_pattern_use; /* a thread's memory for matching */

enum contract_pattern_answer { CONTRACT_PATTERN_NO, CONTRACT_PATTERN_YES, CONTRACT_PATTERN_LIMIT };

/*
 * contract_pattern_new - compile; freed with the arena. Read-only afterwards: any thread.
 *
 * Errors  ERR_INPUT  not a regular expression: says what and at which character
 */
int contract_pattern_new(const char *text, struct arena *a, const struct contract_pattern **out,
    struct err *err) MUST_CHECK;

/* contract_pattern_text - as it was given; lives as long as p. */
const char *contract_pattern_text(const struct contract_pattern *p);

/* contract_pattern_use_new, contract_pattern_use_free - one for each thread, for all patterns. */
struct contract_pattern_use *contract_pattern_use_new(void) MUST_CHECK;
void contract_pattern_use_free(struct contract_pattern_use **u);

/* contract_pattern_match - does the whole text match? p is n bytes of UTF-8. */
enum contract_pattern_answer contract_pattern_match(const struct contract_pattern *pattern,
    struct contract_pattern_use *u, const char *p, size_t n) MUST_CHECK;

#endif
