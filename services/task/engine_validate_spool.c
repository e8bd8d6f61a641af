/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_validate_spool - refused rows of a range, kept in a file until all ranges have run.
 *
 * A record is struct validate_record, then message, raw text, shape, and the line for rejects.csv.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contract/refused.h"
#include "contract/rules.h"
#include "csv/csv_encoding.h"
#include "csv/csv_mend.h"
#include "engine_validate_spool.h"
#include "reject_cell.h"

enum { LINE_MAX_BYTES = 1 << 30 };

static const char *spool_path(const struct validate *v, size_t number, char *out, size_t room)
{
	(void)snprintf(out, room, "%s/rejects-%zu.spool", v->spec.scratch, number);
	return out;
}

static int spool_write(struct validate_spool *s, const void *p, size_t n, struct err *err)
{
	if (fwrite(p, 1, n, s->file) != n)
		return err_set_errno(err, ERR_INTERNAL, errno, "write refused rows");
	return 0;
}

/* Characters of the row's text before byte n; what is not UTF-8 counts as it is shown. */
static int32_t chars_of(const struct csv_reject *r, size_t at, size_t n)
{
	char text[3 * CSV_RAW_BYTES];
	const size_t used = csv_encoding_mend(r->raw.p + at, n, text);
	return (int32_t)reject_cell_chars(text, used);
}

/* Where the bad cell stands in the part of the row that is kept, and its shape. */
static void add_cell(struct validate_record *head, const struct csv_reject *r,
    const struct csv_dialect *d, size_t columns, char *shape)
{
	struct reject_cell cell;
	head->cell_at = head->cell_n = -1;
	if (!reject_cell_find(r, d, columns, &cell))
		return;
	head->shape_n =
	    (uint32_t)reject_cell_shape((const char *)r->raw.p + cell.at, cell.n, shape);
	head->has_shape = true;
	if (cell.at + cell.n > CSV_RAW_BYTES)
		return;
	head->cell_at = chars_of(r, 0, cell.at);
	head->cell_n = chars_of(r, cell.at, cell.n);
}

static int write_record(struct validate_spool *s, const struct validate_record *head,
    const char *const parts[4], struct err *err)
{
	const uint32_t sizes[4] = { head->message_n, head->raw_n, head->shape_n, head->line_n };
	if (spool_write(s, head, sizeof(*head), err) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (spool_write(s, parts[i], sizes[i], err) != 0)
			return -1;
	}
	return 0;
}

static int add_record(struct validate *v, struct validate_spool *s, const struct csv_reject *r,
    const struct csv_dialect *d, struct err *err)
{
	char raw[CONTRACT_REFUSED_RAW];
	char shape[REJECT_SHAPE_BYTES];
	bool truncated;
	const size_t raw_n = contract_refused_raw(r, raw, &truncated);
	const struct csv_schema *schema = &v->match.schema;
	struct buf line;
	buf_init(&line, LINE_MAX_BYTES);
	csv_mend_row(&line, r, d, schema->header, schema->file_columns);
	struct validate_record head = {
		.row = r->row,
		.line = r->line,
		.offset = (int64_t)r->offset,
		.length = (int64_t)r->length,
		.file_column = r->file_column,
		.rule = (uint32_t)contract_rule_index(r->rule),
		.message_n = (uint32_t)strlen(r->message),
		.raw_n = (uint32_t)raw_n,
		.line_n = (uint32_t)line.n,
		.raw_cut = truncated,
	};
	add_cell(&head, r, d, schema->file_columns, shape);
	const char *const parts[4] = { r->message, raw, shape, line.data };
	int rc = buf_check(&line, err);
	if (rc == 0)
		rc = write_record(s, &head, parts, err);
	buf_done(&line);
	return rc;
}

int validate_spool_read(FILE *f, void *p, size_t n, struct err *err)
{
	if (fread(p, 1, n, f) != n)
		return err_set(err, ERR_INTERNAL, "a file of refused rows ends too early");
	return 0;
}

int validate_spool_add(struct validate *v, struct validate_spool *s, size_t number,
    const struct csv_batch *b, const struct csv_dialect *d, struct err *err)
{
	char path[4096];
	if (s->file == NULL) {
		s->file = fopen(spool_path(v, number, path, sizeof(path)), "w+e");
		if (s->file == NULL)
			return err_set_errno(
			    err, ERR_INTERNAL, errno, "make a file for refused rows");
	}
	for (size_t i = 0; i < b->n_rejects; i++) {
		if (add_record(v, s, &b->rejects[i], d, err) != 0)
			return -1;
		s->rows++;
	}
	return 0;
}

void validate_spool_done(const struct validate *v, struct validate_spool *s, size_t number)
{
	char path[4096];
	if (s->file == NULL)
		return;
	(void)fclose(s->file);
	(void)unlink(spool_path(v, number, path, sizeof(path)));
	*s = (struct validate_spool){ 0 };
}
