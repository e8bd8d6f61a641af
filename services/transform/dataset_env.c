/* SPDX-License-Identifier: Apache-2.0 */
/* dataset_env - the datasets of one domain as libcommon/pipeline asks for them. */
#include "dataset_env.h"

#include "store.h"

#include <string.h>

/* A document of 1 MiB with PIPELINE_MAX_EXPR_BYTES of expressions takes at most a few MiB of trees;
 * 200 sources with the widest contracts 13 MiB. More than a request's arena holds, so it has its
 * own. */
enum { PIPELINE_ARENA_BYTES = 64 << 20 };

static void free_arena(void *ptr)
{
	struct arena *a = ptr;

	arena_free(&a);
}

static int columns(void *arg, const char *dataset, struct arena *a, struct expr_column **out,
    size_t *out_n, const char **out_why, struct err *err)
{
	const struct dataset_env *env = arg;
	scoped(struct db_result *, db_result_free) r = NULL;
	cJSON *doc = NULL;

	if (store_dataset(env->db, env->domain, dataset, &r, err) != 0)
		return -1;
	const char *text = db_text(r, 0, "dataset");

	if (text == NULL)
		return 0;
	if (js_parse(text, strlen(text), a, &doc, err) != 0)
		return -1;
	const cJSON *contract = cJSON_GetObjectItemCaseSensitive(doc, "contract");
	const char *kind = js_str(doc, "kind");

	if (kind == NULL || strcmp(kind, "upload") != 0) {
		*out_why = arena_printf(
		    a, "`%s` is derived; a pipeline reads datasets that uploads feed", dataset);
		return 0;
	}
	if (!cJSON_IsObject(contract)) {
		*out_why = arena_printf(a, "`%s` has no published contract yet", dataset);
		return 0;
	}
	return pipeline_columns_of_contract(contract, a, out, out_n, err) == 0 ? 1 : -1;
}

int dataset_env_read(const struct dataset_env *env, const cJSON *doc, struct arena *a,
    struct pipeline **out, struct err *err)
{
	struct dataset_env copy = *env;
	const struct pipeline_env callbacks = { .columns = columns, .arg = &copy };
	struct arena *own = arena_new(PIPELINE_ARENA_BYTES);

	arena_defer(a, free_arena, own);
	return pipeline_read(doc, &callbacks, own, out, err);
}
