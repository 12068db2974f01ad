#!/usr/bin/env bash
# Runs cmocka programs, as many at a time as there are processors, and shows what each says; fails when one does.
# Usage: run_tests.sh BUILD PROGRAM...
set -u
export build=$1
shift
[ $# -gt 0 ] || { echo "run_tests.sh: no programs" >&2; exit 1; }

run() { # PROGRAM
  local said
  if "$1" >"$1.log" 2>&1; then
    said=$(grep -a 'PASSED' "$1.log" | tail -n 1)
    touch "$1.passed"
  else
    said="FAILED with status $?"$'\n'$(grep -av ' OK \| RUN ' "$1.log" | sed 's/^/    /')
  fi
  printf '%s: %s\n' "${1#"$build"/}" "$said"
}
export -f run
rm -f "${@/%/.log}" "${@/%/.passed}"
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} bash -c 'run {}'

passed=$(ls -- "${@/%/.passed}" 2>/dev/null | wc -l)
cat "${@/%/.log}" | grep -a 'test(s) run' | awk '{tests += $2} END {printf "%d tests in %d programs\n", tests, NR}'
# cmocka's own form, for those who read closing lines
printf '%d passed, %d failed\n' "$passed" $(($# - passed))
[ "$passed" = $# ]
