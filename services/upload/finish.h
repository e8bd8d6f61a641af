/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finish - from the last byte to the run: object, sidecar, then one transaction, then the ring.
 *
 * May be done again from any point: by the request, by a retry of it, or by the sweeper. What was
 * not reached is reached later; the row's epoch keeps two of them apart.
 */
#ifndef UPLOAD_FINISH_H
#define UPLOAD_FINISH_H

#include "kit/json.h"
#include "store.h"

/*
 * finish_whole - u is `finishing` and ours.
 *
 * out  the row as it is then: finished, or open with a twin
 *
 * Errors  ERR_CONFLICT (upload.duplicate) the same bytes were loaded before; *out is written, the
 * bytes are kept; transient kinds: the sweeper goes on
 */
int finish_whole(struct db *db, struct arena *a, const struct upload *u, struct upload *out,
    struct err *err) MUST_CHECK;

/* finish_twin - the members a duplicate's problem carries: upload_id and duplicate_of. */
cJSON *finish_twin(struct arena *a, const struct upload *u);

/* finish_read_sidecar - the row a sidecar tells; ERR_INPUT when it is not one of ours. */
int finish_read_sidecar(
    struct arena *a, const char *json, struct upload *out, struct err *err) MUST_CHECK;

#endif
