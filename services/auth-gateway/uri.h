/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uri - the one normaliser of the door: a request target in its one allowed spelling, or refused.
 *
 * Nothing is rewritten: a path is either in normal form already or the request is refused, so that
 * nginx, the gateway and the daemon behind cannot read it differently (path confusion). Refused:
 * empty and dot segments, a slash at the end, backslash, semicolon, raw control and non-ASCII
 * bytes, a broken escape, an escape of '/', '\\', control bytes or NUL, of a letter, digit, '.',
 * '-', '_' or '~' (never written so), an escape of an escape (%25 and two hex digits), a fragment.
 * The query is cut off and not looked at: no decision depends on it.
 *
 * Pure functions, any thread. Source: facts/security.md (Envoy CVE-2019-9901, CVE-2021-29492,
 * oauth2-proxy's skip rules over raw addresses).
 */
#ifndef AUTH_GATEWAY_URI_H
#define AUTH_GATEWAY_URI_H

#include "base/macros.h"

enum { URI_MAX_BYTES = 8192 };

/*
 * uri_path - the path of a request target.
 *
 * uri    NUL-terminated request target as the client sent it; borrowed
 * out_n  bytes of uri that are the path, written only on success
 *
 * Returns 0, or -1 when it is not in normal form.
 */
int uri_path(const char *uri, size_t *out_n) MUST_CHECK;

#endif
