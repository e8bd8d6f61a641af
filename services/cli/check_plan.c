/* SPDX-License-Identifier: Apache-2.0 */
/* check_plan - the contract, the file's dialect, the columns; keys in pass 1. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "check.h"
#include "csv/csv_mend.h"
#include "kit/json.h"

enum { CONTRACT_BYTES = 16 << 20, LEAST_BLOCK_BYTES = 128 << 10 };

static int read_text(const char *path, struct buf *out, struct err *err)
{
	char block[8192];
	ssize_t n = -1;
	const int fd =
	    strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		while ((n = read(fd, block, sizeof(block))) > 0)
			buf_add(out, block, (size_t)n);
	}
	const int number = errno;
	if (fd >= 0)
		(void)close(fd);
	if (n < 0)
		return err_set_errno(err, ERR_INPUT, number, "contract %s", path);
	return buf_check(out, err);
}

static void say_faults(const char *path, const struct contract_faults *f)
{
	for (size_t i = 0; i < f->n && i < CONTRACT_MAX_FAULTS; i++)
		cli_complain("%s: %s: %s", path, f->list[i].path, f->list[i].message);
	if (f->n > CONTRACT_MAX_FAULTS)
		cli_complain("%s: and %zu more faults", path, f->n - CONTRACT_MAX_FAULTS);
}

/* A schema that the contract names. */
static int read_beside(void *arg, const char *path, cJSON **out, struct err *err)
{
	const struct check *k = arg;
	struct buf text;
	buf_init(&text, CONTRACT_BYTES);
	int rc = read_text(check_path_beside(k, path), &text, err);
	if (rc == 0)
		rc = js_parse(text.data, text.n, k->a, out, err);
	buf_done(&text);
	return rc;
}

/* FILE or FILE#RESOURCE; a file whose own name has the sign is meant before. */
static const char *split_contract(struct check *k)
{
	const char *path = k->args->contract;
	const char *sign = strrchr(path, '#');
	k->contract_file = path;
	if (sign == NULL || access(path, F_OK) == 0)
		return NULL;
	k->contract_file = arena_printf(k->a, "%.*s", (int)(sign - path), path);
	return sign + 1;
}

static int parse(struct check *k, const struct buf *text, const char *resource, struct err *err)
{
	const char *path = k->contract_file;
	struct contract_faults *faults = arena_alloc(k->a, sizeof(*faults));
	cJSON *doc;
	if (js_parse(text->data, text->n, k->a, &doc, err) != 0) {
		(void)err_wrap(err, "%s", path);
		return err_set_code(err, ERR_INPUT, "contract.invalid", "%s", err->msg);
	}
	/* What `infer --json` prints holds the contract beside its evidence. */
	const cJSON *inner = cJSON_GetObjectItemCaseSensitive(doc, "doc");
	const struct contract_source source = { .doc = inner == NULL ? doc : inner,
		.resource = resource,
		.file = k->args->file,
		.read = read_beside,
		.arg = k };
	if (contract_parse_from(&source, k->a, &k->contract, faults, err) != 0) {
		say_faults(path, faults);
		return err_set_code(
		    err, ERR_INPUT, "contract.invalid", "%s is not a contract", path);
	}
	return 0;
}

/* What is said on the command line counts more than what the contract says. */
static void merge_given(struct csv_given *base, const struct csv_given *over)
{
	struct csv_dialect *d = &base->dialect;
	const struct csv_dialect *o = &over->dialect;
	const uint32_t set = over->set;
	if ((set & CSV_SET_DELIMITER) != 0)
		memcpy(d->delimiter, o->delimiter, sizeof(d->delimiter));
	if ((set & CSV_SET_QUOTE) != 0)
		d->quote = o->quote;
	if ((set & CSV_SET_ESCAPE) != 0)
		d->escape = o->escape;
	if ((set & CSV_SET_COMMENT) != 0)
		memcpy(d->comment, o->comment, sizeof(d->comment));
	if ((set & CSV_SET_LINE_END) != 0) {
		d->line_end = o->line_end;
		d->crlf = o->crlf;
	}
	d->skip_space = (set & CSV_SET_SKIP_SPACE) != 0 ? o->skip_space : d->skip_space;
	d->preamble_lines = (set & CSV_SET_PREAMBLE) != 0 ? o->preamble_lines : d->preamble_lines;
	d->header_rows = (set & CSV_SET_HEADER) != 0 ? o->header_rows : d->header_rows;
	d->footer_rows = (set & CSV_SET_FOOTER) != 0 ? o->footer_rows : d->footer_rows;
	d->first_table = (set & CSV_SET_TABLES) != 0 ? o->first_table : d->first_table;
	d->blank_ends = (set & CSV_SET_TABLES) != 0 ? o->blank_ends : d->blank_ends;
	if ((set & CSV_SET_ENCODING) != 0)
		memcpy(d->encoding, o->encoding, sizeof(d->encoding));
	base->set |= set;
}

int check_read_contract(struct check *k, struct err *err)
{
	struct buf text;
	int rc = 0;
	k->budget_pct = 100;
	if (k->args->contract != NULL) {
		const char *resource = split_contract(k);
		buf_init(&text, CONTRACT_BYTES);
		rc = read_text(k->contract_file, &text, err);
		if (rc == 0)
			rc = parse(k, &text, resource, err);
		buf_done(&text);
		if (rc != 0)
			return rc;
		k->has_contract = true;
		k->given = k->contract.dialect;
		if (k->contract.budget_pct >= 0)
			k->budget_pct = k->contract.budget_pct;
		else if (k->args->fail_on == CLI_FAIL_BUDGET)
			k->budget_pct = CONTRACT_BUDGET_PCT;
	} else if (k->args->fail_on == CLI_FAIL_BUDGET) {
		k->budget_pct = CONTRACT_BUDGET_PCT;
	}
	k->repair = k->args->has_bad_rows ? k->args->repair : k->contract.repair;
	merge_given(&k->given, &k->args->given);
	return csv_given_check(&k->given, err);
}

bool check_is_files_fault(const struct err *err)
{
	return err->kind == ERR_INPUT &&
	       (strncmp(err->code, "file.", 5) == 0 || strncmp(err->code, "header.", 7) == 0);
}

/* Every column of the file as text, but for those of ours in front of rows that come back. */
static void match_all(struct check *k, const char *const *header, size_t n)
{
	struct csv_column *columns = arena_alloc(k->a, n * sizeof(*columns));
	const size_t ours = csv_mend_columns(header, n);
	const size_t from = ours < n ? ours : 0;
	for (size_t i = from; i < n; i++)
		columns[i - from] = (struct csv_column){
			.name = header[i], .type = CSV_TEXT, .file_column = (int)i
		};
	k->match = (struct contract_match){ .schema = { .columns = columns,
						.n_columns = n - from,
						.file_columns = n,
						.header = header } };
}

/* All threads' blocks together are as large as two threads' are, down to a size that still costs
 * nothing to hand out: memory hardly grows with the threads. */
static size_t block_bytes(const struct check *k)
{
	const size_t shared = (size_t)CSV_BLOCK_BYTES * 2 / k->args->threads;
	if (k->to_parquet)
		return cli_parquet_part_bytes(k->input.bytes);
	if (shared > CSV_BLOCK_BYTES)
		return CSV_BLOCK_BYTES;
	return shared < LEAST_BLOCK_BYTES ? LEAST_BLOCK_BYTES : shared;
}

int check_open_split(struct check *k, struct err *err)
{
	size_t n;
	k->sampling.given = &k->given;
	k->sampling.block_bytes = block_bytes(k);
	k->sampling.all = k->args->sniff_all;
	csv_split_close(&k->split);
	if (cli_sample_open(&k->sampling, &k->input, &k->split, err) != 0)
		return -1;
	const char *const *header = csv_split_header(k->split, &n);
	int rc = 0;
	if (k->has_contract)
		rc = contract_match(&k->contract, header, n, k->a, &k->match, err);
	else
		match_all(k, header, n);
	if (rc == 0)
		k->match.schema.repair = k->repair;
	return rc;
}

static int collect_keys(struct check *k, struct err *err)
{
	struct contract_run_params p = check_run_params(k);
	struct contract_run_result result = { 0 };
	p.collect = k->keys;
	const int rc = contract_run(&p, &result, err);
	contract_run_done(&result);
	return rc;
}

int check_judge_keys(struct check *k, struct err *err)
{
	enum contract_key_kind kinds[CONTRACT_MAX_KEYS];
	const char *tmp = getenv("TMPDIR");
	const struct contract_keys_conf conf = {
		.dir = tmp == NULL || *tmp == '\0' ? "/tmp" : tmp,
		.kinds = kinds,
		.n_keys = k->contract.n_keys,
	};
	contract_check_kinds(&k->contract, kinds);
	k->keys = contract_keys_new(&conf);
	cli_progress_start(&k->progress, "keys", &k->input, !k->args->quiet);
	if (collect_keys(k, err) != 0 || check_add_references(k, err) != 0 ||
	    contract_keys_finish(k->keys, err) != 0)
		return -1;
	cli_progress_end(&k->progress);
	cli_progress_start(&k->progress, "check", &k->input, !k->args->quiet);
	if (cli_input_rewind(&k->input, err) != 0)
		return -1;
	return check_open_split(k, err);
}
