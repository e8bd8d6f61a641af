/* SPDX-License-Identifier: Apache-2.0 */
/* keys_order - radix sort of records, from the first byte on. */
#include "contract/keys_order.h"

enum {
	RECORD_BYTES = 24,
	BUCKETS = 256,
	FEW = 24, /* so many are sorted by insertion */
};

static uint8_t byte_of(const struct keys_record *r, unsigned i)
{
	const uint64_t word = i < 8 ? r->a : i < 16 ? r->b : r->c;
	return (uint8_t)(word >> (56 - 8 * (i % 8)));
}

static void sort_few(struct keys_record *r, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct keys_record x = r[i];
		size_t at = i;
		for (; at > 0 && keys_order_before(&x, &r[at - 1]); at--)
			r[at] = r[at - 1];
		r[at] = x;
	}
}

/* Moves every record into the bucket of its byte, in cycles; start[i] becomes its end. */
static void deal(struct keys_record *r, size_t *start, const size_t *end, unsigned byte)
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		while (start[i] < end[i]) {
			struct keys_record x = r[start[i]];
			for (uint8_t to; (to = byte_of(&x, byte)) != i;) {
				const struct keys_record other = r[start[to]];
				r[start[to]++] = x;
				x = other;
			}
			r[start[i]++] = x;
		}
	}
}

/* Sorts records that are equal before a byte; recursion is as deep as a record has bytes. */
static void sort_from(struct keys_record *r, size_t n, unsigned byte)
{
	for (; n > FEW && byte < RECORD_BYTES; byte++) {
		size_t start[BUCKETS];
		size_t end[BUCKETS] = { 0 };
		for (size_t i = 0; i < n; i++)
			end[byte_of(&r[i], byte)]++;
		if (end[byte_of(&r[0], byte)] == n)
			continue;
		for (size_t i = 0, sum = 0; i < BUCKETS; i++) {
			start[i] = sum;
			sum += end[i];
			end[i] = sum;
		}
		deal(r, start, end, byte);
		for (size_t i = 0, from = 0; i < BUCKETS; from = end[i++])
			sort_from(r + from, end[i] - from, byte + 1);
		return;
	}
	sort_few(r, n);
}

void keys_order_sort(struct keys_record *r, size_t n)
{
	sort_from(r, n, 0);
}
