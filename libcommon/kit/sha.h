/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha - SHA-256 in pieces, whose state can be saved and taken up later by another process.
 *
 * A resumed upload goes on hashing where its saved state ends, so nothing is read twice. The saved
 *form is our own, fixed layout (not OpenSSL's memory): eight words, bit count and the open block,
 *so that old and new builds read each other's. Needs OPENSSL_API_COMPAT=10100 (the low-level
 *interface is the one that shows its state). One thread at a time.
 *
 *	struct sha s;
 *	sha_init(&s);
 *	sha_add(&s, p, n);
 *	sha_hex(&s, hex);	// s may go on: this works on a copy
 */
#ifndef KIT_SHA_H
#define KIT_SHA_H

#include <openssl/sha.h>

#include "base/macros.h"

enum {
	SHA_BYTES = 32,
	SHA_HEX_BYTES = 65, /* 64 digits and NUL */
	SHA_STATE_BYTES =
	    104, /* 8 words, 64-bit byte count, 64 bytes of open block, all big-endian */
};

struct sha {
	SHA256_CTX ctx; /* OpenSSL's state; embedded */
};

/* sha_init - the state of no bytes. */
void sha_init(struct sha *s);

/* sha_add - n more bytes. */
void sha_add(struct sha *s, const void *p, size_t n);

/* sha_count - bytes added so far. */
uint64_t sha_count(const struct sha *s);

/* sha_hex - digest of what was added so far as 64 lower-case digits; s is not changed. */
void sha_hex(const struct sha *s, char *out);

/* sha_save - the state in SHA_STATE_BYTES bytes. */
void sha_save(const struct sha *s, uint8_t *out);

/*
 * sha_load - take up a saved state.
 *
 * in  SHA_STATE_BYTES bytes from sha_save; borrowed
 */
void sha_load(struct sha *s, const uint8_t *in);

#endif
