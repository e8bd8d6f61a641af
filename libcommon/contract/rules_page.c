/* SPDX-License-Identifier: Apache-2.0 */
/* rules_page - docs/rules.md: the table of rules, reasons of whole files, and how files are read.
 */
#include <ctype.h>
#include <string.h>

#include "contract/rules.h"

static const char head[] =
    "# Rules: why a row is refused\n"
    "\n"
    "A row is either good or it is one reject, and a reject names one rule: the first fault of the "
    "row's shape,\n"
    "then of its types from left to right, then of the contract's constraints from left to right. "
    "The list is\n"
    "closed; ids never change their meaning, new ones are only added. A test runs every example on "
    "this page.\n"
    "\n"
    "The examples are checked against this contract; columns a file lacks are null.\n"
    "\n"
    "```json\n";

static const char tail[] =
    "# Why a file is refused\n"
    "\n"
    "These are reasons of a whole file; nothing of it is loaded. The verdict is `unusable`.\n"
    "\n"
    "| code | meaning |\n"
    "|---|---|\n"
    "| `file.empty` | no byte, or nothing but line ends |\n"
    "| `file.binary` | a ZIP archive, an Excel workbook, a picture, HTML, JSON, NUL bytes ... |\n"
    "| `file.encoding` | the encoding that was set is none that is known |\n"
    "| `header.quote` | a quote in the header is not closed |\n"
    "| `header.length` | the header row is longer than 1 MiB |\n"
    "| `header.columns` | more than 4,096 columns |\n"
    "| `header.encoding` | the header is not UTF-8 in a file that is |\n"
    "| `header.missing` | a column of the contract is not in the file; with `missing_columns` "
    "`null` only required ones count |\n"
    "| `header.extra` | the file has a column the contract does not know, and `extra_columns` is "
    "`reject` |\n"
    "\n"
    "`check.over_budget` is the reason of a file that was read but has more rejects than the "
    "contract allows: by\n"
    "default 1 % of its rows, judged once 1,000 rows are read or the file ends. `object.corrupt` "
    "means that the bytes\n"
    "on the disk are no longer those that were uploaded.\n"
    "\n"
    "# How bad rows are repaired\n"
    "\n"
    "Only where that is asked for (`--bad-rows repair`, or `bad_rows` in the contract), and "
    "only rows with the wrong number\n"
    "of cells whose quotes are all in place. A reading fits when every cell of a typed "
    "column is of its type or null.\n"
    "The first rule that applies is taken; every repaired row is counted and listed with its "
    "text before and after. It is\n"
    "then checked like any other, and counts as repaired only when it passes. `read = good + "
    "repaired + rejected`.\n"
    "\n"
    "| id | when | what is done |\n"
    "|---|---|---|\n";

static const char reading[] =
    "\n"
    "# Rules of reading\n"
    "\n"
    "- Delimiter, quotes, header rows, preamble, footer and encoding are set or found out "
    "(docs/sniffing.md). Without a\n"
    "  header the columns are `column_1`, `column_2` ...\n"
    "- An empty name becomes `column_N`; a name that stood before becomes `name_2`, "
    "`name_3`; blanks around names are\n"
    "  dropped.\n"
    "- Lines without a byte on them are skipped, and so are lines that begin with the "
    "comment mark.\n"
    "- A cell is quoted when its first byte is the quote; two quotes inside mean one. A "
    "quote later in an unquoted\n"
    "  cell is text.\n"
    "- A quoted cell may go on over several lines. It is believed when its quote closes before a "
    "delimiter or a line end,\n"
    "  its row has the right number of cells and it swallowed no rows. It did when two quotes are "
    "torn: the line it opens in\n"
    "  and the one it closes in are wide enough to be rows by themselves, and so are the lines "
    "between: eight or more of the\n"
    "  first sixteen and most of them (of two columns, or where an edge is too wide: all of "
    "them), or, when the cell is\n"
    "  neither the first nor the last of its row, two or more and all. A file of one column has "
    "nothing to tell by: two torn\n"
    "  quotes make one cell of all between them.\n"
    "- A torn quote costs the row it stands in: the row ends at the line that makes the most "
    "rows good again, bad ones\n"
    "  among them or not (`libcommon/csv/csv_row.h` has the exact rule); when further lines go "
    "with it, the message says how\n"
    "  many.\n"
    "- An empty cell is null, quoted or not, and so are the contract's `missingValues`.\n"
    "- Nothing is rounded. Nothing is trimmed or changed in case unless the contract's "
    "`normalise` says so, and changed\n"
    "  cells are counted.\n"
    "- A file that begins with the five names `_reject,_line,_column,_rule,_message` holds "
    "refused rows that were mended: it\n"
    "  is read in the dialect rejects are [written in](sniffing.md#rows-that-come-back), "
    "whatever the contract sets, and the\n"
    "  five columns are passed over, by a check as by a draft.\n";

static void add_rule(const struct contract_rule *r, struct buf *out)
{
	buf_printf(out, "\n## `%s`\n\n%s\nMend it: %c%s\n\n", r->id, r->meaning,
	    tolower((unsigned char)r->hint[0]), r->hint + 1);
	if (r->example == NULL)
		buf_printf(out, "Example: %s\n", r->note);
	else
		buf_printf(
		    out, "```csv\n%s```\n\n> line %d: %s\n", r->example, r->line, r->message);
}

void contract_rules_page(struct buf *out)
{
	size_t n;
	const struct contract_rule *rules = contract_rules(&n);
	buf_printf(out, "%s%s\n```\n", head, contract_rules_contract());
	for (size_t i = 0; i < n; i++)
		add_rule(&rules[i], out);
	buf_printf(out, "\n%s", tail);
	rules = contract_repairs(&n);
	for (size_t i = 0; i < n; i++)
		buf_printf(
		    out, "| `%s` | %s | %s |\n", rules[i].id, rules[i].meaning, rules[i].hint);
	buf_adds(out, reading);
}
