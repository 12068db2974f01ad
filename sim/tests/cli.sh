#!/usr/bin/env bash
# What a user does wrong gets one line and exit status 2; the machine formats are well-formed; files are written whole.
# Usage: cli.sh DRYDOCK
set -u
drydock=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
fail() {
  echo "cli.sh: $*" >&2
  bad=1
}
refused() { # arguments... : exit 2, exactly one line on standard error, nothing on standard output
  local status=0
  "$drydock" "$@" >"$work/out" 2>"$work/err" || status=$?
  [ $status = 2 ] && [ "$(wc -l <"$work/err")" = 1 ] && [ ! -s "$work/out" ] ||
    fail "drydock $*: status $status, $(cat "$work/err")"
}
refused
refused fly
refused run
refused run --format yaml scenarios
refused run --revision 9 scenarios
refused run --without decrypt scenarios
refused run --without guard-decrypts --revision 8.9.1 scenarios/incidents/openclawpro.json
refused run --seed -1 scenarios
refused run --seed scenarios
refused run --color blue scenarios
refused run --nonsense scenarios
refused run --format
refused run no-such-file.json
refused run "$work"
refused run --coverage "$work/cov" scenarios/incidents/openclawpro.json
refused check
refused list
refused list things
refused help fly
head -c 17000000 /dev/zero >"$work/large.json"
refused check "$work/large.json"

"$drydock" check --quiet scenarios || fail "check scenarios"
for table in effects faults oracles actors revisions counts; do
  [ -n "$("$drydock" list $table)" ] || fail "list $table"
done
[ "$("$drydock" --version)" = "$("$drydock" version)" ] || fail "version"
"$drydock" run --help | grep -q -- --without || fail "run --help"

"$drydock" run scenarios --revision all --format json --output "$work/report.json" || fail "json"
python3 - "$work/report.json" <<'P' || fail "the JSON report breaks its contract"
import json, sys
runs = json.load(open(sys.argv[1]))
assert len(runs) > 40
for run in runs:
    assert set(run) >= {"scenario", "file", "revision", "without", "seed", "verdict", "as_expected", "violations", "counts", "virtual_ms", "wall_us", "trace_hash"}, run
    assert run["verdict"] in ("held", "violated", "inconclusive") and run["as_expected"] is True and run["without"] == []
    assert all(set(v) == {"oracle", "at_ms", "task", "effect", "object", "message"} for v in run["violations"])
    assert len(run["trace_hash"]) == 16 and {"effects", "applied_faults", "broadcasts"} <= set(run["counts"])
P
"$drydock" run scenarios --revision all --format junit --output "$work/report.xml" || fail "junit"
python3 -c 'import sys, xml.etree.ElementTree as t; r = t.parse(sys.argv[1]).getroot(); assert r.tag == "testsuites" and r.get("failures") == "0" and len(r.findall(".//testcase")) == int(r.get("tests"))' \
  "$work/report.xml" || fail "the JUnit report is not well-formed"
"$drydock" run scenarios --revision all --format tap | head -n 1 | grep -qx 'TAP version 14' || fail "tap"
status=0
"$drydock" run scenarios/incidents/openclawpro.json --revision 8.9.2 --without guard-decrypts --format tap >"$work/tap" || status=$?
[ $status = 1 ] && grep -q '^not ok 1 - openclawpro (8.9.2 -guard-decrypts)$' "$work/tap" || fail "a red run in TAP"
status=0
"$drydock" run scenarios/incidents/openclawpro.json --output /no/such/folder/report 2>/dev/null || status=$?
[ $status = 3 ] || fail "an output that cannot be written: status $status"
status=0
"$drydock" run scenarios/incidents/openclawpro.json >/dev/full 2>/dev/null || status=$?
[ $status = 3 ] || fail "a full disk: status $status"
[ -z "$(NO_COLOR=1 "$drydock" run scenarios/incidents/openclawpro.json | grep -a $'\033')" ] || fail "NO_COLOR"
"$drydock" run scenarios/incidents/openclawpro.json --color always | grep -qa $'\033' || fail "--color always"

"$drydock" conform scenarios/recordings --explain >"$work/conform" || fail "conform"
grep -qx '1254 operations compared, 1254 matched; 11 of 11 recordings match in full' "$work/conform" || fail "conform's sum"
grep -q '^Left out of the comparison:' "$work/conform" || fail "conform --explain"
status=0
"$drydock" conform --revision 8.9.1 scenarios/recordings/incident-v8.9.2.json >"$work/conform" || status=$?
[ $status = 1 ] && grep -q '^    recorded ' "$work/conform" && grep -q '^    drydock ' "$work/conform" || fail "conform on the other release"
"$drydock" conform --format json scenarios/recordings | python3 -c '
import json, sys
results = json.load(sys.stdin)
assert len(results) == 11 and all(r["conforms"] and r["score"] == 100 and r["injected"] == [] for r in results)' || fail "conform --format json"
"$drydock" conform --format junit scenarios/recordings | python3 -c '
import sys, xml.etree.ElementTree as t
assert len(t.parse(sys.stdin).getroot().findall(".//testcase")) == 11' || fail "conform --format junit"
refused conform
refused conform --format yaml scenarios/recordings
refused conform --revision 9 scenarios/recordings
refused conform scenarios/incidents/openclawpro.json
refused conform /no/such/file
refused import
refused import scenarios/incidents/openclawpro.json
refused import /no/such/file
"$drydock" import scenarios/recordings/incident-v8.9.1.json --output "$work/imported.json" || fail "import"
"$drydock" check --quiet "$work/imported.json" || fail "an imported scenario is unusable"
refused replay
refused replay no-such-file.json
refused replay scenarios/incidents/openclawpro.json
refused replay --revision 9 x.json
refused replay --without decrypt x.json
refused replay --follow -1 x.json
refused replay --until 'docker prune' x.json
refused replay --until 'db find:0' x.json
refused replay --break things x.json
refused replay --gdb x.json
refused replay x.json y.json
refused regress
refused regress no-such-file.json
refused regress scenarios/incidents/openclawpro.json
refused regress scenarios/incidents
refused regress --format yaml scenarios
refused regress --jobs 0 scenarios
"$(dirname "$0")/replay.sh" "$drydock" || bad=1
explored=scenarios/incidents/openclawpro.json
refused explore
refused explore no-such-file.json
refused explore scenarios
refused explore $explored $explored
refused explore --revision 9 $explored
refused explore --without decrypt $explored
refused explore --strategy best $explored
refused explore --format yaml $explored
refused explore --faults 5 $explored
refused explore --faults 3 --crashes 2 $explored
refused explore --fault-kinds refuse $explored
refused explore --fault-kinds , $explored
refused explore --strikes lightning $explored
refused explore --ports dockers $explored
refused explore --jobs 0 $explored
refused explore --executions 0 $explored
refused explore --time soon $explored
refused explore --memory much $explored
refused explore --window 0s $explored
refused explore --preemptions 1 --strategy pct $explored
refused explore --depth 0 --strategy pct $explored
refused explore --nonsense $explored
"$(dirname "$0")/explore.sh" "$drydock" || bad=1
# Every actor of the table acts in the library.
"$drydock" list actors | awk 'NR > 1 && $1 != "needs" {print $1}' | while read -r actor; do
  grep -rqs --include='*.json' --exclude-dir=recordings "\"actor\": \"$actor\"" scenarios || echo "$actor"
done >"$work/idle"
[ -s "$work/idle" ] && fail "actors in no scenario: $(tr '\n' ' ' <"$work/idle")"
[ "$bad" = 0 ] && echo "command line: as documented"
exit "$bad"
