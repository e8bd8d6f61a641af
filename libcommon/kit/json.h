/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json - the one door to cJSON (prefix js_: json_ belongs to jansson).
 *
 * Parsing refuses trailing bytes, invalid UTF-8, NUL, more than JS_MAX_VALUES values or
 * JS_MAX_DEPTH levels (counted before cJSON allocates: 1 MiB of input can become 40 MiB of heap),
 * and duplicate members. 64-bit numbers travel as strings (design.md 8). Trees are tied to an
 * arena.
 */
#ifndef KIT_JSON_H
#define KIT_JSON_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/buf.h"

enum { JS_MAX_VALUES = 20000, JS_MAX_DEPTH = 64 };

/*
 * js_parse - one JSON value, whole input.
 *
 * p, n   bytes; need no terminator; borrowed
 * a      the tree is freed with this arena
 * out    written only on success; borrowed from the arena
 *
 * Errors  ERR_INPUT (code "json.invalid", position in the message), ERR_TOO_LARGE
 * ("json.too_large")
 */
int js_parse(const void *p, size_t n, struct arena *a, cJSON **out, struct err *err) MUST_CHECK;

/* js_object, js_array - new empty value freed with the arena (add children without care). */
cJSON *js_object(struct arena *a);
cJSON *js_array(struct arena *a);

/* js_print - compact text of a value, in the arena. */
const char *js_print(struct arena *a, const cJSON *v);

/* js_str - member as string; NULL when absent or not a string. Borrowed from the tree. */
const char *js_str(const cJSON *obj, const char *name);

/* js_i64 - member as whole number, from a JSON number or a decimal string; dflt when absent or
 * other. */
int64_t js_i64(const cJSON *obj, const char *name, int64_t dflt);

/* js_bool - member as boolean; dflt when absent or other. */
bool js_bool(const cJSON *obj, const char *name, bool dflt);

/*
 * js_need_str - a required string member of min..max bytes without control characters.
 *
 * Errors  ERR_INPUT  code "field.invalid", message starts with the member's name
 */
int js_need_str(const cJSON *obj, const char *name, size_t min, size_t max, const char **out,
    struct err *err) MUST_CHECK;

/* js_only - every member of obj is in the NULL-terminated list; ERR_INPUT "field.unknown" names the
 * first that is not, with the nearest known name. */
int js_only(const cJSON *obj, const char *const *names, struct err *err) MUST_CHECK;

/* js_add_i64 - number when |v| <= 2^53, else a decimal string. */
void js_add_i64(cJSON *obj, const char *name, int64_t v);

/* js_add_str - string, or null when s is NULL. */
void js_add_str(cJSON *obj, const char *name, const char *s);

/* js_add_raw - member whose value is JSON text we stored ourselves (jsonb from PostgreSQL); NULL
 * gives null. The text is copied. */
void js_add_raw(cJSON *obj, const char *name, const char *json);

#endif
