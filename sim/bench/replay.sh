#!/usr/bin/env bash
# How long a replay of the incident's thirteen hours takes, and a day from boot, process start included: minimum and median of 15
# runs, and for the first the ratio of virtual to wall time. Usage: replay.sh DRYDOCK
set -eu
drydock=$1
scenario=scenarios/incidents/openclawpro.json
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$drydock" run "$scenario" --revision 8.9.1 --format json --output "$work/report"
virtual_ms=$(sed -n 's/.*"virtual_ms":[[:space:]]*\([0-9]*\).*/\1/p' "$work/report")
effects=$(sed -n 's/.*"effects":[[:space:]]*\([0-9]*\).*/\1/p' "$work/report")
for _ in $(seq 15); do
  start=$(date +%s%N)
  "$drydock" run "$scenario" --revision 8.9.1 --format json --output "$work/report"
  end=$(date +%s%N)
  echo $(((end - start) / 1000))
done | sort -n >"$work/times"
awk -v virtual_ms="$virtual_ms" -v effects="$effects" '
  {us[NR] = $1}
  END {
    printf "openclawpro on 8.9.1: %.1f h of virtual time, %d effects\n", virtual_ms / 3600000, effects
    printf "wall time, process start included: %.1f ms (fastest), %.1f ms (median of %d)\n", us[1] / 1000, us[int((NR + 1) / 2)] / 1000, NR
    printf "virtual to wall time: %d to 1 (median)\n", virtual_ms * 1000 / us[int((NR + 1) / 2)]
  }' "$work/times"

# A day of a node with three apps, from its boot, on both releases in one process.
for _ in $(seq 15); do
  start=$(date +%s%N)
  "$drydock" run scenarios/boot/01-three-apps.json --revision all --format json --output "$work/report"
  end=$(date +%s%N)
  echo $(((end - start) / 1000))
done | sort -n >"$work/times"
awk '{us[NR] = $1}
  END {printf "a day from boot, both releases: %.1f ms (fastest), %.1f ms (median of %d)\n", us[1] / 1000, us[int((NR + 1) / 2)] / 1000, NR}' \
  "$work/times"
