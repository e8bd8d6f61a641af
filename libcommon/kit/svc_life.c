/* SPDX-License-Identifier: Apache-2.0 */
/* svc_life - signals as loop events, the watchdog, two-stage shutdown. */
#include <event2/event.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/die.h"
#include "kit/svc_priv.h"

enum { TICK_MS = 1000, WATCH_S = 10, WATCH_MISSES = 3, DRAIN_LOOK_MS = 20 };

static _Atomic unsigned ticks; /* turns of the loop's tick since the watchdog looked */

static struct timeval to_timeval(int64_t ms)
{
	return (struct timeval){ .tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000 * 1000) };
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	atomic_fetch_add(&ticks, 1);
}

/*
 * Signal handler: three looks in a row without a tick mean a wedged loop. Looks are counted, not
 * time: a stopped process (SIGSTOP, a paused machine) gets one late look, not a death sentence.
 */
static void on_alarm(int number)
{
	static int misses;
	static const char line[] =
	    "{\"lvl\":\"error\",\"msg\":\"watchdog: the loop does not turn\"}\n";
	(void)number;
	misses = atomic_exchange(&ticks, 0) == 0 ? misses + 1 : 0;
	if (misses < WATCH_MISSES)
		return;
	const ssize_t n = write(STDERR_FILENO, line, sizeof(line) - 1);
	(void)n;
	abort();
}

static int work_left(struct svc *svc)
{
	int n = pool_depth(svc->pool);
	if (svc->public != NULL)
		n += http_server_busy(svc->public);
	if (svc->opened && svc->spec->busy != NULL)
		n += svc->spec->busy(svc);
	return n;
}

static void on_drain(evutil_socket_t fd, short what, void *arg)
{
	struct svc *svc = arg;
	(void)fd;
	(void)what;
	const int left = work_left(svc);
	if (left > 0 && clock_mono_ms() < svc->drain_until_mono_ms)
		return;
	svc->cut_short = left > 0;
	if (left > 0)
		log_warn(NULL, "drain deadline passed", LOG_I("unfinished", left));
	event_base_loopbreak(svc->base);
}

static void start_drain(struct svc *svc)
{
	log_info(NULL, "draining", LOG_I("busy", svc->pool != NULL ? work_left(svc) : 0));
	svc->draining = true;
	svc->drain_until_mono_ms = clock_mono_ms() + svc->conf.drain_ms;
	if (svc->public == NULL) { /* still booting */
		event_base_loopbreak(svc->base);
		return;
	}
	http_server_drain(svc->public);
	if (svc->spec->drain != NULL)
		svc->spec->drain(svc);
	const struct timeval look = to_timeval(DRAIN_LOOK_MS);
	event_add(svc->drain_timer, &look);
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	struct svc *svc = arg;
	(void)what;
	if (number == SIGHUP) {
		svc_conf_apply_log_level(svc);
		return;
	}
	if (!svc->draining) {
		start_drain(svc);
		return;
	}
	log_warn(NULL, "second signal, leaving at once");
	svc->cut_short = true;
	event_base_loopbreak(svc->base);
}

static void start_watchdog(struct svc *svc)
{
	struct sigaction sa = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	const struct itimerval each = { .it_interval = { .tv_sec = WATCH_S },
		.it_value = { .tv_sec = WATCH_S } };
	const struct timeval tick = to_timeval(TICK_MS);
	sigemptyset(&sa.sa_mask);
	svc->tick = event_new(svc->base, -1, EV_PERSIST, on_tick, svc);
	ASSERT(svc->tick != NULL && event_add(svc->tick, &tick) == 0);
	ASSERT(sigaction(SIGALRM, &sa, NULL) == 0 && setitimer(ITIMER_REAL, &each, NULL) == 0);
}

void svc_life_start(struct svc *svc)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		svc->signals[i] = evsignal_new(svc->base, numbers[i], on_signal, svc);
		ASSERT(svc->signals[i] != NULL && event_add(svc->signals[i], NULL) == 0);
	}
	svc->drain_timer = event_new(svc->base, -1, EV_PERSIST, on_drain, svc);
	ASSERT(svc->drain_timer != NULL);
	start_watchdog(svc);
}

void svc_life_stop(struct svc *svc)
{
	const struct itimerval never = { 0 };
	(void)setitimer(ITIMER_REAL, &never, NULL);
	struct event *events[] = { svc->tick, svc->drain_timer, svc->signals[0], svc->signals[1],
		svc->signals[2] };
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		if (events[i] != NULL)
			event_free(events[i]);
	}
}

bool svc_life_wait(struct svc *svc, int64_t wait_ms)
{
	const struct timeval wait = to_timeval(wait_ms);
	(void)event_base_loopexit(svc->base, &wait);
	(void)event_base_dispatch(svc->base);
	return !svc->draining;
}
