/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repairs - --repairs: every repaired row, with its text before and after.
 *
 * The columns are _repair,_row,_line,_offset,_rule,_message,_before,_after: a number from 1 on,
 * then what the report says of the first CONTRACT_NOTES_REPAIRS of them; texts are cut as there.
 * Rows stand in the order of the file; one that was repaired and then refused is not among them.
 */
#ifndef CLI_REPAIRS_H
#define CLI_REPAIRS_H

#include "contract/run.h"
#include "lines.h"

/* cli_repairs_header - the header line. Errors as cli_lines_header. */
int cli_repairs_header(struct cli_lines *l, struct err *err) MUST_CHECK;

/* cli_repairs_sink - where contract_run brings the rows; l is borrowed. */
struct contract_sink cli_repairs_sink(struct cli_lines *l);

#endif
