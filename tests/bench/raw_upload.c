/* SPDX-License-Identifier: Apache-2.0 */
/* raw_upload - the limit an upload is measured against: read, hash, write, sync each 64 MiB. */
#define OPENSSL_API_COMPAT 10100
#include <openssl/sha.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STEP_BYTES = 256 << 10, SYNC_BYTES = 64 << 20 };

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* The sender: the same bytes over a socket, so that both sides pay for loopback. */
static void send_all(int fd, int64_t total)
{
	static uint8_t block[STEP_BYTES];

	for (int64_t left = total; left > 0;) {
		size_t want = left < STEP_BYTES ? (size_t)left : STEP_BYTES;
		ssize_t n = write(fd, block, want);

		if (n <= 0)
			fail("send");
		left -= n;
	}
}

static void receive_all(int in, int out, int64_t total)
{
	static uint8_t block[STEP_BYTES];
	SHA256_CTX sha;
	int64_t got = 0, synced = 0;

	SHA256_Init(&sha);
	while (got < total) {
		ssize_t n = read(in, block, sizeof(block));

		if (n <= 0 || write(out, block, (size_t)n) != n)
			fail("copy");
		SHA256_Update(&sha, block, (size_t)n);
		got += n;
		if (got - synced >= SYNC_BYTES || got == total) {
			if (fdatasync(out) != 0)
				fail("fdatasync");
			synced = got;
		}
	}
}

/* Usage: raw_upload FILE BYTES; prints the seconds. */
int main(int argc, char **argv)
{
	int pair[2];
	int64_t total;
	double start;

	if (argc != 3) {
		fprintf(stderr, "usage: raw_upload FILE BYTES\n");
		return 64;
	}
	total = strtoll(argv[2], NULL, 10);
	int out = open(argv[1], O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	if (out < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		fail(argv[1]);
	start = now_s();
	pid_t pid = fork();
	if (pid == 0) {
		send_all(pair[1], total);
		_exit(0);
	}
	receive_all(pair[0], out, total);
	printf("%.4f\n", now_s() - start);
	waitpid(pid, NULL, 0);
	return 0;
}
