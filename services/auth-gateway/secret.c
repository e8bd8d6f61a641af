/* SPDX-License-Identifier: Apache-2.0 */
/* secret - the session cookie and what is derived from it. */
#include "secret.h"

#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <string.h>
#include <sys/random.h>

#include "base/die.h"
#include "base/text.h"

enum { SECRET_LENGTH = SECRET_BYTES - 1 };

void secret_make(char *out)
{
	uint8_t random[32];
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		bug("no random bytes");
	text_base64url(random, sizeof(random), out);
	explicit_bzero(random, sizeof(random));
}

static bool is_secret(const char *p, size_t n)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	return n == SECRET_LENGTH && strspn(p, alphabet) == SECRET_LENGTH;
}

bool secret_of_cookie(const char *cookie, char *out)
{
	static const char name[] = SECRET_COOKIE "=";
	const char *found = NULL;
	for (const char *p = cookie; p != NULL && *p != '\0';) {
		p += strspn(p, " \t;");
		const size_t n = strcspn(p, ";");
		if (strncmp(p, name, sizeof(name) - 1) == 0) {
			if (found != NULL ||
			    !is_secret(p + sizeof(name) - 1, n - (sizeof(name) - 1)))
				return false;
			found = p + sizeof(name) - 1;
		}
		p += n;
	}
	if (found == NULL)
		return false;
	memcpy(out, found, SECRET_LENGTH);
	out[SECRET_LENGTH] = '\0';
	return true;
}

void secret_hash(const char *secret, uint8_t *out)
{
	SHA256((const uint8_t *)secret, strlen(secret), out);
}

void secret_bytea(const uint8_t *hash, char *out)
{
	memcpy(out, "\\x", 2);
	text_hex(hash, SECRET_HASH_BYTES, out + 2);
}

void secret_csrf(const char *secret, char *out)
{
	static const uint8_t label[] = "millrace csrf 1";
	uint8_t mac[SECRET_HASH_BYTES];
	if (HMAC(EVP_sha256(), secret, (int)strlen(secret), label, sizeof(label) - 1, mac, NULL) ==
	    NULL)
		bug("no HMAC-SHA256");
	text_base64url(mac, sizeof(mac), out);
}

bool secret_csrf_is(const char *csrf, const char *header)
{
	return header != NULL && strlen(header) == SECRET_LENGTH &&
	       text_equal_ct(csrf, header, SECRET_LENGTH);
}
