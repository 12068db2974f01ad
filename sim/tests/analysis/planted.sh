#!/usr/bin/env bash
# A tool must find what is planted, and nothing where nothing is. Usage: planted.sh OUT COMPILE RUN FAULT=STATUS=PART...
#   OUT      where the program goes
#   COMPILE  compiler and flags, those of the build that the tool looks at
#   RUN      what stands before the program ('' for a sanitizer)
#   FAULT    one of planted_faults.c's; STATUS the exit status, PART a part of what the tool says on standard error
set -eu
here=$(dirname "$0")
out=$1 compile=$2 run=$3
shift 3
mkdir -p "$(dirname "$out")"
$compile -D_GNU_SOURCE "$here/planted_faults.c" -pthread -o "$out"
fail() {
  echo "planted.sh: $compile: $*" >&2
  exit 1
}
$run "$out" 2>"$out.said" || fail "a program without a fault ends with $?: $(cat "$out.said")"
[ $# -gt 0 ] || fail "no faults"
for planted in "$@"; do
  IFS='=' read -r fault wanted part <<<"$planted"
  status=0
  $run "$out" "$fault" 2>"$out.said" || status=$?
  [ "$status" = "$wanted" ] && grep -qF -- "$part" "$out.said" || fail "$fault was not found: status $status, expected $wanted and \"$part\": $(cat "$out.said")"
done
echo "planted: $(printf '%s\n' "$@" | cut -d= -f1 | xargs | sed 's/ /, /g'): found by $(basename "$(dirname "$out")")"
