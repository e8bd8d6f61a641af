/* SPDX-License-Identifier: Apache-2.0 */
/* sign_out - end the session everywhere and clear the cookie. */
#include "auth_gateway_routes.h"
#include "gateway.h"
#include "revoked.h"
#include "session_doc.h"
#include "store.h"

int sign_out(struct http_req *req, struct err *err)
{
	char secret[SECRET_BYTES];
	if (secret_of_cookie(http_header(req, "Cookie"), secret)) {
		char hex[SECRET_HEX_BYTES];
		uint8_t hash[SECRET_HASH_BYTES];
		secret_hash(secret, hash);
		secret_bytea(hash, hex);
		if (store_session_delete(http_db(req), hex, err) != 0)
			return -1;
		revoked_tell(gateway()->svc, gateway()->cache, hash);
	}
	session_doc_set_cookie(req, "", 0);
	http_reply_empty(req, 204);
	return 0;
}
