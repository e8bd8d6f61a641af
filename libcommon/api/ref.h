/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ref - the name of a thing of a domain in one path segment: "name" or "domain.name" (design.md 8).
 *
 * A thing in a domain where the caller holds nothing does not exist for him: ref_of_request answers
 * 404 for it, so that a foreign name tells nothing.
 */
#ifndef API_REF_H
#define API_REF_H

#include "kit/http_server.h"

struct ref {
	const char *domain; /* "default" when the segment had none; arena */
	const char *name;   /* arena */
};

/*
 * ref_parse - read "name" or "domain.name".
 *
 * text  NUL-terminated, not NULL; borrowed
 * out   written only on success
 *
 * Errors  ERR_INPUT  code "name.invalid"
 */
int ref_parse(const char *text, struct arena *a, struct ref *out, struct err *err) MUST_CHECK;

/*
 * ref_of_request - the path parameter as a name, in a domain where the caller may do what this
 * route does.
 *
 * param  name of the path parameter, e.g. "dataset"
 *
 * Errors  ERR_NOT_FOUND  code "<param>.unknown": not a name, or a domain the caller holds nothing
 * in
 */
int ref_of_request(struct http_req *req, const char *param, const char *permission, struct ref *out,
    struct err *err) MUST_CHECK;

#endif
