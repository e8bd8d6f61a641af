/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep - what nobody holds any more: whole uploads are finished, silent ones expire, broken PUTs
 * fail, and files without a row are adopted from their sidecar or removed. Runs on the request
 * pool, each MILLRACE_SWEEP, on every replica; rows are taken with SKIP LOCKED.
 */
#ifndef UPLOAD_SWEEP_H
#define UPLOAD_SWEEP_H

#include "kit/svc.h"

/* sweep_start - begin to sweep on the service's loop. */
void sweep_start(struct svc *svc);

/* sweep_stop - the loop has ended; wait for a sweep that runs. */
void sweep_stop(void);

/* sweep_rows - finish, expire and fail what is due; one batch of each. */
void sweep_rows(struct db *db);

/* sweep_files - compare parts and objects older than the grace with the rows. */
void sweep_files(struct db *db);

#endif
