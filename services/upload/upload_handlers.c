/* SPDX-License-Identifier: Apache-2.0 */
/* upload_handlers - checks that several endpoints make. */
#include "upload_handlers.h"

#include <string.h>

#include "finish.h"
#include "tus.h"
#include "upload.h"

enum { KEY_MAX_BYTES = 255 };

int upload_target(struct http_req *req, const char *text, const char **out_domain,
    const char **out_name, struct err *err)
{
	int rc = 0;

	if (tus_split_dataset(http_arena(req), text, out_domain, out_name) &&
	    http_can(req, "upload.write", *out_domain))
		rc = store_has_dataset(http_db(req), *out_domain, *out_name, err);
	if (rc == 0)
		return err_set_code(
		    err, ERR_NOT_FOUND, "dataset.unknown", "there is no dataset %.100s", text);
	return rc < 0 ? -1 : 0;
}

int upload_check_length(int64_t length, struct err *err)
{
	int64_t max = upload_service()->conf->max_bytes;

	if (length > max)
		return err_set_code(err, ERR_TOO_LARGE, "upload.too_large",
		    "%lld bytes are over the largest upload of %lld", (long long)length,
		    (long long)max);
	return upload_check_space(length > 0 ? length : 0, err);
}

int upload_check_open(const struct upload *u, struct err *err)
{
	if (strcmp(u->state, "open") == 0 && u->twin_id != NULL)
		return err_set_code(err, ERR_CONFLICT, "upload.duplicate",
		    "the same bytes were loaded into %s before as #%lld", u->dataset,
		    (long long)u->twin_no);
	if (strcmp(u->state, "open") == 0)
		return 0;
	if (strcmp(u->state, "finishing") == 0)
		return err_set_code(err, ERR_BUSY, "upload.locked",
		    "all bytes are here; the upload is being finished");
	if (strcmp(u->state, "expired") == 0)
		return err_set_code(
		    err, ERR_NOT_FOUND, "upload.expired", "no byte came for too long");
	if (strcmp(u->state, "finished") == 0)
		return err_set_code(err, ERR_CONFLICT, "upload.finished", "the upload is finished");
	return err_set_code(
	    err, ERR_CONFLICT, "upload.failed", "the upload failed; begin a new one");
}

int upload_reply_problem(struct http_req *req, const struct upload *u, const struct err *err)
{
	bool twin = strcmp(err->code, "upload.duplicate") == 0;

	http_reply_problem_with(req, err, twin ? finish_twin(http_arena(req), u) : NULL);
	return 0;
}

int upload_key(const struct http_req *req, const char **out, struct err *err)
{
	const char *key = http_header(req, "idempotency-key");

	if (key != NULL &&
	    (key[0] == '\0' || strlen(key) > KEY_MAX_BYTES || !text_is_utf8(key, strlen(key))))
		return err_set_code(err, ERR_INPUT, "field.invalid",
		    "Idempotency-Key must be 1 to %d bytes", KEY_MAX_BYTES);
	*out = key;
	return 0;
}
