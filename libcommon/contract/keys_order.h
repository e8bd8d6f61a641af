/* SPDX-License-Identifier: Apache-2.0 */
/* keys_order - the record that keys are sorted as, and its order in memory. */
#ifndef CONTRACT_KEYS_ORDER_H
#define CONTRACT_KEYS_ORDER_H

#include "base/macros.h"

/* Ordered by a, then b, then c. */
struct keys_record {
	uint64_t a, b, c;
};

static inline bool keys_order_before(const struct keys_record *x, const struct keys_record *y)
{
	if (x->a != y->a)
		return x->a < y->a;
	return x->b != y->b ? x->b < y->b : x->c < y->c;
}

/* keys_order_sort - n records in place: no memory but 100 KiB of stack, and linear time whatever
 * the records are. */
void keys_order_sort(struct keys_record *r, size_t n);

#endif
