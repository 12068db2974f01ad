#!/usr/bin/env bash
# How fast the searches are, beside peers measured in the same run: Spin on LCAA, fast-check's scheduler on the start race.
# A peer that cannot be had is said so. Usage: search.sh SEARCH_BENCH WORK_DIRECTORY
set -eu
bench=$1
work=$2
here=$(dirname "$(realpath "$0")")
mkdir -p "$work"
"$bench" >"$work/own"

# own_number BENCHMARK COLUMN
own_number() {
  awk -F'\t' -v name="$1" -v column="$2" '$2 == name {print $column}' "$work/own"
}

# spin_seconds TASKS ROUNDS SLOTS: the fastest of three searches of all states, in a build for safety only
spin_seconds() {
  (
    cd "$work"
    "$here/lcaa_promela.sh" "$@" >model.pml
    spin -a model.pml >/dev/null
    gcc -O2 -w -DSAFETY -DNOFAIR -DCOLLAPSE -DMEMLIM=2048 -o pan pan.c
    for _ in 1 2 3; do
      start=$(date +%s%N)
      ./pan -m10000 -w24 >pan.out
      end=$(date +%s%N)
      grep -q 'errors: 0' pan.out || exit 1
      echo $(((end - start) / 1000))
    done | sort -n | awk 'NR == 1 {printf "%.3f\n", $1 / 1000000}'
  )
}

fast_check_rate() {
  (
    cd "$work"
    [ -d node_modules/fast-check ] || npm install --silent --no-audit --no-fund fast-check@4 >/dev/null 2>&1
    cp "$here/start_race.mjs" .
    node start_race.mjs 5 20000
  )
}

peer() { # name, own, theirs (empty: not to be had), unit, whether more is better
  awk -v name="$1" -v own="$2" -v theirs="$3" -v unit="$4" -v more="$5" 'BEGIN {
    if (theirs == "") {printf "%-34s not to be had here\n", name; exit}
    printf "%-34s %10s %10s %-13s %8.1f ×\n", name, own, theirs, unit, more ? own / theirs : theirs / own
  }'
}

echo
awk -F'\t' '
  $1 == "classes" {
    if (!headed++) {printf "%-34s %10s %10s %10s %10s\n", "all classes, by dpor", "classes", "wasted", "s, best", "aim"}
    printf "%-34s %10d %10d %10.3f %10.2f\n", $2, $3, $4, $5, $6
  }' "$work/own"
echo
awk -F'\t' '
  $1 == "samples" {
    if (!headed++) {printf "%-34s %10s %10s %10s\n", "300,000 samples", "runs/s", "aim", "classes"}
    printf "%-34s %10d %10s %10d\n", $2, $3, $4 == 0 ? "" : $4, $5
  }
  $1 == "ratio" {printf "\n%s: %.2f × (aim: below %d ×)\n", $2, $3, $4}
  $1 == "memory" {printf "peak memory: %.1f MiB (aim: below %d)\n", $2, $3}' "$work/own"
echo
printf '%-34s %10s %10s %-13s %10s\n' peers drydock peer '' ratio
for parameters in '4 2 1' '4 3 1'; do
  theirs=
  if command -v spin >/dev/null; then
    # shellcheck disable=SC2086
    theirs=$(spin_seconds $parameters || true)
  fi
  peer "Spin, LCAA $parameters" "$(own_number "LCAA $parameters" 5)" "$theirs" s ''
done
theirs=
if command -v npm >/dev/null; then
  theirs=$(fast_check_rate || true)
fi
peer 'fast-check, start race 5' "$(own_number 'random, start race 5' 3)" "$theirs" 'runs/s' 1
