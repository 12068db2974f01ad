#!/usr/bin/env bash
# How fast real stages are explored: samples and classes per second, two jobs against one, many apps against few, the memory of
# the largest process. User time of the fastest of three runs, less that of a run that only builds the world.
# Usage: explore.sh DRYDOCK WORK_DIRECTORY
set -eu
drydock=$1
work=$2
here=$(dirname "$(realpath "$0")")
mkdir -p "$work"

# seconds FORMAT COMMAND...: the least of three runs, by a format of bash's `time`; the report of the last is in $work/report
seconds() {
  local TIMEFORMAT=$1
  shift
  for _ in 1 2 3; do
    { time "$@" --quiet --no-shrink --format json --output "$work/report" || [ $? = 1 ]; } 2>&1
  done | sort -n | head -n 1
}

# counted NAME: a number of the report
counted() {
  sed -n "s/.*\"$1\":[[:space:]]*\([0-9]*\).*/\1/p" "$work/report" | head -n 1
}

# rate NAME AIM FILE OPTION...: executions and transitions per second on one core
rate() {
  local name=$1 aim=$2 file=$3
  shift 3
  taken=$(seconds %U "$drydock" explore "$file" --jobs 1 "$@")
  awk -v name="$name" -v aim="$aim" -v taken="$taken" -v executions="$(counted executions)" -v merged="$(counted merged)" \
    -v transitions="$(counted transitions)" 'BEGIN {
      if (taken < 0.001) {taken = 0.001}
      printf "%-44s %10d %10s %12d\n", name, (executions + merged) / taken, aim, transitions / taken
    }'
}

printf '%-44s %10s %10s %12s\n' 'real stages, one core' 'runs/s' aim 'transitions/s'
stop=scenarios/stages/12-install-beside-a-stop.json
incident=scenarios/stages/03-install-beside-loop.json
rate 'random, install beside a stop' 100000 $stop --revision 8.9.1 --faults 0 --strategy random --executions 500000
rate 'pos (all are run), install beside a stop' '' $stop --revision 8.9.1 --faults 0 --strategy pos --executions 20000
rate 'random, install beside the loop' '' $incident --revision 8.9.1 --faults 0 --strategy random --executions 20000
rate 'dpor, install beside a stop, one fault' '' $stop --revision 8.9.1 --faults 1
echo '(a random sample that repeats an earlier one is not run again; its transitions count)'

stage=scenarios/stages/06-removal-beside-loop.json
one=$(seconds %R "$drydock" explore $stage --revision 8.9.2 --faults 1 --jobs 1)
two=$(seconds %R "$drydock" explore $stage --revision 8.9.2 --faults 1 --jobs 2)
awk -v one="$one" -v two="$two" 'BEGIN {printf "\ntwo jobs to one, removal beside the loop, one fault: %.2f × (aim: 1.8 ×)\n", one / two}'

# transition_ns APPS WHO EXECUTIONS: what a transition costs beside so many apps, the building of the world left out
transition_ns() {
  local few many
  "$here/many_apps.sh" "$1" "$2" >"$work/$1.json"
  few=$(seconds %U "$drydock" explore "$work/$1.json" --revision 8.9.2 --faults 0 --strategy pos --executions 1 --jobs 1)
  many=$(seconds %U "$drydock" explore "$work/$1.json" --revision 8.9.2 --faults 0 --strategy pos --executions "$3" --jobs 1)
  awk -v few="$few" -v many="$many" -v transitions="$(counted transitions)" 'BEGIN {print (many - few) * 1e9 / transitions}'
}
# beside_apps WHAT WHO EXECUTIONS AIM
beside_apps() {
  for apps in 10 100 1000; do
    transition_ns $apps "$2" "$3"
  done | awk -v what="$1" -v aim="$4" '{ns[NR] = $1} END {
    printf "a transition %s, beside 10, 100, 1000 apps: %.0f, %.0f, %.0f ns; 1000 to 10: %.1f × (aim: %s)\n", what, ns[1], ns[2], ns[3],
      ns[3] / ns[1], aim
  }'
}
beside_apps 'that touches one container' world 50000 'below 2 ×'
beside_apps 'of tasks that list all containers' owner 3000 'less than the list grows, 100 ×'

python3 - "$drydock" $stage <<'END'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "explore", sys.argv[2], "--revision", "8.9.2", "--faults", "1", "--jobs", "2", "--quiet", "--no-shrink"],
               stdout=subprocess.DEVNULL)
print("peak memory of the largest process: %.0f MiB (aim: below 200)" % (resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024))
END
