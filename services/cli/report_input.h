/* SPDX-License-Identifier: Apache-2.0 */
/* report_input - how the bytes of a file became UTF-8, as JSON. */
#ifndef CLI_REPORT_INPUT_H
#define CLI_REPORT_INPUT_H

#include <cjson/cJSON.h>

#include "csv/csv_input.h"

/* cli_report_input - add "input": {"compression", "encoding", "cause", "why", "bom_bytes",
 * "lines_utf8", "lines_other", "undecoded"}. */
void cli_report_input(cJSON *to, const struct csv_input_found *f);

#endif
