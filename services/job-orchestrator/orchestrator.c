/* SPDX-License-Identifier: Apache-2.0 */
/* orchestrator - start and end of the background threads. */
#include "orchestrator.h"
#include "stream.h"

#include <time.h>

enum { STACK_BYTES = 256 << 10, STEP_MS = 100 };

static struct orchestrator self = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.db_lock = PTHREAD_MUTEX_INITIALIZER,
};

struct orchestrator *orchestrator(void)
{
	return &self;
}

bool orchestrator_is_closing(void)
{
	pthread_mutex_lock(&self.lock);
	const bool closing = self.closing;
	pthread_mutex_unlock(&self.lock);
	return closing;
}

void orchestrator_sleep(int64_t ms)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000 };

	for (; ms > 0 && !orchestrator_is_closing(); ms -= STEP_MS)
		nanosleep(&step, NULL);
}

static int start_thread(pthread_t *thread, const char *name, void *(*fn)(void *), struct err *err)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	const int rc = pthread_create(thread, &attr, fn, &self);
	pthread_attr_destroy(&attr);
	if (rc != 0)
		return err_set_errno(err, ERR_INTERNAL, rc, "start thread %s", name);
	pthread_setname_np(*thread, name);
	return 0;
}

int orchestrator_open(struct svc *svc, struct err *err)
{
	self.svc = svc;
	self.db = db_new(svc_db_conf(svc));
	stream_start(svc_base(svc));
	if (start_thread(&self.doorman, "doorman", doorman_main, err) != 0)
		return -1;
	return start_thread(&self.events, "events", events_main, err);
}

void orchestrator_close(struct svc *svc)
{
	(void)svc;
	pthread_mutex_lock(&self.lock);
	self.closing = true;
	pthread_mutex_unlock(&self.lock);
	pthread_join(self.doorman, NULL);
	pthread_join(self.events, NULL);
	stream_stop();
	db_free(&self.db);
}
