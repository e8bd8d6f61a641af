/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli - what the commands of `millrace` share: their arguments, exit codes and talk.
 *
 * main.c finds the command, args.c reads its options from one table (help and man page follow it),
 * cmd_*.c are the commands. stdout is data, stderr is talk. Nothing here is used by two threads at
 * a time unless it says so.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <signal.h>
#include <stdatomic.h>

#include "csv/csv_dialect.h"

/* Exit codes: the whole list, also in the man page. */
enum cli_exit {
	CLI_GOOD = 0,
	CLI_REJECTED = 1, /* some rows were refused, and --fail-on minds */
	CLI_FAILED = 2,   /* unusable, over the error budget, or the run itself failed */
	CLI_USAGE = 64,
	CLI_CONFIG = 78,   /* the contract is not one */
	CLI_STOPPED = 130, /* by a signal, which then ends us */
};

enum cli_fail_on { CLI_FAIL_ANY, CLI_FAIL_BUDGET, CLI_FAIL_NEVER };

enum {
	CLI_THREADS = 6,   /* unless set; more take more than 24 MB */
	CLI_MAX_SHOW = 10, /* rejects shown, unless set */
	CLI_MAX_SHOW_MOST = 10000,
	CLI_ARENA_BYTES = 256 << 20,
	CLI_COMPLAINT_BYTES = 16 << 10, /* longest line on stderr: two paths and words */
};

/* What the command line says; strings are borrowed from it. */
struct cli_args {
	const char *file; /* "-" = standard input; NULL = none was named */
	const char *contract, *clean, *rejects, *repairs, *report;
	struct csv_given given;
	enum cli_fail_on fail_on;
	bool has_bad_rows, repair; /* --bad-rows; else the contract says */
	bool profile, quiet, quote_all, json, sniff_all;
	bool color; /* may be used at all: NO_COLOR, TERM and --no-color are asked */
	unsigned threads;
	unsigned max_show;
};

/* A command. */
struct cli_command {
	const char *name;
	const char *takes;    /* "FILE", "[ID]": behind the options in the synopsis */
	const char *purpose;  /* one line */
	const char *examples; /* lines, LF behind each */
	int (*run)(const struct cli_args *args);
};

/* cli_commands - all of them, in the order of the help; ends with a NULL name. */
extern const struct cli_command cli_commands[];

/* cli_stop - set by SIGINT, SIGTERM and SIGHUP: end soon, leave nothing half. */
extern atomic_bool cli_stop;

/* cli_stop_signal - the signal that set cli_stop; 0 = none. */
extern volatile sig_atomic_t cli_stop_signal;

/*
 * cli_args_read - options and file of a command.
 *
 * argc, argv  behind the program's name: argv[0] is the command
 *
 * Returns -1 to go on, or the exit code: help was asked for, or the usage is wrong (said on
 * stderr).
 */
int cli_args_read(
    const struct cli_command *c, int argc, char **argv, struct cli_args *out) MUST_CHECK;

/* cli_complain - "millrace: ..." on stderr, control characters as cli_show has them: names of files
 * and texts of theirs are repeated. */
void cli_complain(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* cli_complain_err - the same for an error, with a hint where there is one for its code. */
void cli_complain_err(const struct err *err);

/* cli_near - the one of n words that is most like this one, when it is like it at all; else NULL.
 * words[i] stands stride bytes behind words[i - 1]. */
const char *cli_near(const char *word, const char *const *words, size_t n, size_t stride);

/* cli_check, cli_sniff, cli_infer, cli_rules - the commands; return the exit code. */
int cli_check(const struct cli_args *args);
int cli_sniff(const struct cli_args *args);
int cli_infer(const struct cli_args *args);
int cli_rules(const struct cli_args *args);

#endif
