/* SPDX-License-Identifier: Apache-2.0 */
/* conf - settings from the environment, described once in a typed table. */
#include "kit/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "base/mem.h"
#include "base/text.h"

enum { SECRET_MAX_BYTES = 4096 };

extern char **environ;

static int fault(struct buf *faults, const struct conf_key *k, const char *what)
{
	buf_printf(faults, "%s: %s\n", k->env, what);
	return 1;
}

/* "250ms", "5s", "10min", "2h" or a bare number of seconds. */
static int parse_ms(const char *s, int64_t *out)
{
	static const struct {
		const char *unit;
		int64_t factor;
	} units[] = { { "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "min", 60000 },
		{ "h", 3600000 } };
	char *end;
	if (s[0] < '0' || s[0] > '9')
		return -1;
	errno = 0;
	const long long v = strtoll(s, &end, 10);
	if (errno != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].unit) == 0)
			return __builtin_mul_overflow((int64_t)v, units[i].factor, out) ? -1 : 0;
	}
	return -1;
}

static int parse_number(enum conf_type type, const char *s, int64_t *out)
{
	uint64_t bytes;
	if (type == CONF_T_INT)
		return text_parse_i64(s, out);
	if (type == CONF_T_MS)
		return parse_ms(s, out);
	if (text_parse_bytes(s, &bytes) != 0 || bytes > INT64_MAX)
		return -1;
	*out = (int64_t)bytes;
	return 0;
}

/* Bounds and defaults are ours: a wrong one is a bug, not a fault of the operator. */
static int64_t bound(const struct conf_key *k, const char *text)
{
	int64_t v;
	if (parse_number(k->type, text, &v) != 0)
		bug("setting %s: bad bound %s", k->env, text);
	return v;
}

static int load_number(
    const struct conf_key *k, const char *text, int64_t *field, struct buf *faults)
{
	int64_t v;
	if (parse_number(k->type, text, &v) != 0)
		return fault(faults, k,
		    k->type == CONF_T_INT  ? "must be a whole number"
		    : k->type == CONF_T_MS ? "must be a duration like 250ms, 5s or 10min"
					   : "must be a size like 4096, 256KiB or 64GiB");
	if (v < bound(k, k->min) || v > bound(k, k->max)) {
		buf_printf(faults, "%s: must be between %s and %s\n", k->env, k->min, k->max);
		return 1;
	}
	*field = v;
	return 0;
}

static int load_bool(const struct conf_key *k, const char *text, bool *field, struct buf *faults)
{
	const bool yes = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
	const bool no = strcmp(text, "false") == 0 || strcmp(text, "0") == 0;
	if (!yes && !no)
		return fault(faults, k, "must be true or false");
	*field = yes;
	return 0;
}

static int load_secret(
    const struct conf_key *k, const char *path, const char **field, struct buf *faults)
{
	char text[SECRET_MAX_BYTES + 1];
	if (path[0] == '\0') {
		*field = NULL;
		return 0;
	}
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fault(faults, k, "the file cannot be opened");
	ssize_t n = read(fd, text, sizeof(text));
	(void)close(fd);
	if (n < 0 || n > SECRET_MAX_BYTES)
		return fault(faults, k, "the file cannot be read or is over 4096 bytes");
	if (n > 0 && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	if (n == 0 || strlen(text) != (size_t)n)
		return fault(faults, k, "the file is empty or holds a NUL");
	*field = mem_dup(text);
	explicit_bzero(text, sizeof(text));
	return 0;
}

static int load_one(const struct conf_key *k, void *conf, struct buf *faults)
{
	char *field = (char *)conf + k->offset;
	const char *set = getenv(k->env);
	const char *text = set != NULL && set[0] != '\0' ? set : k->dflt;
	if (text == NULL)
		return fault(faults, k, "is required");
	switch (k->type) {
	case CONF_T_STR:
		*(const char **)(void *)field = mem_dup(text);
		return 0;
	case CONF_T_SECRET:
		return load_secret(k, text, (const char **)(void *)field, faults);
	case CONF_T_BOOL:
		return load_bool(k, text, (bool *)(void *)field, faults);
	case CONF_T_INT:
	case CONF_T_BYTES:
	case CONF_T_MS:
		return load_number(k, text, (int64_t *)(void *)field, faults);
	case CONF_T_END:
		break;
	}
	bug("setting %s: unknown type", k->env);
}

int conf_load(const struct conf_key *keys, void *conf, struct buf *faults)
{
	int n = 0;
	for (const struct conf_key *k = keys; k->type != CONF_T_END; k++)
		n += load_one(k, conf, faults);
	return n;
}

static bool is_known(const char *name, size_t n, const struct conf_key *const *tables)
{
	for (; *tables != NULL; tables++) {
		for (const struct conf_key *k = *tables; k->type != CONF_T_END; k++) {
			if (strncmp(k->env, name, n) == 0 && k->env[n] == '\0')
				return true;
		}
	}
	return false;
}

int conf_check_unknown(const char *prefix, const struct conf_key *const *tables, struct buf *faults)
{
	int n = 0;
	for (char **e = environ; *e != NULL; e++) {
		const size_t len = strcspn(*e, "=");
		if (!text_is_prefix(*e, prefix) || is_known(*e, len, tables))
			continue;
		buf_printf(faults, "%.*s: no such setting\n", (int)len, *e);
		n++;
	}
	return n;
}

static void print_row(const struct conf_key *k, struct buf *out)
{
	buf_printf(out, "| `%s` | ", k->env);
	if (k->dflt == NULL)
		buf_adds(out, "required");
	else if (k->dflt[0] == '\0')
		buf_adds(out, "none");
	else
		buf_printf(out, "`%s`", k->dflt);
	if (k->min != NULL)
		buf_printf(out, " | %s .. %s", k->min, k->max);
	else
		buf_adds(out, k->type == CONF_T_BOOL     ? " | true, false"
			      : k->type == CONF_T_SECRET ? " | file"
							 : " | text");
	buf_printf(out, " | %s |\n", k->help);
}

void conf_print_help(const struct conf_key *const *tables, struct buf *out)
{
	buf_adds(out, "| setting | default | bounds | meaning |\n| --- | --- | --- | --- |\n");
	for (; *tables != NULL; tables++) {
		for (const struct conf_key *k = *tables; k->type != CONF_T_END; k++)
			print_row(k, out);
	}
}
