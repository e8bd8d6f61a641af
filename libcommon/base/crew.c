/* SPDX-License-Identifier: Apache-2.0 */
/* crew - start and join. */
#include "base/crew.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

struct hand {
	pthread_t thread;
	bool started;
};

void crew_run(void *workers, size_t n, size_t stride, void *(*work)(void *worker))
{
	struct hand *hands = mem_array(n, sizeof(*hands));
	char *at = workers;
	for (size_t i = 1; i < n; i++)
		hands[i].started =
		    pthread_create(&hands[i].thread, NULL, work, at + i * stride) == 0;
	(void)work(at);
	for (size_t i = 1; i < n; i++) {
		if (hands[i].started)
			(void)pthread_join(hands[i].thread, NULL);
	}
	free(hands);
}
