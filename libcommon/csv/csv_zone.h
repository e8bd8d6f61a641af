/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_zone - local times of an IANA zone to UTC.
 *
 * The zone's file of tzdata (TZif, RFC 8536) is read once and whole; its rule for the years to come
 * is unrolled for 400 years, after which the calendar repeats. The open zone is read-only: any
 * number of threads.
 *
 * Where clocks are put back, a local time comes twice: it means the first one (the offset before
 * the change). Where they are put forward, the times in between do not exist and are refused.
 *
 *	struct csv_zone *z;
 *	if (csv_zone_open("Europe/Berlin", &z, err) != 0) ...
 *	if (csv_zone_utc(z, local_s, &utc_s) == CSV_ZONE_GAP) ...
 *	csv_zone_free(&z);
 */
#ifndef CSV_CSV_ZONE_H
#define CSV_CSV_ZONE_H

#include "base/err.h"

#define CSV_ZONE_DIR "/usr/share/zoneinfo" /* of Debian's tzdata; a sandbox must let it be read */

enum {
	CSV_ZONE_NAME_BYTES = 64,      /* longest name */
	CSV_ZONE_FILE_BYTES = 1 << 18, /* a longer file is none of tzdata */
	CSV_ZONE_CHANGES = 4096, /* most changes of clocks in a file, 400 years of rule besides */
};

struct csv_zone;

enum csv_zone_answer {
	CSV_ZONE_ONE,   /* this local time came once */
	CSV_ZONE_TWICE, /* it came twice, the first one is meant */
	CSV_ZONE_GAP,   /* it never came */
};

/*
 * csv_zone_open - read a zone by its name, e.g. "Europe/Berlin" or "UTC".
 *
 * out_z  new; csv_zone_free
 *
 * Errors  ERR_INPUT     the name cannot be one of a zone
 *         ERR_NOT_FOUND there is no such zone
 *         ERR_INTERNAL  its file cannot be read
 */
int csv_zone_open(const char *name, struct csv_zone **out_z, struct err *err) MUST_CHECK;

/*
 * csv_zone_read - the same from the bytes of a TZif file.
 *
 * Errors  ERR_INPUT  they are none
 */
int csv_zone_read(const char *name, const uint8_t *p, size_t n, struct csv_zone **out_z,
    struct err *err) MUST_CHECK;

/* csv_zone_free - give it back; *z becomes NULL; accepts NULL inside. */
void csv_zone_free(struct csv_zone **z);

/* csv_zone_name - as it was opened; lives as long as z. */
const char *csv_zone_name(const struct csv_zone *z);

/*
 * csv_zone_utc - the UTC time of a local one, both in seconds since 1970-01-01 00:00.
 *
 * out_utc_s  written unless the answer is CSV_ZONE_GAP
 */
enum csv_zone_answer csv_zone_utc(
    const struct csv_zone *z, int64_t local_s, int64_t *out_utc_s) MUST_CHECK;

/* csv_zone_offset - seconds east of UTC at a UTC time. */
int32_t csv_zone_offset(const struct csv_zone *z, int64_t utc_s);

#endif
