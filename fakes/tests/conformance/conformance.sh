#!/usr/bin/env bash
# Runs every conformance case on every target there is. Usage: conformance.sh RUNNER DRYDOCK [RUNNER'S OPTIONS...]
#
# Three targets: the fake in the runner's process, behind `drydock serve` (served.sh), and a real Engine that is started for it and
# stopped again (real_engine.sh). Where that cannot be, the recorded answers stand for it: the expectations in the case files are
# what a real Engine answered when they were last recorded.
set -u
here=$(dirname "$0")
runner=$1
drydock=$2
shift 2
no_engine=77

mapfile -t cases < <(find "$here/cases" -name '*.json' | sort)
fakes=("$here/served.sh" "$drydock" "$runner" "$@" --target in-process --target served:unix://@SERVED@)

"$here/real_engine.sh" with "${fakes[@]}" --target unix://@SOCKET@ "${cases[@]}"
status=$?
if [ $status = $no_engine ]; then
  echo "conformance: no real Engine can be started here; the recorded answers of the last one are compared with"
  "${fakes[@]}" "${cases[@]}"
  status=$?
fi
exit $status
