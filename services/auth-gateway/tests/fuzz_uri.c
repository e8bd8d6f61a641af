/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_uri - what the normaliser takes is in normal form, whatever the bytes; matching it is
 * bounded. */
#include <string.h>

#include "base/die.h"
#include "base/mem.h"
#include "route_match.h"
#include "secret.h"
#include "uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void check_normal(const char *path)
{
	ASSERT(path[0] == '/' && path[strlen(path) - 1] != '/');
	ASSERT(strstr(path, "//") == NULL && strstr(path, "/./") == NULL &&
	       strstr(path, "/../") == NULL);
	ASSERT(strpbrk(path, "\\;?# \t\r\n") == NULL);
	ASSERT(strcasestr(path, "%2f") == NULL || strstr(path, "%25") != NULL);
	ASSERT(strcasestr(path, "%2e") == NULL || strstr(path, "%25") != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *text = mem_alloc(n + 1);
	char secret[SECRET_BYTES];
	size_t path_n;
	memcpy(text, p, n);
	if (secret_of_cookie(text, secret))
		ASSERT(strlen(secret) == SECRET_BYTES - 1);
	if (uri_path(text, &path_n) == 0) {
		const struct gateway_route *route = NULL;
		ASSERT(path_n <= strlen(text));
		text[path_n] = '\0';
		check_normal(text);
		const enum route_verdict v =
		    route_match(gateway_routes, "GET", text, path_n, &route);
		ASSERT((v == ROUTE_FOUND) == (route != NULL));
	}
	free(text);
	return 0;
}
