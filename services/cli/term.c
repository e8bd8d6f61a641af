/* SPDX-License-Identifier: Apache-2.0 */
/* term - colours, widths and numbers. */
#include "term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#include "base/mem.h"

enum { WIDE = 200, NARROWEST = 40, GLYPH_BYTES = 3 /* most that are made of one byte */ };

struct cli_term cli_term_of(FILE *to, bool color)
{
	struct winsize size = { 0 };
	const int fd = fileno(to);
	const bool terminal = isatty(fd) == 1;
	int width = WIDE;
	if (terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		width = size.ws_col < NARROWEST ? NARROWEST : size.ws_col;
	return (struct cli_term){ to, color && terminal, terminal, width };
}

const char *cli_tint(const struct cli_term *t, enum cli_tint tint)
{
	static const char *const codes[] = { "\033[0m", "\033[31m", "\033[32m", "\033[33m",
		"\033[2m", "\033[1m" };
	return t->color ? codes[tint] : "";
}

const char *cli_grouped(int64_t n, char *out)
{
	char digits[24];
	(void)snprintf(digits, sizeof(digits), "%lld", (long long)n);
	const size_t len = strlen(digits);
	size_t to = 0;
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
			out[to++] = ',';
		out[to++] = digits[i];
	}
	out[to] = '\0';
	return out;
}

const char *cli_bytes(double n, char *out)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	size_t unit = 0;
	while (n >= 999.5 && unit + 1 < ARRAY_SIZE(units)) {
		n /= 1000;
		unit++;
	}
	(void)snprintf(out, 16, n < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", n, units[unit]);
	return out;
}

/* One character as it is shown. Returns the bytes taken. */
struct glyph {
	const char *p; /* what is printed */
	size_t n;      /* its bytes */
	int columns;
	size_t taken;
};

static struct glyph glyph_at(const char *p, size_t n, char *room)
{
	utf8proc_int32_t c = -1;
	const utf8proc_ssize_t taken =
	    utf8proc_iterate((const utf8proc_uint8_t *)p, (utf8proc_ssize_t)n, &c);
	if (taken <= 0)
		return (struct glyph){ "\xef\xbf\xbd", 3, 1, 1 };
	if (c == '\n')
		return (struct glyph){ "\xe2\x86\xb5", 3, 1, 1 };
	if (c < 0x20 || c == 0x7f) {
		/* U+2400 and on: pictures of control characters. */
		const int picture = c == 0x7f ? 0x21 : (int)c;
		room[0] = '\xe2';
		room[1] = '\x90';
		room[2] = (char)(0x80 + picture);
		return (struct glyph){ room, 3, 1, 1 };
	}
	const utf8proc_category_t kind = utf8proc_category(c);
	if (kind == UTF8PROC_CATEGORY_CC || kind == UTF8PROC_CATEGORY_CF ||
	    kind == UTF8PROC_CATEGORY_ZL || kind == UTF8PROC_CATEGORY_ZP)
		return (struct glyph){ "\xef\xbf\xbd", 3, 1, (size_t)taken };
	return (struct glyph){ p, (size_t)taken, utf8proc_charwidth(c), (size_t)taken };
}

int cli_columns(const char *p, size_t n)
{
	char room[4];
	int used = 0;
	for (size_t at = 0; at < n;) {
		const struct glyph g = glyph_at(p + at, n - at, room);
		used += g.columns;
		at += g.taken;
	}
	return used;
}

int cli_show(const struct cli_term *t, const char *p, size_t n, int columns)
{
	char room[4];
	int used = 0;
	/* A row may be long: no more is measured than could be shown. */
	const size_t look = n > (size_t)columns * 8 ? (size_t)columns * 8 : n;
	const bool fits = look == n && cli_columns(p, n) <= columns;
	for (size_t at = 0; at < n;) {
		const struct glyph g = glyph_at(p + at, n - at, room);
		if (!fits && used + g.columns > columns - 1) {
			(void)fputs("\xe2\x80\xa6", t->to);
			return used + 1;
		}
		(void)fwrite(g.p, 1, g.n, t->to);
		used += g.columns;
		at += g.taken;
	}
	return used;
}

char *cli_printable(const char *text)
{
	const size_t n = strlen(text);
	char *out = mem_alloc(GLYPH_BYTES * n + 1);
	char room[GLYPH_BYTES + 1];
	size_t used = 0;
	for (size_t at = 0; at < n;) {
		const struct glyph g = glyph_at(text + at, n - at, room);
		memcpy(out + used, g.p, g.n);
		used += g.n;
		at += g.taken;
	}
	out[used] = '\0';
	return out;
}

void cli_show_all(const struct cli_term *t, const char *text)
{
	char *shown = cli_printable(text);
	(void)fputs(shown, t->to);
	free(shown);
}
