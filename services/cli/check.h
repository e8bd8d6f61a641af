/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check - the inside of `millrace check`: cmd_check.c runs it, check_plan.c reads the contract and
 * opens the file, check_end.c writes the report and says the verdict.
 */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "base/arena.h"
#include "clean.h"
#include "cli.h"
#include "contract/match.h"
#include "contract/report.h"
#include "contract/run.h"
#include "input.h"
#include "parquet.h"
#include "progress.h"
#include "rejects.h"
#include "repairs.h"
#include "sample.h"

struct check {
	const struct cli_args *args;
	struct arena *a;
	struct cli_input input;
	struct contract contract;
	bool has_contract;
	const char *contract_file;    /* of args->contract, without #RESOURCE */
	bool repair;                  /* bad rows, where the rules say how */
	struct csv_given given;       /* of the contract, then of the command line */
	struct cli_sampling sampling; /* the second pass reads as the first */
	struct csv_split *split;
	struct contract_match match; /* without a contract: every column is text */
	double budget_pct;           /* in force; 100 = none */
	struct contract_keys *keys;  /* NULL = the contract has none */
	struct cli_clean clean;
	struct cli_parquet parquet; /* --clean, when it is Parquet: writes to clean.out */
	bool to_parquet;
	struct cli_lines rejects, repairs;
	struct cli_output report, print; /* print: the report of --json */
	struct cli_showcase showcase;
	struct cli_reject_list listed; /* when there is a report */
	struct cli_progress progress;
	struct contract_run_result result;
	enum contract_verdict verdict;
	struct err fault; /* why the file is unusable */
};

/*
 * check_read_contract - the document that --contract names, if it does.
 *
 * Errors  ERR_INPUT  it cannot be read or is no contract; all faults are said on stderr
 */
int check_read_contract(struct check *k, struct err *err) MUST_CHECK;

/*
 * check_open_split - the file's dialect and header, and which column is which field; again for a
 * second pass.
 *
 * Errors  as csv_split_open and contract_match
 */
int check_open_split(struct check *k, struct err *err) MUST_CHECK;

/* check_is_files_fault - does an error mean that the file is unusable, rather than that we failed?
 */
bool check_is_files_fault(const struct err *err);

/*
 * check_judge_keys - what pass 1 needs and leaves: keys of other files, then the list of
 * violations.
 *
 * Errors  as contract_run, contract_keys_add; ERR_INPUT for a file a foreign key names
 */
int check_judge_keys(struct check *k, struct err *err) MUST_CHECK;

/* check_path_beside - a path in the contract as one from here: beside its file, unless it is whole.
 */
const char *check_path_beside(const struct check *k, const char *path);

/* check_add_references - rows of other files that foreign keys point to. ERR_INPUT when a file
 * cannot be read; others as contract_keys_reference. */
int check_add_references(struct check *k, struct err *err) MUST_CHECK;

/* check_run_params - what both passes and the sinks share. */
struct contract_run_params check_run_params(struct check *k);

/* check_write_report - to --report and, with --json, to stdout. Errors as cli_output_write. */
int check_write_report(struct check *k, struct err *err) MUST_CHECK;

/* check_say - the verdict for people; returns the exit code. */
int check_say(struct check *k);

#endif
