/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_validate_repairs - repaired rows of a range, kept in a file until all ranges have run, and
 * repairs.csv of those that count.
 *
 * A record is the bytes of its line, then the line without the number in front, which is not known
 * before. The file of a range is open only while its rows are written: there is one for each range,
 * and as many of refused rows.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "engine_validate_spool.h"

enum { LINE_MAX_BYTES = 8 << 10 };
_Static_assert(2 * (CSV_MESSAGE_BYTES + 2 * CONTRACT_NOTES_TEXT) + 256 <= LINE_MAX_BYTES,
    "a line has room, whatever is doubled in it");

static const char *repairs_path(const struct validate *v, size_t number, char *out, size_t room)
{
	(void)snprintf(out, room, "%s/repairs-%zu.spool", v->spec.scratch, number);
	return out;
}

static int fail_write(struct err *err)
{
	return err_set_errno(err, ERR_INTERNAL, errno, "write repaired rows");
}

static int open_spool(
    const struct validate *v, struct validate_spool *s, size_t number, struct err *err)
{
	char path[4096];
	if (s->file == NULL)
		s->file = fopen(repairs_path(v, number, path, sizeof(path)), "wxe");
	return s->file == NULL ? fail_write(err) : 0;
}

int validate_repairs_add(struct validate *v, struct validate_spool *s, size_t number,
    const struct csv_batch *b, struct err *err)
{
	struct buf line;
	if (open_spool(v, s, number, err) != 0)
		return -1;
	buf_init(&line, LINE_MAX_BYTES);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < b->n_repairs; i++) {
		buf_reset(&line);
		contract_notes_csv_row(&line, &b->repairs[i]);
		rc = buf_check(&line, err);
		const uint32_t n = (uint32_t)line.n;
		if (rc == 0 && (fwrite(&n, sizeof(n), 1, s->file) != 1 ||
				   fwrite(line.data, 1, n, s->file) != n))
			rc = fail_write(err);
		s->rows++;
	}
	buf_done(&line);
	return rc;
}

int validate_repairs_end(struct validate_spool *s, struct err *err)
{
	FILE *file = s->file;
	s->file = NULL;
	return file != NULL && fclose(file) != 0 ? fail_write(err) : 0;
}

static int copy_line(FILE *from, FILE *to, int64_t number, struct err *err)
{
	char line[LINE_MAX_BYTES];
	uint32_t n;
	if (validate_spool_read(from, &n, sizeof(n), err) != 0)
		return -1;
	ASSERT(n <= sizeof(line));
	if (validate_spool_read(from, line, n, err) != 0)
		return -1;
	if (fprintf(to, "%lld", (long long)number) < 0 || fwrite(line, 1, n, to) != n)
		return fail_write(err);
	return 0;
}

/* The rows of one range behind those of the ranges before it. */
static int copy_range(
    const struct validate *v, size_t number, FILE *to, int64_t *done, struct err *err)
{
	char path[4096];
	FILE *from = fopen(repairs_path(v, number, path, sizeof(path)), "re");
	int rc = 0;
	if (from == NULL)
		return err_set_errno(err, ERR_INTERNAL, errno, "read repaired rows");
	for (int64_t i = 0; rc == 0 && i < v->ranges[number].repairs.rows; i++)
		rc = copy_line(from, to, ++*done, err);
	(void)fclose(from);
	return rc;
}

int validate_repairs_write(const struct validate *v, struct err *err)
{
	int64_t done = 0;
	FILE *to = fopen(arena_printf(v->a, "%s/repairs.csv", v->spec.scratch), "wxe");
	if (to == NULL)
		return fail_write(err);
	int rc = fputs(CONTRACT_NOTES_CSV "\n", to) < 0 ? fail_write(err) : 0;
	for (size_t i = 0; rc == 0 && i < v->booked; i++) {
		if (v->ranges[i].repairs.rows > 0)
			rc = copy_range(v, i, to, &done, err);
	}
	if (fclose(to) != 0 && rc == 0)
		rc = fail_write(err);
	ASSERT(rc != 0 || done == v->total.account.repaired);
	return rc;
}

void validate_repairs_done(const struct validate *v, struct validate_spool *s, size_t number)
{
	char path[4096];
	if (s->file == NULL && s->rows == 0)
		return;
	if (s->file != NULL)
		(void)fclose(s->file);
	(void)unlink(repairs_path(v, number, path, sizeof(path)));
	*s = (struct validate_spool){ 0 };
}
