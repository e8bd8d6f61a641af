/* SPDX-License-Identifier: Apache-2.0 */
/* csv_zone - read a TZif file and look times up in it. */
#include "csv/csv_zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "csv/csv_time.h"
#include "csv/csv_zone_rule.h"

enum {
	HEADER_BYTES = 44,
	TYPE_BYTES = 6,
	RULE_BYTES = 128,
	CYCLE_YEARS = 400,
	MOST_OFFSET_S = 93600
};

#define CYCLE_S (INT64_C(146097) * 86400) /* 400 years: weekdays fall the same again */

/* From a moment on, clocks show UTC plus an offset. */
struct change {
	int64_t from_s; /* UTC */
	int64_t early;  /* local: from here on the offset before is in doubt */
	int64_t late;   /* local: from here on this offset alone */
	int32_t offset_s;
};

/* Local times of half a year each, from 1900 on: where the search for a change begins. */
enum { BUCKET_BITS = 24, BUCKETS = 1024 };
#define BUCKETS_FROM INT64_C(-2208988800)

struct csv_zone {
	uint16_t
	    bucket[BUCKETS]; /* the last change whose `late` is not behind the bucket's start */
	char name[CSV_ZONE_NAME_BYTES + 1];
	bool cycles; /* the last 400 years repeat for ever */
	size_t n;    /* changes; the first one is from the beginning of time */
	struct change changes[CSV_ZONE_CHANGES + 2 * CYCLE_YEARS + 8];
};

/* Counts of a TZif header, and where its data stand. */
struct block {
	const uint8_t *data;
	size_t times, types, chars, leaps, stds, uts;
	size_t time_bytes; /* 4 in the first block, 8 in the second */
};

static uint32_t read_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t read_i64(const uint8_t *p)
{
	return (int64_t)((uint64_t)read_u32(p) << 32 | read_u32(p + 4));
}

static size_t block_bytes(const struct block *b)
{
	return b->times * (b->time_bytes + 1) + b->types * TYPE_BYTES + b->chars +
	       b->leaps * (b->time_bytes + 4) + b->stds + b->uts;
}

static bool take_block(const uint8_t *p, size_t n, size_t time_bytes, struct block *b)
{
	if (n < HEADER_BYTES || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	*b = (struct block){ .data = p + HEADER_BYTES,
		.time_bytes = time_bytes,
		.uts = read_u32(p + 20),
		.stds = read_u32(p + 24),
		.leaps = read_u32(p + 28),
		.times = read_u32(p + 32),
		.types = read_u32(p + 36),
		.chars = read_u32(p + 40) };
	if (b->times > CSV_ZONE_FILE_BYTES || b->types > 256 || b->chars > CSV_ZONE_FILE_BYTES ||
	    b->leaps > CSV_ZONE_FILE_BYTES || b->stds > 256 || b->uts > 256)
		return false;
	return block_bytes(b) <= n - HEADER_BYTES;
}

static bool is_offset(int32_t offset_s)
{
	return offset_s >= -MOST_OFFSET_S && offset_s <= MOST_OFFSET_S;
}

static void add_change(struct csv_zone *z, int64_t from_s, int32_t offset_s)
{
	struct change *c = &z->changes[z->n];
	*c = (struct change){ from_s, INT64_MIN, INT64_MIN, offset_s };
	if (z->n > 0) {
		const int32_t before = z->changes[z->n - 1].offset_s;
		if (before == offset_s)
			return;
		c->early = from_s + (before < offset_s ? before : offset_s);
		c->late = from_s + (before < offset_s ? offset_s : before);
	}
	z->n++;
}

static bool add_written(struct csv_zone *z, const struct block *b)
{
	const uint8_t *index = b->data + b->times * 8;
	const uint8_t *types = index + b->times;
	int64_t last = INT64_MIN;
	for (size_t i = 0; i < b->times; i++) {
		const int64_t at = read_i64(b->data + i * 8);
		const int32_t offset =
		    index[i] < b->types ? (int32_t)read_u32(types + (size_t)index[i] * TYPE_BYTES)
					: INT32_MAX;
		if (at < last || at > INT64_C(1) << 40 || at < -(INT64_C(1) << 60) ||
		    !is_offset(offset))
			return false;
		last = at;
		add_change(z, at, offset);
	}
	return true;
}

/* About the year before a moment's; not before year 1, since a change may stand at the Big Bang. */
static int year_before(int64_t at)
{
	const int64_t year = 1969 + at / (INT64_C(365) * 86400 + 20926);
	return year < 1 ? 1 : (int)year;
}

/* The rule for the years to come, unrolled until it repeats. */
static void add_ruled(struct csv_zone *z, const struct csv_zone_rule *r)
{
	const int64_t last = z->n > 1 ? z->changes[z->n - 1].from_s : 0;
	/* A summer of the same clock makes no change: nothing to unroll, and nothing repeats. */
	if (!r->has_summer || r->summer_s == r->standard_s) {
		add_change(z, last, r->standard_s);
		return;
	}
	const int first = year_before(last);
	for (int year = first; year <= first + CYCLE_YEARS + 2; year++) {
		const int64_t start = csv_zone_rule_day(&r->start, year) - r->standard_s;
		const int64_t end = csv_zone_rule_day(&r->end, year) - r->summer_s;
		if (start < end && start > last)
			add_change(z, start, r->summer_s);
		if (end > last)
			add_change(z, end, r->standard_s);
		if (start >= end && start > last)
			add_change(z, start, r->summer_s);
	}
	z->cycles = true;
}

/* The line behind the second block. */
static bool add_footer(struct csv_zone *z, const uint8_t *p, size_t n)
{
	char text[RULE_BYTES];
	struct csv_zone_rule rule;
	if (n < 2 || p[0] != '\n')
		return false;
	const uint8_t *end = memchr(p + 1, '\n', n - 1);
	if (end == NULL || (size_t)(end - p) > sizeof(text))
		return false;
	const size_t length = (size_t)(end - p) - 1;
	memcpy(text, p + 1, length);
	text[length] = '\0';
	if (length == 0)
		return true;
	if (!csv_zone_rule_parse(text, &rule) || !is_offset(rule.standard_s) ||
	    !is_offset(rule.summer_s))
		return false;
	add_ruled(z, &rule);
	return true;
}

static bool read_zone(struct csv_zone *z, const uint8_t *p, size_t n)
{
	struct block b;
	if (!take_block(p, n, 4, &b))
		return false;
	const size_t first = HEADER_BYTES + block_bytes(&b);
	if (!take_block(p + first, n - first, 8, &b) || b.types == 0 || b.times > CSV_ZONE_CHANGES)
		return false;
	const int32_t before = (int32_t)read_u32(b.data + b.times * 9);
	if (!is_offset(before))
		return false;
	add_change(z, INT64_MIN, before);
	const size_t behind = first + HEADER_BYTES + block_bytes(&b);
	return add_written(z, &b) && add_footer(z, p + behind, n - behind);
}

/* The last change whose offset alone holds at a local time. */
static size_t search(const struct csv_zone *z, int64_t local)
{
	size_t low = 0;
	for (size_t high = z->n; high - low > 1;) {
		const size_t middle = low + (high - low) / 2;
		if (z->changes[middle].late <= local)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void fill_buckets(struct csv_zone *z)
{
	for (size_t i = 0; i < BUCKETS; i++)
		z->bucket[i] = (uint16_t)search(z, BUCKETS_FROM + ((int64_t)i << BUCKET_BITS));
}

int csv_zone_read(
    const char *name, const uint8_t *p, size_t n, struct csv_zone **out_z, struct err *err)
{
	struct csv_zone *z = mem_alloc(sizeof(*z));
	(void)snprintf(z->name, sizeof(z->name), "%s", name);
	if (!read_zone(z, p, n)) {
		csv_zone_free(&z);
		return err_set(err, ERR_INPUT, "zone %.64s: its file is not TZif", name);
	}
	fill_buckets(z);
	z = mem_resize(z, offsetof(struct csv_zone, changes) + z->n * sizeof(z->changes[0]));
	*out_z = z;
	return 0;
}

/* Area/City; nothing that could lead out of the directory. */
static bool is_name(const char *name)
{
	const size_t n = strlen(name);
	if (n == 0 || n > CSV_ZONE_NAME_BYTES || strstr(name, "..") != NULL || name[0] == '/' ||
	    name[0] == '.')
		return false;
	for (size_t i = 0; i < n; i++) {
		const char c = name[i];
		const bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
		if (!letter && !(c >= '0' && c <= '9') && strchr("_+-/", c) == NULL)
			return false;
	}
	return true;
}

static ssize_t read_file(int fd, uint8_t *p, size_t n)
{
	size_t have = 0;
	while (have < n) {
		const ssize_t got = read(fd, p + have, n - have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

int csv_zone_open(const char *name, struct csv_zone **out_z, struct err *err)
{
	char path[sizeof(CSV_ZONE_DIR) + CSV_ZONE_NAME_BYTES + 2];
	if (!is_name(name))
		return err_set(err, ERR_INPUT, "\"%.64s\" is no name of a time zone", name);
	(void)snprintf(path, sizeof(path), "%s/%s", CSV_ZONE_DIR, name);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR
			   ? err_set(err, ERR_NOT_FOUND, "there is no time zone \"%.64s\"", name)
			   : err_set_errno(err, ERR_INTERNAL, errno, "open %s", path);
	uint8_t *bytes = mem_alloc(CSV_ZONE_FILE_BYTES);
	const ssize_t n = read_file(fd, bytes, CSV_ZONE_FILE_BYTES);
	int rc;
	if (n < 0)
		rc = err_set_errno(
		    err, errno == EISDIR ? ERR_NOT_FOUND : ERR_INTERNAL, errno, "read %s", path);
	else
		rc = csv_zone_read(name, bytes, (size_t)n, out_z, err);
	free(bytes);
	(void)close(fd);
	return rc;
}

void csv_zone_free(struct csv_zone **z)
{
	free(*z);
	*z = NULL;
}

const char *csv_zone_name(const struct csv_zone *z)
{
	return z->name;
}

/* Whole cycles to take off a time behind the last change. */
static int64_t cycles_past(const struct csv_zone *z, int64_t at, int64_t last)
{
	return z->cycles && at >= last ? (at - last) / CYCLE_S + 1 : 0;
}

/* The same by the buckets, which hold a change or two each. */
static size_t find(const struct csv_zone *z, int64_t local)
{
	const uint64_t bucket = (uint64_t)(local - BUCKETS_FROM) >> BUCKET_BITS;
	if (bucket >= BUCKETS)
		return search(z, local);
	size_t low = z->bucket[bucket];
	while (low + 1 < z->n && z->changes[low + 1].late <= local)
		low++;
	return low;
}

enum csv_zone_answer csv_zone_utc(const struct csv_zone *z, int64_t local_s, int64_t *out_utc_s)
{
	const int64_t skip = cycles_past(z, local_s, z->changes[z->n - 1].early) * CYCLE_S;
	const int64_t local = local_s - skip;
	const size_t low = find(z, local);
	const struct change *c = &z->changes[low];
	const bool doubt = low + 1 < z->n && local >= c[1].early;
	if (doubt && c[1].offset_s > c->offset_s)
		return CSV_ZONE_GAP;
	*out_utc_s = local - c->offset_s + skip;
	return doubt ? CSV_ZONE_TWICE : CSV_ZONE_ONE;
}

int32_t csv_zone_offset(const struct csv_zone *z, int64_t utc_s)
{
	const int64_t skip = cycles_past(z, utc_s, z->changes[z->n - 1].from_s) * CYCLE_S;
	const int64_t utc = utc_s - skip;
	size_t low = 0;
	for (size_t high = z->n; high - low > 1;) {
		const size_t middle = low + (high - low) / 2;
		if (z->changes[middle].from_s <= utc)
			low = middle;
		else
			high = middle;
	}
	return z->changes[low].offset_s;
}
