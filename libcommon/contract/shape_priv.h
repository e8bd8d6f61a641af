/* SPDX-License-Identifier: Apache-2.0 */
/* shape_priv - the readers of one kind of cell each; true = it is of this kind and *out is set. */
#ifndef CONTRACT_SHAPE_PRIV_H
#define CONTRACT_SHAPE_PRIV_H

#include "contract/shape.h"

static inline bool shape_is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline bool shape_is_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

/* shape_number - numbers of any locale; p[0] is a digit, a sign, a point or a comma. */
bool shape_number(const char *p, size_t n, struct contract_shape_of *out);

/* shape_time - ISO dates, timestamps and times of day; p[0] is a digit. */
bool shape_time(const char *p, size_t n, struct contract_shape_of *out);

/* shape_date - dates that are not ISO, with or without a time behind. */
bool shape_date(struct contract_shaper *s, const char *p, size_t n, struct contract_shape_of *out);

/* shape_word - words for true, false and null. */
bool shape_word(const char *p, size_t n, struct contract_shape_of *out);

#endif
