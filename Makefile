# drydock: `make help` lists the targets.
#
# One Makefile, no recursion: a *variant* is a way of compiling everything (plain, coverage, asan, o0, valgrind, tsan, msan), each with its
# own objects under build/. Sources are found by folder; the folders' order is the order of the arrows in the design.

MAKEFLAGS += --no-builtin-rules
ifeq ($(filter -j%,$(MAKEFLAGS)),)
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

# node and npm bundle the page of the HTML report. npm often comes with node from elsewhere, and then Debian's does not go in.
NPM := $(if $(shell command -v npm),,nodejs npm)
# What a clean machine lacks, per purpose. gcc and make are what `make` itself needs to get here.
PACKAGES := gcc libc6-dev pkg-config libcmocka-dev libcjson-dev libssl-dev libmicrohttpd-dev libarchive-dev libcurl4-openssl-dev zlib1g-dev $(NPM) libfaketime faketime locales tzdata lcov python3 curl
LINT_PACKAGES := clang clang-format clang-tidy cppcheck python3-jsonschema
# Readers of the machine formats that are not ours.
FORMAT_PACKAGES := libxml2-utils python3-jsonschema perl
# What a real Engine needs, without which the recorded answers have to do.
ENGINE_PACKAGES := docker.io busybox-static
# Docker's own clients, each left out where it cannot be had.
CLIENT_PACKAGES := docker.io python3-docker nodejs
BENCH_PACKAGES := spin
# A browser for the test of the HTML report.
BROWSER_PACKAGES := chromium

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
HEADERS := $(filter-out $(BUILD)/%,$(sort $(wildcard */*.h */*/*.h */*/*/*.h */*.def */*/*.def)))

## all: build build/drydock (default)
all: $(BUILD)/drydock
.PHONY: all

MATRIX := python3 -B sim/tests/matrix/matrix.py

# ---- variants -----------------------------------------------------------------------------------------------------
# variant(name, directory, compiler, flags, link flags)
define variant
$(1)_OBJECTS := $$(LIBRARY:%.c=$(2)/obj/%.o)
$(1)_TESTS := $$(TESTS:%.c=$(2)/%)
$(1)_BENCHES := $$(BENCHES:%.c=$(2)/%)

$(2)/obj/%.o: %.c Makefile | $$(BUILD)/.deps
	@mkdir -p $$(@D)
	$$(QUIET_CC)$(3) $$(BASE_CFLAGS) $(4) -MMD -MP -c $$< -o $$@

$(2)/libdrydock.a: $$($(1)_OBJECTS)
	@rm -f $$@
	$$(QUIET_AR)ar rcs $$@ $$^

$(2)/drydock: $(2)/obj/$$(MAIN:.c=.o) $$($(1)_OBJECTS)
	$$(QUIET_LD)$(3) $(4) $(5) $$^ $$(LIBS) -o $$@

$$($(1)_TESTS): $(2)/%: $(2)/obj/%.o $$(TEST_HELPERS:%.c=$(2)/obj/%.o) $(2)/libdrydock.a
	@mkdir -p $$(@D)
	$$(QUIET_LD)$(3) $(4) $(5) $$^ $$(TEST_LIBS) -o $$@

$$($(1)_BENCHES): $(2)/%: $(2)/obj/%.o $(2)/libdrydock.a
	@mkdir -p $$(@D)
	$$(QUIET_LD)$(3) $(4) $(5) $$^ $$(LIBS) -o $$@

$(2)/conformance: $$(CONFORMANCE:%.c=$(2)/obj/%.o) $(2)/libdrydock.a
	$$(QUIET_LD)$(3) $(4) $(5) $$^ $$(LIBS) -pthread -o $$@

.SECONDARY: $$(SOURCES:%.c=$(2)/obj/%.o) $$(TESTS:%.c=$(2)/obj/%.o) $$(TEST_HELPERS:%.c=$(2)/obj/%.o)
-include $$(SOURCES:%.c=$(2)/obj/%.d) $$(PAGE:%.c=$(2)/obj/%.d) $$(TESTS:%.c=$(2)/obj/%.d) $$(TEST_HELPERS:%.c=$(2)/obj/%.d) $$(BENCHES:%.c=$(2)/obj/%.d) $$(CONFORMANCE:%.c=$(2)/obj/%.d)
endef

ifneq ($(V),1)
QUIET_CC = @echo "  CC    $@";
QUIET_AR = @echo "  AR    $@";
QUIET_LD = @echo "  LINK  $@";
endif

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

$(eval $(call variant,plain,$(BUILD),$$(CC),$$(CFLAGS),$$(LDFLAGS)))
# Only core/ is counted: the rest costs a run as little as it can. -Og leaves out some 3 % of core/'s lines that -O0 counts, and makes a
# covered run cost about 3 times a plain one instead of 5.4 (sim/bench/coverage.sh).
$(eval $(call variant,coverage,$(BUILD)/coverage,gcc,-O2 -g $$(if $$(findstring /obj/core/,$$@),-Og --coverage) -DDRYDOCK_COVERAGE -DDRYDOCK_OBJECTS='"$(CURDIR)/$(BUILD)/coverage/obj"',--coverage))
$(eval $(call variant,asan,$(BUILD)/asan,gcc,-O1 -g $(SANITIZE) -DDRYDOCK_CHECKED,))
$(eval $(call variant,o0,$(BUILD)/o0,gcc,-O0 -DDRYDOCK_CHECKED,))
# Sanitizers beside ASan, and a build for valgrind, whose own header must be there. What runs in each: "Analysis at run time" below.
$(eval $(call variant,valgrind,$(BUILD)/valgrind,gcc,-O1 -g,))
# clang's ThreadSanitizer: gcc 12's takes switches between coroutines for races.
$(eval $(call variant,tsan,$(BUILD)/tsan,clang,-O1 -g -fsanitize=thread,))
$(eval $(call variant,msan,$(BUILD)/msan,clang,-O1 -g -fsanitize=memory -fsanitize-memory-track-origins -fno-omit-frame-pointer,$$(MSAN_WRAPPED:%=-Wl$$(comma)--wrap=%)))

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

$(PAGE): $(BUILD)/html/.npm $(wildcard reports/html/*.*)
	@echo "  PAGE  $@"
	@node reports/html/bundle.mjs $(@D) $@

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

## test: build and run every test, then the scenario library, in every pair of surroundings of the matrix
test: $(BUILD)/drydock $(o0_TESTS) $(BUILD)/o0/drydock $(BUILD)/o0/conformance $(BUILD)/.format-deps
	@sim/tests/run_tests.sh $(BUILD)/o0 $(o0_TESTS)
	@$(BUILD)/o0/conformance --quiet --target in-process $(sort $(wildcard fakes/tests/conformance/cases/*/*.json))
	@sim/tests/scenarios.sh $(BUILD)/drydock
	@sim/tests/cli.sh $(BUILD)/drydock
	@sim/tests/formats.sh $(BUILD)/drydock $(BUILD)/formats/node_modules
	@$(MATRIX) run --strength 2 --ready
	@sim/tests/serve.sh $(BUILD)/drydock
	@sim/tests/live.sh $(BUILD)/drydock
.PHONY: test

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
matrix-test: $(BUILD)/.matrix-deps $(BUILD)/o0/drydock
	@python3 -B sim/tests/matrix/planted_test.py $(o0_OBJECTS) $(MAIN:%.c=$(BUILD)/o0/obj/%.o)
.PHONY: matrix-test

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
comma := ,

## test-asan: the same tests and scenarios under AddressSanitizer, UndefinedBehaviorSanitizer and LeakSanitizer
test-asan: export ASAN_OPTIONS := exitcode=99
test-asan: export UBSAN_OPTIONS := exitcode=99
test-asan: $(BUILD)/asan/drydock $(asan_TESTS)
	@$(PLANTED) $(BUILD)/asan/planted 'gcc -O1 -g $(SANITIZE)' '' heap-overflow=99=heap-buffer-overflow \
	  use-after-free=99=heap-use-after-free 'leak=99=detected memory leaks' 'number-overflow=99=signed integer overflow'
	@sim/tests/run_tests.sh $(BUILD)/asan $(asan_TESTS)
	@sim/tests/scenarios.sh $(BUILD)/asan/drydock
.PHONY: test-asan

# Its header tells valgrind of the coroutines' stacks.
$(valgrind_OBJECTS): | $(BUILD)/.valgrind-deps
$(BUILD)/.valgrind-deps: $(BUILD)/.deps
	$(call install_packages,valgrind)
	@touch $@

VALGRIND_TESTS := $(addprefix $(BUILD)/valgrind/,core/tests/value_test core/tests/cells_test fakes/tests/docker_archive_test fakes/tests/tar_test sim/tests/kernel_test sim/tests/loader_test sim/tests/trace_test)

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
MSAN_TESTS := $(filter $(BUILD)/msan/core/% $(BUILD)/msan/fakes/%,$(filter-out %/tar_test %/docker_archive_test %/docker_images_test %/http_server_test,$(msan_TESTS)))
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

## coverage: what tests and scenarios reach of core/: build/coverage/index.html and a table
coverage: $(BUILD)/coverage/drydock $(coverage_TESTS)
	@sim/tests/coverage.sh $(BUILD)/coverage $(coverage_TESTS)
.PHONY: coverage

## bench: how long a replay takes, how fast the searches and the served Engine are, and peers in the same run
bench: $(BUILD)/drydock $(BUILD)/coverage/drydock $(plain_BENCHES) $(BUILD)/.bench-deps $(BUILD)/.engine-deps
	@sim/bench/replay.sh $(BUILD)/drydock
	@sim/bench/search.sh $(BUILD)/sim/bench/search_bench $(BUILD)/bench
	@sim/bench/explore.sh $(BUILD)/drydock $(BUILD)/bench
	@sim/bench/coverage.sh $(BUILD)/drydock $(BUILD)/coverage/drydock
	@sim/bench/serve.sh $(BUILD)/drydock $(SERVE_BENCH)
.PHONY: bench

## clients: Docker's command line, docker-py and dockerode against drydock serve, each through a whole lifecycle
clients: $(BUILD)/o0/drydock $(BUILD)/.client-deps
	@sim/tests/clients/clients.sh $(BUILD)/o0/drydock $(BUILD)/clients/node_modules
.PHONY: clients

## conformance: the same cases on the fake Engine, in process and behind drydock serve, and on a real one that is started for it
conformance: $(BUILD)/o0/conformance $(BUILD)/o0/drydock $(BUILD)/.engine-deps
	@fakes/tests/conformance/conformance.sh $(BUILD)/o0/conformance $(BUILD)/o0/drydock
.PHONY: conformance

## live: the incident and more on a real Docker Engine that is started for it (needs root), beside the fake
live: $(BUILD)/drydock $(BUILD)/.engine-deps
	@fakes/tests/conformance/real_engine.sh with sim/tests/live.sh $(BUILD)/drydock @SOCKET@; status=$$?; \
	[ $$status != 77 ] || { echo "live: no real Engine can be started here (see above): skipped"; status=0; }; exit $$status
.PHONY: live

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

## lint: formatting, static analysis (cppcheck, clang-tidy, gcc -fanalyzer), banned functions, includes against the arrows
lint: $(BUILD)/.lint-deps
	@sim/tests/lint_test.sh
	@sim/tests/lint.sh $(SOURCES) $(TESTS) $(TEST_HELPERS) $(BENCHES) $(CONFORMANCE) $(PLANTED_SOURCES) $(HEADERS)
.PHONY: lint

## install: install the binary and the scenarios below $(DESTDIR)$(PREFIX)
install: $(BUILD)/drydock
	install -D -m 755 $(BUILD)/drydock $(DESTDIR)$(PREFIX)/bin/drydock
	find scenarios -type f -print0 | xargs -0 -I{} install -D -m 644 {} $(DESTDIR)$(PREFIX)/share/drydock/{}
.PHONY: install

## uninstall: take away what install put there
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/drydock
	rm -rf $(DESTDIR)$(PREFIX)/share/drydock
.PHONY: uninstall

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
