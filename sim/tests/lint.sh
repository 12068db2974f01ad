#!/usr/bin/env bash
# Formatting, static analysis, and the arrows of the design. Usage: lint.sh FILE...
set -u
bad=0
here=$(dirname "$0")
jobs=$(nproc)
sources=()
for file in "$@"; do
  case $file in *.c) sources+=("$file") ;; esac
done
fail() {
  echo "lint: $*" >&2
  bad=1
}

echo "  LINT  format"
printf '%s\n' "$@" | grep -v '\.def$' | xargs -P "$jobs" -n 40 clang-format --dry-run -Werror || fail "clang-format (see above): clang-format -i FILE"

echo "  LINT  arrows"
all=("$@")
# check_arrows FOLDER ALLOWED: what its files (tests aside) may include of the project
check_arrows() {
  local files found
  files=$(printf '%s\n' "${all[@]}" | grep "^$1/" | grep -v '/tests/')
  found=$(grep -nE '^#include "' $files | grep -vE "#include \"($2)\"")
  [ -z "$found" ] || { fail "includes against the arrows of $1/:"; printf '%s\n' "$found" >&2; }
}
check_arrows core 'core/.*'
check_arrows fakes 'core/effect\.h|core/heap\.h|fakes/.*'
check_arrows fakes/wire 'core/heap\.h|fakes/.*'
found=$(printf '%s\n' "${all[@]}" | grep -E '^(core|fakes|reports)/' | grep -vE '^fakes/wire/|/tests/' | xargs grep -nE '#include ("fakes/wire/|<microhttpd)')
[ -z "$found" ] || { fail "only the wire and sim/ may:"; printf '%s\n' "$found" >&2; }
check_arrows reports 'core/effect\.h|core/heap\.h|core/effects\.def|reports/.*'

echo "  LINT  places"
# A call whose place is remembered (FROM_HERE, core/node.h) stands on one line: of several, compilers take different ones.
python3 "$here/places.py" "${all[@]}" || fail "calls whose place is remembered (see above): one line each"

echo "  LINT  banned functions"
python3 "$here/banned.py" "$@" || fail "functions that are not called here (see above)"

echo "  LINT  cells"
# What tasks share is touched by its accessors alone, which report it: files of core/ that may, and what only they say.
check_owners() {
  local found
  found=$(printf '%s\n' "${all[@]}" | grep -E '^core/[^/]*\.c$' | grep -vE "^core/($1)\.c$" | xargs grep -nP "$2")
  [ -z "$found" ] || { fail "only core/($1).c may:"; printf '%s\n' "$found" >&2; }
}
check_owners 'cells|node|node_hash|enterprise' '\bnode(->|\.)(?!(config|memory|memo)\b|h")'
check_owners 'cells|node|node_hash|cache' '(->|\.)cells\b|\bstruct (node_cells|cache)\b|\bcache_(init|get|set|delete|clear)\('
check_owners 'app_spec|node_hash' '(->|\.)in_place\b|\bstruct component_state \*'

echo "  LINT  clocks, chance and environment below the command line"
found=$(printf '%s\n' "${all[@]}" | grep -vE '^(sim/cli/|sim/bench/|reports/sink|reports/color|reports/coverage|sim/main)|/tests/' |
  xargs grep -nE '\b(time|gettimeofday|clock_gettime|rand|srand|random|getenv|localtime|gmtime|setlocale)\(')
[ -z "$found" ] || { fail "not below the command line:"; printf '%s\n' "$found" >&2; }
found=$(printf '%s\n' "${all[@]}" | grep -E '^(core|fakes)/' | grep -vE '/tests/|core/(arena\.c|heap\.[ch])|^fakes/wire/' | xargs grep -nE '\b(malloc|calloc|realloc|free)\(')
[ -z "$found" ] || { fail "core/ and fakes/ (but the wire) take memory from arenas only:"; printf '%s\n' "$found" >&2; }

analysed=$(printf '%s\n' "${sources[@]}" | grep -v '/tests/')
# Tests and headers alone: there is nothing to analyse.
if [ -z "$analysed" ]; then
  [ "$bad" = 0 ] && echo "lint: clean"
  exit "$bad"
fi
defines=(-D_GNU_SOURCE '-DDRYDOCK_VERSION="lint"' -I.)

echo "  LINT  cppcheck"
# Suppressed: it does not follow an X-macro included inside an enum (cli.h), does not know __has_include (coroutine.c), and takes an
# out-parameter that the callee fills in for uninitialised (ctuuninitvar).
cppcheck --quiet -j "$jobs" --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 -I. \
  --suppress=missingIncludeSystem --suppress=syntaxError:sim/cli/cli.h \
  --suppress=preprocessorErrorDirective:sim/kernel/coroutine.c --suppress=ctuuninitvar \
  $analysed || fail "cppcheck"

echo "  LINT  clang-tidy"
# The checks, and why some are left out: .clang-tidy. The analyzer's 225,000 steps per function take five times as long as 20,000, and find the same.
tidy=$(xargs -P "$jobs" -n 6 clang-tidy --quiet --extra-arg=-std=c17 "${defines[@]/#/--extra-arg=}" \
  --extra-arg=-Xclang --extra-arg=-analyzer-config --extra-arg=-Xclang --extra-arg=max-nodes=20000 2>/dev/null <<<"$analysed") ||
  { fail "clang-tidy:"; printf '%s\n' "$tidy" >&2; }

echo "  LINT  gcc -fanalyzer"
# Half the default budget per function. Left out: null and uninitialised paths. gcc 12 does not see that TRY() leaves when an
# out-parameter is not set: all it had to say of them was that.
xargs -P "$jobs" -n 1 gcc -std=c17 "${defines[@]}" -O0 -Werror -fanalyzer --param analyzer-bb-explosion-factor=2 \
  --param analyzer-max-enodes-per-program-point=4 -Wno-analyzer-null-dereference -Wno-analyzer-null-argument \
  -Wno-analyzer-use-of-uninitialized-value -c -o /dev/null <<<"$analysed" || fail "gcc -fanalyzer (see above)"

[ "$bad" = 0 ] && echo "lint: clean"
exit "$bad"
