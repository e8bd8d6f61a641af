/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duckdb_stub - DuckDB, loaded when it is wanted.
 *
 * The library weighs 60 MB and takes longer to load than most files take to check, so the command
 * is not linked with it. libengine calls its functions all the same: each is a jump through a slot
 * that duckdb_stub_load fills.
 */
#ifndef CLI_DUCKDB_STUB_H
#define CLI_DUCKDB_STUB_H

#include "base/err.h"

/*
 * duckdb_stub_load - find libduckdb.so and fill the slots; nothing to do the second time. It is
 * MILLRACE_DUCKDB_LIB when that is set, else libduckdb.so beside the command, else the system's.
 *
 * Errors  ERR_UNAVAILABLE  code "duckdb.absent": not found, or another version; says where it was
 *                          looked for
 */
int duckdb_stub_load(struct err *err) MUST_CHECK;

#endif
