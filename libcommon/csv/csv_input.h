/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_input - a file, pipe or archive in any encoding as one stream of UTF-8.
 *
 * Undoes gzip (all members) and zstd (all frames), takes the byte order mark off, decodes what is
 * not UTF-8 and remembers where lines start in the file, so that a refused row can be named by
 *bytes of the file. UTF-8 is read straight into the caller's memory. A unit that cannot be decoded
 * becomes the byte 0xFF, which no UTF-8 text holds: its row is refused, the file goes on.
 *
 *	csv_input_open(&params, &in, err);
 *	while ((n = csv_input_read(in, p, room, err)) > 0) {
 *		...                                   (cut [from, to) of the stream into rows)
 *		csv_input_lines(in, from, to, &lines);
 *		offset = csv_lines_file(&lines, row_starts_at);
 *	}
 *
 * Offsets: "stream" is a byte of the UTF-8 handed out, counted from 0; "file" is a byte of the file
 * as it came, after gzip and zstd are undone, mark included.
 *
 * Encoding: given (but not of refused rows that come back: csv_mend.h) > mark > the shape of UTF-16
 * and UTF-32 > a vote of lines. As long as all bytes are ASCII nothing is decided; from the first
 *other byte on CSV_INPUT_VOTE_BYTES are looked at, and the file is UTF-8 unless more of their lines
 *break UTF-8 than hold a proper character of it; then it is Windows-1252. The answer does not
 *depend on how the bytes are read.
 *
 * One thread at a time. Memory: CSV_INPUT_VOTE_BYTES, zstd's window (at most 2^CSV_ZSTD_WINDOW_LOG
 * bytes, as the file asks; 8 MiB up to level 19), 16 bytes a line for lines that hold more than
 * ASCII in another encoding until the lines are collected. An archive that grows without end costs
 * time, never memory.
 */
#ifndef CSV_CSV_INPUT_H
#define CSV_CSV_INPUT_H

#include <sys/types.h>

#include "csv/csv_dialect.h"
#include "csv/csv_lines.h"

enum {
	CSV_INPUT_VOTE_BYTES = 256 << 10, /* looked at to decide on an encoding */
	CSV_ZSTD_WINDOW_LOG = 27,         /* zstd's own limit without --long=31: 128 MiB */
	CSV_INPUT_WHY_BYTES = 200,        /* of csv_input_found.why with its NUL */
};

struct csv_input;
struct csv_decoder; /* csv_decode.h */

/* More bytes of the file: up to n at p; returns their count, 0 at the end, -1 with err filled. */
typedef ssize_t (*csv_read_fn)(void *arg, void *p, size_t n, struct err *err);

struct csv_input_params {
	csv_read_fn read;              /* called by csv_input_open and csv_input_read only */
	void *arg;                     /* for read; borrowed until csv_input_close */
	const struct csv_given *given; /* of it only the encoding; read by csv_input_open */
	struct csv_decoder *decoder;   /* of csv_input_prepare, taken; NULL = opened at need */
};

enum csv_compression { CSV_PLAIN, CSV_GZIP, CSV_ZSTD };

/* How the encoding was decided. */
enum csv_input_cause {
	CSV_INPUT_ASCII, /* nothing but ASCII so far: every reading is the same */
	CSV_INPUT_GIVEN, /* by a person */
	CSV_INPUT_MARK,  /* by the byte order mark */
	CSV_INPUT_SHAPE, /* UTF-16, UTF-32 without a mark: line ends and digits stand apart by NULs
			  */
	CSV_INPUT_VOTE,  /* by the lines */
};

/* What is known about the file, for reports. Grows while it is read: CSV_INPUT_ASCII may become
 * CSV_INPUT_VOTE, and `undecoded` counts up. */
struct csv_input_found {
	enum csv_compression compression;
	char encoding[CSV_ENCODING_BYTES + 1]; /* "utf-8", "utf-16le", "windows-1252" ... */
	enum csv_input_cause cause;
	uint8_t bom_bytes;             /* of the file; the stream never holds the mark */
	uint64_t decided_at;           /* CSV_INPUT_VOTE: byte of the file of the first non-ASCII */
	size_t lines_utf8;             /* CSV_INPUT_VOTE: lines that hold proper UTF-8 */
	size_t lines_other;            /* CSV_INPUT_VOTE: lines that break it */
	uint64_t undecoded;            /* units that became 0xFF */
	char why[CSV_INPUT_WHY_BYTES]; /* the same in words: "212 lines break UTF-8, 3 hold it" */
};

/*
 * csv_input_prepare - open the encoding a person gave. iconv reads its modules from disk, so a
 * program that is going to lock itself up calls this before; all others need not.
 *
 * given  borrowed
 * out    new, NULL when nothing has to be opened; for csv_input_params.decoder, or
 *        csv_decoder_close; written only on success
 *
 * Errors  ERR_INPUT  code "file.encoding": no such encoding; the message names the nearest one
 */
int csv_input_prepare(
    const struct csv_given *given, struct csv_decoder **out, struct err *err) MUST_CHECK;

/*
 * csv_input_open - read the front of a file: archive, mark, encoding.
 *
 * p    copied; p->decoder is taken, also on failure
 * out  new, csv_input_close; written only on success
 *
 * Errors  ERR_INPUT  code "file.encoding": no such encoding; "file.binary": the first bytes are
 *                    those of something else ("byte 1: this is a ZIP archive ..."); "file.archive":
 *                    damaged, cut off, or a zstd window over the limit
 *         others     as the read callback sets them
 */
int csv_input_open(
    const struct csv_input_params *p, struct csv_input **out, struct err *err) MUST_CHECK;

/* csv_input_close - give everything back, *in becomes NULL. Collected lines stay valid. */
void csv_input_close(struct csv_input **in);

/*
 * csv_input_read - the next bytes of the stream. The end of a read may cut a character.
 *
 * p, n  room for at least one byte
 *
 * Returns the bytes written (1..n), 0 at the end, -1 failed.
 * Errors  ERR_INPUT  code "file.archive"; the message names the byte of the archive
 *         others     as the read callback sets them
 */
ssize_t csv_input_read(struct csv_input *in, void *p, size_t n, struct err *err) MUST_CHECK;

/*
 * csv_input_lines - collect where the lines of [from, to) stand in the file, `to` included, and
 * forget what lies before `to`.
 *
 * from, to  line starts of what was read, or its end; from is the `to` of the last call, 0 at first
 * lines     zeroed, or one used before; overwritten
 *
 * Cost  nothing for UTF-8
 */
void csv_input_lines(struct csv_input *in, uint64_t from, uint64_t to, struct csv_lines *lines);

/* csv_input_found - what is known so far; lives as long as in. */
const struct csv_input_found *csv_input_found(const struct csv_input *in);

/* csv_input_consumed - bytes taken from the read callback so far (of the archive, if it is one),
 * for progress. */
uint64_t csv_input_consumed(const struct csv_input *in);

/* csv_compression_name - "none", "gzip" or "zstd"; static memory. */
const char *csv_compression_name(enum csv_compression c);

#endif
