/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_task_report - a child may write anything on its report pipe. */
#include "api/task_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct child_end ends[CHILD_MAX];
	struct arena *a = arena_new(16 << 20);
	struct task_report r;

	task_report_init(&r, a, 2);
	task_report_line(&r, 0, (const char *)data, size);
	task_report_line(&r, 1, (const char *)data, size);
	task_report_judge(&r, ends, false);
	arena_free(&a);
	return 0;
}
