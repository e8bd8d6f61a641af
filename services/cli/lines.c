/* SPDX-License-Identifier: Apache-2.0 */
/* lines - numbered lines from the buffers of blocks to a file. */
#include "lines.h"

#include <stdio.h>
#include <string.h>

int cli_lines_header(struct cli_lines *l, const struct buf *header, struct err *err)
{
	if (buf_check(header, err) != 0)
		return -1;
	return cli_output_write(&l->out, header->data, header->n, err);
}

size_t cli_lines_begin(struct buf *out)
{
	const size_t at = out->n;
	const uint64_t n = 0;
	buf_add(out, &n, sizeof(n));
	return at;
}

void cli_lines_end(struct buf *out, size_t at)
{
	const uint64_t n = out->n - at - sizeof(n);
	if (!out->overflow)
		memcpy(out->data + at, &n, sizeof(n));
}

int cli_lines_deliver(void *arg, const struct buf *rendered, struct err *err)
{
	struct cli_lines *l = arg;
	for (size_t at = 0; at < rendered->n;) {
		char number[24];
		uint64_t n;
		memcpy(&n, rendered->data + at, sizeof(n));
		at += sizeof(n);
		const int digits = snprintf(number, sizeof(number), "%lld", (long long)++l->n);
		if (cli_output_write(&l->out, number, (size_t)digits, err) != 0 ||
		    cli_output_write(&l->out, rendered->data + at, n, err) != 0)
			return -1;
		at += n;
	}
	return 0;
}
