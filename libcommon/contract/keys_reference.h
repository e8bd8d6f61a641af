/* SPDX-License-Identifier: Apache-2.0 */
/* keys_reference - the values of another file that a foreign key points to. */
#ifndef CONTRACT_KEYS_REFERENCE_H
#define CONTRACT_KEYS_REFERENCE_H

#include "contract/contract.h"
#include "csv/csv_split.h"

/*
 * contract_keys_load - read a file a foreign key points to and add its values as references.
 *
 * The columns are found by the names the key gives them and read as the fields that point to them,
 * so that values are equal when they would be in one file. Cells that are not of that type, rows
 * that cannot be read and rows with a null in one of the columns cannot be pointed to.
 *
 * keys   before contract_keys_finish
 * index  of a foreign key of c whose resource is not ""
 * split  opened on the file; read to its end
 *
 * Errors  ERR_INPUT  code "header.missing": the file has no column of such a name
 *         others     as csv_split_next and contract_keys_reference
 */
int contract_keys_load(struct contract_keys *keys, const struct contract *c, size_t index,
    struct csv_split *split, struct err *err) MUST_CHECK;

#endif
