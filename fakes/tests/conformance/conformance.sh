#!/usr/bin/env bash
# Runs every conformance case on every target there is. Usage: conformance.sh RUNNER [RUNNER'S OPTIONS...]
#
# A real Engine is started for it, and stopped again (real_engine.sh). Where that cannot be, the recorded answers stand for it: the
# expectations in the case files are what a real Engine answered when they were last recorded.
set -u
here=$(dirname "$0")
runner=$1
shift
no_engine=77

mapfile -t cases < <(find "$here/cases" -name '*.json' | sort)
targets=()
"$runner" --has in-process && targets+=(--target in-process)

"$here/real_engine.sh" with "$runner" "$@" "${targets[@]}" --target unix://@SOCKET@ "${cases[@]}"
status=$?
if [ $status = $no_engine ]; then
  echo "conformance: no real Engine can be started here; the recorded answers of the last one are compared with"
  [ ${#targets[@]} -gt 0 ] || { echo "conformance: and there is no other target" >&2; exit 1; }
  "$runner" "$@" "${targets[@]}" "${cases[@]}"
  status=$?
fi
exit $status
