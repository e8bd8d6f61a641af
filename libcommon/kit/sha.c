/* SPDX-License-Identifier: Apache-2.0 */
/* sha - SHA-256 in pieces with a state that can be stored. */
#include "kit/sha.h"

#include <string.h>

#include "base/text.h"

void sha_init(struct sha *s)
{
	memset(s, 0, sizeof(*s));
	SHA256_Init(&s->ctx);
}

void sha_add(struct sha *s, const void *p, size_t n)
{
	SHA256_Update(&s->ctx, p, n);
}

uint64_t sha_count(const struct sha *s)
{
	return (((uint64_t)s->ctx.Nh << 32) | s->ctx.Nl) >> 3;
}

void sha_hex(const struct sha *s, char *out)
{
	struct sha copy = *s;
	uint8_t digest[SHA_BYTES];

	SHA256_Final(digest, &copy.ctx);
	text_hex(digest, sizeof(digest), out);
}

static void put_be(uint8_t *out, uint64_t v, int n)
{
	for (int i = n - 1; i >= 0; i--, v >>= 8)
		out[i] = (uint8_t)v;
}

static uint64_t get_be(const uint8_t *in, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | in[i];
	return v;
}

void sha_save(const struct sha *s, uint8_t *out)
{
	memset(out, 0, SHA_STATE_BYTES);
	for (int i = 0; i < 8; i++)
		put_be(out + 4 * i, s->ctx.h[i], 4);
	put_be(out + 32, sha_count(s), 8);
	memcpy(out + 40, s->ctx.data, s->ctx.num);
}

void sha_load(struct sha *s, const uint8_t *in)
{
	uint64_t count = get_be(in + 32, 8);

	sha_init(s);
	for (int i = 0; i < 8; i++)
		s->ctx.h[i] = (SHA_LONG)get_be(in + 4 * i, 4);
	s->ctx.Nl = (SHA_LONG)(count << 3);
	s->ctx.Nh = (SHA_LONG)(count >> 29);
	s->ctx.num = (unsigned)(count % 64);
	memcpy(s->ctx.data, in + 40, s->ctx.num);
}
