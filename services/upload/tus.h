/* SPDX-License-Identifier: Apache-2.0 */
/* tus - what the protocol's headers say (https://tus.io/protocols/resumable-upload, version 1.0.0).
 */
#ifndef UPLOAD_TUS_H
#define UPLOAD_TUS_H

#include "base/text.h"
#include "kit/http_server.h"

#define TUS_VERSION    "1.0.0"
#define TUS_EXTENSIONS "creation,expiration"

enum { TUS_FILENAME_MAX_BYTES = 255 };

/* Upload-Metadata; strings in the arena. */
struct tus_metadata {
	const char *filename;  /* 1..255 bytes of UTF-8 without control characters */
	const char *dataset;   /* as sent: name or domain.name */
	const char *upload_id; /* UUID or NULL */
	bool again;
};

/*
 * tus_check_version - the request speaks our version.
 *
 * Errors  ERR_INPUT  code tus.version (412); the reply then names our version
 */
int tus_check_version(struct http_req *req, struct err *err) MUST_CHECK;

/* tus_number - a header that must be a whole number of at most 18 digits; ERR_INPUT field.invalid.
 */
int tus_number(
    const struct http_req *req, const char *name, int64_t *out, struct err *err) MUST_CHECK;

/*
 * tus_parse_metadata - "key base64,key base64"; keys we do not know are allowed and dropped.
 *
 * text  the header's value, NULL when absent; borrowed
 *
 * Errors  ERR_INPUT      field.invalid: malformed, a key twice, filename or dataset missing or bad
 *         ERR_TOO_LARGE  over UPLOAD_METADATA_BYTES
 */
int tus_parse_metadata(
    struct arena *a, const char *text, struct tus_metadata *out, struct err *err) MUST_CHECK;

/* tus_check_filename - may this stand for a file? ERR_INPUT field.invalid. */
int tus_check_filename(const char *name, struct err *err) MUST_CHECK;

/* tus_split_dataset - "name" -> default, name; "domain.name" -> both. false when it is no such
 * name. */
bool tus_split_dataset(
    struct arena *a, const char *text, const char **out_domain, const char **out_name);

#endif
