/* SPDX-License-Identifier: Apache-2.0 */
/* always_204 - the cheapest thing nginx's auth_request can ask: a daemon that says yes to
 * everybody. */
#include <event2/event.h>
#include <event2/http.h>

#include <stdio.h>
#include <stdlib.h>

static void on_request(struct evhttp_request *req, void *arg)
{
	(void)arg;
	evhttp_send_reply(req, 204, "No Content", NULL);
}

/* Usage: always_204 PORT */
int main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);

	if (argc != 2 || evhttp_bind_socket(
			     http, "127.0.0.1", (unsigned short)strtoul(argv[1], NULL, 10)) != 0) {
		fprintf(stderr, "usage: always_204 PORT (free)\n");
		return 64;
	}
	evhttp_set_gencb(http, on_request, NULL);
	event_base_dispatch(base);
	return 0;
}
