/* SPDX-License-Identifier: Apache-2.0 */
/* password - yescrypt through libcrypt. */
#include "password.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* A setting of the same cost as password_hash's, for people who do not exist. */
static const char NOBODY[] = "$y$j9T$MillraceNobodyHere....$";

/* crypt(3) with memory of its own, wiped afterwards; NULL when libcrypt refuses. */
static char *hash_with(const char *password, const char *setting)
{
	struct crypt_data *work = mem_alloc(sizeof(*work));
	const char *made = crypt_r(password, setting, work);
	char *out = made != NULL && made[0] != '*' ? mem_dup(made) : NULL;
	explicit_bzero(work, sizeof(*work));
	free(work);
	return out;
}

int password_hash(struct arena *a, const char *password, const char **out, struct err *err)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	if (crypt_gensalt_rn("$y$", 0, NULL, 0, setting, (int)sizeof(setting)) == NULL)
		return err_set(err, ERR_INTERNAL, "libcrypt gives no salt");
	char *made = hash_with(password, setting);
	if (made == NULL)
		return err_set(err, ERR_INTERNAL, "libcrypt refused the password");
	*out = arena_dup(a, made);
	free(made);
	return 0;
}

bool password_is(const char *password, const char *hash)
{
	char *made = hash_with(password, hash != NULL ? hash : NOBODY);
	const bool right = made != NULL && hash != NULL && strlen(made) == strlen(hash) &&
			   text_equal_ct(made, hash, strlen(hash));
	free(made);
	return right;
}
