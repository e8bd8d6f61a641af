/* SPDX-License-Identifier: Apache-2.0 */
/* args - the options of all commands: one table for reading, help and usage. */
#include <getopt.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/near.h"
#include "base/text.h"
#include "cli.h"
#include "contract/run.h"
#include "term.h"

/* Commands an option belongs to. */
enum { CHECK = 1, SNIFF = 2, INFER = 4, RULES = 8, FILES = CHECK | SNIFF | INFER, ALL = 15 };

enum option_id {
	OPT_CONTRACT = 256,
	OPT_DIALECT,
	OPT_BAD_ROWS,
	OPT_CLEAN,
	OPT_REJECTS,
	OPT_REPAIRS,
	OPT_REPORT,
	OPT_PROFILE,
	OPT_FAIL_ON,
	OPT_THREADS,
	OPT_MAX_SHOW,
	OPT_QUOTE_ALL,
	OPT_SNIFF_ALL,
	OPT_JSON,
	OPT_QUIET,
	OPT_NO_COLOR,
	OPT_HELP,
	OPT_COUNT_END_,
};

static const struct {
	int id;
	unsigned commands;
	char letter; /* '\0' = long only */
	const char *name;
	const char *takes; /* NULL = nothing */
	const char *help;
} options[] = {
	{ OPT_CONTRACT, CHECK, 'c', "contract", "FILE",
	    "the contract: a Frictionless Table Schema; without one only the rows' shape counts" },
	{ OPT_DIALECT, FILES, 'd', "dialect", "KEY=VALUE",
	    "set a part of the dialect, such as delimiter=semicolon, encoding=latin1, header=2" },
	{ OPT_BAD_ROWS, CHECK, '\0', "bad-rows", "reject|repair",
	    "refuse bad rows, or repair what the rules know how to; else the contract says" },
	{ OPT_CLEAN, CHECK, '\0', "clean", "FILE",
	    "write the good rows; a name that ends in .parquet makes Parquet, others CSV" },
	{ OPT_REJECTS, CHECK, '\0', "rejects", "FILE",
	    "write the refused rows as CSV, ready to be mended and sent back" },
	{ OPT_REPAIRS, CHECK, '\0', "repairs", "FILE",
	    "write every repaired row as CSV, with its text before and after" },
	{ OPT_REPORT, CHECK, '\0', "report", "FILE", "write the report as JSON" },
	{ OPT_PROFILE, CHECK, '\0', "profile", NULL,
	    "count what the columns hold, for the report or the screen" },
	{ OPT_FAIL_ON, CHECK, '\0', "fail-on", "any|budget|never",
	    "what makes the exit code other than 0: any refused row, a spent budget, nothing" },
	{ OPT_MAX_SHOW, CHECK, '\0', "max-show", "N", "show that many refused rows (10)" },
	{ OPT_QUOTE_ALL, CHECK, '\0', "quote-all", NULL, "quote every cell of --clean CSV" },
	{ OPT_SNIFF_ALL, FILES, '\0', "sniff-all", NULL,
	    "decide on the dialect by the whole file, not by samples" },
	{ OPT_THREADS, CHECK | INFER, 't', "threads", "N", "use that many threads (all cores)" },
	{ OPT_JSON, ALL, '\0', "json", NULL, "print one JSON value instead of text" },
	{ OPT_QUIET, FILES, 'q', "quiet", NULL, "say nothing but errors" },
	{ OPT_NO_COLOR, ALL, '\0', "no-color", NULL, "no colours, as with NO_COLOR" },
	{ OPT_HELP, ALL, 'h', "help", NULL, "this text" },
};

void cli_complain(const char *fmt, ...)
{
	va_list args;
	char text[CLI_COMPLAINT_BYTES];
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	char *shown = cli_printable(text);
	(void)fprintf(stderr, "millrace: %s\n", shown);
	free(shown);
}

void cli_complain_err(const struct err *err)
{
	static const struct {
		const char *code, *hint;
	} hints[] = {
		{ "header.quote", "set the quote with --dialect quote=none, or mend the header" },
		{ "header.missing", "millrace sniff shows the header as it is read" },
		{ "header.extra", "\"millrace\": {\"extra_columns\": \"ignore\"} lets them pass" },
		{ "contract.invalid", "millrace infer FILE --json drafts one" },
	};
	cli_complain("%s", err->msg);
	for (size_t i = 0; i < ARRAY_SIZE(hints); i++) {
		if (strcmp(hints[i].code, err->code) == 0)
			(void)fprintf(stderr, "hint: %s\n", hints[i].hint);
	}
}

const char *cli_near(const char *word, const char *const *words, size_t n, size_t stride)
{
	struct near near;
	near_init(&near, word);
	for (size_t i = 0; i < n; i++)
		near_try(
		    &near, *(const char *const *)(const void *)((const char *)words + i * stride));
	return near.best;
}

static unsigned bit_of(const struct cli_command *c)
{
	return 1U << (c - cli_commands);
}

static void help(const struct cli_command *c)
{
	(void)printf("millrace %s [OPTION]... %s - %s\n\n", c->name, c->takes, c->purpose);
	for (const char *line = c->examples; *line != '\0';) {
		const size_t n = strcspn(line, "\n");
		(void)printf("  %.*s\n", (int)n, line);
		line += n + 1;
	}
	(void)puts("");
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		char left[48];
		if ((options[i].commands & bit_of(c)) == 0)
			continue;
		const char letter[5] = { '-', options[i].letter, ',', ' ', '\0' };
		(void)snprintf(left, sizeof(left), "%s--%s%s%s",
		    options[i].letter == '\0' ? "    " : letter, options[i].name,
		    options[i].takes == NULL ? "" : " ",
		    options[i].takes == NULL ? "" : options[i].takes);
		(void)printf("  %-30s %s\n", left, options[i].help);
	}
	if (bit_of(c) != RULES)
		(void)puts("\nFILE is a CSV file, plain, gzip or zstd, in any encoding; - reads a "
			   "pipe.");
	(void)puts("millrace(1) tells all, exit codes included.");
}

static unsigned default_threads(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	const int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	return n > CLI_THREADS ? CLI_THREADS : (unsigned)n;
}

/* -1 and said, or the value's place among words that end with NULL. */
static int word_of(const char *option, const char *value, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], value) == 0)
			return i;
	}
	char all[96] = "";
	for (int i = 0; words[i] != NULL; i++) {
		const size_t n = strlen(all);
		(void)snprintf(all + n, sizeof(all) - n, "%s%s", i == 0 ? "" : " or ", words[i]);
	}
	cli_complain("--%s: must be %s, not '%s'", option, all, value);
	return -1;
}

static int number_of(const char *option, const char *value, unsigned most, unsigned *out)
{
	int64_t n;
	const unsigned least = strcmp(option, "threads") == 0 ? 1 : 0;
	if (text_parse_i64(value, &n) != 0 || n < least || n > most) {
		cli_complain(
		    "--%s: must be a number from %u to %u, not '%s'", option, least, most, value);
		return -1;
	}
	*out = (unsigned)n;
	return 0;
}

static int set_dialect(struct cli_args *args, const char *value)
{
	struct err err = { 0 };
	char key[32];
	const char *equal = strchr(value, '=');
	if (equal == NULL || (size_t)(equal - value) >= sizeof(key)) {
		cli_complain(
		    "--dialect: must be KEY=VALUE, such as delimiter=semicolon, not '%s'", value);
		return -1;
	}
	(void)snprintf(key, sizeof(key), "%.*s", (int)(equal - value), value);
	if (csv_given_set(&args->given, key, equal + 1, &err) != 0) {
		cli_complain("--dialect %s", err.msg);
		return -1;
	}
	return 0;
}

static int set_words(struct cli_args *args, int id, const char *value)
{
	static const char *const bad_rows[] = { "reject", "repair", NULL };
	static const char *const fail_on[] = { "any", "budget", "never", NULL };
	const bool bad = id == OPT_BAD_ROWS;
	const int word = word_of(bad ? "bad-rows" : "fail-on", value, bad ? bad_rows : fail_on);
	if (word < 0)
		return -1;
	if (!bad) {
		args->fail_on = (enum cli_fail_on)word;
		return 0;
	}
	args->has_bad_rows = true;
	args->repair = word == 1;
	return 0;
}

static int set_option(struct cli_args *args, int id, const char *value)
{
	switch (id) {
	case OPT_CONTRACT:
		args->contract = value;
		return 0;
	case OPT_DIALECT:
		return set_dialect(args, value);
	case OPT_BAD_ROWS:
	case OPT_FAIL_ON:
		return set_words(args, id, value);
	case OPT_CLEAN:
		args->clean = value;
		return 0;
	case OPT_REJECTS:
		args->rejects = value;
		return 0;
	case OPT_REPAIRS:
		args->repairs = value;
		return 0;
	case OPT_REPORT:
		args->report = value;
		return 0;
	case OPT_PROFILE:
		args->profile = true;
		return 0;
	case OPT_THREADS:
		return number_of("threads", value, CONTRACT_RUN_THREADS, &args->threads);
	case OPT_MAX_SHOW:
		return number_of("max-show", value, CLI_MAX_SHOW_MOST, &args->max_show);
	case OPT_QUOTE_ALL:
		args->quote_all = true;
		return 0;
	case OPT_SNIFF_ALL:
		args->sniff_all = true;
		return 0;
	case OPT_JSON:
		args->json = true;
		return 0;
	case OPT_QUIET:
		args->quiet = true;
		return 0;
	case OPT_NO_COLOR:
		args->color = false;
		return 0;
	default:
		return -1;
	}
}

/* The table as getopt has it. */
struct getopt_form {
	struct option longs[ARRAY_SIZE(options) + 1];
	char letters[2 * ARRAY_SIZE(options) + 2];
};

static void fill_form(const struct cli_command *c, struct getopt_form *f)
{
	size_t n = 0;
	size_t letters = 0;
	f->letters[letters++] = ':';
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const bool takes = options[i].takes != NULL;
		if ((options[i].commands & bit_of(c)) == 0)
			continue;
		f->longs[n++] = (struct option){ options[i].name,
			takes ? required_argument : no_argument, NULL, options[i].id };
		if (options[i].letter == '\0')
			continue;
		f->letters[letters++] = options[i].letter;
		if (takes)
			f->letters[letters++] = ':';
	}
}

static int id_of_letter(int letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (options[i].letter != '\0' && options[i].letter == letter)
			return options[i].id;
	}
	return letter;
}

static int wrong_option(
    const struct cli_command *c, const struct getopt_form *f, int found, char **argv)
{
	const char *word = argv[optind - 1];
	if (found == ':') {
		cli_complain("%s needs a value; millrace %s --help", word, c->name);
		return CLI_USAGE;
	}
	const char *near = NULL;
	size_t n = 0;
	while (f->longs[n].name != NULL)
		n++;
	if (strncmp(word, "--", 2) == 0)
		near = cli_near(word + 2, &f->longs[0].name, n, sizeof(f->longs[0]));
	if (near != NULL)
		cli_complain(
		    "%s: millrace %s has no such option; did you mean --%s?", word, c->name, near);
	else if (optopt > 0 && optopt < 256)
		cli_complain("-%c: millrace %s has no such option; millrace %s --help", optopt,
		    c->name, c->name);
	else
		cli_complain("%s: millrace %s has no such option; millrace %s --help", word,
		    c->name, c->name);
	return CLI_USAGE;
}

static bool may_color(void)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	return (no == NULL || *no == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

/* Outputs that would overwrite each other, or could hold nothing. */
static int judge_outputs(const struct cli_args *a)
{
	const char *const outputs[] = { a->clean, a->rejects, a->repairs, a->report };
	int to_stdout = a->json;
	for (size_t i = 0; i < ARRAY_SIZE(outputs); i++) {
		to_stdout += outputs[i] != NULL && strcmp(outputs[i], "-") == 0;
		for (size_t j = 0; j < i && outputs[i] != NULL; j++) {
			if (outputs[j] == NULL || strcmp(outputs[i], "-") == 0 ||
			    text_is_prefix(outputs[i], "/dev/") ||
			    strcmp(outputs[i], outputs[j]) != 0)
				continue;
			cli_complain("%s: two outputs cannot go to the same file", outputs[i]);
			return CLI_USAGE;
		}
	}
	if (a->repairs != NULL && !(a->has_bad_rows ? a->repair : a->contract != NULL)) {
		cli_complain("--repairs: no row is repaired without --bad-rows repair");
		return CLI_USAGE;
	}
	if (to_stdout > 1) {
		cli_complain("only one output can go to standard output");
		return CLI_USAGE;
	}
	return -1;
}

/* Things that cannot be together. */
static int judge(const struct cli_command *c, const struct cli_args *a)
{
	struct err err = { 0 };
	if (judge_outputs(a) != -1)
		return CLI_USAGE;
	if (a->file == NULL && bit_of(c) != RULES) {
		cli_complain("millrace %s needs a FILE, or - for standard input", c->name);
		return CLI_USAGE;
	}
	if (a->contract != NULL && a->file != NULL && strcmp(a->contract, "-") == 0 &&
	    strcmp(a->file, "-") == 0) {
		cli_complain("standard input cannot be both the FILE and the contract");
		return CLI_USAGE;
	}
	if (csv_given_check(&a->given, &err) != 0) {
		cli_complain("--dialect %s", err.msg);
		return CLI_USAGE;
	}
	return -1;
}

int cli_args_read(const struct cli_command *c, int argc, char **argv, struct cli_args *out)
{
	struct getopt_form form = { 0 };
	struct cli_args a = { .max_show = CLI_MAX_SHOW, .threads = default_threads() };
	int found;
	a.color = may_color();
	fill_form(c, &form);
	opterr = 0;
	while ((found = getopt_long(argc, argv, form.letters, form.longs, NULL)) != -1) {
		if (found == '?' || found == ':')
			return wrong_option(c, &form, found, argv);
		const int id = id_of_letter(found);
		if (id == OPT_HELP) {
			help(c);
			return CLI_GOOD;
		}
		if (set_option(&a, id, optarg) != 0)
			return CLI_USAGE;
	}
	if (optind < argc)
		a.file = argv[optind++];
	if (optind < argc) {
		cli_complain("%s: one %s at a time", argv[optind], c->takes);
		return CLI_USAGE;
	}
	*out = a;
	return judge(c, &a);
}
