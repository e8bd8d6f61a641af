/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_zone - local times of every zone, the same as Python's zoneinfo says. */
#include "csv/csv_zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "csv/csv_time.h"
#include "csv/csv_zone_rule.h"

/* Prints "zone local_s answer utc_s": 0 once, 1 twice (the first is meant), 2 never. Times are
 * taken at random and close to the changes of each zone. */
static const char script[] =
    "import random, sys, zoneinfo\n"
    "from datetime import datetime, timedelta, timezone\n"
    "r = random.Random(3)\n"
    "epoch = datetime(1970, 1, 1)\n"
    "utc_epoch = epoch.replace(tzinfo=timezone.utc)\n"
    "def utc_of(local, zone, fold):\n"
    "    return round((local.replace(tzinfo=zone, fold=fold) - utc_epoch).total_seconds())\n"
    "def back(utc, zone):\n"
    "    return (utc_epoch + timedelta(seconds=utc)).astimezone(zone).replace(tzinfo=None)\n"
    "for name in sorted(zoneinfo.available_timezones()):\n"
    "    if name in ('localtime', 'Factory'):\n"
    "        continue\n"
    "    zone = zoneinfo.ZoneInfo(name)\n"
    "    spots = [r.randrange(-2500000000, 4500000000) for _ in range(40)]\n"
    "    spots += [r.randrange(-60000000000, 250000000000) for _ in range(10)]\n"
    "    for year in r.sample(range(1900, 2300), 9):\n"
    "        step = 86400 * 7\n"
    "        at = (year - 1970) * 31556952\n"
    "        for week in range(53):\n"
    "            a, b = at + week * step, at + (week + 1) * step\n"
    "            off = lambda s: (utc_epoch + timedelta(seconds=s)).astimezone(zone).utcoffset()\n"
    "            if off(a) != off(b):\n"
    "                while b - a > 1:\n"
    "                    m = (a + b) // 2\n"
    "                    a, b = (m, b) if off(m) == off(a) else (a, m)\n"
    "                for off_s in (off(a), off(b)):\n"
    "                    for d in (-1, 0, 1, r.randrange(-4000, 4000)):\n"
    "                        spots.append(b + round(off_s.total_seconds()) + d)\n"
    "    for s in spots:\n"
    "        local = epoch + timedelta(seconds=s)\n"
    "        first, second = utc_of(local, zone, 0), utc_of(local, zone, 1)\n"
    "        kind = 0 if first == second else 1 if back(first, zone) == local else 2\n"
    "        if kind == 0:\n"
    "            assert back(first, zone) == local\n"
    "        print(name, s, kind, first)\n";

static void test_every_zone_against_python(void **state)
{
	(void)state;
	char command[sizeof(script) + 64];
	char name[128];
	char open_name[128] = "";
	struct csv_zone *z = NULL;
	struct err err = { 0 };
	long long local;
	long long want;
	int answer;
	size_t seen = 0;
	size_t doubts = 0;
	(void)snprintf(command, sizeof(command), "/usr/bin/python3 - <<'END'\n%sEND\n", script);
	FILE *in = popen(command, "r");
	assert_non_null(in);
	while (fscanf(in, "%127s %lld %d %lld", name, &local, &answer, &want) == 4) {
		int64_t got = 0;
		if (strcmp(name, open_name) != 0) {
			csv_zone_free(&z);
			if (csv_zone_open(name, &z, &err) != 0)
				fail_msg("%s: %s", name, err.msg);
			memcpy(open_name, name, sizeof(name));
			assert_string_equal(csv_zone_name(z), name);
		}
		const int kind = (int)csv_zone_utc(z, local, &got);
		if (kind != answer || (kind != CSV_ZONE_GAP && got != want))
			fail_msg("%s %lld: answer %d utc %lld, want %d %lld", name, local, kind,
			    (long long)got, answer, want);
		if (kind != CSV_ZONE_GAP)
			assert_int_equal(csv_zone_offset(z, want), local - want);
		seen++;
		doubts += kind != CSV_ZONE_ONE;
	}
	csv_zone_free(&z);
	assert_int_equal(pclose(in), 0);
	assert_true(seen > 20000 && doubts > 500);
}

static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum err_kind kind;
	} cases[] = {
		{ "UTC", ERR_NONE },
		{ "Europe/Berlin", ERR_NONE },
		{ "Etc/GMT+5", ERR_NONE },
		{ "Europe/Atlantis", ERR_NOT_FOUND },
		{ "Europe", ERR_NOT_FOUND },
		{ "Europe/Berlin/", ERR_NOT_FOUND },
		{ "zone.tab", ERR_INPUT },
		{ "../passwd", ERR_INPUT },
		{ "/etc/passwd", ERR_INPUT },
		{ "", ERR_INPUT },
		{ "Europe/Ber lin", ERR_INPUT },
		{ "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij",
		    ERR_INPUT },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct csv_zone *z = NULL;
		struct err err = { 0 };
		const int rc = csv_zone_open(cases[i].name, &z, &err);
		if ((rc == 0) != (cases[i].kind == ERR_NONE) || err.kind != cases[i].kind ||
		    (z == NULL) != (cases[i].kind != ERR_NONE))
			fail_msg("%s: kind %d, %s", cases[i].name, (int)err.kind, err.msg);
		csv_zone_free(&z);
	}
}

static void test_columns_with_a_zone(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum csv_time_fault fault;
		int64_t want_s;
	} cases[] = {
		{ "2026-07-01T12:00:00", CSV_TIME_GOOD, 1782900000 },
		{ "2026-07-01T12:00:00Z", CSV_TIME_GOOD, 1782907200 },
		{ "2026-01-01 12:00", CSV_TIME_GOOD, 1767265200 },
		{ "2026-03-29T01:59:59", CSV_TIME_GOOD, 1774745999 },
		{ "2026-03-29T02:00:00", CSV_TIME_GAP, 0 },
		{ "2026-03-29T02:59:59", CSV_TIME_GAP, 0 },
		{ "2026-03-29T03:00:00", CSV_TIME_GOOD, 1774746000 },
		{ "2026-10-25T02:30:00", CSV_TIME_GOOD, 1792888200 },
		{ "2026-10-25T03:00:00", CSV_TIME_GOOD, 1792893600 },
		{ "9999-07-01T12:00:00", CSV_TIME_GOOD, 253386439200 },
	};
	struct err err = { 0 };
	struct csv_zone *z = NULL;
	assert_int_equal(csv_zone_open("Europe/Berlin", &z, &err), 0);
	const struct csv_column c = { .type = CSV_TIMESTAMPTZ, .zone = z };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char room[128] = "";
		struct csv_time_stop stop;
		int64_t us = 0;
		(void)snprintf(room, sizeof(room), "%s", cases[i].text);
		const enum csv_time_fault fault =
		    csv_time_column(room, strlen(room), &c, &us, &stop);
		if (fault != cases[i].fault || us != cases[i].want_s * CSV_TIME_US_PER_S)
			fail_msg("%s: fault %d, %lld", cases[i].text, (int)fault, (long long)us);
	}
	csv_zone_free(&z);
}

static void test_rules(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ok;
	} cases[] = { { "UTC0", true }, { "CET-1CEST,M3.5.0,M10.5.0/3", true },
		{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true },
		{ "EST5EDT4:30,J60/2:30:15,365", true }, { "IST-1GMT0,M10.5.0,M3.5.0/1", true },
		{ "", false }, { "AB1", false }, { "CET", false }, { "CET-1CEST", false },
		{ "CET-1CEST,M3.5.0", false }, { "CET-1CEST,M13.5.0,M10.5.0", false },
		{ "CET-1CEST,M3.6.0,M10.5.0", false }, { "CET-1CEST,M3.5.7,M10.5.0", false },
		{ "CET-1CEST,M3.5.0,M10.5.0x", false }, { "CET-1CEST,J0,M10.5.0", false },
		{ "CET-999", false }, { "<CET-1", false } };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct csv_zone_rule r;
		if (csv_zone_rule_parse(cases[i].text, &r) != cases[i].ok)
			fail_msg("\"%s\"", cases[i].text);
	}
}

static void test_torn_files(void **state)
{
	(void)state;
	uint8_t bytes[8192];
	FILE *f = fopen(CSV_ZONE_DIR "/Europe/Berlin", "rb");
	assert_non_null(f);
	const size_t n = fread(bytes, 1, sizeof(bytes), f);
	assert_int_equal(fclose(f), 0);
	for (size_t cut = 0; cut <= n; cut++) {
		struct csv_zone *z = NULL;
		struct err err = { 0 };
		uint8_t *copy = mem_alloc(cut == 0 ? 1 : cut);
		memcpy(copy, bytes, cut);
		const int rc = csv_zone_read("torn", copy, cut, &z, &err);
		if ((rc == 0) != (cut == n))
			fail_msg("%zu of %zu bytes: %d", cut, n, rc);
		csv_zone_free(&z);
		free(copy);
	}
}

static size_t put_number(uint8_t *p, uint64_t number, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		p[i] = (uint8_t)(number >> 8 * (bytes - 1 - i));
	return bytes;
}

/* A header of `times` changes and two types. */
static size_t put_header(uint8_t *p, size_t times)
{
	memset(p, 0, 44);
	memcpy(p, "TZif2", 5);
	(void)put_number(p + 32, times, 4);
	(void)put_number(p + 36, 2, 4);
	(void)put_number(p + 40, 4, 4);
	return 44;
}

/* A zone of UTC, an hour ahead from `at_s` on when there is one, and a rule behind it. */
static struct csv_zone *make_zone(const int64_t *at_s, const char *rule)
{
	uint8_t bytes[512];
	static const uint8_t types[] = { 0, 0, 0, 0, 0, 0, 0, 0, 14, 16, 0, 0, 'U', 'T', 'C', 0 };
	size_t n = put_header(bytes, 0);
	memcpy(bytes + n, types, sizeof(types));
	n += sizeof(types);
	n += put_header(bytes + n, at_s == NULL ? 0 : 1);
	if (at_s != NULL) {
		n += put_number(bytes + n, (uint64_t)*at_s, 8);
		bytes[n++] = 1;
	}
	memcpy(bytes + n, types, sizeof(types));
	n += sizeof(types);
	n += (size_t)snprintf((char *)bytes + n, sizeof(bytes) - n, "\n%s\n", rule);
	struct csv_zone *z = NULL;
	struct err err = { 0 };
	if (csv_zone_read("made", bytes, n, &z, &err) != 0)
		fail_msg("%s: %s", rule, err.msg);
	return z;
}

/* Found by fuzzing: rules whose two clocks agree, and changes from before the first year. */
static void test_rules_of_odd_files(void **state)
{
	(void)state;
	static const int64_t big_bang = -(INT64_C(1) << 59);
	static const int64_t past_1970 = 86400;
	static const int64_t new_year_1 = -62135596800;
	static const int64_t summer_9999 = 253386000000;
	static const struct {
		const int64_t *change_s;
		const char *rule;
		int32_t offset_0001_s, offset_9999_s;
	} cases[] = { { NULL, "UTC0XXX0,0,0/0", 0, 0 }, { &big_bang, "UTC0XXX0,0,0/0", 0, 0 },
		{ &past_1970, "AAA-1BBB-1,M3.5.0,M10.5.0", 0, 3600 },
		{ &big_bang, "CET-1CEST,M3.5.0,M10.5.0/3", 3600, 7200 },
		{ NULL, "CET-1CEST,M3.5.0,M10.5.0/3", 0, 7200 } };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct csv_zone *z = make_zone(cases[i].change_s, cases[i].rule);
		int64_t utc_s = 0;
		assert_int_equal(csv_zone_offset(z, new_year_1), cases[i].offset_0001_s);
		assert_int_equal(csv_zone_offset(z, summer_9999), cases[i].offset_9999_s);
		assert_int_equal(csv_zone_utc(z, new_year_1, &utc_s), CSV_ZONE_ONE);
		assert_int_equal(utc_s, new_year_1 - cases[i].offset_0001_s);
		assert_int_equal(csv_zone_utc(z, summer_9999, &utc_s), CSV_ZONE_ONE);
		assert_int_equal(utc_s, summer_9999 - cases[i].offset_9999_s);
		csv_zone_free(&z);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_zone_against_python),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_columns_with_a_zone),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_torn_files),
		cmocka_unit_test(test_rules_of_odd_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
