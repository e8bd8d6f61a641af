/* SPDX-License-Identifier: Apache-2.0 */
/* infer_candidate - the table of types, written once when the program starts. */
#include "contract/infer_candidate.h"

#include <stdio.h>

enum { MOST_CANDIDATES = 192 };

static struct infer_candidate candidates[MOST_CANDIDATES];
static size_t n_candidates;

static struct infer_candidate *add(enum csv_type type, const char *name)
{
	struct infer_candidate *k = &candidates[n_candidates++];
	*k = (struct infer_candidate){ .type = type, .pair = INFER_NO_PAIR, .date = INFER_NO_DATE };
	(void)snprintf(k->name, sizeof(k->name), "%s", name);
	return k;
}

static void take(struct infer_candidate *k, unsigned shape)
{
	k->takes[shape / 64] |= UINT64_C(1) << (shape % 64);
}

static void take_list(struct infer_candidate *k, const uint8_t *shapes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		take(k, shapes[i]);
}

/* One way to write numbers, and the shapes that only it explains. */
struct locale {
	char decimal, group;
	const char *words;
	uint8_t whole[3], fraction[3]; /* SHAPE_TEXT = no more */
};

static const struct locale locales[] = {
	{ ',', '\0', "comma", { SHAPE_TEXT }, { SHAPE_COMMA, SHAPE_COMMA3 } },
	{ '\0', ',', "grouped by comma", { SHAPE_COMMA3, SHAPE_GROUP_COMMA },
	    { SHAPE_GROUP_COMMA_POINT } },
	{ ',', '.', "comma, grouped by point", { SHAPE_POINT3, SHAPE_GROUP_POINT },
	    { SHAPE_COMMA, SHAPE_COMMA3, SHAPE_GROUP_POINT_COMMA } },
	{ '\0', ' ', "grouped by blank", { SHAPE_GROUP_SPACE }, { SHAPE_GROUP_SPACE_POINT } },
	{ ',', ' ', "comma, grouped by blank", { SHAPE_GROUP_SPACE },
	    { SHAPE_COMMA, SHAPE_COMMA3, SHAPE_GROUP_SPACE_COMMA } },
	{ '\0', '\'', "grouped by apostrophe", { SHAPE_GROUP_QUOTE }, { SHAPE_GROUP_QUOTE_POINT } },
};

static void take_locale(struct infer_candidate *k, const struct locale *l, bool fraction)
{
	take(k, SHAPE_INT);
	k->decimal_char = l->decimal;
	k->group_char = l->group;
	k->strict = true;
	for (size_t i = 0; i < ARRAY_SIZE(l->whole) && l->whole[i] != SHAPE_TEXT; i++)
		take(k, l->whole[i]);
	if (!fraction)
		return;
	take(k, SHAPE_BIG);
	for (size_t i = 0; i < ARRAY_SIZE(l->fraction) && l->fraction[i] != SHAPE_TEXT; i++)
		take(k, l->fraction[i]);
	if (l->decimal == '\0') {
		take(k, SHAPE_DECIMAL);
		take(k, SHAPE_POINT3);
	}
}

static void add_numbers(void)
{
	static const uint8_t plain[] = { SHAPE_INT, SHAPE_BIG, SHAPE_DECIMAL, SHAPE_POINT3,
		SHAPE_EXPONENT };
	char name[INFER_NAME_BYTES];
	take_list(add(CSV_INTEGER, "integer"), plain, 1);
	take_list(add(CSV_DECIMAL, "decimal"), plain, 4);
	take_list(add(CSV_DOUBLE, "double"), plain, 5);
	for (size_t i = 0; i < ARRAY_SIZE(locales); i++) {
		(void)snprintf(name, sizeof(name), "integer (%s)", locales[i].words);
		if (locales[i].group != '\0')
			take_locale(add(CSV_INTEGER, name), &locales[i], false);
		(void)snprintf(name, sizeof(name), "decimal (%s)", locales[i].words);
		take_locale(add(CSV_DECIMAL, name), &locales[i], true);
	}
}

static void add_words(void)
{
	char name[INFER_NAME_BYTES];
	for (int i = 0; i < SHAPE_WORD_PAIRS; i++) {
		(void)snprintf(name, sizeof(name), "boolean (%s, %s)", shape_words[i].yes[0],
		    shape_words[i].no[0]);
		struct infer_candidate *k = add(CSV_BOOLEAN, name);
		k->pair = i;
		take(k, (unsigned)(SHAPE_TRUE + 2 * i));
		take(k, (unsigned)(SHAPE_FALSE + 2 * i));
	}
}

static void add_simple(void)
{
	static const uint8_t json[] = { SHAPE_JSON_OBJECT, SHAPE_JSON_ARRAY };
	static const uint8_t times[] = { SHAPE_TIME_HM, SHAPE_TIME_HMS, SHAPE_TIME_HMSF };
	static const struct {
		const char *name, *format;
		uint8_t takes[2];
	} clocks[] = {
		{ "time (H:MM)", "%H:%M", { SHAPE_TIME_HM, SHAPE_TIME_H_M } },
		{ "time (H:MM:SS)", "%H:%M:%S", { SHAPE_TIME_HMS, SHAPE_TIME_H_MS } },
		{ "time (hh:MM AM)", "%I:%M %p", { SHAPE_TIME_HM_PM, SHAPE_TIME_HM_PM } },
		{ "time (hh:MM:SS AM)", "%I:%M:%S %p", { SHAPE_TIME_HMS_PM, SHAPE_TIME_HMS_PM } },
	};
	take(add(CSV_UUID, "UUID"), SHAPE_UUID);
	take_list(add(CSV_JSON, "JSON object"), json, 1);
	take_list(add(CSV_JSON, "JSON array"), json + 1, 1);
	take_list(add(CSV_JSON, "JSON"), json, 2);
	take(add(CSV_DURATION, "duration"), SHAPE_DURATION);
	take_list(add(CSV_TIME, "time"), times, ARRAY_SIZE(times));
	for (size_t i = 0; i < ARRAY_SIZE(clocks); i++) {
		struct infer_candidate *k = add(CSV_TIME, clocks[i].name);
		(void)snprintf(k->format, sizeof(k->format), "%s", clocks[i].format);
		take_list(k, clocks[i].takes, 2);
	}
	take(add(CSV_DATE, "date (YYYY-MM-DD)"), SHAPE_DATE_ISO);
	take(add(CSV_TIMESTAMP, "timestamp"), SHAPE_STAMP);
	take(add(CSV_TIMESTAMPTZ, "timestamp with offset"), SHAPE_STAMP_ZONED);
}

/* A notation of dates: its own shape and, if it can be read two ways, the one for that. */
struct notation {
	int date, either; /* -1 = there is none */
	const char *format, *name;
	bool strict;
};

static const struct notation notations[] = {
	{ SHAPE_DMY_POINT, -1, "%d.%m.%Y", "DD.MM.YYYY", false },
	{ SHAPE_DMY_SLASH, SHAPE_EITHER_SLASH, "%d/%m/%Y", "DD/MM/YYYY", false },
	{ SHAPE_MDY_SLASH, SHAPE_EITHER_SLASH, "%m/%d/%Y", "MM/DD/YYYY", false },
	{ SHAPE_DMY_DASH, SHAPE_EITHER_DASH, "%d-%m-%Y", "DD-MM-YYYY", false },
	{ SHAPE_MDY_DASH, SHAPE_EITHER_DASH, "%m-%d-%Y", "MM-DD-YYYY", false },
	{ SHAPE_YMD_SLASH, -1, "%Y/%m/%d", "YYYY/MM/DD", false },
	{ SHAPE_YMD_POINT, -1, "%Y.%m.%d", "YYYY.MM.DD", false },
	{ SHAPE_DMY_POINT_2, -1, "%d.%m.%y", "DD.MM.YY", true },
	{ SHAPE_DMY_SLASH_2, SHAPE_EITHER_SLASH_2, "%d/%m/%y", "DD/MM/YY", true },
	{ SHAPE_MDY_SLASH_2, SHAPE_EITHER_SLASH_2, "%m/%d/%y", "MM/DD/YY", true },
	{ SHAPE_D_MON_Y, -1, "%d %b %Y", "DD Mon YYYY", true },
	{ SHAPE_D_MON_Y_DASH, -1, "%d-%b-%Y", "DD-Mon-YYYY", true },
	{ SHAPE_D_MON_2_DASH, -1, "%d-%b-%y", "DD-Mon-YY", true },
	{ SHAPE_D_POINT_MON, -1, "%d. %b %Y", "DD. Mon YYYY", true },
	{ SHAPE_MON_D_Y, -1, "%b %d, %Y", "Mon DD, YYYY", true },
};

static void add_date(const struct notation *n, int clock, bool other)
{
	static const struct {
		const char *format, *name;
	} clocks[SHAPE_CLOCK_COUNT_] = {
		{ "", "" },
		{ " %H:%M", " HH:MM" },
		{ " %H:%M:%S", " HH:MM:SS" },
		{ " %H:%M:%S.%f", " HH:MM:SS.f" },
		{ " %I:%M %p", " hh:MM AM" },
		{ " %I:%M:%S %p", " hh:MM:SS AM" },
	};
	const bool date = clock == SHAPE_CLOCK_NONE;
	char name[INFER_NAME_BYTES];
	(void)snprintf(name, sizeof(name), "%s (%s%s%s)", date ? "date" : "timestamp", n->name,
	    clocks[clock].name, other ? ", not English" : "");
	struct infer_candidate *k = add(date ? CSV_DATE : CSV_TIMESTAMP, name);
	(void)snprintf(k->format, sizeof(k->format), "%s%s", n->format, clocks[clock].format);
	k->date = n->date;
	k->clock = clock;
	k->strict = n->strict;
	k->other = other;
	take(k, (unsigned)SHAPE_DATED_AS(n->date, clock));
	if (n->either >= 0)
		take(k, (unsigned)SHAPE_DATED_AS(n->either, clock));
	if (other)
		take(k, (unsigned)SHAPE_DATED_AS(n->date + SHAPE_NAMED_DATES, clock));
}

__attribute__((constructor)) static void fill_candidates(void)
{
	add_numbers();
	add_words();
	add_simple();
	for (int clock = 0; clock < SHAPE_CLOCK_COUNT_; clock++) {
		for (size_t i = 0; i < ARRAY_SIZE(notations); i++) {
			add_date(&notations[i], clock, false);
			if (notations[i].date >= SHAPE_D_MON_Y)
				add_date(&notations[i], clock, true);
		}
	}
	struct infer_candidate *text = add(CSV_TEXT, "text");
	for (unsigned shape = 0; shape < SHAPE_COUNT_; shape++)
		take(text, shape);
}

const struct infer_candidate *infer_candidates(size_t *out_n)
{
	*out_n = n_candidates;
	return candidates;
}
