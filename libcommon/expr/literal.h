/* SPDX-License-Identifier: Apache-2.0 */
/* literal - values written out: numbers, dates and times; only files of expr/ include this. */
#ifndef EXPR_LITERAL_H
#define EXPR_LITERAL_H

#include "expr/lex.h"

/* literal_number - the type of a number token: integer when 64 bits hold it, decimal up to 38
 * digits, double with an exponent; -1 with the fault filled when it is beyond them. */
int literal_number(
    const struct lex_token *t, struct expr_type *out, struct expr_fault *fault) MUST_CHECK;

/*
 * literal_temporal - check the string behind `date`, `timestamp` or `timestamptz` and bring its
 * text to the one form every dialect reads: YYYY-MM-DD HH:MM:SS[.f][+HH:MM].
 *
 * word  one of the three, any case
 * t     the string token; its text is replaced on success
 *
 * Returns 0, or -1 with the fault filled (hint = an example).
 */
int literal_temporal(const char *word, struct lex_token *t, struct arena *a, struct expr_type *out,
    struct expr_fault *fault) MUST_CHECK;

#endif
