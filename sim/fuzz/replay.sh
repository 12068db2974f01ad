#!/usr/bin/env bash
# Plays every input that ever broke something, each on its target, without a fuzzer. Usage: replay.sh BUILD
set -u
build=$1
here=$(cd "$(dirname "$0")" && pwd)
bad=0
inputs=0
targets=0
fail() {
  echo "replay.sh: $*" >&2
  bad=1
}
for source in "$here"/*_fuzz.c; do
  name=$(basename "$source" _fuzz.c)
  targets=$((targets + 1))
  if said=$(timeout -s KILL 60 "$build/sim/fuzz/${name}_fuzz" "$here/regressions/$name" 2>&1); then
    inputs=$((inputs + $(grep -o '[0-9]* inputs$' <<<"$said" | cut -d' ' -f1)))
  else
    fail "$name: $said"
  fi
done
# What a target cannot be given must not look like success.
nothing=$(mktemp -d)
for given in "$nothing" "$nothing/no-such-file"; do
  ! "$build/sim/fuzz/log_fuzz" "$given" >/dev/null 2>&1 || fail "a target accepts $given"
done
rmdir "$nothing"
# Nor may an input go nowhere.
for folder in "$here"/regressions/*/; do
  [ -e "$here/$(basename "$folder")_fuzz.c" ] || fail "no target plays $folder"
done
[ "$bad" = 0 ] && echo "fuzz: $inputs inputs played on $targets targets"
exit "$bad"
