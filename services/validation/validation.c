/* SPDX-License-Identifier: Apache-2.0 */
/* validation - how requests name datasets, and the few shapes of an answer. */
#include "validation.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct validation_conf validation_settings;

const struct validation_conf *validation_conf(void)
{
	return &validation_settings;
}

int validation_dataset(
    struct http_req *req, const char *permission, struct ref *out, struct err *err)
{
	return ref_of_request(req, "dataset", permission, out, err);
}

int validation_limit(struct http_req *req, int64_t *out, struct err *err)
{
	return http_query_i64(req, "limit", LIMIT_PAGE_DEFAULT, 1, LIMIT_PAGE_MAX, out, err);
}

void validation_reply_list(struct http_req *req, const struct db_result *r, int64_t limit)
{
	const int rows = db_rows(r);
	const int shown = rows > limit ? (int)limit : rows;
	cJSON *doc = js_object(http_arena(req));
	cJSON *items = cJSON_AddArrayToObject(doc, "items");
	for (int i = 0; i < shown; i++)
		cJSON_AddItemToArray(items, cJSON_CreateRaw(db_text(r, i, "doc")));
	js_add_str(doc, "next_cursor", rows > shown ? db_text(r, shown - 1, "key") : NULL);
	http_reply_json(req, 200, doc);
}

void validation_reply_doc(struct http_req *req, int status, const char *doc, const char *etag)
{
	if (etag != NULL)
		http_set_header(req, "ETag", arena_printf(http_arena(req), "\"%s\"", etag));
	http_reply_text(req, status, "application/json", doc, strlen(doc));
}

/* Takes the value with its quotes or, as it stands in our JSON, without. */
int validation_if_match(const struct http_req *req, int64_t *out, struct err *err)
{
	const char *header = http_header(req, "If-Match");
	char text[24];
	int64_t rev;
	if (header == NULL || strcmp(header, "*") == 0) {
		*out = 0;
		return 0;
	}
	const size_t quote = header[0] == '"' ? 1 : 0;
	const size_t n = strcspn(header + quote, "\"");
	(void)snprintf(text, sizeof(text), "%.*s", n < sizeof(text) ? (int)n : 0, header + quote);
	if (text_parse_i64(text, &rev) != 0 || rev < 1 || strlen(header) != n + 2 * quote)
		return err_set_code(
		    err, ERR_CONFLICT, "etag.mismatch", "If-Match is not an ETag of ours");
	*out = rev;
	return 0;
}
