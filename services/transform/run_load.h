/* SPDX-License-Identifier: Apache-2.0 */
/* run_load - one claimed load task: plan, engine and loader, outcome and the runs that follow. */
#ifndef TRANSFORM_RUN_LOAD_H
#define TRANSFORM_RUN_LOAD_H

#include "api/worker.h"

/*
 * run_load - worker_spec.run of the load worker.
 *
 * Errors  ERR_INPUT  the load can never be done; the loop records the run as failed
 *         others     the loop records another try
 */
int run_load(struct worker_task *t, struct err *err) MUST_CHECK;

#endif
