/* SPDX-License-Identifier: Apache-2.0 */
/* csv_encoding_name - what people call encodings. */
#include <ctype.h>
#include <stdio.h>

#include "base/near.h"
#include "csv/csv_encoding.h"

/* Other names for the encodings of this library, and names that in practice mean more than iconv
 * gives them: Source: the WHATWG encoding standard's labels. */
static const struct {
	const char *alias, *name;
} aliases[] = {
	{ "utf8", "utf-8" },
	{ "utf_8", "utf-8" },
	{ "utf-8-sig", "utf-8" },
	{ "utf16", "utf-16" },
	{ "utf16le", "utf-16le" },
	{ "utf16be", "utf-16be" },
	{ "utf-16-le", "utf-16le" },
	{ "utf-16-be", "utf-16be" },
	{ "utf_16", "utf-16" },
	{ "utf_16_le", "utf-16le" },
	{ "utf_16_be", "utf-16be" },
	{ "unicode", "utf-16" },
	{ "ucs-2", "utf-16" },
	{ "utf32", "utf-32" },
	{ "utf32le", "utf-32le" },
	{ "utf32be", "utf-32be" },
	{ "ucs-4", "utf-32" },
	{ "cp1252", "windows-1252" },
	{ "cp-1252", "windows-1252" },
	{ "windows1252", "windows-1252" },
	{ "ansi", "windows-1252" },
	{ "latin1", "iso-8859-1" },
	{ "latin-1", "iso-8859-1" },
	{ "latin_1", "iso-8859-1" },
	{ "iso8859-1", "iso-8859-1" },
	{ "iso_8859-1", "iso-8859-1" },
	{ "iso88591", "iso-8859-1" },
	{ "l1", "iso-8859-1" },
	{ "latin-9", "iso-8859-15" },
	{ "latin9", "iso-8859-15" },
	{ "latin-2", "iso-8859-2" },
	{ "ascii", "us-ascii" },
	{ "sjis", "shift_jis" },
	{ "shift-jis", "shift_jis" },
	{ "gb2312", "gb18030" },
	{ "gbk", "gb18030" },
	{ "cp936", "gb18030" },
	{ "euckr", "euc-kr" },
	{ "eucjp", "euc-jp" },
};

/* Names whose wider form is what files hold. */
static const struct {
	const char *name, *iconv;
} wider[] = {
	{ "shift_jis", "CP932" },
	{ "euc-kr", "CP949" },
	{ "mac-roman", "MACINTOSH" },
};

/* What a mistyped name is compared with. */
static const char *const known[] = { "utf-8", "utf-16", "utf-16le", "utf-16be", "utf-32",
	"utf-32le", "utf-32be", "windows-1250", "windows-1251", "windows-1252", "windows-1253",
	"windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "latin1",
	"iso-8859-1", "iso-8859-2", "iso-8859-5", "iso-8859-7", "iso-8859-9", "iso-8859-15",
	"us-ascii", "koi8-r", "koi8-u", "cp437", "cp850", "cp866", "macintosh", "shift_jis",
	"euc-jp", "iso-2022-jp", "gb18030", "gbk", "big5", "big5-hkscs", "euc-kr", "tis-620" };

const char *csv_encoding_canonical(const char *name, char *out)
{
	char lower[CSV_ENCODING_BYTES + 1];
	size_t n = 0;
	for (; n < CSV_ENCODING_BYTES && name[n] != '\0'; n++)
		lower[n] = (char)tolower((unsigned char)name[n]);
	lower[n] = '\0';
	const char *found = lower;
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++) {
		if (strcmp(aliases[i].alias, lower) == 0)
			found = aliases[i].name;
	}
	(void)snprintf(out, CSV_ENCODING_BYTES + 1, "%s", found);
	return out;
}

const char *csv_encoding_iconv_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(wider); i++) {
		if (strcmp(wider[i].name, name) == 0)
			return wider[i].iconv;
	}
	return name;
}

const char *csv_encoding_near(const char *name)
{
	char lower[CSV_ENCODING_BYTES + 1];
	struct near near;
	(void)csv_encoding_canonical(name, lower);
	near_init(&near, lower);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		near_try(&near, known[i]);
	return near.best;
}
