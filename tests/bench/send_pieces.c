/* SPDX-License-Identifier: Apache-2.0 */
/* send_pieces - a tus client for the bench: PATCHes of zeros over one connection, as fast as it
 * goes. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BLOCK_BYTES = 256 << 10, HEAD_BYTES = 8192 };

static void fail(const char *what)
{
	fprintf(stderr, "send_pieces: %s\n", what);
	exit(1);
}

static int connect_to(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		fail("cannot connect");
	return fd;
}

static void send_all(int fd, const void *p, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

		if (sent <= 0)
			fail("connection lost");
		p = (const char *)p + sent;
		n -= (size_t)sent;
	}
}

static void read_204(int fd)
{
	char head[HEAD_BYTES];
	size_t n = 0;

	while (n < sizeof(head) - 1) {
		ssize_t got = recv(fd, head + n, sizeof(head) - 1 - n, 0);

		if (got <= 0)
			fail("no answer");
		n += (size_t)got;
		head[n] = '\0';
		if (strstr(head, "\r\n\r\n") != NULL)
			break;
	}
	if (strncmp(head, "HTTP/1.1 204", 12) != 0)
		fail(head);
}

/* Usage: send_pieces PORT PATH BYTES PIECE < further header lines */
int main(int argc, char **argv)
{
	static char block[BLOCK_BYTES], more[HEAD_BYTES], head[2 * HEAD_BYTES];
	char line[HEAD_BYTES];

	if (argc != 5)
		fail("usage: send_pieces PORT PATH BYTES PIECE");
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(more + strlen(more), sizeof(more) - strlen(more), "%s\r\n", line);
	}
	int fd = connect_to(argv[1]);
	const int64_t total = atoll(argv[3]), piece = atoll(argv[4]);
	for (int64_t at = 0; at < total; at += piece) {
		int64_t want = total - at < piece ? total - at : piece;
		int n = snprintf(head, sizeof(head),
		    "PATCH %s HTTP/1.1\r\n%sTus-Resumable: 1.0.0\r\nUpload-Offset: %lld\r\n"
		    "Content-Type: application/offset+octet-stream\r\nContent-Length: %lld\r\n\r\n",
		    argv[2], more, (long long)at, (long long)want);
		send_all(fd, head, (size_t)n);
		for (int64_t left = want; left > 0; left -= BLOCK_BYTES)
			send_all(fd, block, left < BLOCK_BYTES ? (size_t)left : BLOCK_BYTES);
		read_204(fd);
	}
	close(fd);
	return 0;
}
