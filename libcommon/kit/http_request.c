/* SPDX-License-Identifier: Apache-2.0 */
/* http_request - what handlers ask of a request: fields, parameters, body, caller, domains. */
#include "kit/http_priv.h"

#include "base/die.h"
#include "base/text.h"

#define ADMIN_ROLE "administrator"

struct arena *http_arena(struct http_req *req)
{
	return req->arena;
}

const struct logctx *http_log(const struct http_req *req)
{
	return &req->log;
}

const char *http_id(const struct http_req *req)
{
	return req->log.req;
}

const char *http_method(const struct http_req *req)
{
	return req->head.method;
}

const char *http_path(const struct http_req *req)
{
	return req->path;
}

const char *http_param(const struct http_req *req, const char *name)
{
	const char *value = http_route_param(req->arena, req->route, req->path, name);

	if (value == NULL)
		bug("route %s has no parameter %s", req->route->path, name);
	return value;
}

const char *http_query(const struct http_req *req, const char *name)
{
	size_t want = strlen(name);

	for (const char *p = req->query; *p != '\0';) {
		size_t n = strcspn(p, "&");
		size_t key = strcspn(p, "=&");
		struct err err;
		const char *have = http_decode(req->arena, p, key, true, &err);

		if (have != NULL && strcmp(have, name) == 0 && want > 0)
			return key < n
				   ? http_decode(req->arena, p + key + 1, n - key - 1, true, &err)
				   : "";
		p += n + (p[n] == '&');
	}
	return NULL;
}

int http_query_i64(const struct http_req *req, const char *name, int64_t dflt, int64_t min,
    int64_t max, int64_t *out, struct err *err)
{
	const char *text = http_query(req, name);
	int64_t v = dflt;

	if (text != NULL && (text_parse_i64(text, &v) != 0 || v < min || v > max))
		return err_set_code(err, ERR_INPUT, "field.invalid",
		    "%s must be a whole number from %lld to %lld", name, (long long)min,
		    (long long)max);
	*out = v;
	return 0;
}

const char *http_header(const struct http_req *req, const char *name)
{
	for (size_t i = 0; i < req->head.n_headers; i++)
		if (strcasecmp(req->head.headers[i].name, name) == 0)
			return req->head.headers[i].value;
	return NULL;
}

int64_t http_body_length(const struct http_req *req)
{
	return req->head.length;
}

struct span http_body(const struct http_req *req)
{
	return (struct span){ .p = (const uint8_t *)req->body.data, .n = req->body.n };
}

int http_body_json(struct http_req *req, cJSON **out, struct err *err)
{
	struct span body = http_body(req);
	cJSON *doc = NULL;

	if (body.n == 0)
		return err_set_code(
		    err, ERR_INPUT, "json.invalid", "a JSON object is needed as body");
	if (js_parse(body.p, body.n, req->arena, &doc, err) != 0)
		return -1;
	if (!cJSON_IsObject(doc))
		return err_set_code(err, ERR_INPUT, "json.invalid", "body is not a JSON object");
	*out = doc;
	return 0;
}

const struct http_caller *http_caller(const struct http_req *req)
{
	return &req->caller;
}

struct db *http_db(struct http_req *req)
{
	ASSERT(req->db != NULL);
	return req->db;
}

void *http_state(const struct http_req *req)
{
	return req->state;
}

void http_set_state(struct http_req *req, void *state)
{
	req->state = state;
}

static bool role_grants(const struct http_req *req, const char *role, const char *permission)
{
	const struct http_permission *p = req->server->conf.permissions;

	for (; p != NULL && p->role != NULL; p++)
		if (strcmp(p->role, role) == 0 && strcmp(p->permission, permission) == 0)
			return true;
	return false;
}

static bool admin_grants(const struct http_req *req, const char *permission)
{
	return req->caller.is_admin && role_grants(req, ADMIN_ROLE, permission);
}

/* Roles of one domain; the administrator's name there would be a forged row of that domain. */
static bool domain_grants(const struct http_req *req, const cJSON *roles, const char *permission)
{
	const cJSON *role;

	cJSON_ArrayForEach(role, roles)
	{
		if (cJSON_IsString(role) && strcmp(role->valuestring, ADMIN_ROLE) != 0 &&
		    role_grants(req, role->valuestring, permission))
			return true;
	}
	return false;
}

bool http_can(const struct http_req *req, const char *permission, const char *domain)
{
	const cJSON *d;

	if (admin_grants(req, permission))
		return true;
	cJSON_ArrayForEach(d, req->caller.domains)
	{
		if ((domain == NULL || strcmp(d->string, domain) == 0) &&
		    domain_grants(req, d, permission))
			return true;
	}
	return false;
}

/* Names of domains are checked before they enter the literal: [a-z0-9_] needs no quoting. */
const char *http_domains(struct http_req *req)
{
	const char *permission = req->route->permission;
	bool admin = admin_grants(req, permission);
	bool all = admin || strcmp(permission, "session") == 0;
	struct buf b;
	const cJSON *d;

	if (req->domains != NULL)
		return req->domains;
	buf_init(&b, 1 << 16);
	buf_adds(&b, admin ? "{*" : "{");
	cJSON_ArrayForEach(d, req->caller.domains)
	{
		if (text_is_name(d->string) && (all || domain_grants(req, d, permission)))
			buf_printf(&b, "%s%s", b.n > 1 ? "," : "", d->string);
	}
	buf_adds(&b, "}");
	req->domains = arena_dup(req->arena, b.data);
	buf_done(&b);
	return req->domains;
}
