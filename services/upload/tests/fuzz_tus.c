/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_tus - Upload-Metadata, names of datasets, and sidecars, which anybody may have written. */
#include <string.h>

#include "base/die.h"
#include "finish.h"
#include "tus.h"
#include "upload.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(1 << 26);
	const char *text = arena_dup_n(a, p, n), *domain, *name;
	struct tus_metadata m;
	struct upload u;
	struct err err;

	if (tus_parse_metadata(a, text, &m, &err) == 0) {
		ASSERT(strlen(m.filename) <= TUS_FILENAME_MAX_BYTES && m.filename[0] != '\0');
		ASSERT(strpbrk(m.filename, "\r\n") == NULL && m.dataset != NULL);
	}
	if (tus_split_dataset(a, text, &domain, &name))
		ASSERT(text_is_name(domain) && text_is_name(name));
	if (finish_read_sidecar(a, text, &u, &err) == 0)
		ASSERT(u.bytes >= 0 && strlen(u.id) == 36);
	arena_free(&a);
	return 0;
}
