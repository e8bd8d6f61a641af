/* SPDX-License-Identifier: Apache-2.0 */
/* fixture - a text checked against a contract, for tests. */
#ifndef CONTRACT_TESTS_FIXTURE_H
#define CONTRACT_TESTS_FIXTURE_H

#include "base/buf.h"
#include "contract/contract.h"
#include "contract/tally.h"

/* Parses a contract that must be right; fails the test when it is not. */
void fixture_contract(const char *json, struct arena *a, struct contract *out);

/*
 * Checks text: one line "rule line column message" for each reject into out, and the books into
 * tally (contract_tally_done). Returns 0, or -1 with err when the file is unusable.
 */
int fixture_check(const struct contract *c, const char *text, size_t n, struct buf *out,
    struct contract_tally *tally, struct err *err);

/* The draft for a text, in the arena. */
cJSON *fixture_draft(const char *text, bool unattended, struct arena *a);

#endif
