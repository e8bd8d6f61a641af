/* SPDX-License-Identifier: Apache-2.0 */
/* value - bounds and allowed values of a field, in the form of its column. */
#ifndef CONTRACT_VALUE_H
#define CONTRACT_VALUE_H

#include "contract/contract.h"

/*
 * contract_value_parse - a JSON string, number or boolean as a value of the field's type.
 *
 * Returns NULL and sets *out, or says why not (arena).
 */
const char *contract_value_parse(
    const struct contract_field *f, const cJSON *v, struct arena *a, struct contract_value *out);

/* contract_value_compare - below 0, 0, above 0; both of this type. NaN is above everything. */
int contract_value_compare(
    enum csv_type type, const struct contract_value *x, const struct contract_value *y);

/* contract_value_of - the value in a batch's column; shown is NULL. */
struct contract_value contract_value_of(const struct csv_column *c, const void *data, size_t slot);

/* contract_value_sort - sort n values of a type in place. */
void contract_value_sort(enum csv_type type, struct contract_value *values, size_t n);

/* contract_value_is_in - is v among n sorted values? */
bool contract_value_is_in(enum csv_type type, const struct contract_value *v,
    const struct contract_value *sorted, size_t n);

#endif
