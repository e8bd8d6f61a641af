/* SPDX-License-Identifier: Apache-2.0 */
/* parquet_join - footers in Thrift's compact protocol, read and written again. */
#include "parquet_join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum {
	MAGIC_BYTES = 4,
	TAIL_BYTES = 8, /* length of the footer, magic */
	FOOTER_BYTES = 256 << 20,
	COPY_BYTES = 256 << 10,
	MAX_DEPTH = 16,
};

/* Thrift's compact types. */
enum {
	T_STOP,
	T_TRUE,
	T_FALSE,
	T_BYTE,
	T_I16,
	T_I32,
	T_I64,
	T_DOUBLE,
	T_BINARY,
	T_LIST,
	T_SET,
	T_MAP,
	T_STRUCT,
};

/* Structures of parquet.thrift that hold something to change. */
enum place { P_FILE, P_GROUP, P_CHUNK, P_META, P_OTHER };

/* Members of FileMetaData. */
enum { FILE_ROWS = 3, FILE_GROUPS = 4 };

/* A footer being read; bad = it is not one. */
struct reader {
	const uint8_t *p, *end;
	uint64_t shift; /* how far the part's bytes move */
	uint64_t group; /* number of the row group at hand */
	int depth;
	bool bad;
};

static uint8_t get_byte(struct reader *r)
{
	if (r->p < r->end)
		return *r->p++;
	r->bad = true;
	return 0;
}

static uint64_t get_varint(struct reader *r)
{
	uint64_t v = 0;
	for (unsigned bit = 0; bit < 64; bit += 7) {
		const uint8_t b = get_byte(r);
		v |= (uint64_t)(b & 0x7F) << bit;
		if ((b & 0x80) == 0)
			return v;
	}
	r->bad = true;
	return 0;
}

static void put_varint(struct buf *out, uint64_t v)
{
	while (v >= 0x80) {
		buf_addc(out, (char)(v | 0x80));
		v >>= 7;
	}
	buf_addc(out, (char)v);
}

static int64_t unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static uint64_t zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

/* A member's type and number; `last` is the number before, and becomes this one. */
static int get_field(struct reader *r, int64_t *last)
{
	const uint8_t head = get_byte(r);
	if (r->bad || (head & 0x0F) == T_STOP)
		return T_STOP;
	*last = head >> 4 != 0 ? *last + (head >> 4) : unzigzag(get_varint(r));
	return head & 0x0F;
}

static void put_field(struct buf *out, int type, int64_t number, int64_t *last)
{
	const int64_t step = number - *last;
	*last = number;
	if (step > 0 && step < 16) {
		buf_addc(out, (char)(step << 4 | type));
		return;
	}
	buf_addc(out, (char)type);
	put_varint(out, zigzag(number));
}

static void get_list(struct reader *r, int *out_type, uint64_t *out_n)
{
	const uint8_t head = get_byte(r);
	*out_type = head & 0x0F;
	*out_n = head >> 4 == 15 ? get_varint(r) : head >> 4;
	if (*out_n > (uint64_t)(r->end - r->p))
		r->bad = true;
}

static void put_list(struct buf *out, int type, uint64_t n)
{
	if (n < 15) {
		buf_addc(out, (char)(n << 4 | (unsigned)type));
		return;
	}
	buf_addc(out, (char)(0xF0 | type));
	put_varint(out, n);
}

/* Is this member an offset in the file? */
static bool is_offset(enum place in, int64_t number)
{
	switch (in) {
	case P_GROUP:
		return number == 5; /* file_offset */
	case P_CHUNK:
		return number == 2 || number == 4 ||
		       number == 6; /* file, offset index, column index */
	case P_META:
		return number == 9 || number == 10 || number == 11 ||
		       number == 14; /* pages, bloom */
	case P_FILE:
	case P_OTHER:
		return false;
	}
	return false;
}

/* What stands inside a member. */
static enum place place_of(enum place in, int64_t number)
{
	if (in == P_FILE && number == FILE_GROUPS)
		return P_GROUP;
	if (in == P_GROUP && number == 1)
		return P_CHUNK;
	return in == P_CHUNK && number == 3 ? P_META : P_OTHER;
}

static void copy_struct(struct reader *r, enum place in, struct buf *out);

static void copy_bytes(struct reader *r, uint64_t n, struct buf *out)
{
	if (n > (uint64_t)(r->end - r->p)) {
		r->bad = true;
		return;
	}
	buf_add(out, r->p, n);
	r->p += n;
}

static void copy_value(struct reader *r, int type, enum place inside, struct buf *out)
{
	uint64_t n;
	int element;
	switch (type) {
	case T_BYTE:
		copy_bytes(r, 1, out);
		return;
	case T_I16:
	case T_I32:
	case T_I64:
		put_varint(out, get_varint(r));
		return;
	case T_DOUBLE:
		copy_bytes(r, 8, out);
		return;
	case T_BINARY:
		n = get_varint(r);
		put_varint(out, n);
		copy_bytes(r, n, out);
		return;
	case T_LIST:
	case T_SET:
		get_list(r, &element, &n);
		put_list(out, element, n);
		for (uint64_t i = 0; i < n && !r->bad; i++)
			copy_value(r, element <= T_FALSE ? T_BYTE : element, inside, out);
		return;
	case T_STRUCT:
		copy_struct(r, inside, out);
		return;
	default: /* maps do not occur in a footer */
		r->bad = true;
	}
}

/* A member of a structure; offsets move, row groups are counted through. */
static void copy_member(struct reader *r, enum place in, int type, int64_t number, struct buf *out)
{
	if (type == T_TRUE || type == T_FALSE)
		return;
	if (type == T_I64 && is_offset(in, number)) {
		const int64_t v = unzigzag(get_varint(r));
		put_varint(out, zigzag(v >= MAGIC_BYTES ? v + (int64_t)r->shift : v));
	} else if (type == T_I16 && in == P_GROUP && number == 7) {
		(void)get_varint(r);
		put_varint(out, zigzag((int64_t)(r->group & INT16_MAX)));
	} else {
		copy_value(r, type, place_of(in, number), out);
	}
}

static void copy_struct(struct reader *r, enum place in, struct buf *out)
{
	int64_t from = 0;
	int64_t to = 0;
	int type;
	if (++r->depth > MAX_DEPTH)
		r->bad = true;
	while (!r->bad && (type = get_field(r, &from)) != T_STOP) {
		put_field(out, type, from, &to);
		copy_member(r, in, type, from, out);
	}
	buf_addc(out, T_STOP);
	r->depth--;
}

/* The row groups of a part, offsets moved, behind those of the parts before. */
static void take_groups(struct parquet_join *j, struct reader *r)
{
	uint64_t n;
	int type;
	get_list(r, &type, &n);
	r->bad = r->bad || (type != T_STRUCT && n > 0);
	for (uint64_t i = 0; i < n && !r->bad; i++) {
		r->group = j->groups++;
		copy_struct(r, P_GROUP, &j->group);
	}
}

static int take_footer(struct parquet_join *j, const struct buf *footer, struct err *err)
{
	struct reader r = { .p = (const uint8_t *)footer->data,
		.end = (const uint8_t *)footer->data + footer->n,
		.shift = j->at - MAGIC_BYTES };
	struct buf unused;
	int64_t number = 0;
	int type;
	buf_init(&unused, FOOTER_BYTES);
	while (!r.bad && (type = get_field(&r, &number)) != T_STOP) {
		if (number == FILE_ROWS && type == T_I64)
			j->rows += unzigzag(get_varint(&r));
		else if (number == FILE_GROUPS && type == T_LIST)
			take_groups(j, &r);
		else
			copy_member(&r, P_FILE, type, number, &unused);
		buf_reset(&unused);
	}
	buf_done(&unused);
	if (r.bad)
		return err_set(err, ERR_INTERNAL, "a part of the Parquet file has an odd footer");
	return buf_check(&j->group, err);
}

static int read_at(int fd, void *p, size_t n, uint64_t at, struct err *err)
{
	char *to = p;
	while (n > 0) {
		const ssize_t got = pread(fd, to, n, (off_t)at);
		if (got <= 0)
			return err_set_errno(err, ERR_UNAVAILABLE, got < 0 ? errno : EIO,
			    "read a part of the Parquet file");
		to += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

/* Where the footer begins, and its bytes. */
static int read_footer(int fd, struct buf *footer, uint64_t *out_at, struct err *err)
{
	uint8_t tail[TAIL_BYTES];
	struct stat st;
	if (fstat(fd, &st) != 0)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "part of the Parquet file");
	const uint64_t size = (uint64_t)st.st_size;
	if (size < MAGIC_BYTES + TAIL_BYTES ||
	    read_at(fd, tail, TAIL_BYTES, size - TAIL_BYTES, err) != 0 ||
	    memcmp(tail + 4, "PAR1", MAGIC_BYTES) != 0)
		return err_set(err, ERR_INTERNAL, "a part of the Parquet file is not one");
	const uint32_t n = (uint32_t)tail[0] | (uint32_t)tail[1] << 8 | (uint32_t)tail[2] << 16 |
			   (uint32_t)tail[3] << 24;
	if (n > size - MAGIC_BYTES - TAIL_BYTES || n > FOOTER_BYTES)
		return err_set(err, ERR_INTERNAL, "a part of the Parquet file has an odd footer");
	*out_at = size - TAIL_BYTES - n;
	char *bytes = mem_alloc(n);
	const int rc = read_at(fd, bytes, n, *out_at, err);
	if (rc == 0)
		buf_add(footer, bytes, n);
	free(bytes);
	return rc;
}

static int write_out(struct parquet_join *j, const void *p, size_t n, struct err *err)
{
	j->at += n;
	return cli_output_write(j->out, p, n, err);
}

static int copy_pages(struct parquet_join *j, int fd, uint64_t end, struct err *err)
{
	char *block = mem_alloc(COPY_BYTES);
	int rc = 0;
	for (uint64_t at = MAGIC_BYTES; at < end && rc == 0;) {
		const size_t n = end - at < COPY_BYTES ? (size_t)(end - at) : COPY_BYTES;
		rc = read_at(fd, block, n, at, err);
		if (rc == 0)
			rc = write_out(j, block, n, err);
		at += n;
	}
	free(block);
	return rc;
}

int parquet_join_begin(struct parquet_join *j, struct cli_output *out, struct err *err)
{
	*j = (struct parquet_join){ .out = out };
	buf_init(&j->group, FOOTER_BYTES);
	buf_init(&j->first, FOOTER_BYTES);
	return write_out(j, "PAR1", MAGIC_BYTES, err);
}

int parquet_join_add(struct parquet_join *j, int fd, struct err *err)
{
	struct buf footer;
	uint64_t end;
	buf_init(&footer, FOOTER_BYTES);
	int rc = read_footer(fd, &footer, &end, err);
	if (rc == 0)
		rc = take_footer(j, &footer, err);
	if (rc == 0 && j->first.n == 0)
		buf_add(&j->first, footer.data, footer.n);
	if (rc == 0)
		rc = copy_pages(j, fd, end, err);
	buf_done(&footer);
	return rc;
}

/* The first part's footer with the rows and row groups of all. */
static void join_footer(struct parquet_join *j, struct buf *out)
{
	struct reader r = { .p = (const uint8_t *)j->first.data,
		.end = (const uint8_t *)j->first.data + j->first.n };
	struct buf unused;
	int64_t from = 0;
	int64_t to = 0;
	int type;
	buf_init(&unused, FOOTER_BYTES);
	while (!r.bad && (type = get_field(&r, &from)) != T_STOP) {
		put_field(out, type, from, &to);
		const bool replaced = from == FILE_ROWS || from == FILE_GROUPS;
		copy_member(&r, P_FILE, type, from, replaced ? &unused : out);
		if (from == FILE_ROWS)
			put_varint(out, zigzag(j->rows));
		if (from == FILE_GROUPS) {
			put_list(out, T_STRUCT, j->groups);
			buf_add(out, j->group.data, j->group.n);
		}
		buf_reset(&unused);
	}
	buf_addc(out, T_STOP);
	buf_done(&unused);
}

int parquet_join_end(struct parquet_join *j, struct err *err)
{
	struct buf footer;
	buf_init(&footer, FOOTER_BYTES);
	join_footer(j, &footer);
	const uint64_t n = footer.n;
	const uint8_t tail[TAIL_BYTES] = { (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16),
		(uint8_t)(n >> 24), 'P', 'A', 'R', '1' };
	int rc = buf_check(&footer, err);
	if (rc == 0)
		rc = write_out(j, footer.data, footer.n, err);
	if (rc == 0)
		rc = write_out(j, tail, TAIL_BYTES, err);
	buf_done(&footer);
	return rc;
}

void parquet_join_done(struct parquet_join *j)
{
	buf_done(&j->group);
	buf_done(&j->first);
}
