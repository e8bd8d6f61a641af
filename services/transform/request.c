/* SPDX-License-Identifier: Apache-2.0 */
/* request - what the endpoints of transform share. */
#include "request.h"

#include "base/die.h"
#include "base/text.h"

#include <string.h>

static const char SQL_AUDIT[] =
    "select auth.audit_v1(nullif($1, '')::uuid, $2, $3, $4, 'ok', $5, $6, $7::jsonb)";

enum { CURSOR_MAX_BYTES = 8192 };

const char *request_set_etag(struct http_req *req, int64_t revision)
{
	const char *etag = arena_printf(http_arena(req), "%lld", (long long)revision);

	http_set_header(req, "ETag", arena_printf(http_arena(req), "\"%s\"", etag));
	return etag;
}

int request_if_match(const struct http_req *req, int64_t *out, struct err *err)
{
	const char *text = http_header(req, "If-Match");
	char digits[24];

	*out = -1;
	if (text == NULL)
		return 0;
	size_t n = strlen(text);

	if (n >= 2 && text[0] == '"' && text[n - 1] == '"') {
		text++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof(digits))
		return err_set_code(
		    err, ERR_CONFLICT, "etag.mismatch", "If-Match is not one of ours");
	memcpy(digits, text, n);
	digits[n] = '\0';
	if (text_parse_i64(digits, out) != 0 || *out < 0)
		return err_set_code(
		    err, ERR_CONFLICT, "etag.mismatch", "If-Match is not one of ours");
	return 0;
}

const char *request_cursor(struct arena *a, const char *const *parts, size_t n)
{
	cJSON *list = js_array(a);

	for (size_t i = 0; i < n; i++)
		cJSON_AddItemToArray(
		    list, parts[i] == NULL ? cJSON_CreateNull() : cJSON_CreateString(parts[i]));
	const char *text = js_print(a, list);
	char *out = arena_alloc(a, 4 * ((strlen(text) + 2) / 3) + 1);

	text_base64url((const uint8_t *)text, strlen(text), out);
	return out;
}

void request_reply_page(struct http_req *req, const struct db_result *r, int64_t limit,
    request_item_fn item, const char *const *keys)
{
	cJSON *doc = js_object(http_arena(req));
	cJSON *items = cJSON_AddArrayToObject(doc, "items");
	const bool more = db_rows(r) > limit;
	const int n = more ? (int)limit : db_rows(r);
	const char *last[4] = { NULL };
	size_t n_keys = 0;

	for (int i = 0; i < n; i++)
		cJSON_AddItemToArray(items, item(r, i));
	for (; more && keys[n_keys] != NULL; n_keys++) {
		ASSERT(n_keys < ARRAY_SIZE(last));
		last[n_keys] = db_text(r, n - 1, keys[n_keys]);
	}
	js_add_str(doc, "next_cursor", more ? request_cursor(http_arena(req), last, n_keys) : NULL);
	http_reply_json(req, 200, doc);
}

static int bad_cursor(struct err *err)
{
	return err_set_code(err, ERR_INPUT, "cursor.invalid",
	    "this cursor is not one of this list; start again without it");
}

int request_read_cursor(struct http_req *req, const char **out, size_t n, struct err *err)
{
	const char *text = http_query(req, "cursor");
	struct arena *a = http_arena(req);
	cJSON *list = NULL;
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		out[i] = NULL;
	if (text == NULL || text[0] == '\0')
		return 0;
	uint8_t *plain = arena_alloc(a, CURSOR_MAX_BYTES);

	if (strlen(text) > CURSOR_MAX_BYTES ||
	    text_unbase64(text, strlen(text), plain, CURSOR_MAX_BYTES, &bytes) != 0 ||
	    js_parse(plain, bytes, a, &list, err) != 0 || !cJSON_IsArray(list) ||
	    cJSON_GetArraySize(list) != (int)n)
		return bad_cursor(err);
	const cJSON *item;
	size_t i = 0;

	cJSON_ArrayForEach(item, list)
	{
		if (!cJSON_IsString(item) && !cJSON_IsNull(item))
			return bad_cursor(err);
		out[i++] = item->valuestring;
	}
	return 0;
}

int request_audit(struct http_req *req, const char *action, const char *object, const cJSON *detail,
    struct err *err)
{
	const struct http_caller *who = http_caller(req);
	const char *address = http_header(req, "X-Real-IP");

	return db_query(http_db(req), SQL_AUDIT, NULL, err, who->user_id, who->user_name, action,
	    object, http_id(req), address != NULL ? address : "",
	    detail != NULL ? js_print(http_arena(req), detail) : NULL);
}
