/* SPDX-License-Identifier: Apache-2.0 */
/* contract_package - the resource of a package that is meant, and what documents name beside
 * themselves: schemas in files, resources that foreign keys point to. */
#include <string.h>
#include <strings.h>

#include "contract/contract_read.h"
#include "kit/json.h"

/* The file of a resource that lies in one file; NULL when it does not. */
static const char *path_of(const cJSON *resource)
{
	const cJSON *path = cJSON_GetObjectItemCaseSensitive(resource, "path");
	if (cJSON_IsArray(path) && cJSON_GetArraySize(path) == 1)
		path = path->child;
	return cJSON_GetStringValue(path);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}

static bool has_part(const char *path, const char *part)
{
	const size_t n = strlen(part);
	for (const char *p = path; p != NULL; p = strchr(p, '/')) {
		p += *p == '/' ? 1 : 0;
		if (strncmp(p, part, n) == 0 && (p[n] == '/' || p[n] == '\0'))
			return true;
	}
	return false;
}

/* A path as Data Resource v1 allows it for files: below the document, so that a package from
 * elsewhere cannot point to what else lies on the machine. */
static bool is_beside(struct contract_reader *r, const char *path, const char *what)
{
	if (strstr(path, "://") != NULL) {
		read_fault(
		    r, what, "\"%.100s\" is a URL: only files beside the document are read", path);
		return false;
	}
	if (path[0] == '\0' || path[0] == '/' || has_part(path, "..")) {
		read_fault(
		    r, what, "\"%.100s\" must be a path below the document, without \"..\"", path);
		return false;
	}
	return true;
}

/* The names to choose from, those without one left out. */
static const char *names_of(struct contract_reader *r, const cJSON *list)
{
	enum { MOST = 160 };
	const char *all = "";
	const cJSON *v;
	cJSON_ArrayForEach(v, list)
	{
		const char *name = js_str(v, "name");
		if (name == NULL)
			continue;
		if (strlen(all) + strlen(name) > MOST)
			return arena_printf(r->a, "%s ...", all);
		all = arena_printf(r->a, "%s%s%s", all, all[0] == '\0' ? "" : ", ", name);
	}
	return all;
}

static const cJSON *find_name(const cJSON *list, const char *name)
{
	const cJSON *v;
	cJSON_ArrayForEach(v, list)
	{
		const char *is = js_str(v, "name");
		if (is != NULL && strcmp(is, name) == 0)
			return v;
	}
	return NULL;
}

/* The last of the resources whose file is called so, its first n bytes. Returns how many are. */
static int count_files(const cJSON *list, const char *name, size_t n, const cJSON **out)
{
	int count = 0;
	const cJSON *v;
	cJSON_ArrayForEach(v, list)
	{
		const char *path = path_of(v);
		const char *last = path == NULL ? "" : last_part(path);
		if (strlen(last) != n || memcmp(last, name, n) != 0)
			continue;
		*out = v;
		count++;
	}
	return count;
}

/* Bytes of a name before the ending of what csv_source unpacks; all of them without one. */
static size_t unpacked_bytes(const char *name)
{
	static const char *const endings[] = { ".gz", ".zst" };
	const size_t n = strlen(name);
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		const size_t bytes = strlen(endings[i]);
		if (n > bytes && strcasecmp(name + n - bytes, endings[i]) == 0)
			return n - bytes;
	}
	return n;
}

/* The one resource whose file is called so, else the one that this file was packed from; NULL when
 * there is none, or more than one. */
static const cJSON *find_file(const cJSON *list, const char *file)
{
	const cJSON *found = NULL;
	const char *name = file == NULL ? "" : last_part(file);
	if (name[0] == '\0')
		return NULL;
	int count = count_files(list, name, strlen(name), &found);
	if (count == 0)
		count = count_files(list, name, unpacked_bytes(name), &found);
	return count == 1 ? found : NULL;
}

const cJSON *contract_pick_resource(struct contract_reader *r, const cJSON *list)
{
	const struct contract_source *s = r->source;
	const int n = cJSON_GetArraySize(list);
	const cJSON *found = s->resource != NULL ? find_name(list, s->resource)
			     : n == 1            ? list->child
						 : find_file(list, s->file);
	r->resources = list;
	r->resource = found;
	if (found != NULL)
		return found;
	if (s->resource != NULL)
		read_fault(r, "resources", "there is no resource \"%.60s\", but %s", s->resource,
		    names_of(r, list));
	else if (s->read == NULL || n == 0)
		read_fault(r, "resources",
		    "a package of one resource is read, here are %d: take the resource out", n);
	else
		read_fault(r, "resources",
		    "which of the %d is meant? none, or more than one, has the file's name as its "
		    "path: "
		    "write #NAME behind the contract, of %s",
		    n, names_of(r, list));
	return NULL;
}

const cJSON *contract_read_schema(struct contract_reader *r, const cJSON *resource)
{
	const struct contract_source *s = r->source;
	const cJSON *schema = cJSON_GetObjectItemCaseSensitive(resource, "schema");
	struct err err = { 0 };
	cJSON *doc = NULL;
	if (cJSON_IsObject(schema))
		return schema;
	if (schema == NULL) {
		read_fault(r, "fields", "must hold 1 to %d fields", CONTRACT_MAX_FIELDS);
		return NULL;
	}
	if (!cJSON_IsString(schema) || s->read == NULL) {
		read_fault(
		    r, "schema", "must be the schema itself: names of files are not followed");
		return NULL;
	}
	if (!is_beside(r, schema->valuestring, "schema"))
		return NULL;
	if (s->read(s->arg, schema->valuestring, &doc, &err) != 0) {
		read_fault(r, "schema", "%s", err.msg);
		return NULL;
	}
	if (!cJSON_IsObject(doc)) {
		read_fault(r, "schema", "%.100s holds no object", schema->valuestring);
		return NULL;
	}
	return doc;
}

const char *contract_reference_path(struct contract_reader *r, const char *name)
{
	static const char what[] = "reference.resource";
	const int n = cJSON_GetArraySize(r->resources);
	if (r->source->read == NULL || r->resources == NULL || name[0] == '\0')
		return name;
	const cJSON *v = find_name(r->resources, name);
	if (v == NULL && n == 1) /* a file of ours beside a package of one resource */
		return is_beside(r, name, what) ? name : NULL;
	if (v == NULL) {
		read_fault(r, what, "the package has no resource \"%.60s\", but %s", name,
		    names_of(r, r->resources));
		return NULL;
	}
	if (v == r->resource)
		return "";
	const char *path = path_of(v);
	if (path == NULL) {
		read_fault(r, what, "resource \"%.60s\" does not lie in one file", name);
		return NULL;
	}
	return is_beside(r, path, what) ? path : NULL;
}
