/* SPDX-License-Identifier: Apache-2.0 */
/* rules - the table of rule ids. */
#include "contract/rules.h"

#include <string.h>

#include "base/die.h"
#include "csv/csv_repair.h"

static const struct contract_rule rules[] = {
	{
	    .id = CSV_RULE_CELLS,
	    .meaning = "The row has more or fewer cells than the header.",
	    .hint = "Add the missing cells, or quote the cell that holds a delimiter.",
	    .example = "id,note\n1\n",
	    .line = 2,
	    .message = "the row has 1 cell, the header has 2",
	},
	{
	    .id = CSV_RULE_QUOTE,
	    .meaning = "A quote opens and is never properly closed, or text stands behind a "
		       "closing quote.",
	    .hint = "Close the quote, or double the quotes inside the cell.",
	    .example = "id,note\n1,\"torn\n2,fine\n",
	    .line = 2,
	    .message = "byte 3 of the row: a quote opens here and is never properly closed",
	},
	{
	    .id = CSV_RULE_LENGTH,
	    .meaning = "The row is longer than 64 MiB.",
	    .hint = "Look for a missing line end or an unclosed quote.",
	    .note = "A line of 80 MiB without a line end in it: that line is one reject, reading "
		    "goes on behind it.",
	},
	{
	    .id = CSV_RULE_FIELD,
	    .meaning = "A cell is longer than 16 MiB.",
	    .hint = "Look for an unclosed quote, or shorten the cell.",
	    .note = "A cell of 20 MiB.",
	},
	{
	    .id = CSV_RULE_UTF8,
	    .meaning = "The row is not UTF-8 in a file that is.",
	    .hint = "Save the file as UTF-8 again.",
	    .note = "One row with the byte `E4` (an ä of Windows-1252) in a file whose other rows "
		    "are UTF-8. A file in which most rows with letters beyond ASCII are not UTF-8 "
		    "is read as Windows-1252 as a whole.",
	},
	{
	    .id = CSV_RULE_NUL,
	    .meaning = "The row holds a NUL byte.",
	    .hint = "Remove the NUL bytes.",
	    .note = "A row with the byte `00`. NUL bytes in the first line, or more than one in "
		    "1,000 bytes of the front, make the whole file unusable: it is binary then.",
	},
	{
	    .id = CSV_RULE_INTEGER,
	    .meaning = "The cell is not a whole number between -2^63 and 2^63-1.",
	    .hint = "Write digits only, without grouping, decimals or blanks.",
	    .example = "id,note\n12.5,x\n",
	    .line = 2,
	    .message = "id: `12.5` is not an integer: found `.` at character 3",
	},
	{
	    .id = CSV_RULE_DECIMAL,
	    .meaning = "The cell is not a decimal of the column's precision and scale.",
	    .hint = "Write digits and one point; nothing is rounded.",
	    .example = "id,amount\n1,\"1.234,56\"\n",
	    .line = 2,
	    .message = "amount: `1.234,56` is not a decimal: found `,` at character 6",
	},
	{
	    .id = CSV_RULE_DOUBLE,
	    .meaning = "The cell is not a number in the range of a double.",
	    .hint = "Write digits, a point, an exponent if needed.",
	    .example = "id,ratio\n1,abc\n",
	    .line = 2,
	    .message = "ratio: `abc` is not a number: found `a` at character 1",
	},
	{
	    .id = CSV_RULE_BOOLEAN,
	    .meaning = "The cell is none of the words for true and false.",
	    .hint = "Write true or false, or add the word to the contract.",
	    .example = "id,paid\n1,maybe\n",
	    .line = 2,
	    .message = "paid: `maybe` is not true or false",
	},
	{
	    .id = CSV_RULE_DATE,
	    .meaning = "The cell is not a date of the column's format, or there is no such day.",
	    .hint = "Write YYYY-MM-DD, or set the column's format.",
	    .example = "id,day\n1,2026-02-30\n",
	    .line = 2,
	    .message = "day: `2026-02-30` is not a date: there is no such day",
	},
	{
	    .id = CSV_RULE_TIMESTAMP,
	    .meaning =
		"The cell is not a timestamp of the column's format, or has or lacks an offset.",
	    .hint = "Write YYYY-MM-DD HH:MM:SS, with an offset other than Z only in columns of "
		    "timestamps with offset.",
	    .example = "id,at\n1,2026-02-28 10:00:00+01:00\n",
	    .line = 2,
	    .message = "at: `2026-02-28 10:00:00+01:00` is not a timestamp: it has an offset, "
		       "the column has none (millrace.type timestamptz reads it)",
	},
	{
	    .id = CSV_RULE_TIME,
	    .meaning = "The cell is not a time of day of the column's format.",
	    .hint = "Write HH:MM:SS, or set the column's format.",
	    .example = "id,opens\n1,25:00\n",
	    .line = 2,
	    .message = "opens: `25:00` is not a time of day: there is no such time of day",
	},
	{
	    .id = CSV_RULE_DURATION,
	    .meaning = "The cell is not an ISO 8601 duration.",
	    .hint = "Write it as P3D, PT1H30M or P1Y2M.",
	    .example = "id,lasts\n1,3 days\n",
	    .line = 2,
	    .message = "lasts: `3 days` is not a duration: a duration begins with P, as P1DT12H, "
		       "at character 1",
	},
	{
	    .id = CSV_RULE_UUID,
	    .meaning = "The cell is not a UUID.",
	    .hint = "Write 32 hexadecimal digits in groups of 8-4-4-4-12.",
	    .example = "id,ticket\n1,123e4567\n",
	    .line = 2,
	    .message = "ticket: `123e4567` is not a UUID: it has 8 characters, a UUID has 36",
	},
	{
	    .id = CSV_RULE_JSON,
	    .meaning = "The cell is not well-formed JSON.",
	    .hint = "Mend the JSON; its quotes are doubled inside a quoted cell.",
	    .example = "id,extra\n1,{a: 1}\n",
	    .line = 2,
	    .message = "extra: `{a: 1}` is not JSON: a name in double quotes is missing here, at "
		       "character 2",
	},
	{
	    .id = CONTRACT_RULE_REQUIRED,
	    .meaning = "The cell is empty (or a missing word) and the column is required.",
	    .hint = "Fill in the cell, or make the column optional.",
	    .example = "id,note\n,x\n",
	    .line = 2,
	    .message = "id: the cell is empty, a value is required",
	},
	{
	    .id = CONTRACT_RULE_ENUM,
	    .meaning = "The value is not one of those the contract lists.",
	    .hint = "Correct the value, or add it to the list.",
	    .example = "id,size\n1,XXL\n",
	    .line = 2,
	    .message = "size: `XXL` is not one of the 3 allowed values",
	},
	{
	    .id = CONTRACT_RULE_MINIMUM,
	    .meaning = "The value is below the contract's minimum.",
	    .hint = "Correct the value, or lower the minimum.",
	    .example = "id,units\n1,0\n",
	    .line = 2,
	    .message = "units: 0 is below the minimum 1",
	},
	{
	    .id = CONTRACT_RULE_MAXIMUM,
	    .meaning = "The value is above the contract's maximum.",
	    .hint = "Correct the value, or raise the maximum.",
	    .example = "id,units\n1,101\n",
	    .line = 2,
	    .message = "units: 101 is above the maximum 100",
	},
	{
	    .id = CONTRACT_RULE_FORMAT,
	    .meaning = "The text is not of the format the contract names.",
	    .hint = "Correct the text, or set the format to default.",
	    .example = "id,mail\n1,ada at example.org\n",
	    .line = 2,
	    .message = "mail: `ada at example.org` is not an email address",
	},
	{
	    .id = CONTRACT_RULE_MIN_LENGTH,
	    .meaning = "The text has fewer characters than the contract's minLength.",
	    .hint = "Complete the text, or lower minLength.",
	    .example = "id,code\n1,A\n",
	    .line = 2,
	    .message = "code: 1 character, at least 2 are wanted",
	},
	{
	    .id = CONTRACT_RULE_MAX_LENGTH,
	    .meaning = "The text has more characters than the contract's maxLength.",
	    .hint = "Shorten the text, or raise maxLength.",
	    .example = "id,code\n1,ABCDE\n",
	    .line = 2,
	    .message = "code: 5 characters, at most 4 are allowed",
	},
	{
	    .id = CONTRACT_RULE_PATTERN,
	    .meaning = "The whole text does not match the contract's pattern.",
	    .hint = "Correct the text, or the pattern.",
	    .example = "id,code\n1,ab\n",
	    .line = 2,
	    .message = "code: `ab` does not match the pattern [A-Z]*",
	},
	{
	    .id = CONTRACT_RULE_ROW,
	    .meaning = "A rule over the values of the row is not true.",
	    .hint = "Correct the values the rule names, or the rule.",
	    .example = "id,starts,ends\n1,2026-11-20,2026-11-19\n",
	    .line = 2,
	    .message = "dates: it ends before it starts",
	},
	{
	    .id = CONTRACT_RULE_UNIQUE,
	    .meaning = "A value of a unique column stands in an earlier good row already.",
	    .hint = "Remove the copy, or correct the value.",
	    .example = "id,ticket\n1,123e4567-e89b-12d3-a456-426614174000\n2,123e4567-e89b-12d3-"
		       "a456-426614174000\n",
	    .line = 3,
	    .message = "ticket: row 2 has the same value as row 1",
	},
	{
	    .id = CONTRACT_RULE_PRIMARY,
	    .meaning = "An earlier good row has the same primary key.",
	    .hint = "Remove the copy, or correct the key.",
	    .example = "id,note\n1,first\n1,again\n",
	    .line = 3,
	    .message = "id: row 2 has the same value as row 1",
	},
	{
	    .id = CONTRACT_RULE_FOREIGN,
	    .meaning = "The value is not among those the foreign key refers to.",
	    .hint = "Correct the value, or load the row it refers to first.",
	    .example = "id,parent\n1,7\n",
	    .line = 2,
	    .message = "parent: no such value in a good row of this file",
	},
};

static const struct contract_rule repairs[] = {
	{
	    .id = CSV_REPAIR_RULE_SURPLUS,
	    .meaning = "Cells too many, all of those behind the last column empty.",
	    .hint = "They are dropped.",
	},
	{
	    .id = CSV_REPAIR_RULE_JOIN,
	    .meaning = "At most 8 cells too many, none of those to be joined quoted, one text "
		       "column alone makes a reading that fits.",
	    .hint = "Its cells are joined again with the delimiters between them.",
	},
	{
	    .id = CSV_REPAIR_RULE_SPLIT,
	    .meaning = "One cell too few, an empty one at the end would not fit, one cut alone "
		       "makes a reading that fits.",
	    .hint = "An unquoted cell is cut at a comma, semicolon, tab, pipe or blank, which "
		    "goes.",
	},
	{
	    .id = CSV_REPAIR_RULE_PAD,
	    .meaning = "At least half of the cells are there.",
	    .hint = "Empty ones are added at the end.",
	},
};

static const char contract[] =
    "{\"fields\": [\n"
    "  {\"name\": \"id\", \"type\": \"integer\"},\n"
    "  {\"name\": \"amount\", \"type\": \"number\", \"millrace\": {\"precision\": 10, \"scale\": "
    "2}},\n"
    "  {\"name\": \"ratio\", \"type\": \"number\", \"millrace\": {\"type\": \"double\"}},\n"
    "  {\"name\": \"paid\", \"type\": \"boolean\"},\n"
    "  {\"name\": \"day\", \"type\": \"date\"},\n"
    "  {\"name\": \"at\", \"type\": \"datetime\"},\n"
    "  {\"name\": \"opens\", \"type\": \"time\"},\n"
    "  {\"name\": \"lasts\", \"type\": \"duration\"},\n"
    "  {\"name\": \"ticket\", \"format\": \"uuid\", \"constraints\": {\"unique\": true}},\n"
    "  {\"name\": \"extra\", \"type\": \"object\"},\n"
    "  {\"name\": \"size\", \"constraints\": {\"enum\": [\"S\", \"M\", \"L\"]}},\n"
    "  {\"name\": \"units\", \"type\": \"integer\", \"constraints\": {\"minimum\": 1, \"maximum\": "
    "100}},\n"
    "  {\"name\": \"mail\", \"format\": \"email\"},\n"
    "  {\"name\": \"code\", \"constraints\": {\"minLength\": 2, \"maxLength\": 4, \"pattern\": "
    "\"[A-Z]*\"}},\n"
    "  {\"name\": \"starts\", \"type\": \"date\"},\n"
    "  {\"name\": \"ends\", \"type\": \"date\"},\n"
    "  {\"name\": \"parent\", \"type\": \"integer\"},\n"
    "  {\"name\": \"note\"}],\n"
    " \"primaryKey\": \"id\",\n"
    " \"foreignKeys\": [{\"fields\": \"parent\", \"reference\": {\"resource\": \"\", \"fields\": "
    "\"id\"}}],\n"
    " \"millrace\": {\"missing_columns\": \"null\", \"rules\": [{\"name\": \"dates\",\n"
    "  \"expr\": \"ends >= starts\", \"message\": \"it ends before it starts\"}]}}";

const char *contract_rules_contract(void)
{
	return contract;
}

const struct contract_rule *contract_rules(size_t *out_n)
{
	*out_n = ARRAY_SIZE(rules);
	return rules;
}

const struct contract_rule *contract_repairs(size_t *out_n)
{
	*out_n = ARRAY_SIZE(repairs);
	return repairs;
}

size_t contract_rule_index(const char *id)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (strcmp(rules[i].id, id) == 0)
			return i;
	}
	bug("rule %s is not in the list", id);
}
