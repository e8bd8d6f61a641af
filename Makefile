# SPDX-License-Identifier: Apache-2.0
# Makefile - builds, checks and starts Millrace; everything is found by where it stands.
#
#   make [MODE=release|debug|asan|tsan|cov|clang|fuzz]   libraries and daemons in build/<mode>/
#   make run | test | lint | unit | fault | race | fuzz | csv | scenario | browser | chaos | bench | fresh | format
#
# libcommon/<layer>/*.c -> lib<layer>.a; services/<name>/*.c -> bin/millrace-<name> (cli: bin/millrace);
# <dir>/tests/test_*.c -> a unit test with all lower layers, other tests/*.c are its helpers, fuzz_*.c a
# fuzzer. ONLY=<path> limits unit and fuzz to one directory, BUILD=<dir> keeps two builds apart, V=1
# shows the commands.
MODE   ?= release
BUILD  ?= build
FUZZ_S ?= 20
B      := $(BUILD)/$(MODE)

VERSION    := 0.2.0
PYTHON     := /usr/bin/python3
DUCKDB_DIR := build/vendor/duckdb

# --- compiler -----------------------------------------------------------------------------------
CC       := gcc
WARNINGS := -Werror -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wundef \
	-Wimplicit-fallthrough -Wswitch-enum
PACKAGES := libevent libevent_pthreads libpq hiredis libprotobuf-c libcjson libjwt libcurl \
	libseccomp libcrypto libxcrypt zlib libzstd libpcre2-8 libutf8proc libxxhash
MODE_release := -O2 -D_FORTIFY_SOURCE=2
MODE_debug   := -O0
MODE_asan    := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
# Instrumented so, gcc no longer sees which values go together.
MODE_tsan    := -O1 -fno-omit-frame-pointer -fsanitize=thread -Wno-maybe-uninitialized
MODE_cov     := -O0 --coverage
MODE_clang   := -O1
MODE_fuzz    := -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all
ifneq ($(filter $(MODE),clang fuzz),)
CC := clang
WARNINGS += -Wno-implicit-fallthrough # uthash marks its own by a comment, which only gcc reads
endif
MODE_FLAGS := $(or $(MODE_$(MODE)),$(error unknown MODE $(MODE)))
CPPFLAGS   := -D_GNU_SOURCE -DMILLRACE_VERSION='"$(VERSION)"' -DOPENSSL_API_COMPAT=10100 \
	-DLLHTTP_STRICT_MODE=1 -Ilibcommon -I$(B)/gen -isystem $(DUCKDB_DIR) \
	-isystem /usr/share/include/llhttp -isystem /usr/share/include \
	$(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null))
BASE_FLAGS := -std=gnu17 -g -fno-common -fstack-protector-strong -fPIE -pthread $(MODE_FLAGS)
CFLAGS     := $(BASE_FLAGS) $(WARNINGS) -include libcommon/base/banned.h
LDFLAGS    := $(MODE_FLAGS) -pie -pthread -Wl,--as-needed -Wl,-z,relro -Wl,-z,now
LDLIBS     := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm
DUCKDB_LIB  = $(if $(wildcard $(DUCKDB_DIR)/libduckdb.so),-L$(DUCKDB_DIR) -lduckdb \
	-Wl$(comma)-rpath$(comma)$(abspath $(DUCKDB_DIR)) -Wl$(comma)-rpath$(comma)'$$ORIGIN')
comma := ,

# --- what there is ------------------------------------------------------------------------------
LAYERS    := $(foreach l,api contract pipeline engine kit expr csv base,$(if $(wildcard libcommon/$l/*.c),$l))
SERVICES  := $(foreach m,$(wildcard services/*/main.c),$(word 2,$(subst /, ,$m)))
PROTOS    := $(wildcard proto/*/*.proto proto/*/*/*.proto)
PROTO_C   := $(PROTOS:%.proto=$(B)/gen/%.pb-c.c)
MIGRATED  := $(foreach s,$(SERVICES),$(if $(wildcard services/$s/migrations/*.sql),$s))
GENERATED := $(PROTO_C) $(foreach s,$(MIGRATED),$(B)/gen/$(subst -,_,$s)_migrations.h)
LIBS      := $(LAYERS:%=$(B)/lib%.a) $(if $(PROTO_C),$(B)/libproto.a) $(B)/libllhttp.a
bin_of     = $(B)/bin/millrace$(patsubst %,-%,$(filter-out cli,$1))
BINARIES  := $(foreach s,$(SERVICES),$(call bin_of,$s))
TEST_DIRS := $(LAYERS:%=libcommon/%) $(SERVICES:%=services/%)
TESTS     := $(filter $(ONLY)%,$(wildcard $(TEST_DIRS:%=%/tests/test_*.c)))
FUZZERS   := $(filter $(ONLY)%,$(wildcard $(TEST_DIRS:%=%/tests/fuzz_*.c)))
SCRIPTS    = $(shell git ls-files '*.c' '*.h')

# Layers a layer's tests may link, itself first.
BELOW_base := base
BELOW_csv := csv base
BELOW_expr := expr csv base
BELOW_kit := kit base
BELOW_engine := engine kit csv base
BELOW_pipeline := pipeline engine kit expr csv base
BELOW_contract := contract kit expr csv base
BELOW_api := api kit base
libs_of = $(foreach l,$(if $(filter services,$1),$(LAYERS),$(filter $(BELOW_$2),$(LAYERS))),$(B)/lib$l.a) \
	$(if $(filter kit,$(BELOW_$2))$(filter services,$1),$(filter %libproto.a %libllhttp.a,$(LIBS)))
say = $(if $(V),,@echo "  $1  $@";)
objs_of = $(patsubst %.c,$(B)/obj/%.o,$(wildcard $1/*.c))

.PHONY: all libs generated print-cppflags unit unit-bins fault race fuzz fuzz-bins lint format clean \
	run test csv scenario browser chaos bench fresh vendor docs
.SECONDARY:
.DELETE_ON_ERROR:
all: $(LIBS) $(BINARIES)
libs: $(LIBS)

# --- rules --------------------------------------------------------------------------------------
$(B)/obj/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(if $(filter services/%,$<),-I$(patsubst %/tests/,%/,$(dir $<))) \
		$(CFLAGS) $(CFLAGS_$<) -MMD -MP -c -o $@ $<
$(B)/obj/gen/%.o: $(B)/gen/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(BASE_FLAGS) -w -c -o $@ $<
$(B)/obj/llhttp/%.o: /usr/share/llhttp/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(BASE_FLAGS) -w -c -o $@ $<
$(B)/gen/%.pb-c.c: %.proto
	@mkdir -p $(B)/gen
	$(call say,PROTO)protoc-c --proto_path=. --c_out=$(B)/gen $<

$(B)/libllhttp.a: $(B)/obj/llhttp/api.o $(B)/obj/llhttp/http.o $(B)/obj/llhttp/llhttp.o
$(B)/libproto.a: $(PROTO_C:$(B)/gen/%.c=$(B)/obj/gen/%.o)
define layer_rules
$(B)/lib$1.a: $(call objs_of,libcommon/$1)
-include $(wildcard libcommon/$1/$1.mk)
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rules,$l)))
$(B)/lib%.a:
	@rm -f $@
	$(call say,AR)ar rcs $@ $^

define service_rules
$(call bin_of,$1): $(call objs_of,services/$1) $(LIBS)
	@mkdir -p $$(@D)
	$$(call say,LD)$$(CC) $$(LDFLAGS) -o $$@ $(call objs_of,services/$1) -Wl,--start-group $(LIBS) -Wl,--end-group \
		$$(if $$(filter task,$1),$$(DUCKDB_LIB)) $$(LDLIBS)
-include $(wildcard services/$1/$1.mk)
endef
$(foreach s,$(SERVICES),$(eval $(call service_rules,$s)))
define migration_rules
$(B)/gen/$(subst -,_,$1)_migrations.h: $(wildcard services/$1/migrations/*.sql) libcommon/kit/embed-migrations
	$$(call say,SQL)libcommon/kit/embed-migrations $1 $$@ $$(filter %.sql,$$^)
endef
$(foreach s,$(MIGRATED),$(eval $(call migration_rules,$s)))

# A test or fuzzer: its own object, helpers beside it, the service's objects but main.o, lower layers.
# $1 source, $2 extra link flags
parts = $(subst /, ,$1)
test_bin = $(B)/tests/$(subst /,-,$(subst /tests/,/,$(1:%.c=%)))
define test_rules
$(call test_bin,$1): $(1:%.c=$(B)/obj/%.o) \
		$(patsubst %.c,$(B)/obj/%.o,$(filter-out $(dir $1)test_% $(dir $1)fuzz_%,$(wildcard $(dir $1)*.c))) \
		$(if $(filter services/%,$1),$(filter-out %/main.o,$(call objs_of,$(patsubst %/tests/,%,$(dir $1))))) \
		$(call libs_of,$(word 1,$(call parts,$1)),$(word 2,$(call parts,$1)))
	@mkdir -p $$(@D)
	$$(call say,LD)$$(CC) $$(LDFLAGS) $2 -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group \
		$$(if $$(findstring /task/,$1)$$(findstring /engine/,$1)$$(findstring /pipeline/,$1),$$(DUCKDB_LIB)) $$(LDLIBS) -lcmocka
endef
$(foreach t,$(TESTS),$(eval $(call test_rules,$t)))
$(foreach t,$(FUZZERS),$(eval $(call test_rules,$t,-fsanitize=fuzzer)))
$(foreach d,libcommon/engine libcommon/pipeline services/task,$(call objs_of,$d) $(call objs_of,$d/tests)): \
		| $(DUCKDB_DIR)/duckdb.h
$(DUCKDB_DIR)/duckdb.h:
	stack/local/vendor

# --- checks -------------------------------------------------------------------------------------
unit-bins: $(foreach t,$(TESTS),$(call test_bin,$t))
	@echo $^ > $(B)/unit.list
fuzz-bins: $(foreach t,$(FUZZERS),$(call test_bin,$t))
	@echo $^ > $(B)/fuzz.list
STARTS_THREADS := pthread_create|crew_run|threads =
CHECK_MODE = $(if $(filter command line environment,$(origin MODE)),$(MODE),asan)
unit:
	@$(MAKE) --no-print-directory MODE=$(CHECK_MODE) unit-bins
	@tests/unit-run $$(cat $(BUILD)/$(CHECK_MODE)/unit.list)
# The tests that make the n-th outside call fail, n = 1, 2, 3 ...
fault:
	@$(MAKE) --no-print-directory MODE=$(CHECK_MODE) unit-bins TESTS="$$(grep -l fail_at $(TESTS))"
	@tests/unit-run $$(cat $(BUILD)/$(CHECK_MODE)/unit.list)
# The tests that start threads, under ThreadSanitizer.
race:
	@$(MAKE) --no-print-directory MODE=tsan unit-bins TESTS="$$(grep -lE '$(STARTS_THREADS)' $(TESTS))"
	@tests/unit-run $$(cat $(BUILD)/tsan/unit.list)
fuzz:
	@$(MAKE) --no-print-directory MODE=fuzz fuzz-bins
	@tests/fuzz-run $(FUZZ_S) $$(cat $(BUILD)/fuzz/fuzz.list)
lint:
	@tests/lint/run
generated: $(GENERATED)
print-cppflags:
	@echo '$(subst ','\'',$(CPPFLAGS))'
format:
	clang-format -i $(SCRIPTS)
clean:
	rm -rf $(addprefix $(BUILD)/,release debug asan tsan cov clang fuzz)

run vendor:
	@stack/local/$@
test:
	@tests/run
csv scenario browser chaos bench fresh:
	@tests/$@/run
docs:
	@stack/api/generate.py

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
