/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_mask - which of 64 bytes mean something to a dialect? One bit a byte, many words a call.
 *
 * The only code here that knows what the processor can do: AVX2 with carry-less multiply, SSE2 or
 * plain C, chosen once at run time; all three give the same words (tests/test_csv_mask.c). Masks
 * know nothing of rows: whether a quote opens or closes follows from `parity` and from where the
 * row began, which is the caller's.
 *
 * Source: the masks and the prefix-xor are simdjson's (Langdale, Lemire: Parsing Gigabytes of JSON
 * per Second), the UTF-8 check is Keiser and Lemire's (Validating UTF-8 In Less Than One
 * Instruction Per Byte).
 */
#ifndef CSV_CSV_MASK_H
#define CSV_CSV_MASK_H

#include "csv/csv.h"

enum { CSV_MASK_WORD = 64 };

/* A loop over masks is compiled twice: CSV_ALWAYS for its parts, CSV_MASK_BITS for the copy that
 * may count bits in one step (csv_mask_ops.bits). */
#define CSV_ALWAYS __attribute__((always_inline)) inline
#if defined(__x86_64__)
#define CSV_MASK_BITS __attribute__((target("popcnt,bmi,bmi2")))
#else
#define CSV_MASK_BITS
#endif

/* What is looked for; made from a dialect. */
struct csv_mask_want {
	uint8_t delimiter[CSV_DELIMITER_BYTES];
	uint32_t delimiter_n; /* 0 = none, 1..CSV_DELIMITER_BYTES */
	bool overlaps;        /* a delimiter may begin inside another: "||" in "|||" */
	bool has_quote;       /* else nothing is a quote */
	uint8_t quote;
	uint8_t odd[2]; /* escape character, first byte of a comment mark */
	uint32_t odd_n; /* how many of them there are */
	enum csv_line_end line_end;
};

/* 64 bytes; bit i is byte i. */
struct csv_mask {
	uint64_t delimiter; /* a delimiter begins, overlapping ones too */
	uint64_t quote;
	uint64_t parity; /* bit i: an odd number of quotes among bytes 0..i of this word */
	uint64_t line;   /* the last byte of a line end: LF; or CR by the mode */
	uint64_t odd;    /* one of want->odd */
};

/* What stands anywhere in the bytes of a call; bits. */
enum csv_mask_seen {
	CSV_MASK_HIGH = 1 << 0, /* a byte above 127 */
	CSV_MASK_NUL = 1 << 1,
};

enum csv_mask_level { CSV_MASK_PLAIN, CSV_MASK_SSE2, CSV_MASK_AVX2, CSV_MASK_LEVELS_ };

/* The functions of a level. p has words * 64 + CSV_DELIMITER_BYTES readable bytes. */
struct csv_mask_ops {
	/* Fills `words` masks; returns bits of enum csv_mask_seen. */
	unsigned (*mask)(
	    const struct csv_mask_want *want, const uint8_t *p, size_t words, struct csv_mask *out);
	/*
	 * Bit w of out: word w may hold, or end in the middle of, bytes that are not UTF-8. No
	 * false "good"; whether it is bad, the exact check of its row says. p begins where a
	 * character does; at most 64 words; returns the bits.
	 */
	uint64_t (*suspect)(const uint8_t *p, size_t words);
	bool bits; /* the processor has popcnt, bmi and bmi2 */
};

/* csv_mask_want_of - what a dialect looks for. */
struct csv_mask_want csv_mask_want_of(const struct csv_dialect *d);

/* csv_mask_ops - the best functions this processor has, or those of csv_mask_force. */
const struct csv_mask_ops *csv_mask_ops(void);

/* csv_mask_level - the functions of a level, NULL when the processor has not got it. */
const struct csv_mask_ops *csv_mask_level(enum csv_mask_level level);

/* csv_mask_force - for tests: use this level from now on; CSV_MASK_LEVELS_ = the best again.
 * Not while other threads read. */
void csv_mask_force(enum csv_mask_level level);

#endif
