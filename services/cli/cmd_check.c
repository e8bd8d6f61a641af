/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_check - `millrace check`: every row of a file, judged once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"

static void on_progress(void *arg, const struct contract_run_progress *p)
{
	struct check *k = arg;
	cli_progress_tell(&k->progress, p->rejects);
}

struct contract_run_params check_run_params(struct check *k)
{
	return (struct contract_run_params){
		.split = k->split,
		.schema = &k->match.schema,
		.contract = k->has_contract ? &k->contract : NULL,
		.threads = k->args->threads,
		.progress = on_progress,
		.progress_arg = k,
		.stop = &cli_stop,
	};
}

/* A result in the place of what it was made of: the source would be gone. */
static int refuse_overwriting(const struct check *k, struct err *err)
{
	const struct cli_args *a = k->args;
	const char *const outputs[] = { a->clean, a->rejects, a->repairs, a->report };
	struct stat in = { 0 };
	struct stat contract = { 0 };
	struct stat out;
	const bool known = fstat(k->input.fd, &in) == 0;
	const bool has_contract = a->contract != NULL && stat(a->contract, &contract) == 0;
	for (size_t i = 0; i < ARRAY_SIZE(outputs); i++) {
		if (outputs[i] == NULL || stat(outputs[i], &out) != 0 || !S_ISREG(out.st_mode))
			continue;
		const bool is_input = known && out.st_dev == in.st_dev && out.st_ino == in.st_ino;
		const bool is_contract =
		    has_contract && out.st_dev == contract.st_dev && out.st_ino == contract.st_ino;
		if (is_input || is_contract)
			return err_set_code(err, ERR_INPUT, "output.input",
			    "%s: an output cannot take the place of the %s", outputs[i],
			    is_input ? "file that is checked" : "contract");
	}
	return 0;
}

/* Before a byte is read: a directory that cannot be written to shows at once. */
static int open_outputs(struct check *k, struct err *err)
{
	const struct cli_args *a = k->args;
	if (refuse_overwriting(k, err) != 0)
		return -1;
	k->to_parquet = a->clean != NULL && cli_is_parquet(a->clean);
	if (a->clean != NULL && cli_clean_open(&k->clean, a->clean, a->quote_all, err) != 0)
		return -1;
	if (k->to_parquet)
		cli_parquet_load(&k->parquet, a->threads);
	if (a->rejects != NULL && cli_output_open(&k->rejects.out, a->rejects, err) != 0)
		return -1;
	if (a->repairs != NULL && cli_output_open(&k->repairs.out, a->repairs, err) != 0)
		return -1;
	if (a->report != NULL && cli_output_open(&k->report, a->report, err) != 0)
		return -1;
	return a->json ? cli_output_open(&k->print, "-", err) : 0;
}

/* Rows that come back have a header to be told by; it goes where the file they are from has none.
 */
static bool has_header(const struct check *k)
{
	const struct csv_sniff_result *s = csv_split_sniffed(k->split);
	if (s->returned && (k->given.set & CSV_SET_HEADER) != 0)
		return k->given.dialect.header_rows > 0;
	return s->dialect.header_rows > 0;
}

static int write_headers(struct check *k, struct err *err)
{
	size_t n;
	const char *const *written = csv_split_as_written(k->split);
	const char *const *names = csv_split_header(k->split, &n);
	const struct csv_dialect *d = &csv_split_sniffed(k->split)->dialect;
	const bool csv = k->clean.out.path != NULL && !k->to_parquet;
	if (csv && has_header(k) && cli_clean_header(&k->clean, d, written, n, err) != 0)
		return -1;
	if (k->rejects.out.path != NULL && cli_rejects_header(&k->rejects, names, n, err) != 0)
		return -1;
	if (k->repairs.out.path != NULL && cli_repairs_header(&k->repairs, err) != 0)
		return -1;
	return 0;
}

/* DuckDB pulls the rows; its sink is the last. */
static int run_to_parquet(struct check *k, const struct contract_run_params *shared,
    struct contract_sink *sinks, struct err *err)
{
	const struct contract_run_driver driver = cli_parquet_driver(&k->parquet);
	struct contract_run_params p = *shared;
	sinks[p.n_sinks++] = cli_parquet_sink(&k->parquet);
	p.driver = &driver;
	if (cli_parquet_open(&k->parquet, &k->clean.out, p.schema, err) != 0 ||
	    contract_run(&p, &k->result, err) != 0)
		return -1;
	return cli_parquet_end(&k->parquet, err);
}

static int run_rows(struct check *k, struct err *err)
{
	struct contract_run_params p = check_run_params(k);
	struct contract_sink sinks[CONTRACT_RUN_SINKS];
	size_t n = 0;
	if (k->clean.out.path != NULL && !k->to_parquet)
		sinks[n++] = cli_clean_sink(&k->clean);
	if (k->rejects.out.path != NULL)
		sinks[n++] = cli_rejects_sink(&k->rejects);
	if (k->repairs.out.path != NULL)
		sinks[n++] = cli_repairs_sink(&k->repairs);
	if (k->report.path != NULL || k->print.path != NULL)
		sinks[n++] = cli_reject_list_sink(&k->listed);
	k->showcase.most = k->args->quiet || k->args->json ? 0 : k->args->max_show;
	k->showcase.dialect = csv_split_sniffed(k->split)->dialect;
	if (k->showcase.most > 0)
		sinks[n++] = cli_showcase_sink(&k->showcase);
	p.n_sinks = n;
	p.sinks = sinks;
	p.profile = k->args->profile;
	p.refuse = k->keys;
	if (write_headers(k, err) != 0)
		return -1;
	return k->to_parquet ? run_to_parquet(k, &p, sinks, err)
			     : contract_run(&p, &k->result, err);
}

static int read_file(struct check *k, struct err *err)
{
	if (check_open_split(k, err) != 0)
		return -1;
	if (k->contract.n_keys > 0 && check_judge_keys(k, err) != 0)
		return -1;
	return run_rows(k, err);
}

/* The file was read, or is known to be unusable: the verdict, then what depends on it. */
static int conclude(struct check *k, struct err *err)
{
	const bool usable = k->fault.kind == ERR_NONE;
	if (atomic_load(&cli_stop))
		return err_set_code(err, ERR_BUSY, "run.stopped", "stopped");
	k->verdict = CONTRACT_GOOD;
	if (!usable)
		k->verdict = CONTRACT_UNUSABLE;
	else if (contract_budget_spent(&k->result.tally.account, k->budget_pct, 0, true))
		k->verdict = CONTRACT_OVER_BUDGET;
	if (check_write_report(k, err) != 0)
		return -1;
	const bool over = k->verdict == CONTRACT_OVER_BUDGET && k->args->fail_on != CLI_FAIL_NEVER;
	struct cli_output *outputs[5];
	size_t n = 0;
	if (usable && !over && k->clean.out.path != NULL)
		outputs[n++] = &k->clean.out;
	if (usable && k->rejects.out.path != NULL)
		outputs[n++] = &k->rejects.out;
	if (usable && k->repairs.out.path != NULL)
		outputs[n++] = &k->repairs.out;
	if (k->report.path != NULL)
		outputs[n++] = &k->report;
	if (k->print.path != NULL)
		outputs[n++] = &k->print;
	return cli_output_finish(outputs, n, err);
}

/* We failed, not the file; a reader of our output that went away ends us as its signal would. */
static int fail(const struct err *err)
{
	if (strcmp(err->code, "output.closed") == 0) {
		cli_stop_signal = SIGPIPE;
		return CLI_STOPPED;
	}
	if (strcmp(err->code, "run.stopped") == 0) {
		cli_complain("stopped; no output was written");
		return CLI_STOPPED;
	}
	cli_complain_err(err);
	/* --dialect beside the contract's; an output that is the input */
	if (strcmp(err->code, "dialect.invalid") == 0 || strcmp(err->code, "output.input") == 0)
		return CLI_USAGE;
	return strcmp(err->code, "contract.invalid") == 0 ? CLI_CONFIG : CLI_FAILED;
}

static void close_all(struct check *k)
{
	cli_showcase_done(&k->showcase);
	buf_done(&k->listed.rows);
	cli_parquet_close(&k->parquet);
	cli_output_close(&k->clean.out);
	cli_output_close(&k->rejects.out);
	cli_output_close(&k->repairs.out);
	cli_output_close(&k->report);
	cli_output_close(&k->print);
	contract_run_done(&k->result);
	contract_keys_free(&k->keys);
	csv_split_close(&k->split);
	cli_input_close(&k->input);
	arena_free(&k->a);
}

int cli_check(const struct cli_args *args)
{
	struct check k = { .args = args, .a = arena_new(CLI_ARENA_BYTES) };
	struct err err = { 0 };
	int rc = check_read_contract(&k, &err);
	if (rc == 0)
		rc = cli_input_open(
		    &k.input, args->file, k.contract.n_keys > 0 || args->sniff_all, &err);
	if (rc == 0)
		rc = open_outputs(&k, &err);
	if (rc == 0) {
		cli_progress_start(&k.progress, "check", &k.input, !args->quiet);
		rc = read_file(&k, &err);
		cli_progress_end(&k.progress);
	}
	if (rc != 0 && check_is_files_fault(&err)) {
		k.fault = err;
		rc = 0;
	}
	if (rc == 0)
		rc = conclude(&k, &err);
	const int code = rc == 0 ? check_say(&k) : fail(&err);
	close_all(&k);
	return code;
}
