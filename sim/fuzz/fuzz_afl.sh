#!/usr/bin/env bash
# Fuzzes every target for a time with AFL++, one after the other, and prints a line for each. Usage: fuzz_afl.sh BUILD TIME TARGET...
#
# AFL++'s compiler links the targets with a main that plays inputs in one process (persistent mode). Findings stay in
# BUILD/<target>/default/crashes and hangs; exit 1.
set -u
build=$1
time=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/seconds.sh"
seconds=$(seconds_of "$time") || exit 2
python3 "$here/seeds.py" "$build/seeds" || exit 2
export AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_QUIET=1
bad=0
stat_of() { # FILE NAME
  sed -n "s/^$2 *: //p" "$1" 2>/dev/null
}
printf '%-15s %12s %10s %8s %8s %9s\n' target executions exec/s edges corpus findings
for target in "$@"; do
  name=$(basename "$target" _fuzz)
  folder=$build/$name
  rm -rf "$folder"
  mkdir -p "$folder.in"
  # AFL++ wants small beginnings: those of at most 8 KiB.
  find "$build/seeds/$name" "$here/regressions/$name" -type f -size -16 -exec cp {} "$folder.in/" \;
  dictionary=()
  [ ! -s "$build/seeds/$name.dict" ] || dictionary=(-x "$build/seeds/$name.dict")
  timeout -s KILL $((seconds + 120)) nice -n 19 afl-fuzz -i "$folder.in" -o "$folder" -V "$seconds" -t 10000 -m none "${dictionary[@]}" -- "$target" >"$folder.log" 2>&1
  stats=$folder/default/fuzzer_stats
  runs=$(stat_of "$stats" execs_done)
  found=$(find "$folder/default/crashes" "$folder/default/hangs" -name 'id:*' 2>/dev/null | wc -l)
  printf '%-15s %12s %10s %8s %8s %9s\n' "$name" "${runs:-0}" "$(stat_of "$stats" execs_per_sec)" "$(stat_of "$stats" edges_found)" \
    "$(stat_of "$stats" corpus_count)" "$found"
  if [ "${runs:-0}" = 0 ] || [ "$found" -gt 0 ]; then
    bad=1
    [ "${runs:-0}" -gt 0 ] || echo "    it did not run: see $folder.log"
    find "$folder/default/crashes" "$folder/default/hangs" -name 'id:*' 2>/dev/null | sed "s|^|    $target |"
  fi
done
exit $bad
