/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tidy - what is left on disk by crashes and by time: scratch of ended attempts, files no report
 * names, rejects past their keep.
 *
 * Runs on the request pool now and then; two replicas at it at once do no harm. A file is removed
 * when its name carries the ids of a run and epoch that no report has, and it is older than the
 * grace.
 */
#ifndef VALIDATION_TIDY_H
#define VALIDATION_TIDY_H

#include "kit/svc.h"

/* tidy_start - look at once and then each conf.tidy_ms; loop thread. ERR_INTERNAL: no timer. */
int tidy_start(struct svc *svc, struct err *err) MUST_CHECK;

/* tidy_stop - no further look. */
void tidy_stop(void);

/*
 * tidy_name - take "<uuid>-<number><rest>" apart.
 *
 * out_id      at least UUID_TEXT_BYTES
 * out_number  digits; at least 24 bytes
 *
 * Returns true when the name has this form.
 */
bool tidy_name(const char *name, char *out_id, char *out_number);

#endif
