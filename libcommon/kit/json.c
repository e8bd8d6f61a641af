/* SPDX-License-Identifier: Apache-2.0 */
/* json - the one door to cJSON. */
#include "kit/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "kit/json_scan.h"

static void delete_tree(void *tree)
{
	cJSON_Delete(tree);
}

/* cJSON leaves out what it has no memory for, without a word: half a report. Ours aborts instead.
 */
__attribute__((constructor)) static void use_our_memory(void)
{
	cJSON_InitHooks(&(cJSON_Hooks){ .malloc_fn = mem_alloc, .free_fn = free });
}

static cJSON *owned(struct arena *a, cJSON *v)
{
	arena_defer(a, delete_tree, v);
	return v;
}

int js_parse(const void *p, size_t n, struct arena *a, cJSON **out, struct err *err)
{
	if (js_scan_check(p, n, JS_MAX_VALUES, JS_MAX_DEPTH, err) != 0)
		return -1;
	const char *end = NULL;
	cJSON *v = cJSON_ParseWithLengthOpts(p, n, &end, false);
	if (v == NULL)
		return err_set_code(err, ERR_INPUT, "json.invalid", "not JSON");
	arena_defer(a, delete_tree, v);
	if (js_scan_duplicates(v, a, err) != 0)
		return -1;
	*out = v;
	return 0;
}

cJSON *js_object(struct arena *a)
{
	return owned(a, cJSON_CreateObject());
}

cJSON *js_array(struct arena *a)
{
	return owned(a, cJSON_CreateArray());
}

const char *js_print(struct arena *a, const cJSON *v)
{
	char *text = cJSON_PrintUnformatted(v);
	arena_defer(a, free, text);
	return text;
}

const char *js_str(const cJSON *obj, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(obj, name));
}

int64_t js_i64(const cJSON *obj, const char *name, int64_t dflt)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(obj, name);
	int64_t number;
	if (cJSON_IsString(v) || cJSON_IsRaw(v))
		return text_parse_i64(v->valuestring, &number) == 0 ? number : dflt;
	if (!cJSON_IsNumber(v) || v->valuedouble < -9007199254740992.0 ||
	    v->valuedouble > 9007199254740992.0 || v->valuedouble != trunc(v->valuedouble))
		return dflt;
	return (int64_t)v->valuedouble;
}

bool js_bool(const cJSON *obj, const char *name, bool dflt)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(obj, name);
	return cJSON_IsBool(v) ? cJSON_IsTrue(v) : dflt;
}

static bool has_control(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	}
	return false;
}

int js_need_str(
    const cJSON *obj, const char *name, size_t min, size_t max, const char **out, struct err *err)
{
	const char *s = js_str(obj, name);
	if (s == NULL)
		return err_set_code(err, ERR_INPUT, "field.invalid", "%s: text is required", name);
	const size_t n = strlen(s);
	if (n < min || n > max)
		return err_set_code(err, ERR_INPUT, "field.invalid",
		    "%s: %zu bytes, must be between %zu and %zu", name, n, min, max);
	if (has_control(s))
		return err_set_code(err, ERR_INPUT, "field.invalid",
		    "%s: control characters are not allowed", name);
	*out = s;
	return 0;
}

/* Edit distance of short names, at most 63 bytes: two rows of the usual table. */
static size_t distance(const char *a, const char *b)
{
	size_t row[64];
	const size_t n = strnlen(a, 63);
	const size_t m = strnlen(b, 63);
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			const size_t above = row[j];
			size_t best = diagonal + (a[i - 1] != b[j - 1]);
			best = above + 1 < best ? above + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			row[j] = best;
			diagonal = above;
		}
	}
	return row[m];
}

static const char *nearest(const char *name, const char *const *names)
{
	const char *best = NULL;
	size_t least = 3;
	for (; *names != NULL; names++) {
		const size_t d = distance(name, *names);
		if (d < least) {
			least = d;
			best = *names;
		}
	}
	return best;
}

static bool listed(const char *name, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (strcmp(name, *names) == 0)
			return true;
	}
	return false;
}

int js_only(const cJSON *obj, const char *const *names, struct err *err)
{
	const cJSON *v;
	cJSON_ArrayForEach(v, obj)
	{
		if (listed(v->string, names))
			continue;
		const char *near = nearest(v->string, names);
		if (near != NULL)
			return err_set_code(err, ERR_INPUT, "field.unknown",
			    "%.60s: unknown field, did you mean %s", v->string, near);
		return err_set_code(
		    err, ERR_INPUT, "field.unknown", "%.60s: unknown field", v->string);
	}
	return 0;
}

/* Above 15 digits cJSON prints a number rounded: such ones go in as text. */
void js_add_i64(cJSON *obj, const char *name, int64_t v)
{
	const int64_t exact = (int64_t)1 << 53;
	char text[24];
	(void)snprintf(text, sizeof(text), "%" PRId64, v);
	if (v < -exact || v > exact)
		cJSON_AddStringToObject(obj, name, text);
	else if (v >= INT32_MIN && v <= INT32_MAX)
		cJSON_AddNumberToObject(obj, name, (double)v);
	else
		cJSON_AddRawToObject(obj, name, text);
}

void js_add_str(cJSON *obj, const char *name, const char *s)
{
	if (s == NULL)
		cJSON_AddNullToObject(obj, name);
	else
		cJSON_AddStringToObject(obj, name, s);
}

void js_add_raw(cJSON *obj, const char *name, const char *json)
{
	if (json == NULL)
		cJSON_AddNullToObject(obj, name);
	else
		cJSON_AddRawToObject(obj, name, json);
}
