/* SPDX-License-Identifier: Apache-2.0 */
/*
 * references - the values foreign keys point to, from files the supervisor made.
 *
 * A task has no way to another dataset's rows: its specification names a CSV file in the scratch
 * directory for each foreign key that leaves the file, with the columns the key names.
 */
#ifndef TASK_REFERENCES_H
#define TASK_REFERENCES_H

#include <cjson/cJSON.h>

#include "contract/contract.h"

/*
 * references_load - add what foreign keys of a contract may point to.
 *
 * list  [{"key": index in c->keys, "file": path}]; borrowed
 * keys  before contract_keys_finish
 *
 * Errors  ERR_INPUT     code "reference.missing": there is no file for a key
 *         ERR_INTERNAL  a file cannot be read
 *         others        of contract_keys_load
 */
int references_load(const cJSON *list, const struct contract *c, struct contract_keys *keys,
    struct err *err) MUST_CHECK;

#endif
