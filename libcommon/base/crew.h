/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crew - one function run by several threads at a time, to its end in all of them.
 *
 *	struct worker workers[4] = { ... };
 *	crew_run(workers, ARRAY_SIZE(workers), sizeof(workers[0]), work);
 *
 * The calling thread takes the first worker, so that work shared under a lock is done even where no
 * further thread can be had; a worker without a thread is passed over.
 */
#ifndef BASE_CREW_H
#define BASE_CREW_H

#include <stddef.h>

/*
 * crew_run - run work for each of n workers (at least 1), return when all have ended.
 *
 * workers, stride  the i-th stands i * stride bytes behind the first
 * work             gets its worker; what it returns is not looked at
 */
void crew_run(void *workers, size_t n, size_t stride, void *(*work)(void *worker));

#endif
