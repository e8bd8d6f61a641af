/* SPDX-License-Identifier: Apache-2.0 */
/* table_view - tables and their columns as the API shows them. */
#include "table_view.h"

#include <string.h>

cJSON *table_view(const struct db_result *r, int i)
{
	cJSON *doc = cJSON_CreateObject();

	js_add_str(doc, "name", db_text(r, i, "dataset"));
	js_add_str(doc, "domain", db_text(r, i, "domain"));
	js_add_str(doc, "mode", db_text(r, i, "mode"));
	js_add_raw(doc, "columns", db_text(r, i, "columns"));
	js_add_i64(doc, "row_count", db_i64(r, i, "row_count"));
	if (db_text(r, i, "no") == NULL) {
		cJSON_AddNullToObject(doc, "last_load");
		return doc;
	}
	cJSON *load = cJSON_AddObjectToObject(doc, "last_load");

	js_add_i64(load, "no", db_i64(r, i, "no"));
	js_add_str(load, "at", db_text(r, i, "at"));
	js_add_str(load, "by", db_text(r, i, "by"));
	return doc;
}

int table_view_columns(
    const char *json, struct arena *a, struct expr_column **out, size_t *out_n, struct err *err)
{
	cJSON *list = NULL;
	const cJSON *item;
	size_t n = 0;

	if (js_parse(json, strlen(json), a, &list, err) != 0)
		return err_set(err, ERR_INTERNAL, "columns of a table are no JSON");
	struct expr_column *columns =
	    arena_alloc(a, ((size_t)cJSON_GetArraySize(list) + 1) * sizeof(*columns));

	cJSON_ArrayForEach(item, list)
	{
		const char *type = js_str(item, "type");

		columns[n].name = js_str(item, "name");
		if (columns[n].name == NULL || type == NULL ||
		    !expr_type_find(type, &columns[n].type.kind))
			return err_set(
			    err, ERR_INTERNAL, "column %zu of a table has no name or type", n + 1);
		n++;
	}
	*out = columns;
	*out_n = n;
	return 0;
}
