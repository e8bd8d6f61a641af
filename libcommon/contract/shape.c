/* SPDX-License-Identifier: Apache-2.0 */
/* shape - by its first byte a cell goes to the readers that may know it. */
#include "contract/shape.h"

#include <string.h>

#include "contract/shape_priv.h"
#include "csv/csv_duration.h"
#include "csv/csv_json.h"
#include "csv/csv_number.h"
#include "csv/csv_time.h"
#include "csv/csv_uuid.h"

enum {
	DAY_MOST = 24, /* a month, a day and a comma take fewer bytes */
	WORD_SLOT_BITS = 8,
	WORD_SLOTS = 1 << WORD_SLOT_BITS,
	WORD_MOST = 7, /* bytes of the longest word */
};

const struct shape_word_pair shape_words[SHAPE_WORD_PAIRS] = {
	{ { "true", "True", "TRUE" }, { "false", "False", "FALSE" } },
	{ { "yes", "Yes", "YES" }, { "no", "No", "NO" } },
	{ { "y", "Y", "Y" }, { "n", "N", "N" } },
	{ { "t", "T", "T" }, { "f", "F", "F" } },
	{ { "on", "On", "ON" }, { "off", "Off", "OFF" } },
	{ { "ja", "Ja", "JA" }, { "nein", "Nein", "NEIN" } },
	{ { "oui", "Oui", "OUI" }, { "non", "Non", "NON" } },
	{ { "wahr", "Wahr", "WAHR" }, { "falsch", "Falsch", "FALSCH" } },
	{ { "vrai", "Vrai", "VRAI" }, { "faux", "Faux", "FAUX" } },
};

const struct shape_null_word shape_nulls[SHAPE_NULL_WORDS] = {
	{ "NULL", true },
	{ "null", true },
	{ "Null", true },
	{ "\\N", true },
	{ "N/A", true },
	{ "n/a", true },
	{ "#N/A", true },
	{ "<NA>", true },
	{ "(null)", true },
	{ "<null>", true },
	{ "#NULL!", true },
	{ "NA", false },
	{ "NaN", false },
	{ "nan", false },
	{ "nil", false },
	{ "None", false },
	{ "none", false },
	{ "n.a.", false },
	{ "-", false },
	{ "--", false },
	{ ".", false },
	{ "?", false },
};

/* Words of up to seven bytes as numbers, the length above them, in a table of open addresses. */
static struct {
	uint64_t word; /* 0 = free */
	uint8_t shape;
} word_table[WORD_SLOTS];

static size_t word_slot(uint64_t word)
{
	size_t at = (word * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - WORD_SLOT_BITS);
	while (word_table[at].word != 0 && word_table[at].word != word)
		at = (at + 1) % WORD_SLOTS;
	return at;
}

static inline uint64_t pack_word(const char *p, size_t n)
{
	const uint64_t bytes = csv_swar_load(p) & ~(~UINT64_C(0) << (n * 8));
	return bytes | (uint64_t)n << 56;
}

static void add_word(const char *word, int shape)
{
	char padded[8] = { 0 };
	memcpy(padded, word, strlen(word));
	const uint64_t packed = pack_word(padded, strlen(word));
	const size_t at = word_slot(packed);
	word_table[at].word = packed;
	word_table[at].shape = (uint8_t)shape;
}

__attribute__((constructor)) static void fill_words(void)
{
	for (int i = 0; i < SHAPE_NULL_WORDS; i++)
		add_word(shape_nulls[i].word, SHAPE_NULL + i);
	for (int i = 0; i < SHAPE_WORD_PAIRS * 3; i++) {
		add_word(shape_words[i / 3].yes[i % 3], SHAPE_TRUE + 2 * (i / 3));
		add_word(shape_words[i / 3].no[i % 3], SHAPE_FALSE + 2 * (i / 3));
	}
}

bool shape_word(const char *p, size_t n, struct contract_shape_of *out)
{
	if (n > WORD_MOST)
		return false;
	const size_t at = word_slot(pack_word(p, n));
	out->shape = word_table[at].shape;
	return word_table[at].word != 0;
}

/* Letters, and what is above ASCII. */
static void shape_letters(
    struct contract_shaper *s, const char *p, size_t n, struct contract_shape_of *out)
{
	const char last = p[n - 1];
	if (n <= WORD_MOST && shape_word(p, n, out))
		return;
	unsigned __int128 uuid;
	struct csv_duration duration;
	if (csv_uuid_parse(p, n, &uuid))
		out->shape = SHAPE_UUID;
	else if (p[0] == 'P' && csv_duration_parse(p, n, &duration))
		out->shape = SHAPE_DURATION;
	else if ((!shape_is_digit(last) && (last | 0x20) != 'm') ||
		 memchr(p, ',', n < DAY_MOST ? n : DAY_MOST) == NULL || !shape_date(s, p, n, out))
		*out = (struct contract_shape_of){ .shape = SHAPE_TEXT };
}

static void shape_digits(
    struct contract_shaper *s, const char *p, size_t n, struct contract_shape_of *out)
{
	if (shape_number(p, n, out))
		return;
	unsigned __int128 uuid;
	const bool digit = shape_is_digit(p[0]);
	if (digit && (shape_time(p, n, out) || shape_date(s, p, n, out)))
		return;
	*out = (struct contract_shape_of){ .shape = SHAPE_TEXT };
	if (digit && csv_uuid_parse(p, n, &uuid))
		out->shape = SHAPE_UUID;
	else if (!digit && !shape_word(p, n, out))
		out->shape = SHAPE_TEXT;
}

struct contract_shape_of contract_shape(struct contract_shaper *s, const char *p, size_t n)
{
	struct contract_shape_of out = { .shape = SHAPE_TEXT };
	const char c = p[0];
	if (shape_is_letter(c) || (uint8_t)c >= 0x80)
		shape_letters(s, p, n, &out);
	else if (shape_is_digit(c) || c == '-' || c == '+' || c == '.' || c == ',')
		shape_digits(s, p, n, &out);
	else if ((c == '{' || c == '[') && csv_json_check(p, n, c == '{' ? "object" : "array"))
		out.shape = c == '{' ? SHAPE_JSON_OBJECT : SHAPE_JSON_ARRAY;
	else if (!shape_word(p, n, &out))
		out.shape = SHAPE_TEXT;
	return out;
}
