/* SPDX-License-Identifier: Apache-2.0 */
/* problem - keep what is wrong with a pipeline, all of it. */
#include "pipeline/problem.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct pipeline_problem *next(
    struct pipeline *p, struct pipeline_step *step, const char *field)
{
	static _Thread_local struct pipeline_problem beyond; /* written, never read */

	if (step != NULL)
		step->bad = true;
	if (p->n_problems >= PIPELINE_MAX_PROBLEMS)
		return &beyond;
	struct pipeline_problem *problem = &p->problems[p->n_problems++];

	*problem = (struct pipeline_problem){
		.step = step != NULL ? step->id : NULL,
		.field = field,
		.position = -1,
		.length = -1,
	};
	return problem;
}

void problem_add(struct pipeline *p, struct pipeline_step *step, const char *field,
    const char *hint, const char *fmt, ...)
{
	struct pipeline_problem *problem = next(p, step, field);
	char text[240];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	size_t n = strlen(text);

	while (n > 0 && !text_is_utf8(text, n))
		n--;
	problem->message = arena_dup_n(p->arena, text, n);
	problem->hint = hint;
}

void problem_add_fault(struct pipeline *p, struct pipeline_step *step, const char *field,
    const struct expr_fault *fault)
{
	struct pipeline_problem *problem = next(p, step, field);

	problem->position = (int64_t)fault->pos;
	problem->length = (int64_t)fault->len;
	problem->message = arena_dup(p->arena, fault->message);
	problem->hint = fault->hint[0] != '\0' ? arena_dup(p->arena, fault->hint) : NULL;
}
