/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check - the constraints and rules of a contract on a batch of typed rows.
 *
 * For each field from left to right: required, enum, minimum, maximum, format, minLength,
 * maxLength, pattern; then the rules over the row in the order of the contract. A row is refused by
 * the first of them. Values that are null pass all but required; a rule that is null passes (as
 * SQL's CHECK), one that cannot be computed refuses the row.
 */
#ifndef CONTRACT_CHECK_H
#define CONTRACT_CHECK_H

#include "contract/contract.h"
#include "csv/csv_batch.h"

struct contract_checker;

/* contract_checker_new - a thread's means to check; the contract is borrowed. */
struct contract_checker *contract_checker_new(const struct contract *c) MUST_CHECK;

/* contract_checker_free - give it back, *k becomes NULL. */
void contract_checker_free(struct contract_checker **k);

/*
 * contract_check - add a fault to every row that breaks a constraint or a rule.
 *
 * b  between csv_scan_next and csv_batch_settle, of the schema contract_match made
 *
 * Cost  nothing for a field without constraints
 */
void contract_check(struct contract_checker *k, struct csv_batch *b);

/*
 * contract_check_collect - pass 1 of a contract with keys: add the keys of good rows.
 *
 * keys  made with the kinds of contract_check_kinds
 * b     after csv_batch_settle
 *
 * Errors  as contract_keys_add
 */
int contract_check_collect(struct contract_checker *k, struct contract_keys *keys,
    const struct csv_batch *b, struct err *err) MUST_CHECK;

/*
 * contract_check_refuse - pass 2: refuse the rows that break a key.
 *
 * keys  finished
 * b     between contract_check and csv_batch_settle
 *
 * Errors  ERR_UNAVAILABLE  the disk failed
 */
int contract_check_refuse(struct contract_checker *k, const struct contract_keys *keys,
    struct csv_batch *b, struct err *err) MUST_CHECK;

/* contract_check_kinds - kinds of the contract's keys for contract_keys_conf; out has c->n_keys. */
void contract_check_kinds(const struct contract *c, enum contract_key_kind *out);

#endif
