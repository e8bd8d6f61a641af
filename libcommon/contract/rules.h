/* SPDX-License-Identifier: Apache-2.0 */
/* rules - the closed list of rule ids a row can be refused by. docs/rules.md has an example of
 * each; a test holds the two together. Ids never change their meaning; new ones are only added. */
#ifndef CONTRACT_RULES_H
#define CONTRACT_RULES_H

#include "base/macros.h"

#define CONTRACT_RULE_REQUIRED "required"
#define CONTRACT_RULE_ENUM     "enum"
#define CONTRACT_RULE_MINIMUM  "minimum"
#define CONTRACT_RULE_MAXIMUM  "maximum"

struct contract_rule {
	const char *id;
	const char *meaning; /* one sentence: when a row is refused by it */
	const char *hint;    /* how it is mended */
};

/* contract_rules - all of them in the order of the documentation; static memory. */
const struct contract_rule *contract_rules(size_t *out_n);

/* contract_rule_index - place of an id in contract_rules; an id that is not in the list is a bug.
 */
size_t contract_rule_index(const char *id);

#endif
