#!/usr/bin/env bash
# Explores the stages of scenarios/stages on every release and writes scenarios/FINDINGS.md, with one repro per cause in
# scenarios/regressions/found. Takes some minutes. Usage: findings.sh DRYDOCK WORK
set -eu
drydock=$1
work=$2
here=$(dirname "$0")
# The bounds of each stage: one failure in all orders where that ends within minutes, all orders without a failure where it does not,
# and samples of orders where not even that does.
bounds() {
  case $1 in
    02-*) echo "--faults 0 --strategy pos --executions 20000" ;;
    03-* | 05-* | 10-*) echo "--faults 0" ;;
    *) echo "--faults 1" ;;
  esac
}
mkdir -p "$work"
reports=()
for stage in scenarios/stages/*.json; do
  name=$(basename "$stage" .json)
  for revision in 8.9.1 8.9.2; do
    report="$work/$name-$revision"
    rm -rf "$report" "$report.json"
    status=0
    # shellcheck disable=SC2046 # words are meant
    "$drydock" explore "$stage" --revision $revision $(bounds "$name") --save "$report" --format json --output "$report.json" || status=$?
    [ $status -le 1 ] || exit $status
    echo "  $name on $revision, $(bounds "$name"): $(python3 -c '
import json, sys
(run,) = json.load(open(sys.argv[1]))
print("%s, %d executions, %d findings" % ("complete" if run["complete"] else "inconclusive", run["executions"], len(run["found"])))' "$report.json")"
    reports+=("$report.json")
  done
done
python3 "$here/findings.py" scenarios/regressions/found sim/bench/remedies.json "${reports[@]}"
"$drydock" regress scenarios/regressions/found
