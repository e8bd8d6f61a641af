/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer - bytes of one PATCH or PUT on their way to disk: written, hashed in the same pass, synced
 * and vouched for in the row (a checkpoint) each 64 MiB and each MILLRACE_UPLOAD_RENEW.
 *
 * The loop thread writes and hashes (writer_data); checkpoints run on the sync thread beside it,
 * and when that is a whole step behind, reading pauses. Two writers of one upload never write at
 * once: the part is locked, and whoever raised the row's epoch makes the older one stop: at once in
 * this process, in another one at its next checkpoint, which touches no row.
 */
#ifndef UPLOAD_WRITER_H
#define UPLOAD_WRITER_H

#include "kit/http_server.h"
#include "kit/objects.h"
#include "kit/sha.h"
#include "store.h"

struct event_base;
struct writer;

/* writers_start - begin to renew active writers on this loop. */
void writers_start(struct event_base *base);

/* writers_stop - the loop has ended and no writer is left. */
void writers_stop(void);

/* writer_stop_other - a writer of this upload in this process lets go soon; its request is answered
 * 409. */
void writer_stop_other(const char *id);

/*
 * writer_open - begin to write at u->bytes; u was claimed (u->epoch is ours).
 *
 * out  new; owned by the request until writer_close
 *
 * Errors  as part_open; ERR_INTERNAL when the stored hash state does not fit
 */
int writer_open(
    struct http_req *req, const struct upload *u, struct writer **out, struct err *err) MUST_CHECK;

/*
 * writer_data - take a piece of the body; loop thread.
 *
 * Errors  ERR_INPUT     (upload.too_long) more than was declared; nothing of this piece counts
 *         ERR_TOO_LARGE (upload.too_large) over the largest upload
 *         ERR_NO_SPACE  disk or watermark
 *         ERR_CONFLICT  (upload.taken_over)
 */
int writer_data(struct http_req *req, const uint8_t *p, size_t n, struct err *err) MUST_CHECK;

/* writer_set_length - a body of unknown length has ended: these are all bytes. */
void writer_set_length(struct writer *w);

/* writer_id, writer_epoch - of the upload and our claim. */
const char *writer_id(const struct writer *w);
int64_t writer_epoch(const struct writer *w);

/* writer_offset - where the next byte goes. */
int64_t writer_offset(const struct writer *w);

/*
 * writer_settle - no more bytes come: make what is there safe and say so in the row; pool thread.
 *
 * out_whole  all bytes are there: the row is `finishing` and the lease goes on; else the lease ends
 *
 * Errors  ERR_CONFLICT (upload.taken_over); ERR_UNAVAILABLE, ERR_NO_SPACE: the bytes since the last
 *         checkpoint do not count (a failed sync fails the upload)
 */
int writer_settle(struct db *db, struct writer *w, bool *out_whole, struct err *err) MUST_CHECK;

/* writer_close - let go of the part and forget the writer; sets *w to NULL. */
void writer_close(struct writer **w);

#endif
