/* SPDX-License-Identifier: Apache-2.0 */
/* references - the values foreign keys point to, from files the supervisor made. */
#include "references.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "contract/keys_reference.h"
#include "kit/json.h"

static ssize_t read_file(void *arg, void *p, size_t n, struct err *err)
{
	const int *fd = arg;
	ssize_t got;
	do
		got = read(*fd, p, n);
	while (got < 0 && errno == EINTR);
	return got < 0 ? err_set_errno(err, ERR_INTERNAL, errno, "read referenced values") : got;
}

/* Our supervisor wrote the file: plain CSV with a header, nothing to be guessed. */
static int open_reference(int *fd, struct csv_split **out, struct err *err)
{
	static const char *const given[][2] = {
		{ "delimiter", "comma" },
		{ "quote", "\"" },
		{ "escape", "none" },
		{ "comment", "none" },
		{ "preamble", "0" },
		{ "header", "1" },
		{ "footer", "0" },
		{ "tables", "all" },
		{ "line_end", "lf" },
		{ "skip_space", "false" },
		{ "encoding", "utf-8" },
	};
	struct csv_split_params p = { .read = read_file, .arg = fd };
	for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
		if (csv_given_set(&p.given, given[i][0], given[i][1], err) != 0)
			return -1;
	}
	return csv_split_open(&p, out, err);
}

static int load(const struct contract *c, struct contract_keys *keys, size_t key, const char *path,
    struct err *err)
{
	struct csv_split *split = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "open referenced values");
	int rc = open_reference(&fd, &split, err);
	if (rc == 0)
		rc = contract_keys_load(keys, c, key, split, err);
	csv_split_close(&split);
	(void)close(fd);
	return rc;
}

static const char *file_of(const cJSON *list, size_t key)
{
	const cJSON *one;
	cJSON_ArrayForEach(one, list)
	{
		if (js_i64(one, "key", -1) == (int64_t)key)
			return js_str(one, "file");
	}
	return NULL;
}

int references_load(
    const cJSON *list, const struct contract *c, struct contract_keys *keys, struct err *err)
{
	for (size_t i = 0; i < c->n_keys; i++) {
		const struct contract_key *key = &c->keys[i];
		if (key->kind != CONTRACT_KEY_FOREIGN || key->resource[0] == '\0')
			continue;
		const char *path = file_of(list, i);
		if (path == NULL)
			return err_set_code(err, ERR_INPUT, "reference.missing",
			    "the values of %s are not given, which a foreign key points to",
			    key->resource);
		if (load(c, keys, i, path, err) != 0)
			return err_wrap(err, "%s", key->resource);
	}
	return 0;
}
