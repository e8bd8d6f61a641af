/* SPDX-License-Identifier: Apache-2.0 */
/* svc_conf - the settings every daemon has: table, help, faults. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "kit/svc_priv.h"

enum { FAULTS_BYTES = 16384, HELP_BYTES = 65536, ENV_BYTES = 80, LEVEL_BYTES = 16 };

/* env holds what follows MILLRACE_<SERVICE>_. */
static const struct conf_key own_keys[] = {
	CONF_STR(
	    struct svc_conf, listen, "LISTEN", NULL, "address of the API, host:port or unix:/path"),
	CONF_STR(struct svc_conf, internal_listen, "INTERNAL_LISTEN", NULL,
	    "address of /healthz, /readyz and /metrics; never behind the public door"),
	CONF_STR(
	    struct svc_conf, instance, "INSTANCE", "", "name of this replica in logs and leases"),
	CONF_SECRET(
	    struct svc_conf, db_password, "DB_PASSWORD_FILE", "", "password of the runtime role"),
	CONF_SECRET(struct svc_conf, token_key, "TOKEN_KEY_FILE", NULL,
	    "this service's key for internal tokens, 64 hex digits"),
	CONF_MS(struct svc_conf, drain_ms, "DRAIN", "25s", "0", "10min",
	    "how long work may go on after the first TERM"),
	CONF_END,
};

static const struct conf_key shared_keys[] = {
	CONF_STR(struct svc_conf, db, "MILLRACE_DB", NULL,
	    "PostgreSQL, libpq keywords without user and password"),
	CONF_STR(struct svc_conf, redis, "MILLRACE_REDIS", "127.0.0.1:6379",
	    "Redis, host:port or unix:/path"),
	CONF_STR(struct svc_conf, redis_user, "MILLRACE_REDIS_USER", "", "Redis ACL user"),
	CONF_SECRET(struct svc_conf, redis_password, "MILLRACE_REDIS_PASSWORD_FILE", "",
	    "password of the Redis user"),
	CONF_STR(struct svc_conf, log_level, "MILLRACE_LOG_LEVEL", "info",
	    "error, warn, info, debug, or the absolute path of a file that holds one; HUP reads it "
	    "again"),
	CONF_MS(struct svc_conf, boot_deadline_ms, "MILLRACE_BOOT_DEADLINE", "60s", "1s", "1h",
	    "how long the start waits for PostgreSQL"),
	CONF_END,
};

static const struct conf_key migrate_keys[] = {
	CONF_STR(struct svc_conf, db, "MILLRACE_DB", NULL,
	    "PostgreSQL, libpq keywords without user and password"),
	CONF_SECRET(struct svc_conf, migrate_password, "MILLRACE_MIGRATE_PASSWORD_FILE", "",
	    "password of millrace_migrate, for --migrate"),
	CONF_END,
};

/* own_keys with whole names; one daemon is one process, so there is one copy. */
static const struct conf_key *named_keys(const struct svc *svc)
{
	static struct conf_key keys[ARRAY_SIZE(own_keys)];
	static char names[ARRAY_SIZE(own_keys)][ENV_BYTES];
	for (size_t i = 0; i < ARRAY_SIZE(own_keys); i++) {
		keys[i] = own_keys[i];
		if (keys[i].type == CONF_T_END)
			break;
		(void)snprintf(
		    names[i], ENV_BYTES, "MILLRACE_%s_%s", svc->spec->env, own_keys[i].env);
		keys[i].env = names[i];
	}
	return keys;
}

static void report(const struct buf *faults)
{
	for (char *line = faults->data, *end; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		log_error(NULL, "setting", LOG_S("fault", line));
	}
}

static int check_key(const struct svc *svc, const struct conf_key *key, struct buf *faults)
{
	const char *hex = svc->conf.token_key;
	if (hex != NULL && (strlen(hex) != 64 || strspn(hex, "0123456789abcdefABCDEF") != 64)) {
		buf_printf(faults, "%s: must hold 64 hex digits\n", key->env);
		return 1;
	}
	return 0;
}

static bool parse_level(const char *text, enum log_level *out)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(text, names[i]) == 0) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static int check_log_level(const struct svc *svc, struct buf *faults)
{
	enum log_level level;
	const char *text = svc->conf.log_level;
	if (text == NULL || text[0] == '/' || parse_level(text, &level))
		return 0;
	buf_adds(
	    faults, "MILLRACE_LOG_LEVEL: must be error, warn, info, debug or an absolute path\n");
	return 1;
}

int svc_conf_load(struct svc *svc)
{
	const struct conf_key *own = named_keys(svc);
	const struct conf_key *tables[] = { own, shared_keys, svc->spec->conf_keys, NULL };
	char prefix[ENV_BYTES];
	struct buf faults;
	int n = 0;

	buf_init(&faults, FAULTS_BYTES);
	n += conf_load(own, &svc->conf, &faults);
	n += conf_load(shared_keys, &svc->conf, &faults);
	if (svc->spec->conf_keys != NULL)
		n += conf_load(svc->spec->conf_keys, svc->spec->conf, &faults);
	n += check_key(svc, &own[4], &faults);
	n += check_log_level(svc, &faults);
	(void)snprintf(prefix, sizeof(prefix), "MILLRACE_%s_", svc->spec->env);
	n += conf_check_unknown(prefix, tables, &faults);
	report(&faults);
	buf_done(&faults);
	return n;
}

static int load_table(struct svc *svc, const struct conf_key *keys)
{
	struct buf faults;
	buf_init(&faults, FAULTS_BYTES);
	const int n = conf_load(keys, &svc->conf, &faults);
	report(&faults);
	buf_done(&faults);
	return n;
}

int svc_conf_load_migrate(struct svc *svc)
{
	return load_table(svc, migrate_keys);
}

int svc_conf_load_health(struct svc *svc)
{
	const struct conf_key keys[] = { named_keys(svc)[1], CONF_END };
	return load_table(svc, keys);
}

/* The file of a level: one word and perhaps a newline. */
static void read_level(const char *path, char *out)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, LEVEL_BYTES - 1);
	if (fd >= 0)
		(void)close(fd);
	out[n < 0 ? 0 : n] = '\0';
	out[strcspn(out, "\r\n ")] = '\0';
}

void svc_conf_apply_log_level(const struct svc *svc)
{
	char text[LEVEL_BYTES];
	enum log_level level = LOG_INFO;
	const char *name = svc->conf.log_level;
	if (name[0] == '/') {
		read_level(name, text);
		name = text;
	}
	if (!parse_level(name, &level))
		log_warn(
		    NULL, "no log level in file, using info", LOG_S("file", svc->conf.log_level));
	log_set_level(level);
}

void svc_conf_help(const struct svc *svc)
{
	const struct conf_key *tables[] = { named_keys(svc), shared_keys, &migrate_keys[1],
		svc->spec->conf_keys, NULL };
	struct buf out;
	buf_init(&out, HELP_BYTES);
	conf_print_help(tables, &out);
	(void)fputs(out.data, stdout);
	buf_done(&out);
}
