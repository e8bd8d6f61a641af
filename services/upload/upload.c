/* SPDX-License-Identifier: Apache-2.0 */
/* upload - open and close what this process has; the free-space watermark. */
#include "upload.h"

#include "base/text.h"
#include "sweep.h"
#include "writer.h"

enum { SYNC_QUEUE = 1000 };

static struct upload_service service;

struct upload_service *upload_service(void)
{
	return &service;
}

int upload_open(struct svc *svc, struct err *err)
{
	const struct pool_conf sync = {
		.name = "sync", .threads = 1, .queue_max = SYNC_QUEUE, .db = svc_db_conf(svc)
	};

	if (objects_open_dir(service.conf->object_dir, &service.objects, err) != 0)
		return -1;
	service.sync = pool_new(&sync);
	writers_start(svc_base(svc));
	sweep_start(svc);
	return 0;
}

void upload_close(struct svc *svc)
{
	(void)svc;
	sweep_stop();
	writers_stop();
	pool_free(&service.sync);
	objects_free(&service.objects);
}

bool upload_ready(struct svc *svc, struct err *err)
{
	int64_t free_bytes;

	(void)svc;
	return objects_space(service.objects, &free_bytes, err) == 0;
}

int upload_check_space(int64_t bytes, struct err *err)
{
	int64_t free_bytes;

	if (objects_space(service.objects, &free_bytes, err) != 0)
		return -1;
	if (free_bytes - bytes >= service.conf->min_free_bytes)
		return 0;
	return err_set_code(err, ERR_NO_SPACE, "upload.no_space",
	    "%lld bytes do not fit: %lld are free and %lld must stay free", (long long)bytes,
	    (long long)free_bytes, (long long)service.conf->min_free_bytes);
}
