/* SPDX-License-Identifier: Apache-2.0 */
/* sample - the front of a file, some of its middle and its end. */
#include "sample.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "output.h"

/* A stretch of a file as a csv_read_fn reads it. */
struct stretch {
	const struct cli_input *of;
	off_t at, end;
};

static ssize_t read_stretch(void *arg, void *p, size_t n, struct err *err)
{
	struct stretch *s = arg;
	const size_t left = (size_t)(s->end - s->at);
	const ssize_t got = pread(s->of->fd, p, left < n ? left : n, s->at);
	if (got < 0)
		return err_set_errno(
		    err, ERR_UNAVAILABLE, errno, "%s: cannot be read", cli_input_name(s->of));
	s->at += got;
	return got;
}

/* Up to n bytes of UTF-8 to p; returns how many, negative on failure. */
static ssize_t take(struct csv_input *in, uint8_t *p, size_t n, struct err *err)
{
	size_t at = 0;
	while (at < n) {
		const ssize_t got = csv_input_read(in, p + at, n - at, err);
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		at += (size_t)got;
	}
	return (ssize_t)at;
}

/* The samples of one file. */
struct samples {
	struct csv_sample list[1 + CLI_SAMPLES];
	uint8_t *memory[1 + CLI_SAMPLES]; /* owned */
	size_t n;
	struct csv_input_found found; /* of the front */
};

static void release(struct samples *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->memory[i]);
	s->n = 0;
}

/* `end`: the file ends where these bytes end. */
static void keep(struct samples *s, uint8_t *p, size_t n, bool end)
{
	s->list[s->n] = (struct csv_sample){ .p = p, .n = n, .end = end };
	s->memory[s->n++] = p;
}

static int read_front(
    struct samples *s, const struct cli_input *in, const struct csv_given *given, struct err *err)
{
	struct stretch front = { in, 0, in->bytes };
	const struct csv_input_params p = { .read = read_stretch, .arg = &front, .given = given };
	struct csv_input *input = NULL;
	if (csv_input_open(&p, &input, err) != 0)
		return -1;
	uint8_t *room = mem_alloc(CLI_SAMPLE_FRONT + CSV_PAD_BYTES);
	const ssize_t n = take(input, room, CLI_SAMPLE_FRONT, err);
	s->found = *csv_input_found(input);
	csv_input_close(&input);
	if (n < 0) {
		free(room);
		return -1;
	}
	keep(s, room, (size_t)n, n < CLI_SAMPLE_FRONT);
	return 0;
}

/* One stretch further in, in the encoding of the front; what cannot be read is no sample. */
static void read_further(struct samples *s, const struct cli_input *in, off_t at)
{
	enum { ROOM = 4 * CLI_SAMPLE_BYTES };
	struct err ignored = { 0 };
	struct csv_given given = { 0 };
	struct csv_input *input = NULL;
	const off_t start = at - at % 4; /* a unit of UTF-16 or UTF-32 is not cut */
	const off_t end = at + CLI_SAMPLE_BYTES < in->bytes ? at + CLI_SAMPLE_BYTES : in->bytes;
	struct stretch part = { in, start, end };
	if (csv_given_set(&given, "encoding", s->found.encoding, &ignored) != 0)
		return;
	const struct csv_input_params p = { .read = read_stretch, .arg = &part, .given = &given };
	if (csv_input_open(&p, &input, &ignored) != 0)
		return;
	uint8_t *room = mem_alloc(ROOM + CSV_PAD_BYTES);
	const ssize_t n = take(input, room, ROOM, &ignored);
	csv_input_close(&input);
	if (n > 0)
		keep(s, room, (size_t)n, end == in->bytes);
	else
		free(room);
}

/* Evenly over what the front does not cover; the last one ends with the file. */
static void read_others(struct samples *s, const struct cli_input *in)
{
	const off_t from = CLI_SAMPLE_FRONT * 2; /* UTF-16 takes two bytes for one of ASCII */
	const off_t last = in->bytes - CLI_SAMPLE_BYTES;
	if (s->list[0].end || s->found.compression != CSV_PLAIN || last <= from)
		return;
	const off_t step = (last - from) / (CLI_SAMPLES - 1);
	for (off_t i = 0; i < CLI_SAMPLES && step > CLI_SAMPLE_BYTES; i++)
		read_further(s, in, i + 1 == CLI_SAMPLES ? last : from + i * step);
}

static int sniff_samples(struct cli_sampling *how, struct cli_input *in, struct err *err)
{
	struct samples s = { 0 };
	if (read_front(&s, in, how->given, err) != 0)
		return -1;
	read_others(&s, in);
	const int rc = csv_sniff_samples(s.list, s.n, how->given, &how->found, err);
	release(&s);
	how->known = rc == 0;
	return rc;
}

/* All of the stream in a file without a name, mapped with room behind. */
static int sniff_everything(struct cli_sampling *how, struct cli_input *in, struct err *err)
{
	enum { STEP = 256 << 10 };
	struct stretch whole = { in, 0, in->bytes };
	const struct csv_input_params p = {
		.read = read_stretch, .arg = &whole, .given = how->given
	};
	static const char pad[CSV_PAD_BYTES];
	struct csv_input *input = NULL;
	int fd = -1;
	size_t n = 0;
	ssize_t got = -1;
	uint8_t *room = mem_alloc(STEP);
	int rc = cli_output_spool(&fd, err);
	if (rc == 0)
		rc = csv_input_open(&p, &input, err);
	while (rc == 0 && (got = take(input, room, STEP, err)) > 0) {
		rc = cli_output_all(fd, "a temporary file", room, (size_t)got, err);
		n += (size_t)got;
	}
	rc = rc == 0 && got < 0 ? -1 : rc;
	if (rc == 0)
		rc = cli_output_all(fd, "a temporary file", pad, sizeof(pad), err);
	csv_input_close(&input);
	free(room);
	if (rc == 0) {
		uint8_t *map = mmap(NULL, n + CSV_PAD_BYTES, PROT_READ, MAP_PRIVATE, fd, 0);
		const struct csv_sample all = { .p = map, .n = n, .end = true };
		if (map == MAP_FAILED) // NOLINT(performance-no-int-to-ptr)
			rc = err_set_errno(err, ERR_UNAVAILABLE, errno, "map a temporary file");
		else
			rc = csv_sniff_samples(&all, 1, how->given, &how->found, err);
		if (map != MAP_FAILED) // NOLINT(performance-no-int-to-ptr)
			(void)munmap(map, n + CSV_PAD_BYTES);
	}
	if (fd >= 0)
		(void)close(fd);
	how->known = rc == 0;
	return rc;
}

/* A pipe that is to be judged whole is read once before. */
static int drain(struct cli_input *in, struct err *err)
{
	enum { STEP = 64 << 10 };
	char *room = mem_alloc(STEP);
	ssize_t got;
	while ((got = cli_input_read(in, room, STEP, err)) > 0)
		continue;
	free(room);
	return got < 0 ? -1 : cli_input_rewind(in, err);
}

int cli_sample_open(
    struct cli_sampling *s, struct cli_input *in, struct csv_split **out, struct err *err)
{
	int rc = 0;
	if (!s->known && s->all && in->is_pipe)
		rc = drain(in, err);
	if (rc == 0 && !s->known && !in->is_pipe && in->bytes > CSV_SNIFF_BYTES)
		rc = s->all ? sniff_everything(s, in, err) : sniff_samples(s, in, err);
	if (rc != 0)
		return -1;
	const struct csv_split_params p = {
		.read = cli_input_read,
		.arg = in,
		.given = *s->given,
		.block_bytes = s->block_bytes,
		.sniffed = s->known ? &s->found : NULL,
	};
	return csv_split_open(&p, out, err);
}
