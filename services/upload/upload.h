/* SPDX-License-Identifier: Apache-2.0 */
/* upload - what the files of this daemon share: settings, the object store, its few limits. */
#ifndef UPLOAD_H
#define UPLOAD_H

#include "kit/objects.h"
#include "kit/svc.h"

enum {
	UPLOAD_METADATA_BYTES = 4096,       /* Upload-Metadata header */
	UPLOAD_CHECKPOINT_BYTES = 64 << 20, /* bytes between two syncs of a part */
	/* For a writer of this process to let go. One in another process takes until its next
	 * checkpoint, and a pool thread is too dear to wait for that: 423, clients come again. */
	UPLOAD_LOCK_WAIT_MS = 500,
	UPLOAD_SIDECAR_BYTES = 8192, /* largest sidecar we write or read */
	UPLOAD_SWEEP_BATCH = 20,     /* rows of one kind a sweep takes on */
};

struct upload_conf {
	const char *object_dir; /* bronze; the same directory for every replica */
	int64_t max_bytes;      /* largest upload */
	int64_t min_free_bytes; /* what an upload may not use up */
	int64_t keep_ms;        /* an open upload without a byte for so long expires */
	int64_t lease_ms;       /* a writer that was silent for so long is gone */
	int64_t renew_ms;       /* how often a writer vouches for itself and its bytes */
	int64_t sweep_ms;
	int64_t orphan_ms; /* files without a row are left alone until they are so old */
};

/* The one set of things this process has; valid between upload_open and upload_close. */
struct upload_service {
	const struct upload_conf *conf; /* set by main */
	struct objects *objects;
	struct pool *sync; /* one thread with a connection: fdatasync and checkpoints */
};

/* upload_service - that one. */
struct upload_service *upload_service(void);

/* Hooks of svc_spec. */
int upload_open(struct svc *svc, struct err *err);
bool upload_ready(struct svc *svc, struct err *err);
void upload_close(struct svc *svc);

/*
 * upload_check_space - may `bytes` more be taken?
 *
 * Errors  ERR_NO_SPACE  (code upload.no_space) the watermark would be passed; says how much is
 * missing
 */
int upload_check_space(int64_t bytes, struct err *err) MUST_CHECK;

#endif
