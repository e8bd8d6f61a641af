/* SPDX-License-Identifier: Apache-2.0 */
/* contract_read - members of a document, their faults told with their path. */
#include "contract/contract_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"

void read_fault(struct contract_reader *r, const char *member, const char *fmt, ...)
{
	struct contract_faults *f = r->faults;
	if (f->n++ >= CONTRACT_MAX_FAULTS)
		return;
	char message[ERR_MSG_BYTES];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	const char *dot = r->at[0] != '\0' && member[0] != '\0' ? "." : "";
	f->list[f->n - 1].path = arena_printf(r->a, "%s%s%s", r->at, dot, member);
	f->list[f->n - 1].message = arena_dup(r->a, message);
}

const cJSON *read_member(
    struct contract_reader *r, const cJSON *obj, const char *name, int type, const char *what)
{
	const char *leaf = strrchr(name, '.');
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(obj, leaf == NULL ? name : leaf + 1);
	if (v == NULL || cJSON_IsNull(v))
		return NULL;
	const bool fits = type == cJSON_True ? cJSON_IsBool(v) : (v->type & 0xff) == type;
	if (!fits) {
		read_fault(r, name, "must be %s", what);
		return NULL;
	}
	return v;
}

const char *read_str(struct contract_reader *r, const cJSON *obj, const char *name)
{
	const cJSON *v = read_member(r, obj, name, cJSON_String, "a string");
	return v == NULL ? NULL : v->valuestring;
}

long read_int(
    struct contract_reader *r, const cJSON *obj, const char *name, long dflt, long low, long high)
{
	const cJSON *v = read_member(r, obj, name, cJSON_Number, "a whole number");
	if (v == NULL)
		return dflt;
	if (!(v->valuedouble >= (double)low && v->valuedouble <= (double)high) ||
	    v->valuedouble != (double)(long)v->valuedouble) {
		read_fault(r, name, "must be a whole number from %ld to %ld", low, high);
		return dflt;
	}
	return (long)v->valuedouble;
}

bool read_bool(struct contract_reader *r, const cJSON *obj, const char *name, bool dflt)
{
	const cJSON *v = read_member(r, obj, name, cJSON_True, "true or false");
	return v == NULL ? dflt : cJSON_IsTrue(v);
}

const char *const *read_words(
    struct contract_reader *r, const cJSON *obj, const char *name, int most)
{
	const cJSON *list = read_member(r, obj, name, cJSON_Array, "an array of strings");
	if (list == NULL)
		return NULL;
	const int n = cJSON_GetArraySize(list);
	if (n > most) {
		read_fault(r, name, "has %d words, at most %d are allowed", n, most);
		return NULL;
	}
	const char **words = arena_alloc(r->a, ((size_t)n + 1) * sizeof(*words));
	const cJSON *v;
	size_t used = 0;
	cJSON_ArrayForEach(v, list)
	{
		if (!cJSON_IsString(v) || strlen(v->valuestring) > CONTRACT_WORD_BYTES)
			read_fault(
			    r, name, "must hold strings of at most %d bytes", CONTRACT_WORD_BYTES);
		else
			words[used++] = arena_dup(r->a, v->valuestring);
	}
	return words;
}

int read_one_of(struct contract_reader *r, const cJSON *obj, const char *name,
    const char *const *words, int dflt)
{
	const char *leaf = strrchr(name, '.');
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(obj, leaf == NULL ? name : leaf + 1);
	const bool is_list = cJSON_IsArray(v) && cJSON_GetArraySize(v) == 1;
	const char *word = is_list ? cJSON_GetStringValue(v->child) : read_str(r, obj, name);
	const char *all = "";
	if (word == NULL)
		return dflt;
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
		all = arena_printf(r->a, "%s%s\"%s\"", all, i > 0 ? ", " : "", words[i]);
	}
	read_fault(r, name, "must be one of %s", all);
	return dflt;
}

void read_known(struct contract_reader *r, const cJSON *ours, const char *const *names)
{
	const cJSON *v;
	cJSON_ArrayForEach(v, ours)
	{
		struct near near;
		bool known = false;
		near_init(&near, v->string);
		for (size_t i = 0; names[i] != NULL; i++) {
			known = known || strcmp(names[i], v->string) == 0;
			near_try(&near, names[i]);
		}
		if (!known)
			read_fault(r, arena_printf(r->a, "millrace.%.60s", v->string),
			    near.best != NULL ? "is not known; did you mean \"%s\"?"
					      : "is not known: nobody would honour it",
			    near.best);
	}
}
