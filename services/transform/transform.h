/* SPDX-License-Identifier: Apache-2.0 */
/* transform - settings and life of the transform daemon: its load worker and its housekeeping. */
#ifndef TRANSFORM_TRANSFORM_H
#define TRANSFORM_TRANSFORM_H

#include "kit/svc.h"

struct transform_conf {
	const char *silver_dir;      /* where silver lies: what the engine may read */
	const char *scratch_dir;     /* one directory for each attempt is made here */
	const char *task_path;       /* millrace-task */
	const char *loader_user;     /* database role of the loader process */
	const char *loader_password; /* NULL = none */
	int64_t slots;               /* loads at once */
	int64_t lease_ms, renew_ms, sweep_ms;
	int64_t grace_ms;      /* between SIGTERM and SIGKILL of a task process */
	int64_t engine_memory; /* bytes for DuckDB */
	int64_t engine_threads;
	int64_t wall_ms;         /* longest time of one attempt */
	int64_t rows_timeout_ms; /* statement timeout of a page of rows */
	int64_t maintain_ms;     /* how often old generations are looked for */
	int64_t keep_ms;         /* how long a replaced generation is kept */
};

/* transform_conf - the settings in force; static. */
struct transform_conf *transform_conf(void);

/* Hooks of svc_spec. Errors of transform_open: ERR_INTERNAL a thread could not be made */
int transform_open(struct svc *svc, struct err *err) MUST_CHECK;
int transform_busy(struct svc *svc);
void transform_drain(struct svc *svc);
void transform_close(struct svc *svc);

#endif
