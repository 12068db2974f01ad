#!/usr/bin/env bash
# Fuzzes every target for a time, side by side, and prints a line for each. Usage: fuzz.sh BUILD TIME TARGET...
#
# TIME is seconds, or 60s, 10m, 1h, for each target; as many at a time as there are processors (JOBS: as many as that). What was
# found stays in BUILD/<target>/ with the command that plays it; exit 1. The corpus stays in BUILD/<target>/corpus for the next time.
set -u
build=$1
time=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/seconds.sh"
seconds=$(seconds_of "$time") || exit 2

python3 "$here/seeds.py" "$build/seeds" || exit 2

# fuzz TARGET: runs it, leaves its log and its findings in its folder
fuzz() {
  local name=$1
  local folder=$build/$name
  local dictionary=()
  mkdir -p "$folder/corpus"
  rm -f "$folder"/log "$folder"/{crash,timeout,oom,leak,slow-unit}-*
  [ ! -s "$build/seeds/$name.dict" ] || dictionary=("-dict=$build/seeds/$name.dict")
  # A hundred seconds: so many targets on two processors, with the lowest priority, hold one another up for more than ten.
  # One finding ends a process: the rest of the time goes to the next one. Ended from outside, nothing goes on.
  local end=$((SECONDS + seconds)) left running=
  trap '[ -z "$running" ] || kill "$running"; exit 143' TERM
  while left=$((end - SECONDS)) && [ "$left" -gt 0 ]; do
    timeout -s KILL $((left + 120)) nice -n 19 "$build/sim/fuzz/${name}_fuzz" "-max_total_time=$left" -timeout=100 -rss_limit_mb=2048 \
      "-artifact_prefix=$folder/" -print_final_stats=1 "${dictionary[@]}" "$folder/corpus" "$build/seeds/$name" "$here/regressions/$name" \
      >>"$folder/log" 2>&1 &
    running=$!
    wait "$running" && break
    [ "$(findings "$folder" | wc -l)" -lt 5 ] || break
  done
}
findings() {
  find "$1" -maxdepth 1 \( -name 'crash-*' -o -name 'timeout-*' -o -name 'oom-*' -o -name 'leak-*' \) 2>/dev/null | sort
}

names=()
for target in "$@"; do
  name=$(basename "$target")
  names+=("${name%_fuzz}")
done
jobs=${JOBS:-$(nproc)}
trap 'kill $(jobs -rp); exit 143' INT TERM
for name in "${names[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
    wait -n
  done
  fuzz "$name" &
done
wait

bad=0
printf '%-15s %12s %8s %8s %8s %9s\n' target executions exec/s edges corpus findings
for name in "${names[@]}"; do
  folder=$build/$name
  log=$folder/log
  runs=$(awk '/^stat::number_of_executed_units/ {sum += $2} END {print sum + 0}' "$log")
  edges=$(grep -ao 'cov: [0-9]*' "$log" | tail -n 1 | cut -d' ' -f2)
  found=$(findings "$folder" | wc -l)
  printf '%-15s %12s %8s %8s %8s %9s\n' "$name" "$runs" "$((runs / seconds))" "${edges:-0}" "$(find "$folder/corpus" -type f | wc -l)" "$found"
  # A target that ran nothing has shown nothing.
  if [ "$found" -gt 0 ] || [ "$runs" = 0 ]; then
    bad=1
    [ "$runs" -gt 0 ] || echo "    it did not run: $(tail -n 1 "$log")"
    findings "$folder" | sed "s|^|    $build/sim/fuzz/${name}_fuzz |"
  fi
done
exit $bad
