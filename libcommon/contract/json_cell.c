/* SPDX-License-Identifier: Apache-2.0 */
/* json_cell - JSON cells, looked into. */
#include "contract/json_cell.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kit/json.h"

enum { LONGITUDES = 180, LATITUDES = 90 };

int64_t contract_json_items(const char *p, size_t n)
{
	cJSON *v = cJSON_ParseWithLength(p, n);
	const int items = cJSON_GetArraySize(v);
	cJSON_Delete(v);
	return items;
}

static int compare_names(const void *x, const void *y)
{
	return strcmp((*(cJSON *const *)x)->string, (*(cJSON *const *)y)->string);
}

/* An object's members in the order of their names, whatever their depth. */
static void sort_members(cJSON *v)
{
	const size_t n = (size_t)cJSON_GetArraySize(v);
	cJSON **list = mem_array(n + 1, sizeof(cJSON *));
	size_t i = 0;
	for (cJSON *child = v->child; child != NULL; child = child->next) {
		sort_members(child);
		list[i++] = child;
	}
	if (cJSON_IsObject(v) && n > 1) {
		qsort(list, n, sizeof(cJSON *), compare_names);
		v->child = list[0];
		for (i = 0; i < n; i++) {
			list[i]->next = list[i + 1];
			list[i]->prev = list[i == 0 ? n - 1 : i - 1]; /* cJSON's way */
		}
	}
	free(list);
}

char *contract_json_plain(const char *p, size_t n)
{
	cJSON *v = cJSON_ParseWithLength(p, n);
	if (v == NULL)
		return NULL;
	sort_members(v);
	char *text = cJSON_PrintUnformatted(v);
	const size_t length = text == NULL ? 0 : strlen(text);
	char *padded = text == NULL ? NULL : mem_alloc(length + CSV_PAD_BYTES);
	if (text != NULL)
		memcpy(padded, text, length);
	cJSON_free(text);
	cJSON_Delete(v);
	return padded;
}

static bool is_of_type(const cJSON *v, const char *const *types)
{
	const char *type = js_str(v, "type");
	while (type != NULL && *types != NULL && strcmp(*types, type) != 0)
		types++;
	return type != NULL && *types != NULL;
}

static bool is_within(const cJSON *v, double most)
{
	return cJSON_IsNumber(v) && v->valuedouble >= -most && v->valuedouble <= most;
}

static bool value_fits(enum contract_form form, const cJSON *v)
{
	static const char *const geo[] = { "Feature", "FeatureCollection", "Point", "MultiPoint",
		"LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
		NULL };
	static const char *const topo[] = { "Topology", "Point", "MultiPoint", "LineString",
		"MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection", NULL };
	if (form == CONTRACT_FORM_GEOJSON || form == CONTRACT_FORM_TOPOJSON)
		return cJSON_IsObject(v) &&
		       is_of_type(v, form == CONTRACT_FORM_GEOJSON ? geo : topo);
	if (cJSON_GetArraySize(v) != 2)
		return false;
	if (form == CONTRACT_FORM_GEOPOINT_ARRAY)
		return cJSON_IsArray(v) && is_within(v->child, LONGITUDES) &&
		       is_within(v->child->next, LATITUDES);
	return is_within(cJSON_GetObjectItemCaseSensitive(v, "lon"), LONGITUDES) &&
	       is_within(cJSON_GetObjectItemCaseSensitive(v, "lat"), LATITUDES);
}

bool contract_json_fits(enum contract_form form, const char *p, size_t n)
{
	cJSON *v = cJSON_ParseWithLength(p, n);
	const bool fits = value_fits(form, v);
	cJSON_Delete(v);
	return fits;
}
