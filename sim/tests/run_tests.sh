#!/usr/bin/env bash
# Runs cmocka programs and shows what each says; fails when one does. Usage: run_tests.sh BUILD PROGRAM...
set -u
build=$1
shift
passed=0
failed=()
for program in "$@"; do
  log="$program.log"
  if "$program" >"$log" 2>&1; then
    passed=$((passed + 1))
    printf '%s: %s\n' "${program#"$build"/}" "$(grep -a 'PASSED' "$log" | tail -n 1)"
  else
    failed+=("$program")
    printf '%s: FAILED\n' "${program#"$build"/}"
    grep -av ' OK \| RUN ' "$log" | sed 's/^/    /'
  fi
done
cat "${@/%/.log}" | grep -a 'test(s) run' | awk '{tests += $2} END {printf "%d tests in %d programs\n", tests, NR}'
# cmocka's own form, for those who read closing lines
printf '%d passed, %d failed\n' "$passed" "${#failed[@]}"
[ "${#failed[@]}" = 0 ] && [ "$passed" -gt 0 ]
