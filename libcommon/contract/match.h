/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match - which column of the file is which field of the contract?
 *
 * Order does not count, unless the contract goes by position: then the first field is the first
 * column. Otherwise a field takes the first free column whose header is its name, else one of
 * its aliases, else either without regard to case. A field without a column makes the file
 * unusable, as the Table Schema has it; where the contract says missing_columns "null", an optional
 * one is null in every row. Columns no field takes make the file unusable unless the contract says
 * extra_columns "ignore".
 *
 * A file of refused rows that comes back mended (csv_mend.h) has five columns of ours in front;
 * they are passed over, whatever the contract says of others.
 */
#ifndef CONTRACT_MATCH_H
#define CONTRACT_MATCH_H

#include "contract/contract.h"

struct contract_match {
	struct csv_schema schema;   /* columns[i] is field i; for csv_scan_new */
	const char *const *ignored; /* headers no field takes, NULL-ended */
	const char *const *absent;  /* optional fields without a column, NULL-ended */
};

/*
 * contract_match - fields to columns.
 *
 * header  n names by the header rule of csv_split.h (a duplicate is known by its new name);
 * borrowed as long as the match a       the match is placed there
 *
 * Errors  ERR_INPUT  "header.missing" names the fields and what the file has;
 * "header.extra" names the columns
 */
int contract_match(const struct contract *c, const char *const *header, size_t n, struct arena *a,
    struct contract_match *out, struct err *err) MUST_CHECK;

#endif
