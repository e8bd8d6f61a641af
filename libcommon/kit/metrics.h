/* SPDX-License-Identifier: Apache-2.0 */
/* metrics - counters, gauges and duration histograms of this process, printed at /metrics in the
 * Prometheus text format 0.0.4. Registered once at boot or on first use from a constant; lock-free
 * to count. At most METRICS_MAX series; label values come from closed lists, never from ids. */
#ifndef KIT_METRICS_H
#define KIT_METRICS_H

#include "base/buf.h"

enum { METRICS_MAX = 1024 };

struct metric;

/* metrics_counter, metrics_gauge - find or make. labels is "" or `op="createUpload",code="201"`;
 * name and help are borrowed for ever, labels copied. */
struct metric *metrics_counter(const char *name, const char *labels, const char *help);
struct metric *metrics_gauge(const char *name, const char *labels, const char *help);

/* metrics_histogram - seconds, bounds of the HTTP semantic conventions (0.005 .. 10). */
struct metric *metrics_histogram(const char *name, const char *labels, const char *help);

/* metrics_add counts up (a gauge also down), metrics_set sets a gauge, metrics_observe_ms adds one
 * duration to a histogram. Any thread. */
void metrics_add(struct metric *m, int64_t n);
void metrics_set(struct metric *m, int64_t v);
void metrics_observe_ms(struct metric *m, int64_t ms);

/* metrics_print - all series. */
void metrics_print(struct buf *out);

#endif
