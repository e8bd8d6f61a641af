/* SPDX-License-Identifier: Apache-2.0 */
/* rules - the closed list of rule ids a row can be refused by. docs/rules.md is printed from
 * it, and a test checks every example. Ids never change their meaning; new ones are only added. */
#ifndef CONTRACT_RULES_H
#define CONTRACT_RULES_H

#include "base/buf.h"

#define CONTRACT_RULE_REQUIRED   "required"
#define CONTRACT_RULE_ENUM       "enum"
#define CONTRACT_RULE_MINIMUM    "minimum"
#define CONTRACT_RULE_MAXIMUM    "maximum"
#define CONTRACT_RULE_MIN_LENGTH "min_length"
#define CONTRACT_RULE_MAX_LENGTH "max_length"
#define CONTRACT_RULE_PATTERN    "pattern"
#define CONTRACT_RULE_FORMAT     "format"
#define CONTRACT_RULE_UNIQUE     "unique"
#define CONTRACT_RULE_PRIMARY    "primary_key"
#define CONTRACT_RULE_FOREIGN    "foreign_key"
#define CONTRACT_RULE_ROW        "rule"

/* One rule, with a file that breaks it under the contract of contract_rules_contract. */
struct contract_rule {
	const char *id;
	const char *meaning; /* one sentence: when a row is refused by it */
	const char *hint;    /* one sentence: how it is mended */
	const char *example; /* a file of a few lines; NULL = told in `note` */
	int line;            /* of the refused row of the example */
	const char *message; /* of its reject */
	const char *note;    /* the example in words; NULL = there is a file */
};

/* contract_rules - all of them in the order of the documentation; static memory. */
const struct contract_rule *contract_rules(size_t *out_n);

/* contract_repairs - the rules by which rows with the wrong number of cells are repaired, in the
 * order in which they are tried: meaning says when, hint what is done. Static memory. */
const struct contract_rule *contract_repairs(size_t *out_n);

/* contract_rule_index - place of an id in contract_rules; an id that is not in the list is a bug.
 */
size_t contract_rule_index(const char *id);

/* contract_rules_contract - the contract the examples are checked against; JSON, static. */
const char *contract_rules_contract(void);

/* contract_rules_page - append docs/rules.md, the page people read. */
void contract_rules_page(struct buf *out);

#endif
