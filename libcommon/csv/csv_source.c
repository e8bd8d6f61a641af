/* SPDX-License-Identifier: Apache-2.0 */
/* csv_source - gzip and zstd as plain bytes. */
#include "csv/csv_source.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/die.h"
#include "base/mem.h"

enum {
	INPUT_BYTES = 64 << 10, /* read at once from an archive */
	MAGIC_BYTES = 4,
	GZIP_WINDOW_BITS = 15 + 16, /* the largest window, gzip's frame */
	ZSTD_HEADER_BYTES = 18,     /* most of a frame's header (RFC 8878, 3.1.1) */
};

struct csv_source {
	csv_read_fn read;
	void *arg;
	enum csv_compression kind;
	uint8_t *in; /* INPUT_BYTES read but not used yet: in[at..n) */
	size_t at, n;
	bool eof;          /* the callback said so */
	bool open;         /* inside a member or frame */
	uint64_t consumed; /* of the callback */
	z_stream gzip;
	ZSTD_DCtx *zstd;
	size_t frame_bytes; /* zstd: of the frame at hand, taken so far */
};

static int refill(struct csv_source *s, struct err *err)
{
	s->at = s->n = 0;
	if (s->eof)
		return 0;
	const ssize_t got = s->read(s->arg, s->in, INPUT_BYTES, err);
	if (got < 0)
		return -1;
	s->eof = got == 0;
	s->n = (size_t)got;
	s->consumed += (size_t)got;
	return 0;
}

static int read_magic(struct csv_source *s, struct err *err)
{
	while (s->n < MAGIC_BYTES && !s->eof) {
		const ssize_t got = s->read(s->arg, s->in + s->n, INPUT_BYTES - s->n, err);
		if (got < 0)
			return -1;
		s->eof = got == 0;
		s->n += (size_t)got;
		s->consumed += (size_t)got;
	}
	return 0;
}

/* The library's own failures are those of malloc: it aborts as ours does. */
static void open_archive(struct csv_source *s)
{
	if (s->n >= 3 && memcmp(s->in, "\x1f\x8b\x08", 3) == 0) {
		s->kind = CSV_GZIP;
		if (inflateInit2(&s->gzip, GZIP_WINDOW_BITS) != Z_OK)
			bug("no memory to unpack gzip");
	} else if (s->n >= 4 && memcmp(s->in, "\x28\xb5\x2f\xfd", 4) == 0) {
		s->kind = CSV_ZSTD;
		s->zstd = ZSTD_createDCtx();
		if (s->zstd == NULL)
			bug("no memory to unpack zstd");
		(void)ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, CSV_ZSTD_WINDOW_LOG);
	}
	s->open = s->kind != CSV_PLAIN;
}

int csv_source_open(csv_read_fn read, void *arg, struct csv_source **out, struct err *err)
{
	struct csv_source *s = mem_alloc(sizeof(*s));
	s->read = read;
	s->arg = arg;
	s->in = mem_alloc(INPUT_BYTES);
	if (read_magic(s, err) != 0) {
		csv_source_close(&s);
		return -1;
	}
	open_archive(s);
	*out = s;
	return 0;
}

void csv_source_close(struct csv_source **s)
{
	if (*s == NULL)
		return;
	if ((*s)->kind == CSV_GZIP)
		(void)inflateEnd(&(*s)->gzip);
	(void)ZSTD_freeDCtx((*s)->zstd);
	free((*s)->in);
	free(*s);
	*s = NULL;
}

/* Bytes of the archive that were understood. */
static unsigned long long place(const struct csv_source *s)
{
	return (unsigned long long)(s->consumed - (s->n - s->at)) + 1;
}

static int cut_off(const struct csv_source *s, struct err *err)
{
	return err_set_code(err, ERR_INPUT, "file.archive",
	    "byte %llu: the %s archive ends here in the middle; it was cut off", place(s),
	    csv_compression_name(s->kind));
}

/* Between two members: 1 another one begins, 0 the end, -1 neither. */
static int next_member(struct csv_source *s, struct err *err)
{
	for (;;) {
		while (s->at < s->n && s->in[s->at] == 0)
			s->at++;
		if (s->at < s->n)
			break;
		if (refill(s, err) != 0)
			return -1;
		if (s->n == 0)
			return 0;
	}
	if (s->in[s->at] != 0x1f)
		return err_set_code(err, ERR_INPUT, "file.archive",
		    "byte %llu: behind the gzip archive stand bytes that are not gzip", place(s));
	s->open = true;
	(void)inflateReset(&s->gzip);
	return 1;
}

static ssize_t inflate_some(struct csv_source *s, void *p, size_t n, struct err *err)
{
	const size_t room = n < INT32_MAX ? n : INT32_MAX;
	s->gzip.next_in = s->in + s->at;
	s->gzip.avail_in = (unsigned)(s->n - s->at);
	s->gzip.next_out = p;
	s->gzip.avail_out = (unsigned)room;
	const int rc = inflate(&s->gzip, Z_NO_FLUSH);
	const size_t got = room - s->gzip.avail_out;
	s->at = s->n - s->gzip.avail_in;
	s->open = rc != Z_STREAM_END;
	if (got > 0 || rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR)
		return (ssize_t)got;
	return err_set_code(err, ERR_INPUT, "file.archive",
	    "byte %llu: the gzip archive is damaged (%s)", place(s),
	    s->gzip.msg == NULL ? zError(rc) : s->gzip.msg);
}

static ssize_t read_gzip(struct csv_source *s, void *p, size_t n, struct err *err)
{
	for (;;) {
		if (!s->open) {
			const int more = next_member(s, err);
			if (more != 1)
				return more;
		}
		if (s->at == s->n && refill(s, err) != 0)
			return -1;
		const ssize_t got = inflate_some(s, p, n, err);
		if (got != 0)
			return got;
		if (s->open && s->n == 0)
			return cut_off(s, err);
	}
}

static int refuse_zstd(const struct csv_source *s, size_t rc, struct err *err)
{
	if (ZSTD_getErrorCode(rc) == ZSTD_error_frameParameter_windowTooLarge)
		return err_set_code(err, ERR_INPUT, "file.archive",
		    "byte %llu: the zstd archive needs more than %d MiB of memory; compress it "
		    "without --ultra or --long",
		    place(s), 1 << (CSV_ZSTD_WINDOW_LOG - 20));
	return err_set_code(err, ERR_INPUT, "file.archive",
	    "byte %llu: the zstd archive is damaged (%s)", place(s), ZSTD_getErrorName(rc));
}

/* A frame's header is given byte by byte. libzstd 1.5.4 unpacks a frame that it sees whole at once
 * by other code, which lets blocks pass that a frame in pieces is refused for. */
static size_t offered(const struct csv_source *s)
{
	return s->frame_bytes < ZSTD_HEADER_BYTES && s->at < s->n ? s->at + 1 : s->n;
}

static ssize_t read_zstd(struct csv_source *s, void *p, size_t n, struct err *err)
{
	for (;;) {
		if (s->at == s->n && refill(s, err) != 0)
			return -1;
		if (s->n == 0 && !s->open)
			return 0;
		ZSTD_inBuffer in = { s->in, offered(s), s->at };
		ZSTD_outBuffer out = { p, n, 0 };
		const size_t rc = ZSTD_decompressStream(s->zstd, &out, &in);
		s->frame_bytes += in.pos - s->at;
		s->at = in.pos;
		if (ZSTD_isError(rc) != 0)
			return refuse_zstd(s, rc, err);
		s->open = rc != 0;
		if (!s->open)
			s->frame_bytes = 0;
		if (out.pos > 0)
			return (ssize_t)out.pos;
		if (s->open && s->n == 0)
			return cut_off(s, err);
	}
}

static ssize_t read_plain(struct csv_source *s, void *p, size_t n, struct err *err)
{
	if (s->at < s->n) {
		const size_t take = s->n - s->at < n ? s->n - s->at : n;
		memcpy(p, s->in + s->at, take);
		s->at += take;
		return (ssize_t)take;
	}
	if (s->eof)
		return 0;
	const ssize_t got = s->read(s->arg, p, n, err);
	s->eof = got == 0;
	s->consumed += got > 0 ? (size_t)got : 0;
	return got;
}

ssize_t csv_source_read(struct csv_source *s, void *p, size_t n, struct err *err)
{
	if (s->kind == CSV_GZIP)
		return read_gzip(s, p, n, err);
	return s->kind == CSV_ZSTD ? read_zstd(s, p, n, err) : read_plain(s, p, n, err);
}

enum csv_compression csv_source_compression(const struct csv_source *s)
{
	return s->kind;
}

uint64_t csv_source_consumed(const struct csv_source *s)
{
	return s->consumed;
}

const char *csv_compression_name(enum csv_compression c)
{
	static const char *const names[] = { "none", "gzip", "zstd" };
	return names[c];
}
