/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_match - which operation a request is, by the generated table of every service's operations.
 *
 * Exact: no prefix, no regular expression, no case folding; a {parameter} is one segment that is
 * not empty. The table has literal segments before parameters, so the first match is the right one.
 */
#ifndef AUTH_GATEWAY_ROUTE_MATCH_H
#define AUTH_GATEWAY_ROUTE_MATCH_H

#include "base/macros.h"
#include "gateway_routes.h"

enum route_verdict { ROUTE_FOUND, ROUTE_UNKNOWN, ROUTE_OTHER_METHOD };

/*
 * route_match - find the operation of a method and a path.
 *
 * routes  table ended by a NULL method; borrowed
 * path    in normal form (uri_path), path_n bytes
 * out     written only for ROUTE_FOUND; points into routes
 */
enum route_verdict route_match(const struct gateway_route *routes, const char *method,
    const char *path, size_t path_n, const struct gateway_route **out);

/* route_is_safe - GET, HEAD and OPTIONS change nothing and need no CSRF token. */
bool route_is_safe(const char *method);

#endif
