/* SPDX-License-Identifier: Apache-2.0 */
/* engine_validate_input - read the object once and know that it is the uploaded one. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine_validate.h"

int validate_input_open(struct validate_input *in, const char *path, struct err *err)
{
	in->bytes = 0;
	SHA256_Init(&in->sha);
	in->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "open the object");
	(void)posix_fadvise(in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

void validate_input_close(struct validate_input *in)
{
	if (in->fd >= 0)
		(void)close(in->fd);
	in->fd = -1;
}

ssize_t validate_input_read(void *arg, void *p, size_t n, struct err *err)
{
	struct validate_input *in = arg;
	const size_t want = n < VALIDATE_READ_BYTES ? n : VALIDATE_READ_BYTES;
	ssize_t got;
	do
		got = read(in->fd, p, want);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "read the object");
	SHA256_Update(&in->sha, p, (size_t)got);
	in->bytes += got;
	return got;
}

static int drain(struct validate_input *in, struct err *err)
{
	void *block = mem_alloc(VALIDATE_READ_BYTES);
	ssize_t got;
	do
		got = validate_input_read(in, block, VALIDATE_READ_BYTES, err);
	while (got > 0);
	free(block);
	return got == 0 ? 0 : -1;
}

int validate_input_check(
    struct validate_input *in, const char *sha256, int64_t bytes, struct err *err)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	char hex[2 * SHA256_DIGEST_LENGTH + 1];
	if (drain(in, err) != 0)
		return -1;
	SHA256_Final(digest, &in->sha);
	text_hex(digest, sizeof(digest), hex);
	if (bytes >= 0 && in->bytes != bytes)
		return err_set_code(err, ERR_INPUT, "object.corrupt",
		    "the object has %lld bytes, %lld were uploaded", (long long)in->bytes,
		    (long long)bytes);
	if (sha256 != NULL && strcmp(sha256, hex) != 0)
		return err_set_code(err, ERR_INPUT, "object.corrupt",
		    "the object's SHA-256 is not the one of the upload");
	return 0;
}
