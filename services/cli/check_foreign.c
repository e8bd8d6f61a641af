/* SPDX-License-Identifier: Apache-2.0 */
/* check_foreign - the files that foreign keys point to. */
#include <string.h>

#include "check.h"
#include "contract/keys_reference.h"

/* Beside the contract, unless it says where. */
const char *check_path_beside(const struct check *k, const char *resource)
{
	const char *slash = strrchr(k->contract_file, '/');
	if (resource[0] == '/' || slash == NULL)
		return resource;
	return arena_printf(
	    k->a, "%.*s/%s", (int)(slash - k->contract_file), k->contract_file, resource);
}

static int add_file(struct check *k, size_t key, struct err *err)
{
	struct cli_input input;
	struct csv_split *split = NULL;
	const char *path = check_path_beside(k, k->contract.keys[key].resource);
	const struct csv_split_params p = { .read = cli_input_read, .arg = &input };
	int rc = cli_input_open(&input, path, false, err);
	if (rc == 0)
		rc = csv_split_open(&p, &split, err);
	if (rc == 0)
		rc = contract_keys_load(k->keys, &k->contract, key, split, err);
	csv_split_close(&split);
	cli_input_close(&input);
	if (rc == 0 || err->kind != ERR_INPUT)
		return rc;
	/* It is no fault of the file that is checked: the code of one would say so. */
	const struct err why = *err;
	return err_set_code(
	    err, ERR_INPUT, "foreign.unreadable", "foreign key to %s: %s", path, why.msg);
}

int check_add_references(struct check *k, struct err *err)
{
	for (size_t i = 0; i < k->contract.n_keys; i++) {
		const struct contract_key *key = &k->contract.keys[i];
		if (key->kind == CONTRACT_KEY_FOREIGN && key->resource[0] != '\0' &&
		    add_file(k, i, err) != 0)
			return -1;
	}
	return 0;
}
