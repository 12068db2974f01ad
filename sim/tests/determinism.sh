#!/usr/bin/env bash
# Every binary, run twice, gives the same traces and the same reports. Usage: determinism.sh DRYDOCK...
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
first=
for drydock in "$@"; do
  for turn in 1 2; do
    "$drydock" run scenarios --revision all --format json --output "$work/report" --trace "$work/trace" || [ $? = 1 ]
    sed -i 's/"wall_us":[^,]*//' "$work/report" # the one member that is not virtual
    sum=$(cat "$work/report" "$work/trace" | sha256sum)
    [ -n "$first" ] || cp "$work/trace" "$work/first"
    first=${first:-$sum}
    if [ "$sum" != "$first" ]; then
      echo "determinism.sh: $drydock, turn $turn, differs from $1; where the traces do:" >&2
      "$drydock" diff "$work/first" "$work/trace" --format json |
        python3 -c 'import json, sys; print(json.dumps(next((d for d in json.load(sys.stdin) if not d["same"]), None), indent=1))' >&2
      exit 1
    fi
  done
  echo "$drydock: same traces and reports, twice"
done
