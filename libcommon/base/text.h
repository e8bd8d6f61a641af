/* SPDX-License-Identifier: Apache-2.0 */
/* text - small pure functions on text and bytes: names, numbers, hex, base64url, UTF-8. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/err.h"

enum { TEXT_NAME_MAX_BYTES = 48 };

/* text_is_name - [a-z][a-z0-9_]{0,47}: names of domains, datasets, pipelines (design.md 8). */
bool text_is_name(const char *s);

/*
 * text_parse_i64 - whole decimal number, optional '-', nothing before or behind.
 *
 * out  written only on success
 *
 * Returns 0, or -1 when it is not a number or does not fit (no err: the caller knows the field).
 */
int text_parse_i64(const char *s, int64_t *out) MUST_CHECK;

/* text_parse_bytes - "64GiB", "256 KiB" without the blank, "1MB", "4096": a size in bytes; 0 or -1.
 */
int text_parse_bytes(const char *s, uint64_t *out) MUST_CHECK;

/* text_hex - lower-case hex of n bytes into out, which holds 2 * n + 1. */
void text_hex(const uint8_t *p, size_t n, char *out);

/* text_unhex - inverse of text_hex for exactly n bytes; -1 when s is not 2 * n hex digits. */
int text_unhex(const char *s, uint8_t *out, size_t n) MUST_CHECK;

/* text_base64url - unpadded base64url of n bytes into out, which holds 4 * ((n + 2) / 3) + 1. */
void text_base64url(const uint8_t *p, size_t n, char *out);

/*
 * text_unbase64 - decode standard or url alphabet, padding optional.
 *
 * out, out_cap  room for the bytes
 * out_n         bytes written, only on success
 *
 * Returns 0, or -1 when the text is not base64 or does not fit.
 */
int text_unbase64(const char *s, size_t n, uint8_t *out, size_t out_cap, size_t *out_n) MUST_CHECK;

/* text_is_utf8 - well-formed UTF-8 (no surrogates, no overlongs, at most U+10FFFF). */
bool text_is_utf8(const void *p, size_t n);

/* text_utf8_char - bytes of the well-formed UTF-8 character at p (1..4), 0 when there is none in n.
 */
size_t text_utf8_char(const void *p, size_t n);

/* text_equal_ct - compare n bytes in constant time; for secrets. */
bool text_equal_ct(const void *a, const void *b, size_t n);

/* text_is_prefix - s starts with prefix. */
bool text_is_prefix(const char *s, const char *prefix);

#endif
