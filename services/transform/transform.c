/* SPDX-License-Identifier: Apache-2.0 */
/* transform - life of the transform daemon. */
#include "transform.h"

#include "api/worker.h"
#include "housekeeping.h"
#include "run_load.h"

static struct transform_conf conf;
static struct worker *worker;
static struct housekeeping *housekeeping;

struct transform_conf *transform_conf(void)
{
	return &conf;
}

int transform_open(struct svc *svc, struct err *err)
{
	const struct worker_spec spec = {
		.kind = "load",
		.stream = RING_LOAD,
		.slots = (int)conf.slots,
		.lease_ms = conf.lease_ms,
		.renew_ms = conf.renew_ms,
		.sweep_ms = conf.sweep_ms,
		.run = run_load,
	};

	if (worker_start(svc, &spec, &worker, err) != 0)
		return -1;
	if (housekeeping_start(svc, &housekeeping, err) == 0)
		return 0;
	worker_free(&worker);
	return -1;
}

int transform_busy(struct svc *svc)
{
	(void)svc;
	return worker_busy(worker);
}

void transform_drain(struct svc *svc)
{
	(void)svc;
	worker_drain(worker);
}

void transform_close(struct svc *svc)
{
	(void)svc;
	housekeeping_stop(&housekeeping);
	worker_free(&worker);
}
