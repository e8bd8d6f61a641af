# SPDX-License-Identifier: Apache-2.0
# cli.mk - millrace: DuckDB is loaded when --clean wants Parquet, so it is not linked: every function of
# it that libengine calls is a jump through a table (duckdb_stub.c) whose names come from libengine itself.
$(B)/gen/duckdb_names.h: $(B)/libengine.a
	@mkdir -p $(@D)
	$(call say,NAMES)nm $< | sed -n 's/^ *U \(duckdb_[a-z0-9_]*\)$$/DUCKDB(\1)/p' | sort -u > $@
generated: $(B)/gen/duckdb_names.h
$(B)/obj/services/cli/duckdb_stub.o: $(B)/gen/duckdb_names.h

# Where the command looks first: beside itself.
$(B)/bin/millrace: | $(B)/bin/libduckdb.so
$(B)/bin/libduckdb.so: | $(DUCKDB_DIR)/duckdb.h
	@mkdir -p $(@D)
	@ln -sfn $(abspath $(DUCKDB_DIR))/libduckdb.so $@
