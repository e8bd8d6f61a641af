/* SPDX-License-Identifier: Apache-2.0 */
/* input - files and pipes. */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "output.h"

const char *cli_input_name(const struct cli_input *in)
{
	return strcmp(in->path, "-") == 0 ? "standard input" : in->path;
}

static int look_at(struct cli_input *in, struct err *err)
{
	struct stat st;
	if (fstat(in->fd, &st) != 0)
		return err_set_errno(err, ERR_INPUT, errno, "%s", cli_input_name(in));
	if (S_ISDIR(st.st_mode))
		return err_set(
		    err, ERR_INPUT, "%s: is a directory, not a file", cli_input_name(in));
	in->is_pipe = lseek(in->fd, 0, SEEK_CUR) < 0;
	in->bytes = S_ISREG(st.st_mode) ? st.st_size : -1;
	if (!in->is_pipe)
		(void)posix_fadvise(in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

int cli_input_open(struct cli_input *in, const char *path, bool twice, struct err *err)
{
	*in = (struct cli_input){ .path = path, .fd = -1, .spool = -1 };
	in->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0)
		return err_set_errno(err, ERR_INPUT, errno, "%s", cli_input_name(in));
	int rc = look_at(in, err);
	if (rc == 0 && twice && in->is_pipe)
		rc = cli_output_spool(&in->spool, err);
	if (rc != 0)
		cli_input_close(in);
	return rc;
}

void cli_input_close(struct cli_input *in)
{
	if (in->path == NULL)
		return;
	if (in->fd >= 0)
		(void)close(in->fd);
	if (in->spool >= 0)
		(void)close(in->spool);
	in->fd = in->spool = -1;
}

ssize_t cli_input_read(void *arg, void *p, size_t n, struct err *err)
{
	struct cli_input *in = arg;
	ssize_t got;
	do {
		if (atomic_load(&cli_stop))
			return err_set_code(err, ERR_BUSY, "run.stopped", "stopped");
		got = read(in->fd, p, n);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_set_errno(
		    err, ERR_UNAVAILABLE, errno, "%s: cannot be read", cli_input_name(in));
	if (in->is_pipe && in->spool >= 0 &&
	    cli_output_all(in->spool, "a temporary file", p, (size_t)got, err) != 0)
		return -1;
	atomic_fetch_add(&in->done, (int64_t)got);
	return got;
}

int cli_input_rewind(struct cli_input *in, struct err *err)
{
	if (in->is_pipe) {
		(void)close(in->fd);
		in->fd = in->spool;
		in->spool = -1;
		in->is_pipe = false;
		in->bytes = atomic_load(&in->done);
	}
	atomic_store(&in->done, 0);
	if (in->fd < 0 || lseek(in->fd, 0, SEEK_SET) < 0)
		return err_set_errno(
		    err, ERR_UNAVAILABLE, errno, "%s: cannot be read again", cli_input_name(in));
	return 0;
}
