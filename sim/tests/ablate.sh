#!/usr/bin/env bash
# An ablation: each switch is noticed; what none of the scenarios notices fails; the same for any number of processes.
# Usage: ablate.sh DRYDOCK
. "$(dirname "$0")/drydock.bash"

refused ablate --report tap=same --output ./same scenarios
refused ablate
refused ablate no-such-file.json
mkdir "$work/nothing-here"
refused ablate "$work/nothing-here"
refused ablate --revision 9 scenarios
refused ablate --revision all scenarios
refused ablate --revision 8.9.1 scenarios
refused ablate --without decrypt scenarios
refused ablate --jobs 0 scenarios
refused ablate --seed x scenarios
refused ablate --format yaml scenarios
refused ablate --report text scenarios
refused ablate --report text=a,tap=a scenarios
refused ablate --nonsense scenarios
"$drydock" ablate scenarios --revision 8.9.2 --jobs 1 --output "$work/ablation" || fail "ablate: status $?"
"$drydock" ablate scenarios --jobs 3 --report "text=$work/ablation-3,json=$work/ablation.json,junit=$work/ablation.xml,tap=$work/ablation.tap,github=$work/ablation.github,sarif=$work/ablation.sarif,markdown=$work/ablation.md" --quiet >"$work/out" ||
  fail "ablate: status $?"
[ ! -s "$work/out" ] || fail "ablate --quiet has something to say: $(cat "$work/out")"
cmp -s "$work/ablation" "$work/ablation-3" || fail "ablate: three processes find something else than one"
python3 - "$work" <<'P' || fail "the reports of an ablation"
import json, sys, xml.etree.ElementTree as t
work = sys.argv[1]
report = json.load(open(work + "/ablation.json"))
switches = {s["switch"]: s for s in report["switches"]}
assert report["passes"] and report["complete"] and report["revision"] == "8.9.2" and len(switches) >= 6
assert all(s["noticed"] > 0 and s["first"] for s in switches.values()), switches
assert all(sum(c["notices"] for r in report["scenarios"] for c in r["cells"] if c["switch"] == name) == s["noticed"] for name, s in switches.items())
cells = {c["switch"]: c for r in report["scenarios"] if r["scenario"] == "openclawpro" for c in r["cells"]}
assert cells["guard-decrypts"]["oracle"] == "container-lost" and cells["guard-decrypts"]["depth"] > 0 and cells["guard-decrypts"]["at_ms"] == 300000, cells
suite = t.parse(work + "/ablation.xml").getroot()
assert [c.get("name") for c in suite.iter("testcase")] == list(switches) and not list(suite.iter("failure"))
assert open(work + "/ablation.tap").read().startswith("TAP version 14\n1..%d\nok 1 - " % len(switches))
(run,) = json.load(open(work + "/ablation.sarif"))["runs"]
assert run["results"] == [] and run["invocations"] == [{"executionSuccessful": True}], run
assert open(work + "/ablation.md").read().count("| \u2705 |") == len(switches)
P
status=0
"$drydock" ablate scenarios/incidents --quiet --format github >"$work/out" || status=$?
[ $status = 1 ] && grep -q '^::error title=handler-scope of 8.9.2::nothing notices that handler-scope is taken out of 8.9.2: 0 of 1 scenarios ask for it$' "$work/out" ||
  fail "a switch that nothing notices: status $status, $(cat "$work/out")"
status=0
"$drydock" ablate scenarios/incidents --format sarif >"$work/out" || status=$?
[ $status = 1 ] && python3 - "$work/out" core/switches.def <<'P' || fail "a switch that nothing notices, as SARIF: status $status, $(cat "$work/out")"
import json, sys
(run,) = json.load(open(sys.argv[1]))["runs"]
lines = open(sys.argv[2]).read().split("\n")
(result,) = (r for r in run["results"] if r["properties"]["switch"] == "handler-scope")
place = result["locations"][0]["physicalLocation"]
assert result["ruleId"] == "unnoticed-switch" and place["artifactLocation"]["uri"] == sys.argv[2], result
assert '"handler-scope"' in lines[place["region"]["startLine"] - 1], place
P
"$drydock" ablate scenarios/incidents --without guard-decrypts --strict --quiet || fail "ablate --without: status $?"
# A scenario that notices by a count alone does not notice with --strict.
status=0
"$drydock" ablate scenarios/regressions/05-*.json --without recheck-before-removal --quiet || fail "ablate: a count is enough"
"$drydock" ablate scenarios/regressions/05-*.json --without recheck-before-removal --strict >"$work/out" || status=$?
[ $status = 1 ] && grep -q 'is taken out of 8.9.2: 1 of 1 scenarios ask for it, in 1 counts differ$' "$work/out" ||
  fail "ablate --strict: status $status, $(cat "$work/out")"
cat >"$work/red.json" <<'J'
{"name": "red", "world": {"apps": [{"name": "shop"}]}, "actors": [{"actor": "remove", "app": "shop"}], "expect": {"apps": {"shop": "installed"}}}
J
status=0
"$drydock" ablate scenarios/incidents "$work/red.json" --without guard-decrypts >"$work/out" || status=$?
[ $status = 1 ] && grep -q '^red is not as expected with every switch of 8.9.2 in, so it judges none: expected app shop to be installed' "$work/out" &&
  grep -q '^8.9.2: 1 of 1 switches noticed, by 1 of 2 scenarios$' "$work/out" || fail "ablate, a red scenario: status $status, $(cat "$work/out")"
echo '{"name": "old", "revisions": ["8.9.1"], "world": {"apps": [{"name": "shop"}]}, "actors": [{"actor": "check"}]}' >"$work/old.json"
refused ablate "$work/old.json"
finish ablate
