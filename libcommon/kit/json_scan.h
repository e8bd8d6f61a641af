/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_scan - the grammar and the limits of JSON, checked before cJSON sees a byte.
 *
 * cJSON accepts 33 of JSONTestSuite's 188 wrong texts and allocates while it reads; this walks the
 * text once without allocating: RFC 8259, UTF-8, no NUL (nor \u0000), values and depth counted.
 * Private to kit/json.c; a header of its own for tests and the fuzzer.
 */
#ifndef KIT_JSON_SCAN_H
#define KIT_JSON_SCAN_H

#include <cjson/cJSON.h>

#include "base/arena.h"

/*
 * js_scan_check - is this one JSON value and nothing else, within the limits?
 *
 * p, n        bytes; borrowed
 * max_values  values of all kinds together
 * max_depth   nested arrays and objects
 *
 * Errors  ERR_INPUT      code "json.invalid", the message says where
 *         ERR_TOO_LARGE  code "json.too_large": too many values or too deep
 */
int js_scan_check(
    const void *p, size_t n, size_t max_values, size_t max_depth, struct err *err) MUST_CHECK;

/*
 * js_scan_duplicates - no object of the tree has two members of one name.
 *
 * a  scratch memory for sorting
 *
 * Errors  ERR_INPUT  code "json.invalid", names the member
 */
int js_scan_duplicates(const cJSON *tree, struct arena *a, struct err *err) MUST_CHECK;

#endif
