/* SPDX-License-Identifier: Apache-2.0 */
/* csv_month - tables of month names and the comparison that knows Latin case. */
#include "csv/csv_month.h"

#include <string.h>

/* Names of one month are parted by '|'; all in lower case. */
struct csv_month_names {
	const char *language;
	const char *names[12];
};

static const struct csv_month_names locales[] = {
	{ "en", { "january|jan", "february|feb", "march|mar", "april|apr", "may", "june|jun",
		    "july|jul", "august|aug", "september|sept|sep", "october|oct", "november|nov",
		    "december|dec" } },
	{ "cs", { "ledna|leden|led", "února|únor|úno", "března|březen|bře", "dubna|duben|dub",
		    "května|květen|kvě", "června|červen|čvn", "července|červenec|čvc",
		    "srpna|srpen|srp", "září|zář", "října|říjen|říj", "listopadu|listopad|lis",
		    "prosince|prosinec|pro" } },
	{ "da", { "januar|jan", "februar|feb", "marts|mar", "april|apr", "maj", "juni|jun",
		    "juli|jul", "august|aug", "september|sept|sep", "oktober|okt", "november|nov",
		    "december|dec" } },
	{ "de", { "januar|jänner|jan|jän", "februar|feber|feb", "märz|maerz|mär|mrz", "april|apr",
		    "mai", "juni|jun", "juli|jul", "august|aug", "september|sept|sep",
		    "oktober|okt", "november|nov", "dezember|dez" } },
	{ "es", { "enero|ene", "febrero|feb", "marzo|mar", "abril|abr", "mayo|may", "junio|jun",
		    "julio|jul", "agosto|ago", "septiembre|setiembre|sept|sep|set", "octubre|oct",
		    "noviembre|nov", "diciembre|dic" } },
	{ "fi",
	    { "tammikuuta|tammikuu|tammi", "helmikuuta|helmikuu|helmi",
		"maaliskuuta|maaliskuu|maalis", "huhtikuuta|huhtikuu|huhti",
		"toukokuuta|toukokuu|touko", "kesäkuuta|kesäkuu|kesä", "heinäkuuta|heinäkuu|heinä",
		"elokuuta|elokuu|elo", "syyskuuta|syyskuu|syys", "lokakuuta|lokakuu|loka",
		"marraskuuta|marraskuu|marras", "joulukuuta|joulukuu|joulu" } },
	{ "fr", { "janvier|janv|jan", "février|fevrier|févr|fév|fevr|fev", "mars|mar", "avril|avr",
		    "mai", "juin|jun", "juillet|juil|jul", "août|aout|aoû", "septembre|sept|sep",
		    "octobre|oct", "novembre|nov", "décembre|decembre|déc|dec" } },
	{ "it", { "gennaio|gen", "febbraio|feb", "marzo|mar", "aprile|apr", "maggio|mag",
		    "giugno|giu", "luglio|lug", "agosto|ago", "settembre|sett|set", "ottobre|ott",
		    "novembre|nov", "dicembre|dic" } },
	{ "nl", { "januari|jan", "februari|feb", "maart|mrt|maa", "april|apr", "mei", "juni|jun",
		    "juli|jul", "augustus|aug", "september|sept|sep", "oktober|okt", "november|nov",
		    "december|dec" } },
	{ "no", { "januar|jan", "februar|feb", "mars|mar", "april|apr", "mai", "juni|jun",
		    "juli|jul", "august|aug", "september|sept|sep", "oktober|okt", "november|nov",
		    "desember|des" } },
	{ "pl",
	    { "stycznia|styczeń|sty", "lutego|luty|lut", "marca|marzec|mar",
		"kwietnia|kwiecień|kwi", "maja|maj", "czerwca|czerwiec|cze", "lipca|lipiec|lip",
		"sierpnia|sierpień|sie", "września|wrzesień|wrz", "października|październik|paź",
		"listopada|listopad|lis", "grudnia|grudzień|gru" } },
	{ "pt", { "janeiro|jan", "fevereiro|fev", "março|marco|mar", "abril|abr", "maio|mai",
		    "junho|jun", "julho|jul", "agosto|ago", "setembro|set", "outubro|out",
		    "novembro|nov", "dezembro|dez" } },
	{ "sv", { "januari|jan", "februari|febr|feb", "mars|mar", "april|apr", "maj", "juni|jun",
		    "juli|jul", "augusti|aug", "september|sept|sep", "oktober|okt", "november|nov",
		    "december|dec" } },
};

const struct csv_month_names *csv_month_find(const char *locale)
{
	if (locale == NULL)
		return &locales[0];
	size_t n = strcspn(locale, "_-.@");
	if (n == 2 && (memcmp(locale, "nb", 2) == 0 || memcmp(locale, "nn", 2) == 0))
		locale = "no";
	for (size_t i = 0; i < ARRAY_SIZE(locales); i++) {
		if (n == 2 && memcmp(locales[i].language, locale, 2) == 0)
			return &locales[i];
	}
	return NULL;
}

const char *csv_month_locales(void)
{
	return "cs, da, de, en, es, fi, fr, it, nb, nl, pl, pt, sv";
}

/* Lower case of the Latin letters up to U+017F; out is the letter, returns its bytes. */
static size_t fold(const char *p, size_t n, unsigned *out)
{
	const unsigned a = (unsigned char)p[0];
	if (a < 0x80 || n < 2) {
		*out = a >= 'A' && a <= 'Z' ? a + 32 : a;
		return 1;
	}
	unsigned letter = (a & 0x1F) << 6 | ((unsigned char)p[1] & 0x3F);
	const bool odd_lower =
	    (letter >= 0x100 && letter <= 0x137) || (letter >= 0x14A && letter <= 0x177);
	const bool even_lower =
	    (letter >= 0x139 && letter <= 0x148) || (letter >= 0x179 && letter <= 0x17E);
	if (letter >= 0xC0 && letter <= 0xDE && letter != 0xD7)
		letter += 32;
	else if ((odd_lower && letter % 2 == 0) || (even_lower && letter % 2 == 1))
		letter++;
	*out = letter;
	return 2;
}

/* Bytes of the cell that one name takes, 0 when it does not stand there. */
static size_t take_name(const char *name, size_t name_n, const char *p, size_t n)
{
	size_t at = 0;
	for (size_t i = 0; i < name_n;) {
		unsigned want;
		unsigned got;
		if (at == n)
			return 0;
		i += fold(name + i, name_n - i, &want);
		at += fold(p + at, n - at, &got);
		if (want != got)
			return 0;
	}
	return at;
}

size_t csv_month_take(
    const struct csv_month_names *names, const char *p, size_t n, unsigned *out_month)
{
	size_t longest = 0;
	for (unsigned month = 1; month <= 12; month++) {
		const char *name = names->names[month - 1];
		while (*name != '\0') {
			const size_t name_n = strcspn(name, "|");
			const size_t used = take_name(name, name_n, p, n);
			if (used > longest) {
				longest = used;
				*out_month = month;
			}
			name += name_n + (name[name_n] == '|' ? 1 : 0);
		}
	}
	return longest;
}
