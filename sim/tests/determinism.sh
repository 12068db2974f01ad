#!/usr/bin/env bash
# Every binary, run twice, gives the same traces and the same reports. Usage: determinism.sh DRYDOCK...
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
first=
# The forms that tell single events have more to differ in than JSON: places in core/, above all.
forms=$(printf ',%s' {tap,sarif,github,markdown,html,exercised,exercised-json,exercised-html})
for drydock in "$@"; do
  for turn in 1 2; do
    rm -rf "$work/now" && mkdir "$work/now"
    "$drydock" run scenarios --revision all --quiet --format json --output "$work/now/json" --trace "$work/now/trace" \
      --report "$(sed "s#,\\([^,]*\\)#,\\1=$work/now/\\1#g; s/^,//" <<<"$forms")" || [ $? = 1 ]
    sed -i 's/"wall_us":[^,]*//' "$work/now/json" # the one member that is not virtual
    sum=$(cd "$work/now" && sha256sum ./*)
    [ -n "$first" ] || cp -r "$work/now" "$work/first"
    first=${first:-$sum}
    if [ "$sum" != "$first" ]; then
      echo "determinism.sh: $drydock, turn $turn, differs from $1: $(diff -rq "$work/first" "$work/now" | awk '{print $2}' | xargs -n 1 basename | xargs)" >&2
      cmp -s "$work/first/trace" "$work/now/trace" || "$drydock" diff "$work/first/trace" "$work/now/trace" --format json |
        python3 -c 'import json, sys; print(json.dumps(next((d for d in json.load(sys.stdin) if not d["same"]), None), indent=1))' >&2
      exit 1
    fi
  done
  echo "$drydock: same traces and reports, twice"
done
