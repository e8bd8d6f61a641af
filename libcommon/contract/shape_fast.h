/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shape_fast - is a cell of the shape its column had last? Numbers, dates and timestamps, which
 * fill most columns of distinct cells; inline, since it is asked for each of them.
 */
#ifndef CONTRACT_SHAPE_FAST_H
#define CONTRACT_SHAPE_FAST_H

#include "contract/shape.h"
#include "csv/csv_number.h"
#include "csv/csv_time.h"
#include "csv/csv_uuid.h"

enum { SHAPE_INT_DIGITS = 18, SHAPE_GROUP_DIGITS = 3 }; /* so many digits always fit 64 bits */

static inline int shape_fast_integer(const char *p, size_t n, unsigned *before)
{
	const size_t sign = p[0] == '-' ? 1 : 0;
	int64_t whole;
	*before = (unsigned)(n - sign);
	const bool like = n - sign - 1 < SHAPE_INT_DIGITS && p[0] != '+' &&
			  (p[sign] != '0' || n == sign + 1) && csv_number_integer(p, n, &whole);
	return like ? SHAPE_INT : -1;
}

/* Up to eight digits on either side of one point. */
static inline int shape_fast_decimal(const char *p, size_t n, unsigned *before, unsigned *behind)
{
	struct csv_number_parts d;
	const char first = p[p[0] == '-' ? 1 : 0];
	if (!csv_number_split(p, n, &d) || (first == '0' && d.n_before > 1))
		return -1;
	*before = (unsigned)d.n_before;
	*behind = (unsigned)d.n_behind;
	if (n == d.n_before + d.n_behind + (d.minus ? 1 : 0))
		return SHAPE_INT;
	const bool group =
	    d.n_behind == SHAPE_GROUP_DIGITS && d.n_before - 1 < SHAPE_GROUP_DIGITS && first != '0';
	return group ? SHAPE_POINT3 : SHAPE_DECIMAL;
}

/*
 * shape_fast - the shape of n > 0 bytes at p, which is `lead` or one much like it; -1 says nothing
 * about the cell: ask contract_shape.
 *
 * before, behind  digits of a number; 0 before the call
 */
static inline int shape_fast(
    uint8_t lead, const char *p, size_t n, unsigned *before, unsigned *behind)
{
	int32_t days;
	int64_t us;
	unsigned __int128 uuid;
	if (lead == SHAPE_INT)
		return shape_fast_integer(p, n, before);
	if (lead == SHAPE_DECIMAL || lead == SHAPE_POINT3)
		return shape_fast_decimal(p, n, before, behind);
	if (lead == SHAPE_DATE_ISO)
		return csv_time_date(p, n, &days) ? SHAPE_DATE_ISO : -1;
	if (lead == SHAPE_STAMP)
		return csv_time_stamp(p, n, false, &us) ? SHAPE_STAMP : -1;
	if (lead == SHAPE_STAMP_ZONED)
		return n > 10 && csv_time_stamp(p, n, true, &us) ? SHAPE_STAMP_ZONED : -1;
	if (lead == SHAPE_UUID)
		return csv_uuid_parse(p, n, &uuid) ? SHAPE_UUID : -1;
	return -1;
}

#endif
