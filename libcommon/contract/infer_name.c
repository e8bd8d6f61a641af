/* SPDX-License-Identifier: Apache-2.0 */
/* infer_name - headers to names. */
#include "contract/infer_name.h"

#include <stdio.h>
#include <string.h>

#include "contract/contract.h"

enum { SUFFIX_BYTES = 8 };

/* U+00C0 to U+00FF in plain letters; "" drops the character. */
static const char *const latin[64] = { "a", "a", "a", "a", "ae", "a", "ae", "c", "e", "e", "e", "e",
	"i", "i", "i", "i", "d", "n", "o", "o", "o", "o", "oe", "", "o", "u", "u", "u", "ue", "y",
	"th", "ss", "a", "a", "a", "a", "ae", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",
	"i", "d", "n", "o", "o", "o", "o", "oe", "", "o", "u", "u", "u", "ue", "y", "th", "y" };

/* Appends one character of the header; returns its bytes. */
static size_t take_character(const char *p, char *name, size_t *n)
{
	const uint8_t c = (uint8_t)p[0];
	const size_t room = CONTRACT_NAME_BYTES - SUFFIX_BYTES;
	if (c == 0xC3 && ((uint8_t)p[1] & 0xC0) == 0x80) {
		const char *plain = latin[(uint8_t)p[1] & 0x3F];
		for (; *plain != '\0' && *n < room; plain++)
			name[(*n)++] = *plain;
		return 2;
	}
	const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	if (letter || (c >= '0' && c <= '9')) {
		if (*n < room)
			name[(*n)++] = (char)(letter ? c | 0x20 : c);
	} else if (*n > 0 && name[*n - 1] != '_' && *n < room) {
		name[(*n)++] = '_';
	}
	return 1;
}

static char *slug(const char *header, size_t column, struct arena *a)
{
	char *name = arena_alloc(a, CONTRACT_NAME_BYTES + 1);
	size_t n = 0;
	while (*header != '\0')
		header += take_character(header, name, &n);
	while (n > 0 && name[n - 1] == '_')
		n--;
	name[n] = '\0';
	if (n == 0)
		(void)snprintf(name, CONTRACT_NAME_BYTES + 1, "column_%zu", column + 1);
	else if (name[0] >= '0' && name[0] <= '9') {
		memmove(name + 2, name, n + 1);
		memcpy(name, "c_", 2);
	}
	return name;
}

static bool is_taken(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return contract_is_reserved(name);
}

const char *const *contract_infer_names(const char *const *header, size_t n, struct arena *a)
{
	const char **names = arena_alloc(a, (n + 1) * sizeof(*names));
	for (size_t i = 0; i < n; i++) {
		char *name = slug(header[i], i, a);
		const size_t stem = strlen(name);
		/* Headers differ, so a second try with the column's number settles most of it. */
		for (size_t k = 2; is_taken(names, i, name); k = k < 10 ? k + 1 : k + i)
			(void)snprintf(name + stem, SUFFIX_BYTES, "_%zu", k);
		names[i] = name;
	}
	return names;
}
