/* SPDX-License-Identifier: Apache-2.0 */
/* eval_random - random expressions that the checker lets pass, mostly. */
#ifndef PIPELINE_TESTS_EVAL_RANDOM_H
#define PIPELINE_TESTS_EVAL_RANDOM_H

#include "base/buf.h"

/* random_pick - 0 to n - 1, by random(). */
unsigned random_pick(unsigned n);

/* Each appends an expression of its type, at most `depth` levels deep. */
void random_number(struct buf *out, int depth);
void random_text(struct buf *out, int depth);
void random_day(struct buf *out, int depth);
void random_condition(struct buf *out, int depth);

#endif
