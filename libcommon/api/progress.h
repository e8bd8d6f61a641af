/* SPDX-License-Identifier: Apache-2.0 */
/* progress - how far a task is, as the one JSON shape of rows, API and live events. */
#ifndef API_PROGRESS_H
#define API_PROGRESS_H

#include "kit/json.h"
#include "kit/ring.h"

/*
 * progress_json - {stage, bytes, bytes_total, rows, rejects, rate, eta_ms}.
 *
 * m  stage, counts and elapsed_ms are read; rate is rows a second since the task began, eta_ms null
 * while it cannot be told
 *
 * Returns a new object in the arena.
 */
cJSON *progress_json(struct arena *a, const struct ring_msg *m);

#endif
