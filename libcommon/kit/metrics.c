/* SPDX-License-Identifier: Apache-2.0 */
/* metrics - counters, gauges and duration histograms in the Prometheus text format 0.0.4. */
#include "kit/metrics.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/die.h"
#include "base/mem.h"

enum kind { COUNTER, GAUGE, HISTOGRAM };

/* Upper bounds in ms: http.server.request.duration of the OpenTelemetry semantic conventions. */
static const int64_t bounds_ms[] = { 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500,
	10000 };

struct histogram {
	_Atomic int64_t buckets[ARRAY_SIZE(bounds_ms) + 1]; /* not cumulative; last = above all */
	_Atomic int64_t sum_ms;
};

struct metric {
	const char *name; /* borrowed for ever */
	const char *help; /* borrowed for ever */
	char *labels;     /* owned, "" for none */
	enum kind kind;
	_Atomic int64_t value;
	struct histogram *h; /* HISTOGRAM only */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct metric *all[METRICS_MAX]; /* the first `count` never change once set */
static size_t count;

static struct metric *add(enum kind kind, const char *name, const char *labels, const char *help)
{
	if (count == METRICS_MAX)
		bug("more than %d metrics, at %s{%s}", METRICS_MAX, name, labels);
	struct metric *m = mem_alloc(sizeof(*m));
	m->name = name;
	m->help = help;
	m->labels = mem_dup(labels);
	m->kind = kind;
	if (kind == HISTOGRAM)
		m->h = mem_alloc(sizeof(*m->h));
	/* Series of one name stay together: the text format wants them in one group. */
	size_t at = count;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(all[i]->name, name) == 0)
			at = i + 1;
	}
	memmove(&all[at + 1], &all[at], (count - at) * sizeof(struct metric *));
	all[at] = m;
	count++;
	return m;
}

static struct metric *find_or_add(
    enum kind kind, const char *name, const char *labels, const char *help)
{
	struct metric *found = NULL;
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < count && found == NULL; i++) {
		if (strcmp(all[i]->name, name) == 0 && strcmp(all[i]->labels, labels) == 0)
			found = all[i];
	}
	if (found == NULL)
		found = add(kind, name, labels, help);
	pthread_mutex_unlock(&lock);
	ASSERT(found->kind == kind);
	return found;
}

struct metric *metrics_counter(const char *name, const char *labels, const char *help)
{
	return find_or_add(COUNTER, name, labels, help);
}

struct metric *metrics_gauge(const char *name, const char *labels, const char *help)
{
	return find_or_add(GAUGE, name, labels, help);
}

struct metric *metrics_histogram(const char *name, const char *labels, const char *help)
{
	return find_or_add(HISTOGRAM, name, labels, help);
}

void metrics_add(struct metric *m, int64_t n)
{
	ASSERT(m->kind != HISTOGRAM);
	atomic_fetch_add_explicit(&m->value, n, memory_order_relaxed);
}

void metrics_set(struct metric *m, int64_t v)
{
	ASSERT(m->kind == GAUGE);
	atomic_store_explicit(&m->value, v, memory_order_relaxed);
}

void metrics_observe_ms(struct metric *m, int64_t ms)
{
	ASSERT(m->kind == HISTOGRAM);
	size_t i = 0;
	while (i < ARRAY_SIZE(bounds_ms) && ms > bounds_ms[i])
		i++;
	atomic_fetch_add_explicit(&m->h->buckets[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&m->h->sum_ms, ms, memory_order_relaxed);
}

static void print_seconds(struct buf *out, int64_t ms)
{
	buf_printf(out, "%lld.%03lld", (long long)(ms / 1000), (long long)(ms % 1000));
}

static void print_bucket(struct buf *out, const struct metric *m, size_t i, int64_t cumulated)
{
	buf_printf(out, "%s_bucket{%s%sle=\"", m->name, m->labels, m->labels[0] != '\0' ? "," : "");
	if (i < ARRAY_SIZE(bounds_ms))
		print_seconds(out, bounds_ms[i]);
	else
		buf_adds(out, "+Inf");
	buf_printf(out, "\"} %lld\n", (long long)cumulated);
}

static void print_name(struct buf *out, const struct metric *m, const char *suffix)
{
	buf_printf(out, "%s%s", m->name, suffix);
	if (m->labels[0] != '\0')
		buf_printf(out, "{%s}", m->labels);
	buf_addc(out, ' ');
}

static void print_histogram(struct buf *out, const struct metric *m)
{
	int64_t cumulated = 0;
	for (size_t i = 0; i <= ARRAY_SIZE(bounds_ms); i++) {
		cumulated += atomic_load(&m->h->buckets[i]);
		print_bucket(out, m, i, cumulated);
	}
	print_name(out, m, "_sum");
	print_seconds(out, atomic_load(&m->h->sum_ms));
	buf_addc(out, '\n');
	print_name(out, m, "_count");
	buf_printf(out, "%lld\n", (long long)cumulated);
}

static void print_one(struct buf *out, const struct metric *m, bool first_of_name)
{
	static const char *const types[] = { "counter", "gauge", "histogram" };
	if (first_of_name)
		buf_printf(
		    out, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name, types[m->kind]);
	if (m->kind == HISTOGRAM) {
		print_histogram(out, m);
		return;
	}
	print_name(out, m, "");
	buf_printf(out, "%lld\n", (long long)atomic_load(&m->value));
}

void metrics_print(struct buf *out)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < count; i++)
		print_one(out, all[i], i == 0 || strcmp(all[i - 1]->name, all[i]->name) != 0);
	pthread_mutex_unlock(&lock);
}
