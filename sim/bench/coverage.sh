#!/usr/bin/env bash
# What coverage costs a run: processor time of the 13-hour incident with it to the time without, both in turns.
# Usage: coverage.sh DRYDOCK COVERAGE-DRYDOCK
set -eu
plain=$1
covered=$2
rounds=9
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%U %S'
run=(run scenarios/incidents/openclawpro.json --revision 8.9.1 --quiet --no-timeline --output "$work/report")

for _ in $(seq $rounds); do
  { time "$plain" "${run[@]}"; } 2>>"$work/plain"
  { time "$covered" "${run[@]}" --coverage "$work/info"; } 2>>"$work/covered"
done
fastest() {
  awk '{ all = $1 + $2; if (NR == 1 || all < least) least = all } END { print least }' "$1"
}
echo
awk -v plain="$(fastest "$work/plain")" -v covered="$(fastest "$work/covered")" 'BEGIN {
  printf "coverage of a run: %.0f ms of processor time, %.0f ms without (fastest of %d): %.1f × (aim: below 3 ×)\n",
    1000 * covered, 1000 * plain, '$rounds', covered / plain }'
