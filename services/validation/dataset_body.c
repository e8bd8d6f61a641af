/* SPDX-License-Identifier: Apache-2.0 */
/* dataset_body - the members that creating and changing a dataset have in common. */
#include "dataset_body.h"

#include <string.h>

enum { DESCRIPTION_BYTES = 2000 };

/* A description may have lines: only other control characters are refused. */
static bool is_prose(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 && *s != '\n' && *s != '\t')
			return false;
	}
	return true;
}

int dataset_body_description(const cJSON *body, const char **out, struct err *err)
{
	if (!cJSON_HasObjectItem(body, "description"))
		return 0;
	const char *text = js_str(body, "description");
	if (text == NULL || strlen(text) > DESCRIPTION_BYTES || !is_prose(text))
		return err_set_code(err, ERR_INPUT, "field.invalid",
		    "description: text of at most %d bytes", DESCRIPTION_BYTES);
	*out = text;
	return 0;
}

int dataset_body_auto_publish(const cJSON *body, const char **out, struct err *err)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(body, "auto_publish");
	if (v == NULL)
		return 0;
	if (!cJSON_IsBool(v))
		return err_set_code(err, ERR_INPUT, "field.invalid", "auto_publish: true or false");
	*out = cJSON_IsTrue(v) ? "true" : "false";
	return 0;
}

int dataset_body_budget(const cJSON *body, struct arena *a, const char **out, struct err *err)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(body, "error_budget_pct");
	if (v == NULL)
		return 0;
	if (!cJSON_IsNumber(v) || !(v->valuedouble >= 0 && v->valuedouble <= 100))
		return err_set_code(err, ERR_INPUT, "field.invalid",
		    "error_budget_pct: a number between 0 and 100");
	*out = arena_printf(a, "%.3f", v->valuedouble);
	return 0;
}
