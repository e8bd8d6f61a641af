/* SPDX-License-Identifier: Apache-2.0 */
/*
 * housekeeping - what time alone brings about: derived runs whose daemon died before it started
 * them, the index of a table that a large load filled, and replaced generations past their grace (a
 * loader process makes the one and drops the others; this daemon may not).
 *
 * One thread of its own without a connection: what is asked goes through the request pool, the
 * making and dropping through a child. Any number of replicas may do all of it at once.
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
