/* SPDX-License-Identifier: Apache-2.0 */
/*
 * housekeeping - what time alone brings about: derived runs whose daemon died before it started
 * them, and replaced generations past their grace (a loader process drops them; this daemon may
 * not).
 *
 * One thread of its own without a connection: the derived runs go through the request pool, the
 * dropping through a child. Any number of replicas may do both at once.
 */
#ifndef TRANSFORM_HOUSEKEEPING_H
#define TRANSFORM_HOUSEKEEPING_H

#include "kit/svc.h"

struct housekeeping;

/* housekeeping_start - start the thread. ERR_INTERNAL when it cannot be made. */
int housekeeping_start(struct svc *svc, struct housekeeping **out, struct err *err) MUST_CHECK;

/* housekeeping_stop - end a running child, join, free; sets *h to NULL; accepts NULL inside. */
void housekeeping_stop(struct housekeeping **h);

#endif
