/* SPDX-License-Identifier: Apache-2.0 */
/* check - what check.c and check_call.c share; only files of expr/ include this. */
#ifndef EXPR_CHECK_H
#define EXPR_CHECK_H

#include "expr/function.h"
#include "expr/lex.h"

struct check {
	const struct expr_scope *scope; /* borrowed */
	struct arena *a;
	struct expr_fault *fault;
	bool in_aggregate; /* inside the brackets of an aggregate */
};

/* check_node - give e and all below it a type. Returns 0, or -1 with the fault filled. */
int check_node(struct check *c, struct expr *e) MUST_CHECK;

/* check_call - a function call: find it, check its arguments. As check_node. */
int check_call(struct check *c, struct expr *e) MUST_CHECK;

/* check_cast - make *slot have this type by putting a cast above it when it differs. */
void check_cast(struct check *c, struct expr **slot, struct expr_type type);

/* check_common - widen the arguments first, first + step, ... of e to one type; out_type is it. */
int check_common(struct check *c, struct expr *e, size_t first, size_t step,
    struct expr_type *out_type) MUST_CHECK;

#endif
