/* SPDX-License-Identifier: Apache-2.0 */
/* progress - rate and time left from counts and elapsed time. */
#include "api/progress.h"

cJSON *progress_json(struct arena *a, const struct ring_msg *m)
{
	cJSON *p = js_object(a);
	const int64_t left = m->bytes_total - m->bytes;
	const bool known = m->bytes > 0 && left >= 0 && m->elapsed_ms > 0;

	js_add_str(p, "stage", m->stage);
	js_add_i64(p, "bytes", m->bytes);
	js_add_i64(p, "bytes_total", m->bytes_total);
	js_add_i64(p, "rows", m->rows);
	js_add_i64(p, "rejects", m->rejects);
	js_add_i64(p, "rate",
	    m->elapsed_ms > 0 ? (int64_t)((double)m->rows * 1000 / (double)m->elapsed_ms) : 0);
	if (known)
		js_add_i64(p, "eta_ms",
		    (int64_t)((double)m->elapsed_ms * (double)left / (double)m->bytes));
	else
		cJSON_AddNullToObject(p, "eta_ms");
	return p;
}
