/* SPDX-License-Identifier: Apache-2.0 */
/* duckdb_stub - a slot and a jump for each function of DuckDB that is called. */
#include "duckdb_stub.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"

static void not_loaded(void)
{
	bug("a function of DuckDB is called before it is loaded");
}

/* The jump keeps every register and the stack as they are, whatever the function takes. */
#if defined(__x86_64__)
#define JUMP(name) "\tjmp *duckdb_slot_" #name "(%rip)\n"
#elif defined(__aarch64__)
#define JUMP(name)                                                                                 \
	"\tadrp x16, duckdb_slot_" #name "\n"                                                      \
	"\tldr x16, [x16, :lo12:duckdb_slot_" #name "]\n"                                          \
	"\tbr x16\n"
#else
#error "say here how this processor jumps through a pointer"
#endif

#define DUCKDB(name)                                                                               \
	extern void *duckdb_slot_##name __attribute__((visibility("hidden")));                     \
	void *duckdb_slot_##name = (void *)not_loaded;                                             \
	__asm__(".pushsection .text\n.globl " #name "\n.type " #name ", %function\n" #name         \
		":\n" JUMP(name) ".popsection\n");
#include "duckdb_names.h"
#undef DUCKDB

static const struct {
	const char *name;
	void **slot;
} slots[] = {
#define DUCKDB(name) { #name, &duckdb_slot_##name },
#include "duckdb_names.h"
#undef DUCKDB
};

/* libduckdb.so in the directory of the command; "" when that is not known. */
static void beside_us(char *out, size_t room)
{
	char path[PATH_MAX];
	const ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	out[0] = '\0';
	if (n <= 0)
		return;
	path[n] = '\0';
	char *slash = strrchr(path, '/');
	if (slash != NULL)
		(void)snprintf(out, room, "%.*s/libduckdb.so", (int)(slash - path), path);
}

static void *open_library(struct err *err)
{
	char beside[PATH_MAX];
	const char *set = getenv("MILLRACE_DUCKDB_LIB");
	beside_us(beside, sizeof(beside));
	const char *const paths[] = { beside, "libduckdb.so" };
	if (set != NULL && *set != '\0') {
		void *library = dlopen(set, RTLD_NOW | RTLD_LOCAL);
		if (library == NULL)
			(void)err_set_code(err, ERR_UNAVAILABLE, "duckdb.absent",
			    "MILLRACE_DUCKDB_LIB: %s", dlerror());
		return library;
	}
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		void *library =
		    paths[i][0] == '\0' ? NULL : dlopen(paths[i], RTLD_NOW | RTLD_LOCAL);
		if (library != NULL)
			return library;
	}
	(void)err_set_code(err, ERR_UNAVAILABLE, "duckdb.absent",
	    "Parquet needs DuckDB: libduckdb.so is neither beside the command (%s) nor where the "
	    "system keeps its libraries; MILLRACE_DUCKDB_LIB names it",
	    beside);
	return NULL;
}

int duckdb_stub_load(struct err *err)
{
	static bool loaded;
	if (loaded)
		return 0;
	void *library = open_library(err);
	if (library == NULL)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(slots); i++) {
		*slots[i].slot = dlsym(library, slots[i].name);
		if (*slots[i].slot == NULL)
			return err_set_code(err, ERR_UNAVAILABLE, "duckdb.absent",
			    "this libduckdb.so has no %s: it is another version", slots[i].name);
	}
	loaded = true;
	return 0;
}
