/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf - settings from the environment, described once in a typed table.
 *
 * Help (--help-conf), the settings table in each service's README, bounds checks and -n all come
 *from the same rows. Every fault is reported, not just the first. Names are
 *MILLRACE_<SERVICE>_<NAME>, shared ones MILLRACE_<NAME>; a secret is always a file: the variable
 *ends in _FILE and the field receives the file's content without its last newline.
 *
 *	static const struct conf_key keys[] = {
 *		CONF_STR(struct upload_conf, object_dir, "MILLRACE_OBJECT_DIR",
 *		    "/var/lib/millrace/objects", "directory of bronze objects"),
 *		CONF_BYTES(struct upload_conf, max_bytes, "MILLRACE_UPLOAD_MAX_BYTES", "64GiB",
 *"1KiB", "1TiB", "largest upload"), CONF_END,
 *	};
 *
 * Boot only, main thread. Source: Dovecot's setting tables.
 */
#ifndef KIT_CONF_H
#define KIT_CONF_H

#include "base/buf.h"

enum conf_type {
	CONF_T_END,
	CONF_T_STR,
	CONF_T_INT,
	CONF_T_BYTES,
	CONF_T_MS,
	CONF_T_BOOL,
	CONF_T_SECRET
};

struct conf_key {
	enum conf_type type;
	const char *env;  /* full variable name */
	const char *dflt; /* default as text; NULL = required */
	const char *min;  /* least value as text for numbers, else NULL */
	const char *max;  /* greatest value as text for numbers, else NULL */
	size_t offset;    /* of the field in the settings struct */
	const char *help; /* one line for --help-conf */
};

/* Field types: STR and SECRET const char * (process lifetime), INT, BYTES and MS int64_t, BOOL
 * bool. MS takes "250ms", "5s", "10min" or a bare number of seconds. */
#define CONF_STR(t, f, e, d, h)                                                                    \
	{                                                                                          \
		CONF_T_STR, e, d, NULL, NULL, offsetof(t, f), h                                    \
	}
#define CONF_SECRET(t, f, e, d, h)                                                                 \
	{                                                                                          \
		CONF_T_SECRET, e, d, NULL, NULL, offsetof(t, f), h                                 \
	}
#define CONF_BOOL(t, f, e, d, h)                                                                   \
	{                                                                                          \
		CONF_T_BOOL, e, d, NULL, NULL, offsetof(t, f), h                                   \
	}
#define CONF_INT(t, f, e, d, lo, hi, h)                                                            \
	{                                                                                          \
		CONF_T_INT, e, d, lo, hi, offsetof(t, f), h                                        \
	}
#define CONF_BYTES(t, f, e, d, lo, hi, h)                                                          \
	{                                                                                          \
		CONF_T_BYTES, e, d, lo, hi, offsetof(t, f), h                                      \
	}
#define CONF_MS(t, f, e, d, lo, hi, h)                                                             \
	{                                                                                          \
		CONF_T_MS, e, d, lo, hi, offsetof(t, f), h                                         \
	}
#define CONF_END                                                                                   \
	{                                                                                          \
		CONF_T_END, NULL, NULL, NULL, NULL, 0, NULL                                        \
	}

/*
 * conf_load - read every key of a table from the environment into conf.
 *
 * keys    table ended by CONF_END; borrowed
 * conf    the struct the offsets belong to; strings placed in it live as long as the process
 * faults  each fault is appended as one line "NAME: what is wrong"; borrowed
 *
 * Returns the number of faults, 0 when all is well.
 */
int conf_load(const struct conf_key *keys, void *conf, struct buf *faults);

/*
 * conf_check_unknown - every variable that starts with prefix must be a key of one of the tables.
 *
 * prefix  e.g. "MILLRACE_UPLOAD_"
 * tables  NULL-terminated list of tables
 *
 * Returns the number of faults appended.
 */
int conf_check_unknown(
    const char *prefix, const struct conf_key *const *tables, struct buf *faults);

/* conf_print_help - the settings as a Markdown table: name, default, bounds, meaning. */
void conf_print_help(const struct conf_key *const *tables, struct buf *out);

#endif
