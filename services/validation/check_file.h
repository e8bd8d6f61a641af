/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_file - the `validate` task: one engine process checks one file against one contract.
 *
 * The supervisor (this) never parses the file: it binds the contract version, gives the engine its
 * specification, brings the result to its final names and records report, rejects and outcome in
 * one transaction. Verdicts: good -> done; over_budget, unusable -> failed; no contract -> the
 * inferred draft is kept and the run needs a person, or, with auto_publish, it becomes version 1
 * and the run goes on.
 */
#ifndef VALIDATION_CHECK_FILE_H
#define VALIDATION_CHECK_FILE_H

#include "api/worker.h"

/* check_file_run - spec.run of the worker; errors as worker_spec says. */
int check_file_run(struct worker_task *t, struct err *err) MUST_CHECK;

#endif
