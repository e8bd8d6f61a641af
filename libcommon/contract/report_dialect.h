/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_dialect - how a file was read, as JSON: the one form that reports, drafts and the command
 * line share.
 *
 *	{"delimiter": "semicolon", "quote": "double", "escape": "none", "comment": "none",
 *	 "line_end": "crlf", "skip_space": false, "preamble_lines": 4, "header_rows": 1,
 *	 "footer_rows": 1, "first_table": false, "encoding": "utf-8", "bom": false,
 *	 "given": ["delimiter"], "rejects_file": true, "confidence": 0.97, "ambiguous": false,
 *	 "sample": {"bytes", "whole"},
 *	 "chosen": {"delimiter", "quote", "escape", "skip_space", "columns", "rows", "regular_rows",
 *	            "bad_rows", "typed_pct", "score"},
 *	 "runner_up": the same, or null, "why": "...", "why_header": "...", "doubt": "..." or null,
 *	 "tables": [{"line", "columns", "rows"}], "more_tables": 0}
 *
 * The tables are those behind the first, 8 of them at most, more_tables are left out; where the
 * file was read to its end contract_report_tables has all of it, up to 16.
 * rejects_file, of rows that millrace refused and that come back (csv_mend.h), is left out
 * elsewhere. Characters are given as csv_dialect_word has them; csv_given_set takes them back.
 */
#ifndef CONTRACT_REPORT_DIALECT_H
#define CONTRACT_REPORT_DIALECT_H

#include <cjson/cJSON.h>

#include "csv/csv_rest.h"

/* contract_report_dialect - a new object, or null for s = NULL; the caller adds it to a tree. */
cJSON *contract_report_dialect(const struct csv_sniff_result *s) MUST_CHECK;

/* contract_report_tables - put the tables that a read of the whole file found in the place of those
 * that the sniffer saw. */
void contract_report_tables(cJSON *dialect, const struct csv_rest_tables *tables);

#endif
