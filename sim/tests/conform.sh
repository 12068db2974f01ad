#!/usr/bin/env bash
# Recordings are compared and imported. Usage: conform.sh DRYDOCK
. "$(dirname "$0")/drydock.bash"

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
finish "conform and import"
