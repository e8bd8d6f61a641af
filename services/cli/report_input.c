/* SPDX-License-Identifier: Apache-2.0 */
/* report_input - the evidence for an encoding. */
#include "report_input.h"

#include "kit/json.h"

void cli_report_input(cJSON *to, const struct csv_input_found *f)
{
	static const char *const causes[] = { "ascii", "given", "mark", "shape", "vote" };
	cJSON *o = cJSON_AddObjectToObject(to, "input");
	js_add_str(o, "compression", csv_compression_name(f->compression));
	js_add_str(o, "encoding", f->encoding);
	js_add_str(o, "cause", causes[f->cause]);
	js_add_str(o, "why", f->why);
	js_add_i64(o, "bom_bytes", f->bom_bytes);
	js_add_i64(o, "lines_utf8", (int64_t)f->lines_utf8);
	js_add_i64(o, "lines_other", (int64_t)f->lines_other);
	js_add_i64(o, "undecoded", (int64_t)f->undecoded);
}
