/* SPDX-License-Identifier: Apache-2.0 */
/* svc_health - `--health`: ask the running instance's /healthz, so that no image needs curl. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "kit/svc_priv.h"

enum { TIMEOUT_S = 3, ADDRESS_BYTES = 256 };

static int connect_unix(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(sa.sun_path))
		return -1;
	memcpy(sa.sun_path, path, strlen(path));
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static int connect_tcp(const char *address)
{
	char host[ADDRESS_BYTES];
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	const char *colon = strrchr(address, ':');
	if (colon == NULL || (size_t)(colon - address) >= sizeof(host))
		return -1;
	(void)snprintf(host, sizeof(host), "%.*s", (int)(colon - address), address);
	if (strcmp(host, "0.0.0.0") == 0)
		(void)snprintf(host, sizeof(host), "127.0.0.1");
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
		return -1;
	const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const bool ok = fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) == 0;
	freeaddrinfo(found);
	if (!ok && fd >= 0)
		(void)close(fd);
	return ok ? fd : -1;
}

/* Connect and read share one time limit for each call: the socket's. */
static bool answers_200(int fd)
{
	static const char request[] =
	    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	static const char wanted[] = "HTTP/1.1 200";
	const struct timeval limit = { .tv_sec = TIMEOUT_S };
	char answer[sizeof(wanted)];
	size_t n = 0;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (write(fd, request, sizeof(request) - 1) != (ssize_t)sizeof(request) - 1)
		return false;
	while (n < sizeof(wanted) - 1) {
		const ssize_t got = read(fd, answer + n, sizeof(wanted) - 1 - n);
		if (got <= 0)
			return false;
		n += (size_t)got;
	}
	return memcmp(answer, wanted, n) == 0;
}

int svc_health_ask(const char *address)
{
	const int fd =
	    text_is_prefix(address, "unix:") ? connect_unix(address + 5) : connect_tcp(address);
	if (fd < 0)
		return 1;
	const bool ok = answers_200(fd);
	(void)close(fd);
	return ok ? 0 : 1;
}
