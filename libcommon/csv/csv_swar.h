/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_swar - eight characters of a cell in one machine word.
 *
 * Inner tools of the parsers: words are little-endian (the first character is the lowest byte) and
 * are read whole, so CSV_PAD_BYTES must be readable behind the cell. Checks are collected as bits
 * (`bad`) and asked once at the end, so that good cells pass without a branch for each part.
 * Source: Lemire, "Quickly parsing eight digits" (2018); Mycroft's test for a zero byte.
 */
#ifndef CSV_CSV_SWAR_H
#define CSV_CSV_SWAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CSV_SWAR_HIGH   UINT64_C(0x8080808080808080)
#define CSV_SWAR_ZEROS  UINT64_C(0x3030303030303030) /* "00000000" */
#define CSV_SWAR_POINTS UINT64_C(0x2E2E2E2E2E2E2E2E) /* "........" */

/* csv_swar_load - eight characters. */
static inline uint64_t csv_swar_load(const char *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/* csv_swar_not_digits - not 0 when a character is no digit. */
static inline uint64_t csv_swar_not_digits(uint64_t v)
{
	v ^= CSV_SWAR_ZEROS;
	return ((v + UINT64_C(0x7676767676767676)) | v) & CSV_SWAR_HIGH;
}

/* csv_swar_value - the number eight digits make; nonsense when they are none. */
static inline uint64_t csv_swar_value(uint64_t v)
{
	v &= UINT64_C(0x0F0F0F0F0F0F0F0F);
	v = v * 10 + (v >> 8);
	return (((v & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064)) +
		   (((v >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001))) >>
	       32;
}

/* csv_swar_first - the first n characters (0..8) moved to the end, with "0" put before them. */
static inline uint64_t csv_swar_first(uint64_t v, size_t n)
{
	const unsigned keep = (unsigned)n * 4;
	const unsigned drop = 32 - keep;
	return (v << drop << drop) | (CSV_SWAR_ZEROS >> keep >> keep);
}

/* csv_swar_digits - the number that n (0..8) digits at p make; no digit sets bits of *bad. */
static inline uint64_t csv_swar_digits(const char *p, size_t n, uint64_t *bad)
{
	const uint64_t v = csv_swar_first(csv_swar_load(p), n);
	*bad |= csv_swar_not_digits(v);
	return csv_swar_value(v);
}

/* csv_swar_zeros - the high bit of each character that is 0, exact up to the first of them. */
static inline uint64_t csv_swar_zeros(uint64_t v)
{
	return (v - UINT64_C(0x0101010101010101)) & ~v & CSV_SWAR_HIGH;
}

/* csv_swar_find - place of the first c among the first n (0..16) characters; n when there is none.
 */
static inline size_t csv_swar_find(const char *p, size_t n, char c)
{
	const uint64_t pattern = UINT64_C(0x0101010101010101) * (uint8_t)c;
	uint64_t hit = csv_swar_zeros(csv_swar_load(p) ^ pattern);
	size_t at = 0;
	if (hit == 0) {
		hit = csv_swar_zeros(csv_swar_load(p + 8) ^ pattern);
		at = 8;
	}
	if (hit == 0)
		return n;
	at += (size_t)__builtin_ctzll(hit) / 8;
	return at < n ? at : n;
}

#endif
