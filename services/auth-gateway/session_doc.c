/* SPDX-License-Identifier: Apache-2.0 */
/* session_doc - the session as the page reads it, and its cookie. */
#include "session_doc.h"

#include <string.h>

#include "auth_gateway_routes.h"
#include "base/clock.h"
#include "gateway.h"
#include "store.h"

void session_doc_set_cookie(struct http_req *req, const char *secret, int64_t max_age_s)
{
	const char *scheme = http_header(req, "X-Forwarded-Proto");
	const bool secure =
	    gateway()->conf->cookie_secure || (scheme != NULL && strcmp(scheme, "https") == 0);
	http_set_header(req, "Set-Cookie",
	    arena_printf(http_arena(req), "%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
		SECRET_COOKIE, secret, (long long)max_age_s, secure ? "; Secure" : ""));
}

static unsigned role_bits(const cJSON *roles)
{
	unsigned bits = 0;
	const cJSON *role;
	cJSON_ArrayForEach(role, roles)
	{
		for (const struct permission_role_row *r = permission_roles; r->name != NULL; r++)
			if (!r->installation && cJSON_IsString(role) &&
			    strcmp(r->name, role->valuestring) == 0)
				bits |= r->role;
	}
	return bits;
}

static void add_permissions(cJSON *doc, const char *domain, unsigned roles)
{
	cJSON *list = cJSON_AddArrayToObject(doc, domain);
	for (const struct permission_row *p = permission_rows; p->name != NULL; p++)
		if ((p->roles & roles) != 0)
			cJSON_AddItemToArray(list, cJSON_CreateString(p->name));
}

/* What may be done in each domain; "*" is what an administrator may in every one. */
static void add_rights(cJSON *doc, const cJSON *domains, bool is_admin)
{
	cJSON *permissions = cJSON_AddObjectToObject(doc, "permissions");
	const cJSON *domain;
	if (is_admin)
		add_permissions(permissions, "*", PERMISSION_ROLE_ADMINISTRATOR);
	cJSON_ArrayForEach(domain, domains)
	{
		add_permissions(permissions, domain->string,
		    role_bits(domain) | (is_admin ? PERMISSION_ROLE_ADMINISTRATOR : 0));
	}
}

static int reply(
    struct http_req *req, const char *secret, const struct session_row *row, struct err *err)
{
	struct arena *a = http_arena(req);
	cJSON *domains;
	if (js_parse(row->domains, strlen(row->domains), a, &domains, err) != 0)
		return -1;
	char csrf[SECRET_BYTES];
	char expires[CLOCK_RFC3339_BYTES];
	secret_csrf(secret, csrf);
	clock_format(row->expires_at_ms, expires);
	cJSON *doc = js_object(a);
	cJSON *user = cJSON_AddObjectToObject(doc, "user");
	js_add_str(user, "id", row->user_id);
	js_add_str(user, "name", row->user_name);
	js_add_str(user, "display_name", row->display_name);
	cJSON_AddBoolToObject(doc, "is_administrator", row->is_admin);
	js_add_raw(doc, "domains", row->domains);
	add_rights(doc, domains, row->is_admin);
	js_add_str(doc, "csrf_token", csrf);
	js_add_str(doc, "expires_at", expires);
	http_reply_json(req, 200, doc);
	return 0;
}

int session_doc_reply(struct http_req *req, const char *secret, struct err *err)
{
	struct session_row row;
	char hex[SECRET_HEX_BYTES];
	uint8_t hash[SECRET_HASH_BYTES];
	secret_hash(secret, hash);
	secret_bytea(hash, hex);
	const int found = store_session_find(
	    http_db(req), hex, gateway()->conf->idle_ms, http_arena(req), &row, err);
	if (found < 0)
		return -1;
	if (found == 0)
		return err_set_code(err, ERR_AUTH, "auth.required", "the session has ended");
	return reply(req, secret, &row, err);
}

int session_get(struct http_req *req, struct err *err)
{
	char secret[SECRET_BYTES];
	if (!secret_of_cookie(http_header(req, "Cookie"), secret))
		return err_set_code(err, ERR_AUTH, "auth.required", "nobody is signed in");
	return session_doc_reply(req, secret, err);
}
