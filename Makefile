# drydock: `make help` lists the targets.
#
# One Makefile, no recursion: a *variant* is a way of compiling everything (plain, coverage, asan, checked, valgrind, tsan, msan), each with its
# own objects under build/. Sources are found by folder; the folders' order is the order of the arrows in the design.

MAKEFLAGS += --no-builtin-rules
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
SHELL := /bin/bash

PREFIX ?= /usr/local
DESTDIR ?=
BUILD := build
VERSION := 0.1.0

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Werror
# Link-time optimisation is gcc's here: it takes a third off a replay (make bench).
CFLAGS ?= -O2 -g $(if $(findstring clang,$(CC)),,-flto=auto)
BASE_CFLAGS = -std=c17 $(WARNINGS) -D_GNU_SOURCE -I. -DDRYDOCK_VERSION='"$(VERSION)"'
LIBS := -lcjson -lcrypto -lmicrohttpd -larchive -lcurl -lz -lm
TEST_LIBS := -lcmocka $(LIBS)
# core/tests/asserting.c stands between a test and what it asserts by.
ASSERTING := $(shell sed -n 's/^ASSERTION.\([a-z_]*\),.*/-Wl,--wrap=\1/p' core/tests/asserting.def) -Wl,--wrap=_cmocka_run_group_tests

# node and npm bundle the page of the HTML report. npm often comes with node from elsewhere, and then Debian's does not go in.
NPM := $(if $(shell command -v npm),,nodejs npm)
# What a clean machine lacks, per purpose; parts that run side by side install one after the other. gcc and make are what `make` itself needs to get here.
PACKAGES := gcc libc6-dev pkg-config libcmocka-dev libcjson-dev libssl-dev libmicrohttpd-dev libarchive-dev libcurl4-openssl-dev zlib1g-dev $(NPM) libfaketime faketime locales tzdata lcov python3 curl
LINT_PACKAGES := clang clang-format clang-tidy cppcheck python3-jsonschema
# Readers of the machine formats that are not ours.
FORMAT_PACKAGES := libxml2-utils python3-jsonschema perl
# What a real Engine needs, without which the recorded answers have to do.
ENGINE_PACKAGES := docker.io busybox-static
# Docker's own clients, each left out where it cannot be had.
CLIENT_PACKAGES := docker.io python3-docker nodejs
BENCH_PACKAGES := spin
# Compiles a mutant in a tenth of gcc's time.
MUTATE_PACKAGES := tcc
# A browser for the test of the HTML report.
BROWSER_PACKAGES := chromium
# What makes and judges packages, the manual page and completions. What of it is not there, tests leave out.
PACKAGE_PACKAGES := dpkg-dev debhelper lintian mandoc bsdextrautils zsh fish patch
# libFuzzer comes with clang's run-time library.
FUZZ_PACKAGES := clang libclang-rt-14-dev python3
AFL_PACKAGES := afl++ $(FUZZ_PACKAGES)

FOLDERS := core fakes fakes/docker fakes/wire reports sim sim/kernel sim/oracles sim/scenario sim/conform sim/search sim/serve sim/live sim/cli
SOURCES := $(sort $(foreach folder,$(FOLDERS),$(wildcard $(folder)/*.c)))
MAIN := sim/main.c
# Made from reports/html/.
PAGE := $(BUILD)/html/html_page.c
LIBRARY := $(filter-out $(MAIN),$(SOURCES)) $(PAGE)
TESTS := $(sort $(wildcard core/tests/*_test.c fakes/tests/*_test.c reports/tests/*_test.c sim/tests/*_test.c))
TEST_HELPERS := $(filter-out $(TESTS),$(sort $(wildcard */tests/*.c)))
BENCHES := $(sort $(wildcard sim/bench/*.c))
CONFORMANCE := $(sort $(wildcard fakes/tests/conformance/*.c))
OOM := $(sort $(wildcard sim/tests/oom/*.c))
# What is fuzzed, a file each (sim/fuzz/README.md), what they share, and the main that plays inputs once.
FUZZ_TARGETS := $(sort $(wildcard sim/fuzz/*_fuzz.c))
FUZZ_MAIN := sim/fuzz/play.c
FUZZ_HELPERS := $(filter-out $(FUZZ_TARGETS) $(FUZZ_MAIN),$(sort $(wildcard sim/fuzz/*.c)))
FUZZ_SOURCES := $(FUZZ_TARGETS) $(FUZZ_MAIN) $(FUZZ_HELPERS)
HEADERS := $(filter-out $(BUILD)/%,$(sort $(wildcard */*.h */*/*.h */*/*/*.h */*.def */*/*.def)))

## all: build build/drydock (default)
all: $(BUILD)/drydock
.PHONY: all

MATRIX := python3 -B sim/tests/matrix/matrix.py

# ---- variants -----------------------------------------------------------------------------------------------------
# variant(name, directory, compiler, flags, link flags, main of the fuzz targets: with none the compiler brings its own,
#   library: a (default), or so for one whose parts can be replaced when it is loaded)
define variant
$(1)_OBJECTS := $$(LIBRARY:%.c=$(2)/obj/%.o)
$(1)_TESTS := $$(TESTS:%.c=$(2)/%)
$(1)_FUZZ := $$(FUZZ_TARGETS:%.c=$(2)/%)
$(1)_BENCHES := $$(BENCHES:%.c=$(2)/%)

$(2)/obj/%.o: %.c Makefile | $$(BUILD)/.deps
	@mkdir -p $$(@D)
	$$(QUIET_CC)$(3) $$(BASE_CFLAGS) $(4) -MMD -MP -c $$< -o $$@

$(2)/libdrydock.a: $$($(1)_OBJECTS)
	@rm -f $$@
	$$(QUIET_AR)ar rcs $$@ $$^

$(2)/libdrydock.so: $$($(1)_OBJECTS)
	$$(QUIET_LD)$(3) $(4) $(5) -shared -Wl,-soname,$$(@F) $$^ $$(LIBS) -o $$@

$(2)/drydock: $(2)/obj/$$(MAIN:.c=.o) $(if $(7),$(2)/libdrydock.$(7),$$($(1)_OBJECTS))
	$$(QUIET_LD)$(3) $(4) $(5) $$^ $$(LIBS) -o $$@

$$($(1)_TESTS): $(2)/%: $(2)/obj/%.o $$(patsubst %.c,$(2)/obj/%.o,$$(TEST_HELPERS) $$(FUZZ_HELPERS)) $(2)/libdrydock.$(or $(7),a)
	@mkdir -p $$(@D)
	$$(QUIET_LD)$(3) $(4) $(5) $$(ASSERTING) $$^ $$(TEST_LIBS) -o $$@

$$($(1)_BENCHES): $(2)/%: $(2)/obj/%.o $(2)/libdrydock.a
	@mkdir -p $$(@D)
	$$(QUIET_LD)$(3) $(4) $(5) $$^ $$(LIBS) -o $$@

$$($(1)_FUZZ): $(2)/%: $(2)/obj/%.o $$(patsubst %.c,$(2)/obj/%.o,$$(FUZZ_HELPERS) $(6)) $(2)/libdrydock.a
	@mkdir -p $$(@D)
	$$(QUIET_LD)$(3) $(4) $(5) $$^ $$(LIBS) -o $$@

$(2)/conformance: $$(CONFORMANCE:%.c=$(2)/obj/%.o) $(2)/libdrydock.$(or $(7),a)
	$$(QUIET_LD)$(3) $(4) $(5) $$^ $$(LIBS) -pthread -o $$@

# The program itself is a function of this one, and its memory is lent by way of the bench.
$(2)/obj/sim/tests/oom/main.o: $(MAIN) Makefile | $$(BUILD)/.deps
	@mkdir -p $$(@D)
	$$(QUIET_CC)$(3) $$(BASE_CFLAGS) $(4) -Dmain=drydock_main -MMD -MP -c $$< -o $$@

$(2)/oom: $$(OOM:%.c=$(2)/obj/%.o) $(2)/obj/sim/tests/oom/main.o $(2)/libdrydock.a
	$$(QUIET_LD)$(3) $(4) $(5) -rdynamic -Wl,--wrap=memory_init,--wrap=CRYPTO_set_mem_functions $$^ $$(LIBS) -o $$@

.SECONDARY: $$(SOURCES:%.c=$(2)/obj/%.o) $$(TESTS:%.c=$(2)/obj/%.o) $$(TEST_HELPERS:%.c=$(2)/obj/%.o) $$(FUZZ_SOURCES:%.c=$(2)/obj/%.o)
-include $$(SOURCES:%.c=$(2)/obj/%.d) $$(PAGE:%.c=$(2)/obj/%.d) $$(TESTS:%.c=$(2)/obj/%.d) $$(TEST_HELPERS:%.c=$(2)/obj/%.d) $$(BENCHES:%.c=$(2)/obj/%.d) $$(CONFORMANCE:%.c=$(2)/obj/%.d) $$(OOM:%.c=$(2)/obj/%.d) $$(FUZZ_SOURCES:%.c=$(2)/obj/%.d)
endef

ifneq ($(V),1)
QUIET_CC = @echo "  CC    $@";
QUIET_AR = @echo "  AR    $@";
QUIET_LD = @echo "  LINK  $@";
endif

comma := ,
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

$(eval $(call variant,plain,$(BUILD),$$(CC),$$(CFLAGS),$$(LDFLAGS),$(FUZZ_MAIN)))
# Only core/ is counted: the rest costs a run as little as it can. -Og leaves out some 3 % of core/'s lines that -O0 counts, and makes a
# covered run cost about 3 times a plain one instead of 5.4 (sim/bench/coverage.sh): it is for runs, `make coverage` counts at -O0.
counting = -O2 -g $$(if $$(findstring /obj/core/,$$@),$(2) --coverage) -DDRYDOCK_COVERAGE $$(if $$(findstring /reports/coverage.o,$$@),-DDRYDOCK_OBJECTS='"$(CURDIR)/$(BUILD)/$(1)/obj"')
# share(variant, directory, objects that it compiles itself): the others are those of `checked`, and compiled once for both
define share
$$(filter-out $(3),$$(patsubst %.c,$(2)/obj/%.o,$$(MAIN) $$(LIBRARY) $$(TESTS) $$(TEST_HELPERS) $$(FUZZ_HELPERS))): $(2)/obj/%.o: $(BUILD)/checked/obj/%.o
	@mkdir -p $$(@D) && ln -f $$< $$@
endef
$(eval $(call variant,coverage,$(BUILD)/coverage,gcc,$(call counting,coverage,-Og),--coverage))
$(eval $(call variant,counted,$(BUILD)/counted,gcc,$(call counting,counted,-O0),--coverage))
$(eval $(call share,counted,$(BUILD)/counted,$$(patsubst %.c,$(BUILD)/counted/obj/%.o,$$(filter core/%,$$(LIBRARY)) reports/coverage.c)))
# What tests are: half as long to run as at -O0, and longer to compile by less than that. What searches run a million times is worth -O2.
SEARCHED := $(wildcard core/*.c fakes/*.c)
tested = -Og -g1 $$(if $$(filter $(SEARCHED),$$<),-O2) -DDRYDOCK_CHECKED
$(eval $(call variant,checked,$(BUILD)/checked,gcc,$(tested),,$(FUZZ_MAIN)))
$(eval $(call variant,asan,$(BUILD)/asan,gcc,$(tested) $(SANITIZE),,$(FUZZ_MAIN)))
# What sim/mutate/ runs its mutants in: one file of core/ is replaced when libdrydock.so is loaded. What reads behind an array of an arena
# finds a gap that makes it go wrong.
MUTATED := -DDRYDOCK_CHECKED -DARENA_GAP_SIZE=256
$(eval $(call variant,mutate,$(BUILD)/mutate,gcc,-O1 -fPIC $(MUTATED),-Wl$$(comma)-z$$(comma)now,,so))
# What is fuzzed: libFuzzer counts the edges of all but the targets' own code; AFL++ brings compiler, main and counters.
$(eval $(call variant,fuzz,$(BUILD)/fuzz,clang,-O1 -g $$(if $$(findstring /obj/,$$@),-fsanitize=fuzzer-no-link,-fsanitize=fuzzer) $(SANITIZE) -DDRYDOCK_CHECKED,))
$(eval $(call variant,afl,$(BUILD)/afl,afl-clang-fast,-O1 -g $$(if $$(findstring /obj/,$$@),,-fsanitize=fuzzer) -DDRYDOCK_CHECKED,))
# Sanitizers beside ASan, and a build for valgrind, whose own header must be there. What runs in each: "Analysis at run time" below.
$(eval $(call variant,valgrind,$(BUILD)/valgrind,gcc,$(tested),))
$(eval $(call share,valgrind,$(BUILD)/valgrind,$(BUILD)/valgrind/obj/sim/kernel/coroutine.o))
# clang's ThreadSanitizer: gcc 12's takes switches between coroutines for races.
$(eval $(call variant,tsan,$(BUILD)/tsan,clang,-O1 -g -fsanitize=thread,))
$(eval $(call variant,msan,$(BUILD)/msan,clang,-O1 -g -fsanitize=memory -fno-omit-frame-pointer,$$(MSAN_WRAPPED:%=-Wl$$(comma)--wrap=%)))

SERVE_BENCH := $(BUILD)/sim/bench/serve_bench

# ---- packages -----------------------------------------------------------------------------------------------------

# have(packages): those that dpkg does not know as installed
missing = $(shell for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done)

define install_packages
@missing="$(call missing,$(1))"; \
if [ -n "$$missing" ]; then \
  if [ "$$(id -u)" = 0 ]; then sudo=; \
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo=sudo; \
  elif command -v sudo >/dev/null && [ -t 0 ]; then sudo=sudo; \
  else echo "drydock: missing packages, install them as root: apt-get install $$missing" >&2; exit 1; fi; \
  echo "  APT   $$missing"; \
  export DEBIAN_FRONTEND=noninteractive; \
  exec 9>$(BUILD)/.apt-lock && flock 9; \
  $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null 2>&1 || \
  { $$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; } || \
  { echo "drydock: could not install: $$missing" >&2; exit 1; }; \
fi
endef

$(BUILD)/.deps:
	@mkdir -p $(@D)
	$(call install_packages,$(PACKAGES))
	@touch $@

$(BUILD)/.lint-deps: $(BUILD)/.deps
	$(call install_packages,$(LINT_PACKAGES))
	@touch $@

$(BUILD)/.engine-deps: $(BUILD)/.deps
	-$(call install_packages,$(ENGINE_PACKAGES))
	@touch $@

$(BUILD)/.client-deps: sim/tests/clients/package.json | $(BUILD)/.deps
	-$(call install_packages,$(CLIENT_PACKAGES))
	@mkdir -p $(BUILD)/clients && cp $< $(BUILD)/clients/
	-@cd $(BUILD)/clients && timeout 120 npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts
	@touch $@

# Readers of the machine formats that npm has. Without npm they are left out.
$(BUILD)/.format-deps: sim/tests/formats/package.json | $(BUILD)/.deps
	$(call install_packages,$(FORMAT_PACKAGES))
	@mkdir -p $(BUILD)/formats && cp $< $(BUILD)/formats/
	-@! command -v npm >/dev/null || { cd $(BUILD)/formats && timeout 120 npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts; }
	@touch $@

# A peer that cannot be had is left out.
$(BUILD)/.bench-deps: $(BUILD)/.deps
	-$(call install_packages,$(BENCH_PACKAGES))
	@touch $@

$(BUILD)/.mutate-deps: $(BUILD)/.deps
	$(call install_packages,$(MUTATE_PACKAGES))
	@touch $@

## deps: install the Debian packages that building, testing and linting need
deps:
	@rm -f $(BUILD)/.deps $(BUILD)/.lint-deps
	@$(MAKE) --no-print-directory $(BUILD)/.deps $(BUILD)/.lint-deps
.PHONY: deps

# npm_install(folder, package.json): what it names, into the folder
define npm_install
@mkdir -p $(1) && cp $(2) $(1)/
@echo "  NPM   $(2)"
@cd $(1) && { timeout 300 npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts || \
  { echo "drydock: npm could not install what $(2) names" >&2; exit 1; }; }
endef

$(BUILD)/html/.npm: reports/html/package.json | $(BUILD)/.deps
	$(call npm_install,$(@D),$<)
	@touch $@

# Where there is neither npm nor a network, a page that was made before: PAGE_MADE=FILE (sim/package/debian/README.source).
ifdef PAGE_MADE
$(PAGE): $(PAGE_MADE)
	@mkdir -p $(@D) && cp $< $@
else
$(PAGE): $(BUILD)/html/.npm $(wildcard reports/html/*.*)
	@echo "  PAGE  $@"
	@node reports/html/bundle.mjs $(@D) $@
endif

$(BUILD)/html-test/.npm: reports/html/tests/package.json | $(BUILD)/.deps
	$(call install_packages,$(BROWSER_PACKAGES))
	$(call npm_install,$(@D),$<)
	@touch $@

# ---- using --------------------------------------------------------------------------------------------------------

## run: play the incident on 8.9.1 and 8.9.2, with timeline, verdicts and coverage, and as a page: build/run.html
run: $(BUILD)/drydock $(BUILD)/coverage/drydock
	@$(BUILD)/coverage/drydock run scenarios/incidents/openclawpro.json --revision all --timeline \
	  --coverage $(BUILD)/coverage/run --report html=$(BUILD)/run.html
.PHONY: run

## test: build and run every test, and the scenario library, under other dates, locales and time zones
# Its parts run side by side, the longest first; each can be asked for alone.
TEST_PARTS := test-units test-matrix test-cli test-tools test-explore test-formats test-oom test-replay test-live test-traces test-serve \
  test-ablate test-library test-sweep test-compare test-conform test-conformance test-fuzz
test: $(BUILD)/drydock $(checked_TESTS) $(BUILD)/checked/drydock $(BUILD)/checked/conformance $(BUILD)/checked/oom $(checked_FUZZ) $(BUILD)/.format-deps
	@$(MAKE) --no-print-directory --keep-going --output-sync=target $(TEST_PARTS)
.PHONY: test $(TEST_PARTS)

test-units: $(checked_TESTS)
	@sim/tests/run_tests.sh $(BUILD)/checked $^

test-conformance: $(BUILD)/checked/conformance
	@$< --quiet --target in-process $(sort $(wildcard fakes/tests/conformance/cases/*/*.json))

test-library: $(BUILD)/drydock
	@sim/tests/scenarios.sh $<

test-matrix: $(BUILD)/drydock
	@$(MATRIX) run --strength 1 --ready --explorations dpor

test-formats: $(BUILD)/drydock $(BUILD)/.format-deps
	@sim/tests/formats.sh $< $(BUILD)/formats/node_modules

# What fuzzers found once.
test-fuzz: $(checked_FUZZ)
	@sim/fuzz/replay.sh $(BUILD)/checked

test-oom: $(BUILD)/checked/oom
	@$< --self --quiet
	@$< --every 400 --quiet
	@# What whole runs found and samples do not meet.
	@$< --case 'replay found.json --until' --calls --quiet
	@$< --case 'explore stage.json' --calls --quiet

# The tests' own tools notice what they are for.
test-tools:
	@sim/tests/coverage_names.sh
	@python3 sim/mutate/mutate_test.py --quiet

# What a verb does, as its user sees it.
$(filter test-cli test-explore test-replay test-traces test-sweep test-ablate test-compare test-conform test-serve test-live,$(TEST_PARTS)): test-%: $(BUILD)/drydock
	@sim/tests/$*.sh $<

# ---- all of it ----------------------------------------------------------------------------------------------------

# The tests by themselves first: they are what one wants to know soonest. Then the rest side by side, the most work first.
CI_PARTS := lint matrix-values test-asan coverage-table test-msan test-html deb test-valgrind test-package test-recipe clients oom-sample test-tsan
## ci: everything that continuous integration holds the tree to
ci:
	@$(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory --keep-going --output-sync=target $(CI_PARTS)
.PHONY: ci

# What finds the more the longer it runs, and takes too long for each change.
NIGHTLY_PARTS := oom matrix-pairs mutate mutate-fakes mutate-tests coverage fuzz test-recipes
## nightly: what takes too long for ci (hours): every point of oom, all mutants, pairs of the matrix, fuzzers (T=10m), every recipe
nightly: T := 10m
nightly:
	@status=0; for part in $(NIGHTLY_PARTS); do $(MAKE) --no-print-directory $$part T=$(T) || { echo "nightly: $$part failed"; status=1; }; done; exit $$status
.PHONY: nightly

## test-html: the HTML report in headless Chromium; screenshots go to build/html/
test-html: $(BUILD)/drydock $(BUILD)/html-test/.npm
	@timeout 400 node reports/html/tests/page_test.mjs $(BUILD)/html-test $(BUILD)/drydock $(BUILD)/html
.PHONY: test-html

# ---- the determinism matrix ---------------------------------------------------------------------------------------

MATRIX_PACKAGES := clang lld
MATRIX_O0 := -O0
MATRIX_O2 := -O2
MATRIX_O3 := -O3
MATRIX_LTO_gcc := -O2 -flto=auto
MATRIX_LTO_clang := -O2 -flto=thin
# matrix_build(compiler, level, plain or asan): the binary alone, without -g
define matrix_build
$(BUILD)/matrix/$(1)-$(2)-$(3)/obj/%.o: %.c Makefile | $(BUILD)/.matrix-deps
	@mkdir -p $$(@D)
	$$(QUIET_CC)$(1) $$(BASE_CFLAGS) $(or $(MATRIX_$(2)),$(MATRIX_$(2)_$(1))) $(if $(filter asan,$(3)),-fsanitize=address) -MMD -MP -c $$< -o $$@

$(BUILD)/matrix/$(1)-$(2)-$(3)/drydock: $$(SOURCES:%.c=$(BUILD)/matrix/$(1)-$(2)-$(3)/obj/%.o) $(BUILD)/matrix/$(1)-$(2)-$(3)/obj/$$(PAGE:.c=.o)
	$$(QUIET_LD)$(1) $(or $(MATRIX_$(2)),$(MATRIX_$(2)_$(1))) $(if $(filter asan,$(3)),-fsanitize=address) $(if $(filter clang-LTO,$(1)-$(2)),-fuse-ld=lld) $$^ $$(LIBS) -o $$@

-include $$(SOURCES:%.c=$(BUILD)/matrix/$(1)-$(2)-$(3)/obj/%.d)
endef
# Sixteen builds that only the matrix asks for: reading their rules would slow every other make down.
ifneq ($(filter $(BUILD)/matrix/%,$(MAKECMDGOALS)),)
$(foreach compiler,gcc clang,$(foreach level,O0 O2 O3 LTO,$(foreach sanitizer,plain asan,$(eval $(call matrix_build,$(compiler),$(level),$(sanitizer))))))
endif

$(BUILD)/.matrix-deps: $(BUILD)/.deps
	$(call install_packages,$(MATRIX_PACKAGES))
	@touch $@

## matrix: compilers × levels × ASan × ASLR × dates × locales × zones × jobs, all: the same traces and explorations (hours)
matrix: matrix-test
	@$(MAKE) --no-print-directory $$($(MATRIX) builds)
	@$(MATRIX) run
.PHONY: matrix

# The tester itself, on a drydock that is not deterministic.
matrix-test: $(BUILD)/.matrix-deps $(BUILD)/checked/drydock
	@python3 -B sim/tests/matrix/planted_test.py $(checked_OBJECTS) $(MAIN:%.c=$(BUILD)/checked/obj/%.o)
.PHONY: matrix-test

# So few that each value is in one: four builds instead of eight.
matrix-values: matrix-test
	@$(MAKE) --no-print-directory $$($(MATRIX) builds --strength 1)
	@$(MATRIX) run --strength 1
.PHONY: matrix-values

## matrix-pairs: so few of the cells of the matrix that every pair of values meets in one (minutes)
matrix-pairs: matrix-test
	@$(MAKE) --no-print-directory $$($(MATRIX) builds --strength 2)
	@$(MATRIX) run --strength 2
.PHONY: matrix-pairs

# ---- analysis at run time -----------------------------------------------------------------------------------------
# A sanitizer that finds something ends a program with 99, which is no status of drydock's. Each target begins with faults that its
# tool must find.

PLANTED := sim/tests/analysis/planted.sh
PLANTED_SOURCES := $(wildcard sim/tests/analysis/*.c sim/tests/matrix/*.c)

## test-asan: the same tests and scenarios under AddressSanitizer, UndefinedBehaviorSanitizer and LeakSanitizer
test-asan: export ASAN_OPTIONS := exitcode=99
test-asan: export UBSAN_OPTIONS := exitcode=99
test-asan: $(BUILD)/asan/drydock $(asan_TESTS) $(asan_FUZZ)
	@$(PLANTED) $(BUILD)/asan/planted 'gcc -O1 -g $(SANITIZE)' '' heap-overflow=99=heap-buffer-overflow \
	  use-after-free=99=heap-use-after-free 'leak=99=detected memory leaks' 'number-overflow=99=signed integer overflow'
	@sim/tests/run_tests.sh $(BUILD)/asan $(asan_TESTS)
	@sim/fuzz/replay.sh $(BUILD)/asan
	@sim/tests/scenarios.sh $(BUILD)/asan/drydock
.PHONY: test-asan

# Its header tells valgrind of the coroutines' stacks.
$(BUILD)/valgrind/obj/sim/kernel/coroutine.o: | $(BUILD)/.valgrind-deps
$(BUILD)/.valgrind-deps: $(BUILD)/.deps
	$(call install_packages,valgrind)
	@touch $@

VALGRIND_TESTS := $(addprefix $(BUILD)/valgrind/,core/tests/value_test core/tests/cells_test fakes/tests/docker_archive_test fakes/tests/tar_test sim/tests/kernel_test sim/tests/loader_test)

## test-valgrind: a sample of tests, runs and clients under valgrind
test-valgrind: $(BUILD)/valgrind/drydock $(VALGRIND_TESTS)
	@$(PLANTED) $(BUILD)/valgrind/planted 'gcc -O1 -g' 'valgrind --quiet --error-exitcode=99 --leak-check=full' \
	  'uninitialised=99=uninitialised value' 'heap-overflow=99=Invalid write' 'use-after-free=99=Invalid write' 'leak=99=definitely lost'
	@sim/tests/analysis/valgrind.sh $(BUILD)/valgrind $(VALGRIND_TESTS)
.PHONY: test-valgrind

## test-tsan: drydock serve, clients side by side and the conformance runner's threads under ThreadSanitizer
test-tsan: export TSAN_OPTIONS := exitcode=99
test-tsan: $(BUILD)/tsan/drydock $(BUILD)/tsan/conformance
	@$(PLANTED) $(BUILD)/tsan/planted 'clang -O1 -g -fsanitize=thread' '' 'race=99=data race'
	@sim/tests/analysis/tsan.sh $(BUILD)/tsan $(sort $(wildcard fakes/tests/conformance/cases/*/*.json))
.PHONY: test-tsan

# Functions of libraries that msan_libraries.c stands in front of.
# libarchive and libmicrohttpd hand out their own memory all the time: tests of what they read and serve stay out, and drydock serve with them.
# So does heap_test: the sanitizer's malloc ends a program itself when there is no memory, and it gives cJSON memory that nobody has written.
MSAN_TESTS := $(filter $(BUILD)/msan/core/% $(BUILD)/msan/fakes/%,$(filter-out %/tar_test %/docker_archive_test %/docker_images_test %/http_server_test %/heap_test,$(msan_TESTS)))
MSAN_WRAPPED := cJSON_InitHooks $(shell sed -n 's/^WRAP.[^,]*, \([A-Za-z0-9_]*\),.*/\1/p' sim/tests/analysis/msan_libraries.c)
$(msan_OBJECTS) $(tsan_OBJECTS): | $(BUILD)/.lint-deps
$(BUILD)/msan/drydock $(msan_TESTS): $(BUILD)/msan/obj/sim/tests/analysis/msan_libraries.o

## test-msan: tests and the scenario library under MemorySanitizer
test-msan: export MSAN_OPTIONS := exitcode=99
test-msan: $(BUILD)/msan/drydock $(MSAN_TESTS)
	@$(PLANTED) $(BUILD)/msan/planted 'clang -O1 -g -fsanitize=memory' '' uninitialised=99=use-of-uninitialized-value
	@sim/tests/run_tests.sh $(BUILD)/msan $(MSAN_TESTS)
	@$(BUILD)/msan/drydock run scenarios --revision all --quiet --report html=$(BUILD)/msan/html,sarif=$(BUILD)/msan/sarif,junit=$(BUILD)/msan/junit,exercised-html=$(BUILD)/msan/exercised
	@$(BUILD)/msan/drydock explore scenarios/stages/12-install-beside-a-stop.json --revision 8.9.2 --faults 0 --quiet >$(BUILD)/msan/explored
.PHONY: test-msan

# Those that search and those that hold footprints against one another reach what others reach, at -O0 for most of the time.
COUNTED := $(filter-out $(foreach name,compare strategies scenario_stage search course explore finding footprint,%/$(name)_test),$(counted_TESTS))

## coverage: what tests and scenarios reach of core/: build/counted/index.html and a table
coverage: $(BUILD)/counted/drydock $(COUNTED)
	@sim/tests/coverage.sh $(BUILD)/counted $(COUNTED)
.PHONY: coverage

# The same without its page, which takes longer than all before it.
coverage-table: $(BUILD)/counted/drydock $(COUNTED)
	@sim/tests/coverage.sh --no-page $(BUILD)/counted $(COUNTED)
.PHONY: coverage-table

# mutate_counted(subject, its folders): the library to be loaded instead, in which gcov counts what is mutated
define mutate_counted
$(BUILD)/mutate/coverage/$(1)/libdrydock.so: $(foreach file,$(LIBRARY),$(BUILD)/mutate/$(if $(filter $(2),$(patsubst %/,%,$(dir $(file)))),coverage,obj)/$(file:.c=.o))
	@mkdir -p $$(@D)
	$$(QUIET_LD)gcc -shared --coverage -Wl,-soname,$$(@F) $$^ $$(LIBS) -o $$@
endef
$(eval $(call mutate_counted,core,core))
$(eval $(call mutate_counted,fakes,fakes fakes/%))
$(eval $(call mutate_counted,all,core fakes fakes/% reports sim/%))
$(BUILD)/mutate/coverage/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(QUIET_CC)gcc $(BASE_CFLAGS) -O0 -fPIC $(MUTATED) --coverage -MMD -MP -c $< -o $@
-include $(LIBRARY:%.c=$(BUILD)/mutate/coverage/%.d)

MUTATE_NEEDS := $(BUILD)/.mutate-deps $(mutate_TESTS) $(BUILD)/mutate/drydock $(BUILD)/mutate/conformance
MUTATE ?=

## mutate: change core/ one token at a time and see whether the suite notices (many minutes; goes on where it was stopped)
mutate: $(MUTATE_NEEDS) $(BUILD)/mutate/coverage/core/libdrydock.so
	@sim/mutate/mutate.py --build $(BUILD)/mutate --json $(BUILD)/mutate/report.json $(MUTATE)
.PHONY: mutate

## mutate-sample: the same with 400 of the mutants, always the same ones
mutate-sample: $(MUTATE_NEEDS) $(BUILD)/mutate/coverage/core/libdrydock.so
	@sim/mutate/mutate.py --build $(BUILD)/mutate --json $(BUILD)/mutate/sample.json --sample 400 $(MUTATE)
.PHONY: mutate-sample

## mutate-fakes: the same with the fakes, and so many more that something notices each of their files
mutate-fakes: $(MUTATE_NEEDS) $(BUILD)/mutate/coverage/fakes/libdrydock.so
	@sim/mutate/mutate.py --build $(BUILD)/mutate --subject fakes --json $(BUILD)/mutate/fakes.json --sample 400 --each-file $(MUTATE)
.PHONY: mutate-fakes

## mutate-tests: look for a mutant that each test fails for; a test program that none fails for is an error
mutate-tests: $(MUTATE_NEEDS) $(BUILD)/mutate/coverage/all/libdrydock.so
	@sim/mutate/mutate.py --build $(BUILD)/mutate --subject all --json $(BUILD)/mutate/tests.json --each-test $(MUTATE)
.PHONY: mutate-tests

## trace-hashes: renew sim/tests/trace_hashes after a change that is meant to change the library's traces
trace-hashes: $(BUILD)/drydock
	@sim/tests/trace_hashes.sh $(BUILD)/drydock >sim/tests/trace_hashes.new && mv sim/tests/trace_hashes.new sim/tests/trace_hashes
.PHONY: trace-hashes

## bench: how long a replay takes, how fast the searches and the served Engine are, and peers in the same run
bench: $(BUILD)/drydock $(BUILD)/coverage/drydock $(plain_BENCHES) $(BUILD)/.bench-deps $(BUILD)/.engine-deps
	@sim/bench/replay.sh $(BUILD)/drydock
	@sim/bench/search.sh $(BUILD)/sim/bench/search_bench $(BUILD)/bench
	@sim/bench/explore.sh $(BUILD)/drydock $(BUILD)/bench
	@sim/bench/coverage.sh $(BUILD)/drydock $(BUILD)/coverage/drydock
	@sim/bench/serve.sh $(BUILD)/drydock $(SERVE_BENCH)
.PHONY: bench

## clients: Docker's command line, docker-py and dockerode against drydock serve, each through a whole lifecycle
clients: $(BUILD)/checked/drydock $(BUILD)/.client-deps
	@sim/tests/clients/clients.sh $(BUILD)/checked/drydock $(BUILD)/clients/node_modules
.PHONY: clients

## conformance: the same cases on the fake Engine, in process and behind drydock serve, and on a real one that is started for it
conformance: $(BUILD)/checked/conformance $(BUILD)/checked/drydock $(BUILD)/.engine-deps
	@fakes/tests/conformance/conformance.sh $(BUILD)/checked/conformance $(BUILD)/checked/drydock
.PHONY: conformance

## live: the incident and more on a real Docker Engine that is started for it (needs root), beside the fake
live: $(BUILD)/drydock $(BUILD)/.engine-deps
	@fakes/tests/conformance/real_engine.sh with sim/tests/live.sh $(BUILD)/drydock @SOCKET@; status=$$?; \
	[ $$status != 77 ] || { echo "live: no real Engine can be started here (see above): skipped"; status=0; }; exit $$status
.PHONY: live

$(BUILD)/.fuzz-deps: $(BUILD)/.deps
	$(call install_packages,$(FUZZ_PACKAGES))
	@touch $@

$(BUILD)/.afl-deps: $(BUILD)/.deps
	$(call install_packages,$(AFL_PACKAGES))
	@touch $@

## fuzz: every target of sim/fuzz/ for T each (T=60s, 10m, 1h), with libFuzzer; findings stay in build/fuzz/
T ?= 60s
fuzz: $(BUILD)/.fuzz-deps
	@$(MAKE) -s --no-print-directory $(fuzz_FUZZ)
	@sim/fuzz/fuzz.sh $(BUILD)/fuzz $(T) $(fuzz_FUZZ)
.PHONY: fuzz

## fuzz-afl: the same targets for T each with AFL++; findings stay in build/afl/
fuzz-afl: $(BUILD)/.afl-deps
	@$(MAKE) -s --no-print-directory $(afl_FUZZ)
	@sim/fuzz/fuzz_afl.sh $(BUILD)/afl $(T) $(afl_FUZZ)
.PHONY: fuzz-afl

## sweep: fail every call of every scenario but the long ones in every way it can fail (minutes)
sweep: $(BUILD)/drydock
	@$(BUILD)/drydock sweep $(filter-out scenarios/boot scenarios/recordings scenarios/incidents,$(patsubst %/,%,$(wildcard scenarios/*/)))
.PHONY: sweep

## ablate: take each switch of the newest release out, alone, and see which scenarios notice
ablate: $(BUILD)/drydock
	@$(BUILD)/drydock ablate scenarios --strict
.PHONY: ablate

## findings: explore the stages on every release and renew scenarios/FINDINGS.md and its repros (minutes)
findings: $(BUILD)/drydock
	@sim/bench/findings.sh $(BUILD)/drydock $(BUILD)/findings
.PHONY: findings

## oom: every allocation and every system call of small commands fails once, and from then on (OOM_FLAGS="--every 50" for a sample)
oom: $(BUILD)/checked/oom
	@$< --self
	@$< $(OOM_FLAGS)
.PHONY: oom

# One point of every hundred.
oom-sample: $(BUILD)/checked/oom
	@$< --every 100
.PHONY: oom-sample

## lint: formatting, static analysis (cppcheck, clang-tidy, gcc -fanalyzer), banned functions, includes against the arrows
lint: $(BUILD)/.lint-deps
	@sim/tests/lint_test.sh
	@sim/tests/lint.sh $(SOURCES) $(TESTS) $(TEST_HELPERS) $(BENCHES) $(CONFORMANCE) $(OOM) $(FUZZ_SOURCES) $(wildcard sim/package/*.c sim/package/*/*.c) $(PLANTED_SOURCES) $(HEADERS)
.PHONY: lint

# ---- packages of drydock: installing, the manual page, completions, the library, a Debian package ------------------

# GNU's names (https://www.gnu.org/prep/standards/html_node/Directory-Variables.html); DESTDIR stands before each.
prefix ?= $(PREFIX)
exec_prefix ?= $(prefix)
bindir ?= $(exec_prefix)/bin
libdir ?= $(exec_prefix)/lib
includedir ?= $(prefix)/include
datarootdir ?= $(prefix)/share
datadir ?= $(datarootdir)
mandir ?= $(datarootdir)/man
pkgconfigdir ?= $(libdir)/pkgconfig
bashcompletiondir ?= $(datadir)/bash-completion/completions
zshcompletiondir ?= $(datadir)/zsh/site-functions
fishcompletiondir ?= $(datadir)/fish/vendor_completions.d

PACKAGE := $(BUILD)/package
# core/ for other programs: without link-time optimisation, whose objects only the same compiler reads.
CORE_OBJECTS := $(patsubst %.c,$(PACKAGE)/obj/%.o,$(filter core/%,$(SOURCES)))
CORE_HEADERS := $(sort $(wildcard core/*.h core/*.def))

$(PACKAGE)/obj/%.o: %.c Makefile | $(BUILD)/.deps
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(BASE_CFLAGS) $(filter-out -flto%,$(CFLAGS)) -MMD -MP -c $< -o $@

$(PACKAGE)/libdrydock-core.a: $(CORE_OBJECTS)
	@rm -f $@
	$(QUIET_AR)ar rcs $@ $^
-include $(CORE_OBJECTS:%.o=%.d)

$(PACKAGE)/verbs_mdoc: sim/package/verbs_mdoc.c sim/cli/verbs.def Makefile | $(BUILD)/.deps
	@mkdir -p $(@D)
	$(QUIET_LD)$(CC) $(BASE_CFLAGS) $< -o $@

# What is put into texts, so that they are made again when it changes.
$(PACKAGE)/places: CHANGELOG.md Makefile .FORCE
	@mkdir -p $(@D)
	@printf '%s\n' 's|@VERSION@|$(VERSION)|g' "s|@DATE@|$$(sim/package/changelog.py CHANGELOG.md date)|g" \
	  's|@SCENARIOS@|$(datadir)/drydock/scenarios|g' 's|@prefix@|$(prefix)|g' \
	  's|@libdir@|$(patsubst $(prefix)/%,$${prefix}/%,$(libdir))|g' \
	  's|@includedir@|$(patsubst $(prefix)/%,$${prefix}/%,$(includedir))|g' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
.PHONY: .FORCE

$(PACKAGE)/drydock.1: sim/package/drydock.1.in $(PACKAGE)/places $(PACKAGE)/verbs_mdoc
	@$(PACKAGE)/verbs_mdoc >$@.verbs
	@sed -e '/^@VERBS@$$/{' -e 'r $@.verbs' -e 'd' -e '}' $< | sed -f $(PACKAGE)/places >$@

$(PACKAGE)/drydock-core.pc: sim/package/drydock-core.pc.in $(PACKAGE)/places
	@sed -f $(PACKAGE)/places $< >$@

$(PACKAGE)/completion.%: $(BUILD)/drydock
	@mkdir -p $(@D)
	@$(BUILD)/drydock completion $* >$@

# mode:file:where it goes, for install and uninstall.
INSTALLED = 755:$(BUILD)/drydock:$(bindir)/drydock \
  644:$(PACKAGE)/drydock.1:$(mandir)/man1/drydock.1 \
  644:$(PACKAGE)/completion.bash:$(bashcompletiondir)/drydock \
  644:$(PACKAGE)/completion.zsh:$(zshcompletiondir)/_drydock \
  644:$(PACKAGE)/completion.fish:$(fishcompletiondir)/drydock.fish \
  644:$(PACKAGE)/libdrydock-core.a:$(libdir)/libdrydock-core.a \
  644:$(PACKAGE)/drydock-core.pc:$(pkgconfigdir)/drydock-core.pc \
  $(foreach file,$(CORE_HEADERS),644:$(file):$(includedir)/drydock/$(file)) \
  $(foreach file,$(sort $(shell find scenarios -type f)),644:$(file):$(datadir)/drydock/$(file))

## package: build all that install puts in place: beside the binary a manual page, completions and the library
package: $(filter $(BUILD)/%,$(subst :, ,$(INSTALLED)))
.PHONY: package

## install: install binary, manual page, completions, scenarios and library below $(DESTDIR)$(PREFIX)
install: package
	$(file >$(PACKAGE)/installed)$(foreach entry,$(INSTALLED),$(file >>$(PACKAGE)/installed,$(entry)))
	@echo "  INSTALL $(DESTDIR)$(prefix)"
	@while IFS=: read -r mode file place; do install -D -m $$mode "$$file" "$(DESTDIR)$$place" || exit 1; done <$(PACKAGE)/installed
.PHONY: install

## uninstall: take away what install put there, and its folders when nothing else is in them
uninstall:
	@mkdir -p $(PACKAGE)
	$(file >$(PACKAGE)/installed)$(foreach entry,$(INSTALLED),$(file >>$(PACKAGE)/installed,$(entry)))
	@while IFS=: read -r mode file place; do rm -f "$(DESTDIR)$$place"; done <$(PACKAGE)/installed
	@for folder in "$(DESTDIR)$(datadir)/drydock" "$(DESTDIR)$(includedir)/drydock"; do \
	  [ ! -d "$$folder" ] || find "$$folder" -depth -type d -empty -delete; done
.PHONY: uninstall

$(BUILD)/.package-deps: $(BUILD)/.deps
	-$(call install_packages,$(PACKAGE_PACKAGES))
	@touch $@

## schema: put the names of effects, faults, actors and the like into scenarios/schema.json (after a new one)
schema: $(BUILD)/checked/drydock
	@sim/tests/schema.py $< scenarios/schema.json --write
.PHONY: schema

## test-package: the manual page, completions in their shells, install and uninstall, the library in a program of its own
test-package: $(BUILD)/.package-deps package
	@sim/tests/completion.sh $(BUILD)/drydock
	@sim/tests/package.sh $(BUILD)/drydock $(PACKAGE)
.PHONY: test-package

# The one that most tables are in.
test-recipe: $(BUILD)/checked/drydock $(BUILD)/.package-deps
	@sim/tests/recipe.sh $(BUILD) effect
.PHONY: test-recipe

## test-recipes: follow every recipe of CONTRIBUTING.md in a copy of the tree (minutes; the first alone takes seconds: sim/tests/recipe.sh build)
test-recipes: $(BUILD)/checked/drydock $(BUILD)/.package-deps
	@sim/tests/recipe.sh $(BUILD) effect fault actor oracle revision scenario
.PHONY: test-recipes

## deb: Debian packages in build/deb/, judged by lintian (minutes)
deb: $(BUILD)/.package-deps $(PAGE)
	@sim/package/deb.sh $(BUILD)/deb $(PAGE) $(VERSION)
.PHONY: deb

## clean: remove everything that was built
clean:
	rm -rf $(BUILD)
.PHONY: clean

## help: this list
help:
	@sed -n 's/^## \([a-z-]*\): \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r target what; do printf '  %-16s %s\n' "$$target" "$$what"; done
	@echo
	@echo "  V=1 shows commands; CC, CFLAGS, PREFIX and DESTDIR are honoured."
.PHONY: help
