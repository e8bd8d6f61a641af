/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys_hash - the typed values of a key as one 128-bit number.
 *
 * Equal values have equal hashes however they were written: 5 and 05; 5 as integer, 5.0 and 5.00
 * as decimals of any scale; 0.0 and -0.0; a time in two zones; UUIDs in either case; durations as
 * PostgreSQL compares them (a month is 30 days, a day 24 hours). Text is compared byte by byte
 * after normalisation, JSON as text. Values of two types are equal only when the types are
 * comparable. A row with a null in any part of its key has none: it breaks no unique key (SQL) and
 * no foreign key (MATCH SIMPLE); that a primary key's parts are there is the business of
 * `required`.
 */
#ifndef CONTRACT_KEYS_HASH_H
#define CONTRACT_KEYS_HASH_H

#include "contract/keys.h"
#include "csv/csv_batch.h"

enum { CONTRACT_KEY_PARTS = 32 /* columns of one key, PostgreSQL's limit */ };

/* Which columns of a batch make up a key. */
struct contract_key_columns {
	size_t column[CONTRACT_KEY_PARTS]; /* index into the batch's columns */
	size_t n;                          /* 1..CONTRACT_KEY_PARTS */
};

/* contract_keys_comparable - can values of these two types be equal? Integer and decimal can; all
 * other types only with themselves. */
bool contract_keys_comparable(enum csv_type a, enum csv_type b);

/*
 * contract_keys_hash - the keys of the rows of a batch.
 *
 * b    after csv_batch_settle: all its rows are good
 * out  room for b->rows values; rows that have no key are left out
 *
 * Returns the number of values.
 */
size_t contract_keys_hash(const struct contract_key_columns *key, const struct csv_batch *b,
    struct contract_key_value *out);

#endif
