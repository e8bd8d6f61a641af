/* SPDX-License-Identifier: Apache-2.0 */
/*
 * password - yescrypt through libcrypt: 15 ms and 17 MB a time, so it runs on the gateway's
 * password queue and at boot only.
 */
#ifndef AUTH_GATEWAY_PASSWORD_H
#define AUTH_GATEWAY_PASSWORD_H

#include "base/arena.h"

enum { PASSWORD_MAX_BYTES = 511 }; /* libcrypt takes no more */

/*
 * password_hash - a new hash with a fresh salt, in the arena.
 *
 * Errors  ERR_INTERNAL  libcrypt refused (too long, out of memory)
 */
int password_hash(
    struct arena *a, const char *password, const char **out, struct err *err) MUST_CHECK;

/*
 * password_is - does the password belong to the hash? A NULL hash (nobody of that name) costs the
 * same work and is never right, so that the time taken does not tell who exists.
 */
bool password_is(const char *password, const char *hash);

#endif
