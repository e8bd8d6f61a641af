/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token - the internal token: a JWT (HS256, 60 s) that the gateway makes for one service with that
 * service's own key, and the service checks, so that nothing on a network is trusted for being
 * there (design.md 7). The one file that includes jwt.h: libjwt trusts the token's own alg, so the
 * algorithm is compared with ours, and iss, aud, exp, nbf, typ and crit are checked here.
 *
 * Claims: iss "millrace-gateway", aud service, sub user id, name, adm (bool), dom {domain:
 * [roles]}, sid (session id), iat, nbf, exp.
 */
#ifndef KIT_TOKEN_H
#define KIT_TOKEN_H

#include "kit/http_server.h"

enum { TOKEN_TTL_S = 60, TOKEN_KEY_BYTES = 32, TOKEN_MAX_BYTES = 4096, TOKEN_LEEWAY_S = 5 };

/*
 * token_make - a token for one service.
 *
 * key       TOKEN_KEY_BYTES
 * service   audience
 * caller    who; domains_json is {"default":["data_manager"]}
 *
 * Returns the token in the arena.
 */
const char *token_make(struct arena *a, const uint8_t *key, const char *service,
    const char *user_id, const char *user_name, bool is_admin, const char *domains_json,
    int64_t now_s);

/*
 * token_check - verify and read a token.
 *
 * token  NUL-terminated, at most TOKEN_MAX_BYTES; borrowed
 * out    filled only on success; strings in the arena
 *
 * Errors  ERR_AUTH  any fault; the message says which, for the log, not for the client
 */
int token_check(const char *token, const uint8_t *key, const char *service, int64_t now_s,
    struct arena *a, struct http_caller *out, struct err *err) MUST_CHECK;

#endif
