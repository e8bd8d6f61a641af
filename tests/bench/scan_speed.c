/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_speed - how fast does libcommon/csv alone read? Makes its own files, checks what it counts.
 *
 *	scan_speed make FILE ROWS [QUOTED_PCT [BAD_PCT]]
 *	scan_speed typed|text|split FILE [THREADS [BLOCK_KIB]]
 *
 * make: 12 columns by seed: two big and two small integers, date, timestamp, decimal, double,
 * boolean, three texts; QUOTED_PCT of one text is quoted with commas and doubled quotes, BAD_PCT of
 * the rows hold a cell that is no number. The others print one line: GB/s, the
 * same per second of the processor (for a machine that is not quiet), rows, rejects, a sum
 * over all values, peak RSS.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <fcntl.h>

#include "base/die.h"
#include "base/mem.h"
#include "csv/csv_scan.h"

enum { COLUMNS = 12 };

static const struct csv_column columns[COLUMNS] = {
	{ .name = "order_id", .type = CSV_INTEGER, .file_column = 0 },
	{ .name = "customer", .type = CSV_INTEGER, .file_column = 1 },
	{ .name = "sku", .type = CSV_TEXT, .file_column = 2 },
	{ .name = "quantity", .type = CSV_INTEGER, .file_column = 3 },
	{ .name = "price", .type = CSV_DECIMAL, .file_column = 4, .precision = 12, .scale = 2 },
	{ .name = "weight", .type = CSV_DOUBLE, .file_column = 5 },
	{ .name = "paid", .type = CSV_BOOLEAN, .file_column = 6 },
	{ .name = "ordered_on", .type = CSV_DATE, .file_column = 7 },
	{ .name = "shipped_at", .type = CSV_TIMESTAMP, .file_column = 8 },
	{ .name = "account", .type = CSV_INTEGER, .file_column = 9 },
	{ .name = "note", .type = CSV_TEXT, .file_column = 10 },
	{ .name = "email", .type = CSV_TEXT, .file_column = 11 },
};

static uint64_t seed = 20261120;

static unsigned draw(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % n);
}

static void put_row(FILE *out, unsigned row, unsigned quoted_pct, unsigned bad_pct)
{
	const unsigned day = draw(336);
	fprintf(out, "%u,%u,S-%06u,", row, 100000 + draw(900000), draw(100000));
	fprintf(out, draw(100) < bad_pct ? "many%u," : "%u,", draw(500));
	fprintf(out, "%u.%02u,%u.%05u,%s,", draw(100000), draw(100), draw(1000), draw(100000),
	    draw(3) == 0 ? "true" : "false");
	fprintf(out, "%u-%02u-%02u,%u-%02u-%02u %02u:%02u:%02u,", 2015 + draw(10), day / 28 + 1,
	    day % 28 + 1, 2015 + draw(10), draw(12) + 1, draw(28) + 1, draw(24), draw(60),
	    draw(60));
	fprintf(out, "%llu,", 10000000000ULL + draw(2000000000) * 7ULL);
	fprintf(out, draw(100) < quoted_pct ? "\"door, \"\"ring\"\" %u\"," : "door; ring %u,",
	    draw(1000));
	fprintf(out, "u%u@example.com\n", draw(1000000));
}

static int make(const char *path, unsigned rows, unsigned quoted_pct, unsigned bad_pct)
{
	FILE *out = fopen(path, "w");
	if (out == NULL)
		die(1, "cannot write %s", path);
	for (size_t i = 0; i < COLUMNS; i++)
		fprintf(out, "%s%c", columns[i].name, i + 1 == COLUMNS ? '\n' : ',');
	for (unsigned i = 1; i <= rows; i++)
		put_row(out, i, quoted_pct, bad_pct);
	return fclose(out);
}

/* What all threads share. */
struct job {
	struct csv_split *split;
	const struct csv_schema *schema;
	bool scan;
	pthread_mutex_t lock;
	int64_t rows, rejects;
	uint64_t sum, bytes;
};

static ssize_t read_file(void *arg, void *p, size_t n, struct err *err)
{
	const ssize_t got = read(*(const int *)arg, p, n);
	return got < 0 ? err_set(err, ERR_UNAVAILABLE, "read") : got;
}

/* A sum that depends on every value, so that none of them can be left out: of a text its length and
 * first bytes, of a long text not where it stands. */
static uint64_t sum_batch(const struct csv_batch *b)
{
	uint64_t sum = 0;
	for (size_t c = 0; c < b->n_columns; c++) {
		const size_t size = csv_value_bytes(&b->schema->columns[c]);
		const bool text = csv_type_is_text(b->schema->columns[c].type);
		const size_t words = b->rows * size / sizeof(uint64_t);
		const uint64_t *data = b->columns[c].data;
		for (size_t i = 0; i < words; i += text ? 2 : 1)
			sum += data[i];
	}
	return sum;
}

static void scan_block(
    struct job *job, struct csv_scan *scan, struct csv_batch *batch, const struct csv_block *block)
{
	int64_t rows = 0;
	int64_t rejects = 0;
	uint64_t sum = 0;
	csv_scan_begin(scan, block);
	while (csv_scan_next(scan, batch)) {
		csv_batch_settle(batch);
		rows += (int64_t)batch->rows;
		rejects += (int64_t)batch->n_rejects;
		sum += sum_batch(batch);
	}
	pthread_mutex_lock(&job->lock);
	job->rows += rows;
	job->rejects += rejects;
	job->sum += sum;
	pthread_mutex_unlock(&job->lock);
}

static void *work(void *arg)
{
	struct job *job = arg;
	struct csv_scan *scan = csv_scan_new(job->schema);
	struct csv_batch *batch = csv_batch_new(job->schema);
	struct csv_block block = { 0 };
	struct err err = { 0 };
	int rc;
	do {
		pthread_mutex_lock(&job->lock);
		rc = csv_split_next(job->split, &block, &err);
		job->bytes += rc == 1 ? block.n : 0;
		job->rows += rc == 1 && !job->scan ? block.rows : 0;
		pthread_mutex_unlock(&job->lock);
		if (rc == 1 && job->scan)
			scan_block(job, scan, batch, &block);
	} while (rc == 1);
	if (rc < 0)
		die(1, "%s", err.msg);
	csv_block_done(&block);
	csv_batch_free(&batch);
	csv_scan_free(&scan);
	return NULL;
}

static double now_s(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Of all threads. */
static double cpu_s(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run(struct job *job, int threads)
{
	pthread_t all[16];
	const double start = now_s();
	const double cpu_before = cpu_s();
	struct rusage usage;
	for (int i = 0; i < threads; i++) {
		if (pthread_create(&all[i], NULL, work, job) != 0)
			die(1, "no thread");
	}
	for (int i = 0; i < threads; i++)
		(void)pthread_join(all[i], NULL);
	const double seconds = now_s() - start;
	(void)getrusage(RUSAGE_SELF, &usage);
	const double cpu = cpu_s() - cpu_before;
	const double gb = (double)job->bytes / 1e9;
	printf("%.3f GB/s  %.3f GB per CPU s  %.3f s  rows %lld  rejects %lld  sum %llx  "
	       "RSS %.1f MB\n",
	    gb / seconds, gb / cpu, seconds, (long long)job->rows, (long long)job->rejects,
	    (unsigned long long)job->sum, (double)usage.ru_maxrss / 1024);
}

static int measure(const char *what, char *path, int threads, size_t block)
{
	struct err err = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const struct csv_split_params p = { .read = read_file, .arg = &fd, .block_bytes = block };
	struct job job = { .scan = strcmp(what, "split") != 0 };
	struct csv_schema schema = { 0 };
	if (fd < 0 || csv_split_open(&p, &job.split, &err) != 0)
		die(1, "%s: %s", path, err.msg);
	schema.header = csv_split_header(job.split, &schema.file_columns);
	struct csv_column *texts = mem_array(schema.file_columns, sizeof(*texts));
	for (size_t i = 0; i < schema.file_columns; i++)
		texts[i] = (struct csv_column){ .name = schema.header[i], .file_column = (int)i };
	const bool typed = strcmp(what, "typed") == 0;
	schema.columns = typed ? columns : texts;
	schema.n_columns = typed ? COLUMNS : schema.file_columns;
	job.schema = &schema;
	(void)pthread_mutex_init(&job.lock, NULL);
	run(&job, threads);
	free(texts);
	csv_split_close(&job.split);
	return close(fd);
}

int main(int argc, char **argv)
{
	if (argc >= 4 && strcmp(argv[1], "make") == 0)
		return make(argv[2], (unsigned)strtoul(argv[3], NULL, 10),
		    argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 20,
		    argc > 5 ? (unsigned)strtoul(argv[5], NULL, 10) : 0);
	if (argc >= 3)
		return measure(argv[1], argv[2], argc > 3 ? (int)strtol(argv[3], NULL, 10) : 1,
		    argc > 4 ? strtoul(argv[4], NULL, 10) << 10 : 0);
	(void)fputs("usage: scan_speed make FILE ROWS [QUOTED_PCT [BAD_PCT]]\n"
		    "       scan_speed typed|text|split FILE [THREADS [BLOCK_KIB]]\n",
	    stderr);
	return 64;
}
