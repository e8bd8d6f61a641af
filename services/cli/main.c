/* SPDX-License-Identifier: Apache-2.0 */
/* millrace - look at CSV files before anybody else has to. */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

/* Larger pieces go back to the system when they are freed. Left alone, glibc raises this bound with
 * the first one freed and keeps the rest: 10 MB more at the peak of a check with keys. */
enum { MAPPED_BYTES = 128 << 10, ARENAS = 2 };

const struct cli_command cli_commands[] = {
	{
	    "check",
	    "FILE",
	    "judge every row of a file, by a contract or by its shape",
	    "millrace check orders.csv --contract sales.json --rejects bad.csv\n"
	    "millrace check - --contract sales.json --fail-on budget -q < orders.csv\n",
	    cli_check,
	},
	{
	    "sniff",
	    "FILE",
	    "say how a file is written: delimiter, quotes, header, encoding",
	    "millrace sniff orders.csv\n"
	    "zcat orders.csv.gz | millrace sniff - --json\n",
	    cli_sniff,
	},
	{
	    "infer",
	    "FILE",
	    "draft a contract from all rows of a file, with the evidence",
	    "millrace infer orders.csv\n"
	    "millrace infer orders.csv --json > sales.json\n",
	    cli_infer,
	},
	{
	    "rules",
	    "[ID]",
	    "explain the rules by which rows are refused",
	    "millrace rules\n"
	    "millrace rules type.decimal\n",
	    cli_rules,
	},
	{ 0 },
};

atomic_bool cli_stop;
volatile sig_atomic_t cli_stop_signal;

static void on_signal(int number)
{
	cli_stop_signal = number;
	atomic_store(&cli_stop, true);
}

/* The first signal ends in order, the second at once. A reader that is gone is seen by write(2). */
static void catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction stop = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		(void)sigaction(numbers[i], &stop, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

/* What was printed may not have arrived. */
static int flush(int code)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return code;
	if (errno == EPIPE) {
		cli_stop_signal = SIGPIPE;
		return CLI_STOPPED;
	}
	cli_complain("write standard output: %s", strerrordesc_np(errno));
	return CLI_FAILED;
}

/* Whoever started us sees by which signal we ended. */
static int leave(int code)
{
	if (code == CLI_STOPPED) {
		(void)signal(cli_stop_signal, SIG_DFL);
		(void)raise(cli_stop_signal);
	}
	return code;
}

static void usage(FILE *to)
{
	(void)fputs("usage: millrace COMMAND [OPTION]... [FILE]\n\n", to);
	for (const struct cli_command *c = cli_commands; c->name != NULL; c++)
		(void)fprintf(to, "  %-8s %s\n", c->name, c->purpose);
	(void)fputs("\nmillrace COMMAND --help tells more; millrace --version the version\n", to);
}

static int unknown(const char *word)
{
	const size_t n = ARRAY_SIZE(cli_commands) - 1;
	const char *near = cli_near(word, &cli_commands[0].name, n, sizeof(cli_commands[0]));
	if (near != NULL)
		cli_complain("%s: no such command; did you mean %s?", word, near);
	else
		cli_complain("%s: no such command; millrace --help lists them", word);
	return CLI_USAGE;
}

int main(int argc, char **argv)
{
	struct cli_args args;
	if (argc < 2) {
		usage(stderr);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return leave(flush(CLI_GOOD));
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		(void)printf("millrace %s\n", MILLRACE_VERSION);
		return leave(flush(CLI_GOOD));
	}
	for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
		if (strcmp(c->name, argv[1]) != 0)
			continue;
		const int code = cli_args_read(c, argc - 1, argv + 1, &args);
		if (code >= 0)
			return leave(flush(code));
		(void)mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES);
		(void)mallopt(M_ARENA_MAX, ARENAS);
		catch_signals();
		return leave(flush(c->run(&args)));
	}
	return unknown(argv[1]);
}
