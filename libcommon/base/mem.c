/* SPDX-License-Identifier: Apache-2.0 */
/* mem - allocation that cannot fail: running out of memory aborts with one line. */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Says so without allocating: the log needs memory. */
static NORETURN void out_of_memory(void)
{
	static const char line[] = "{\"lvl\":\"error\",\"msg\":\"out of memory\"}\n";
	const ssize_t written = write(STDERR_FILENO, line, sizeof(line) - 1);
	(void)written;
	abort();
}

void *mem_alloc(size_t n)
{
	return mem_array(1, n > 0 ? n : 1);
}

void *mem_array(size_t count, size_t size)
{
	void *p = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
	if (p == NULL)
		out_of_memory();
	return p;
}

void *mem_resize(void *p, size_t n)
{
	void *q = realloc(p, n > 0 ? n : 1);
	if (q == NULL)
		out_of_memory();
	return q;
}

char *mem_dup(const char *s)
{
	if (s == NULL)
		return NULL;
	const size_t n = strlen(s) + 1;
	return memcpy(mem_alloc(n), s, n);
}
