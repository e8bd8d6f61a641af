/* SPDX-License-Identifier: Apache-2.0 */
/* session_doc - the session as the page reads it, and its cookie. On a pool thread. */
#ifndef AUTH_GATEWAY_SESSION_DOC_H
#define AUTH_GATEWAY_SESSION_DOC_H

#include "kit/http_server.h"

/* session_doc_set_cookie - set the cookie for max_age_s seconds; 0 and secret "" clear it. */
void session_doc_set_cookie(struct http_req *req, const char *secret, int64_t max_age_s);

/*
 * session_doc_reply - read the session and answer with who it is, roles, permissions, CSRF token.
 *
 * Errors  ERR_AUTH  no such session (any more); else as kit/db.h
 */
int session_doc_reply(struct http_req *req, const char *secret, struct err *err) MUST_CHECK;

#endif
