/* SPDX-License-Identifier: Apache-2.0 */
/* tus - headers of the protocol, parsed strictly. */
#include "tus.h"

#include <string.h>

#include "base/uuid.h"
#include "upload.h"

#define CODE "field.invalid"

int tus_check_version(struct http_req *req, struct err *err)
{
	const char *version = http_header(req, "tus-resumable");

	if (version != NULL && strcmp(version, TUS_VERSION) == 0)
		return 0;
	http_set_header(req, "Tus-Version", TUS_VERSION);
	return err_set_code(err, ERR_INPUT, "tus.version", "Tus-Resumable must be " TUS_VERSION);
}

int tus_number(const struct http_req *req, const char *name, int64_t *out, struct err *err)
{
	const char *text = http_header(req, name);

	if (text == NULL || text[0] < '0' || text[0] > '9' || strlen(text) > 18 ||
	    text_parse_i64(text, out) != 0)
		return err_set_code(err, ERR_INPUT, CODE, "%s must be a whole number", name);
	return 0;
}

int tus_check_filename(const char *name, struct err *err)
{
	size_t n = strlen(name);

	if (n == 0 || n > TUS_FILENAME_MAX_BYTES || !text_is_utf8(name, n))
		return err_set_code(err, ERR_INPUT, CODE, "filename must be 1 to %d bytes of UTF-8",
		    TUS_FILENAME_MAX_BYTES);
	for (const char *p = name; *p != '\0'; p++)
		if ((uint8_t)*p < 0x20 || *p == 0x7f)
			return err_set_code(
			    err, ERR_INPUT, CODE, "filename holds a control character");
	return 0;
}

bool tus_split_dataset(
    struct arena *a, const char *text, const char **out_domain, const char **out_name)
{
	const char *dot = strchr(text, '.');
	const char *domain = dot != NULL ? arena_dup_n(a, text, (size_t)(dot - text)) : "default";
	const char *name = dot != NULL ? dot + 1 : text;

	if (!text_is_name(domain) || !text_is_name(name))
		return false;
	*out_domain = domain;
	*out_name = arena_dup(a, name);
	return true;
}

/* A value: base64 (may be absent), decoded; NUL inside is refused. */
static int decode_value(struct arena *a, const char *p, size_t n, const char **out, struct err *err)
{
	char *text = arena_alloc(a, n + 1);
	size_t len = 0;

	if (n > 0 && text_unbase64(p, n, (uint8_t *)text, n, &len) != 0)
		return err_set_code(
		    err, ERR_INPUT, CODE, "Upload-Metadata holds a value that is not base64");
	text[len] = '\0';
	if (strlen(text) != len)
		return err_set_code(err, ERR_INPUT, CODE, "Upload-Metadata holds a NUL byte");
	*out = text;
	return 0;
}

static int take_again(const char *value, bool *out, struct err *err)
{
	if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
		return err_set_code(err, ERR_INPUT, CODE, "again must be true or false");
	*out = strcmp(value, "true") == 0;
	return 0;
}

static int take_pair(const char *key, size_t key_n, const char *value, struct tus_metadata *m,
    bool *seen_again, struct err *err)
{
	static const char *const names[] = { "filename", "dataset", "upload_id" };
	const char **const fields[] = { &m->filename, &m->dataset, &m->upload_id };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (key_n != strlen(names[i]) || memcmp(key, names[i], key_n) != 0)
			continue;
		if (*fields[i] != NULL)
			return err_set_code(
			    err, ERR_INPUT, CODE, "Upload-Metadata has %s twice", names[i]);
		*fields[i] = value;
		return 0;
	}
	if (key_n != 5 || memcmp(key, "again", 5) != 0)
		return 0;
	if (*seen_again)
		return err_set_code(err, ERR_INPUT, CODE, "Upload-Metadata has again twice");
	*seen_again = true;
	return take_again(value, &m->again, err);
}

static int check_metadata(const struct tus_metadata *m, struct err *err)
{
	if (m->filename == NULL || tus_check_filename(m->filename, err) != 0)
		return m->filename == NULL ? err_set_code(err, ERR_INPUT, CODE,
						 "filename is missing in Upload-Metadata")
					   : -1;
	if (m->dataset == NULL)
		return err_set_code(err, ERR_INPUT, CODE, "dataset is missing in Upload-Metadata");
	if (m->upload_id != NULL && !uuid_is_valid(m->upload_id))
		return err_set_code(err, ERR_INPUT, CODE, "upload_id must be a lower-case UUID");
	return 0;
}

int tus_parse_metadata(struct arena *a, const char *text, struct tus_metadata *out, struct err *err)
{
	struct tus_metadata m = { 0 };
	bool seen_again = false;

	if (text == NULL)
		return err_set_code(err, ERR_INPUT, CODE, "Upload-Metadata is missing");
	if (strlen(text) > UPLOAD_METADATA_BYTES)
		return err_set_code(err, ERR_TOO_LARGE, "upload.metadata_too_large",
		    "Upload-Metadata over %d bytes", UPLOAD_METADATA_BYTES);
	for (const char *p = text; *p != '\0';) {
		size_t n, key_n, gap;
		const char *value;

		p += strspn(p, " ");
		n = strcspn(p, ",");
		key_n = strcspn(p, " ,");
		if (key_n == 0)
			return err_set_code(
			    err, ERR_INPUT, CODE, "Upload-Metadata has an empty key");
		gap = key_n < n ? 1 : 0;
		if (decode_value(a, p + key_n + gap, n - key_n - gap, &value, err) != 0 ||
		    take_pair(p, key_n, value, &m, &seen_again, err) != 0)
			return -1;
		p += n + (p[n] == ',');
	}
	if (check_metadata(&m, err) != 0)
		return -1;
	*out = m;
	return 0;
}
