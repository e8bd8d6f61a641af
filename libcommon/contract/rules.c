/* SPDX-License-Identifier: Apache-2.0 */
/* rules - the table of rule ids. */
#include "contract/rules.h"

#include <string.h>

#include "base/die.h"
#include "csv/csv.h"

static const struct contract_rule rules[] = {
	{ CSV_RULE_CELLS, "The row has more or fewer cells than the header.",
	    "Add the missing cells, or quote the cell that holds a delimiter." },
	{ CSV_RULE_QUOTE,
	    "A quote opens and is never properly closed, or text stands behind a closing quote.",
	    "Close the quote, or double the quotes inside the cell." },
	{ CSV_RULE_LENGTH, "The row is longer than 64 MiB.",
	    "Look for a missing line end or an unclosed quote." },
	{ CSV_RULE_FIELD, "A cell is longer than 16 MiB.",
	    "Look for an unclosed quote, or shorten the cell." },
	{ CSV_RULE_UTF8, "The row is not UTF-8 in a file that is.",
	    "Save the file as UTF-8 again." },
	{ CSV_RULE_NUL, "The row holds a NUL byte.", "Remove the NUL bytes." },
	{ CSV_RULE_INTEGER, "The cell is not a whole number between -2^63 and 2^63-1.",
	    "Write digits only, without grouping, decimals or blanks." },
	{ CSV_RULE_DECIMAL, "The cell is not a decimal of the column's precision and scale.",
	    "Write digits and one point; nothing is rounded." },
	{ CSV_RULE_DOUBLE, "The cell is not a number in the range of a double.",
	    "Write digits, a point, an exponent if needed." },
	{ CSV_RULE_BOOLEAN, "The cell is none of the words for true and false.",
	    "Write true or false, or add the word to the contract." },
	{ CSV_RULE_DATE, "The cell is not a date of the column's format, or there is no such day.",
	    "Write YYYY-MM-DD, or set the column's format." },
	{ CSV_RULE_TIMESTAMP,
	    "The cell is not a timestamp of the column's format, or has or lacks an offset.",
	    "Write YYYY-MM-DD HH:MM:SS, with an offset only in columns of timestamps with "
	    "offset." },
	{ CONTRACT_RULE_REQUIRED,
	    "The cell is empty (or a missing word) and the column is required.",
	    "Fill in the cell, or make the column optional." },
	{ CONTRACT_RULE_ENUM, "The value is not one of those the contract lists.",
	    "Correct the value, or add it to the list." },
	{ CONTRACT_RULE_MINIMUM, "The value is below the contract's minimum.",
	    "Correct the value, or lower the minimum." },
	{ CONTRACT_RULE_MAXIMUM, "The value is above the contract's maximum.",
	    "Correct the value, or raise the maximum." },
};

const struct contract_rule *contract_rules(size_t *out_n)
{
	*out_n = ARRAY_SIZE(rules);
	return rules;
}

size_t contract_rule_index(const char *id)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (strcmp(rules[i].id, id) == 0)
			return i;
	}
	bug("rule %s is not in the list", id);
}
