/* SPDX-License-Identifier: Apache-2.0 */
/* check - the constraints of a contract on a batch of typed rows: required, enum, minimum, maximum.
 */
#ifndef CONTRACT_CHECK_H
#define CONTRACT_CHECK_H

#include "contract/contract.h"
#include "csv/csv_batch.h"

/*
 * contract_check - add a fault to every row that breaks a constraint; fields from left to right, in
 * a field in the order required, enum, minimum, maximum. Values that are null pass all but
 * required.
 *
 * c  the contract the batch's schema was matched from (contract_match)
 * b  between csv_scan_next and csv_batch_settle
 *
 * Cost  nothing for a field without constraints
 */
void contract_check(const struct contract *c, struct csv_batch *b);

#endif
