/* SPDX-License-Identifier: Apache-2.0 */
/* test_metrics - series, groups, histograms in the text format; waiting times. */
#include "kit/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kit/backoff.h"

static void finds_a_series_again(void **state)
{
	(void)state;
	struct metric *m = metrics_counter("t_requests_total", "op=\"a\"", "Requests.");
	assert_ptr_equal(m, metrics_counter("t_requests_total", "op=\"a\"", "Requests."));
	assert_ptr_not_equal(m, metrics_counter("t_requests_total", "op=\"b\"", "Requests."));
}

static void prints_groups(void **state)
{
	(void)state;
	struct buf out;
	metrics_add(metrics_counter("t_requests_total", "op=\"a\"", "Requests."), 3);
	metrics_set(metrics_gauge("t_depth", "", "Waiting."), -2);
	metrics_add(metrics_counter("t_requests_total", "op=\"c\"", "Requests."), 1);
	buf_init(&out, 1 << 16);
	metrics_print(&out);
	/* All series of a name stand under its one head, whenever they were made. */
	assert_non_null(
	    strstr(out.data, "# HELP t_requests_total Requests.\n# TYPE t_requests_total counter\n"
			     "t_requests_total{op=\"a\"} 3\nt_requests_total{op=\"b\"} "
			     "0\nt_requests_total{op=\"c\"} 1\n"));
	assert_non_null(strstr(out.data, "# TYPE t_depth gauge\nt_depth -2\n"));
	buf_done(&out);
}

static void histograms_cumulate(void **state)
{
	(void)state;
	static const int64_t ms[] = { 0, 5, 6, 1500, 60000 };
	struct metric *m = metrics_histogram("t_seconds", "op=\"x\"", "Time.");
	struct buf out;
	for (size_t i = 0; i < ARRAY_SIZE(ms); i++)
		metrics_observe_ms(m, ms[i]);
	buf_init(&out, 1 << 16);
	metrics_print(&out);
	static const char *const lines[] = { "t_seconds_bucket{op=\"x\",le=\"0.005\"} 2\n",
		"t_seconds_bucket{op=\"x\",le=\"0.010\"} 3\n",
		"t_seconds_bucket{op=\"x\",le=\"2.500\"} 4\n",
		"t_seconds_bucket{op=\"x\",le=\"10.000\"} 4\n",
		"t_seconds_bucket{op=\"x\",le=\"+Inf\"} 5\n", "t_seconds_sum{op=\"x\"} 61.511\n",
		"t_seconds_count{op=\"x\"} 5\n" };
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		if (strstr(out.data, lines[i]) == NULL)
			fail_msg("missing: %s", lines[i]);
	}
	buf_done(&out);
}

static void backoff_doubles_to_its_cap(void **state)
{
	(void)state;
	static const int64_t bounds[] = { 100, 200, 400, 800, 1000, 1000 };
	for (int round = 0; round < 200; round++) {
		struct backoff b = { .first_ms = 100, .cap_ms = 1000 };
		for (size_t i = 0; i < ARRAY_SIZE(bounds); i++) {
			const int64_t wait_ms = backoff_next_ms(&b);
			assert_in_range(wait_ms, bounds[i] / 2, bounds[i]);
		}
		backoff_reset(&b);
		assert_in_range(backoff_next_ms(&b), 50, 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_series_again),
		cmocka_unit_test(prints_groups),
		cmocka_unit_test(histograms_cumulate),
		cmocka_unit_test(backoff_doubles_to_its_cap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
