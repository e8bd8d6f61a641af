/* SPDX-License-Identifier: Apache-2.0 */
/* token - make and check the internal token; the only file that includes jwt.h. */
#include "kit/token.h"

#include <jwt.h>

#include "base/die.h"
#include "base/text.h"
#include "base/uuid.h"
#include "kit/json.h"

#define ISSUER "millrace-gateway"

static void free_jwt(jwt_t **jwt)
{
	jwt_free(*jwt);
}

static void must(int rc, const char *what)
{
	if (rc != 0)
		bug("token: %s failed with %d", what, rc);
}

const char *token_make(struct arena *a, const uint8_t *key, const char *service,
    const char *user_id, const char *user_name, bool is_admin, const char *domains_json,
    int64_t now_s)
{
	scoped(jwt_t *, free_jwt) jwt = NULL;
	const char *domains = arena_printf(a, "{\"dom\":%s}", domains_json);
	const char *token;
	char *text;

	must(jwt_new(&jwt), "new");
	must(jwt_add_grant(jwt, "iss", ISSUER), "iss");
	must(jwt_add_grant(jwt, "aud", service), "aud");
	must(jwt_add_grant(jwt, "sub", user_id), "sub");
	must(jwt_add_grant(jwt, "name", user_name), "name");
	must(jwt_add_grant_bool(jwt, "adm", is_admin), "adm");
	must(jwt_add_grant_int(jwt, "iat", (long)now_s), "iat");
	must(jwt_add_grant_int(jwt, "nbf", (long)now_s), "nbf");
	must(jwt_add_grant_int(jwt, "exp", (long)now_s + TOKEN_TTL_S), "exp");
	must(jwt_add_grants_json(jwt, domains), "dom");
	must(jwt_set_alg(jwt, JWT_ALG_HS256, key, TOKEN_KEY_BYTES), "alg");
	text = jwt_encode_str(jwt);
	must(text == NULL, "encode");
	token = arena_dup(a, text);
	free(text);
	return token;
}

/* One base64url segment as a JSON object by our own strict parser. */
static int decode_part(const char *p, size_t n, struct arena *a, cJSON **out, struct err *err)
{
	uint8_t *bytes = arena_alloc(a, n + 1);
	size_t len;

	if (memchr(p, '=', n) != NULL || memchr(p, '+', n) != NULL || memchr(p, '/', n) != NULL ||
	    text_unbase64(p, n, bytes, n + 1, &len) != 0)
		return err_set(err, ERR_AUTH, "not base64url");
	if (js_parse(bytes, len, a, out, err) != 0 || !cJSON_IsObject(*out))
		return err_set(err, ERR_AUTH, "not a JSON object");
	return 0;
}

static int check_head(const char *p, size_t n, struct arena *a, struct err *err)
{
	static const char *const known[] = { "alg", "typ", NULL };
	cJSON *head = NULL;
	const char *alg, *typ;

	if (decode_part(p, n, a, &head, err) != 0)
		return -1;
	alg = js_str(head, "alg");
	typ = js_str(head, "typ");
	if (alg == NULL || strcmp(alg, "HS256") != 0 || typ == NULL || strcmp(typ, "JWT") != 0)
		return err_set(err, ERR_AUTH, "algorithm or type is not ours");
	if (js_only(head, known, err) != 0)
		return err_set(err, ERR_AUTH, "header has more than alg and typ");
	return 0;
}

static int check_signature(const char *token, const uint8_t *key, struct err *err)
{
	scoped(jwt_t *, free_jwt) jwt = NULL;

	if (jwt_decode(&jwt, token, key, TOKEN_KEY_BYTES) != 0)
		return err_set(err, ERR_AUTH, "signature does not match");
	if (jwt_get_alg(jwt) != JWT_ALG_HS256)
		return err_set(err, ERR_AUTH, "algorithm is not ours");
	return 0;
}

static bool is_text(const cJSON *claims, const char *name, const char *want)
{
	const char *have = js_str(claims, name);

	return have != NULL && strcmp(have, want) == 0;
}

static int check_times(const cJSON *claims, int64_t now_s, struct err *err)
{
	int64_t exp = js_i64(claims, "exp", -1);
	int64_t nbf = js_i64(claims, "nbf", -1);
	int64_t iat = js_i64(claims, "iat", -1);

	if (exp < 0 || nbf < 0 || iat < 0)
		return err_set(err, ERR_AUTH, "exp, nbf or iat is missing");
	if (exp - iat > TOKEN_TTL_S || now_s > exp + TOKEN_LEEWAY_S)
		return err_set(err, ERR_AUTH, "expired");
	if (now_s + TOKEN_LEEWAY_S < nbf || now_s + TOKEN_LEEWAY_S < iat)
		return err_set(err, ERR_AUTH, "not valid yet");
	return 0;
}

static int read_caller(const cJSON *claims, struct http_caller *out, struct err *err)
{
	const char *id = js_str(claims, "sub");
	const char *name = js_str(claims, "name");
	const cJSON *domains = cJSON_GetObjectItemCaseSensitive(claims, "dom");

	if (!uuid_is_valid(id) || name == NULL || !cJSON_IsObject(domains))
		return err_set(err, ERR_AUTH, "sub, name or dom is missing");
	*out = (struct http_caller){
		.user_id = id,
		.user_name = name,
		.is_admin = js_bool(claims, "adm", false),
		.domains = domains,
	};
	return 0;
}

int token_check(const char *token, const uint8_t *key, const char *service, int64_t now_s,
    struct arena *a, struct http_caller *out, struct err *err)
{
	const char *dot = strchr(token, '.');
	const char *last = strrchr(token, '.');
	cJSON *claims = NULL;

	if (strlen(token) > TOKEN_MAX_BYTES)
		return err_set(err, ERR_AUTH, "longer than %d bytes", TOKEN_MAX_BYTES);
	if (dot == NULL || last == dot || memchr(dot + 1, '.', (size_t)(last - dot - 1)) != NULL)
		return err_set(err, ERR_AUTH, "not three parts");
	if (check_head(token, (size_t)(dot - token), a, err) != 0 ||
	    check_signature(token, key, err) != 0 ||
	    decode_part(dot + 1, (size_t)(last - dot - 1), a, &claims, err) != 0)
		return -1;
	if (!is_text(claims, "iss", ISSUER) || !is_text(claims, "aud", service))
		return err_set(err, ERR_AUTH, "issuer or audience is not ours");
	if (check_times(claims, now_s, err) != 0)
		return -1;
	return read_caller(claims, out, err);
}
