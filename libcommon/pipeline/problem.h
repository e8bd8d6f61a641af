/* SPDX-License-Identifier: Apache-2.0 */
/* problem - what reading and checking share; only files of pipeline/ include this. */
#ifndef PIPELINE_PROBLEM_H
#define PIPELINE_PROBLEM_H

#include "pipeline/pipeline.h"

/* problem_add - keep one; step NULL = the document; field and hint may be NULL. Marks the step bad.
 */
void problem_add(struct pipeline *p, struct pipeline_step *step, const char *field,
    const char *hint, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* problem_add_fault - keep what expr said about the expression in this field. */
void problem_add_fault(struct pipeline *p, struct pipeline_step *step, const char *field,
    const struct expr_fault *fault);

/*
 * pipeline_check - resolve inputs, columns and expressions of parsed steps.
 *
 * Errors  as pipeline_read
 */
int pipeline_check(struct pipeline *p, const struct pipeline_env *env, struct err *err) MUST_CHECK;

#endif
