/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret - the session cookie and what is derived from it.
 *
 * A session is 256 random bits, written as 43 base64url characters. The database keeps only the
 * SHA-256 of those characters; the CSRF token is an HMAC under them, so both are bound to the
 * session and neither gives it away.
 */
#ifndef AUTH_GATEWAY_SECRET_H
#define AUTH_GATEWAY_SECRET_H

#include "base/macros.h"

#define SECRET_COOKIE "millrace_session"

enum { SECRET_BYTES = 44, SECRET_HASH_BYTES = 32, SECRET_HEX_BYTES = 67 };

/* secret_make - a new session secret; out at least SECRET_BYTES. */
void secret_make(char *out);

/*
 * secret_of_cookie - the session secret in a Cookie header.
 *
 * cookie  the header's value, or NULL; borrowed
 * out     at least SECRET_BYTES; written only on success
 *
 * Returns true when there is exactly one such cookie and it has the right form.
 */
bool secret_of_cookie(const char *cookie, char *out);

/* secret_hash - what the database knows it by; out SECRET_HASH_BYTES. */
void secret_hash(const char *secret, uint8_t *out);

/* secret_bytea - a hash as PostgreSQL's text form of bytea (\x...); out at least SECRET_HEX_BYTES.
 */
void secret_bytea(const uint8_t *hash, char *out);

/* secret_csrf - the CSRF token of a session; out at least SECRET_BYTES. */
void secret_csrf(const char *secret, char *out);

/* secret_csrf_is - does the header X-CSRF-Token (NULL: absent) carry this session's token? Constant
 * time. */
bool secret_csrf_is(const char *csrf, const char *header);

#endif
