/* SPDX-License-Identifier: Apache-2.0 */
/* ref - the name of a thing of a domain in one path segment. */
#include "api/ref.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

int ref_parse(const char *text, struct arena *a, struct ref *out, struct err *err)
{
	const char *dot = strchr(text, '.');
	const struct ref ref = {
		.domain = dot != NULL ? arena_dup_n(a, text, (size_t)(dot - text)) : "default",
		.name = arena_dup(a, dot != NULL ? dot + 1 : text),
	};
	if (!text_is_name(ref.domain) || !text_is_name(ref.name))
		return err_set_code(err, ERR_INPUT, "name.invalid",
		    "%.80s: a name is a-z, 0-9 and _, starts with a letter and has at most %d "
		    "characters",
		    text, TEXT_NAME_MAX_BYTES);
	*out = ref;
	return 0;
}

int ref_of_request(struct http_req *req, const char *param, const char *permission, struct ref *out,
    struct err *err)
{
	struct ref ref;
	char code[ERR_CODE_BYTES];
	const char *text = http_param(req, param);
	if (ref_parse(text, http_arena(req), &ref, err) != 0 ||
	    !http_can(req, permission, ref.domain)) {
		(void)snprintf(code, sizeof(code), "%s.unknown", param);
		return err_set_code(err, ERR_NOT_FOUND, code, "%s %.100s", param, text);
	}
	*out = ref;
	return 0;
}
