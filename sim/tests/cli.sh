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
refused run --around nothing scenarios
refused run --around 0 scenarios
refused run --around container-lost# scenarios
refused run --around container-lost#0 scenarios
refused run --port things scenarios
refused run --task '' scenarios
refused run --object '' scenarios
refused run --task install --no-timeline scenarios
refused run --task install --format json scenarios
refused run --format
refused run no-such-file.json
refused run "$work"
refused run --coverage "$work/cov" scenarios/incidents/openclawpro.json
refused sweep
refused sweep --fault-kinds burnt scenarios
refused sweep --fault-kinds refused,,slow scenarios
refused sweep --ports docker,node scenarios
refused sweep --jobs 0 scenarios
refused sweep --jobs many scenarios
refused sweep --time soon scenarios
refused run --report junit scenarios
refused run --report junk=x scenarios
refused run --report tap=same,json=same scenarios
refused run --report "tap=$work/same,json=$work/../$(basename "$work")/./same" scenarios
refused run --report tap=same --output same scenarios
refused run --report tap=same --trace ./same scenarios
refused run --output same --trace same scenarios
refused ablate --report tap=same --output ./same scenarios
refused serve --docker "unix://$work/none" --output same --trace ./same scenarios/engine/empty.json
refused sweep --format junit scenarios
refused sweep --revision 9 scenarios
refused sweep --without guard-decrypts --revision 8.9.1 scenarios/incidents/openclawpro.json
refused sweep no-such-file.json
refused check
refused list
refused list things
refused help fly
refused completion
refused completion tcsh
refused completion bash zsh
refused completion --bash
head -c 17000000 /dev/zero >"$work/large.json"
refused check "$work/large.json"

# However many keys an object has, they are read at once, and what is wrong is said of the first.
python3 -c 'import json; print(json.dumps({"name": "wide", "actors": [], "world": {str(i): 0 for i in range(200000)}}))' >"$work/wide.json"
timeout -s KILL 30 "$drydock" check "$work/wide.json" 2>"$work/err"
[ $? = 2 ] && [ "$(wc -l <"$work/err")" = 20 ] || fail "200,000 unknown keys: $(tail -n 1 "$work/err")"

"$drydock" check --quiet scenarios || fail "check scenarios"
names() { # SCHEMA: its names are the tables'
  "$(dirname "$0")/schema.py" "$drydock" "$1"
}
names scenarios/schema.json || fail "the names in the schema"
sed '/"lost-reply",/d' scenarios/schema.json >"$work/schema.json"
names "$work/schema.json" 2>/dev/null && fail "a name that the schema lacks is not noticed"
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
"$drydock" run scenarios/incidents --revision all --format markdown --report "junit=$work/two.xml,github=$work/two.github" --report "json=$work/two.json" \
  >"$work/two.md" 2>"$work/two.said" || fail "several reports at once"
[ "$(cat "$work/two.said")" = "$(printf '%s report: %s\n' junit "$work/two.xml" github "$work/two.github" json "$work/two.json")" ] ||
  fail "not said which reports were written: $(cat "$work/two.said")"
"$drydock" run scenarios/incidents --revision all --quiet --report "html=$work/run.html" >"$work/quiet" 2>&1 || fail "html"
[ ! -s "$work/quiet" ] || fail "--quiet is not: $(cat "$work/quiet")"
"$drydock" run scenarios/incidents --revision all --format html --output "$work/again.html" && cmp "$work/run.html" "$work/again.html" ||
  fail "the HTML report is not the same twice"
[ "$(stat -c %s "$work/run.html")" -lt 2000000 ] || fail "the HTML report of 13 hours has $(stat -c %s "$work/run.html") bytes"
grep -q '^| ✅ | openclawpro | 8.9.2 |' "$work/two.md" && [ "$(cat "$work/two.github")" = '2 as expected, 0 not' ] &&
  python3 -c 'import json, sys, xml.etree.ElementTree as t
assert len(json.load(open(sys.argv[1]))) == 2 and len(t.parse(sys.argv[2]).getroot().findall(".//testcase")) == 2' "$work/two.json" "$work/two.xml" ||
  fail "several reports at once: $(cat "$work/two.md" "$work/two.github")"
"$drydock" run scenarios/incidents --revision all --quiet --trace "$work/trace.json" || fail "a trace for Perfetto"
python3 - "$work/trace.json" <<'P' || fail "a trace for Perfetto: not as the Trace Event Format has it"
import collections, json, sys
events = json.load(open(sys.argv[1]))["traceEvents"]
required = {"M": {"name", "pid", "args"}, "X": {"name", "cat", "pid", "tid", "ts", "dur"}, "i": {"name", "pid", "tid", "ts", "s"},
            "s": {"id", "cat", "name", "pid", "tid", "ts"}, "f": {"id", "cat", "name", "pid", "tid", "ts", "bp"}}
flows = collections.defaultdict(list)
slices = collections.defaultdict(set)
for event in events:
    assert required[event["ph"]] <= event.keys(), event
    assert event.get("ts", 0) >= 0 and event.get("dur", 1) > 0, event
    if event["ph"] == "X":
        slices[event["pid"], event["tid"]].add(event["ts"])
    if event["ph"] in "sf":
        flows[event["pid"] > 2, event["id"]].append(event)
assert len(flows) > 70000 and all([e["ph"] for e in flow] == ["s", "f"] and flow[0]["ts"] <= flow[1]["ts"] for flow in flows.values())
named = {(e["pid"], e["tid"]) for e in events if e["ph"] == "M" and e["name"] == "thread_name"}
assert set(slices) <= named, set(slices) - named
lost = [e for e in events if e["name"] == "container-lost"]
assert len(lost) == 1 and lost[0]["args"]["message"], lost
P
"$drydock" run scenarios --revision all --format tap | head -n 1 | grep -qx 'TAP version 14' || fail "tap"
status=0
"$drydock" run scenarios/incidents/openclawpro.json --revision 8.9.2 --without guard-decrypts --format tap >"$work/tap" || status=$?
[ $status = 1 ] && grep -q '^not ok 1 - openclawpro (8.9.2 -guard-decrypts)$' "$work/tap" || fail "a red run in TAP"
status=0
"$drydock" run scenarios/incidents/openclawpro.json --output /no/such/folder/report 2>/dev/null || status=$?
[ $status = 3 ] || fail "an output that cannot be written: status $status"
status=0
"$drydock" run scenarios/incidents/openclawpro.json >/dev/full 2>"$work/err" || status=$?
[ $status = 3 ] && [ "$(wc -l <"$work/err")" = 1 ] || fail "a full disk: status $status, $(cat "$work/err")"
# A link stays one, what it names is written whole; what is open already, a file perhaps, is not renamed onto.
touch "$work/linked" && ln -s linked "$work/link"
"$drydock" run scenarios/races --quiet --report "junit=$work/link" && [ -L "$work/link" ] && grep -q '</testsuites>' "$work/linked" ||
  fail "a report through a link"
"$drydock" run scenarios/races --report tap=/proc/self/fd/1 >"$work/out" 2>/dev/null && grep -q '^expected ' "$work/out" &&
  grep -q '^TAP version 14' "$work/out" || fail "a report to what is open already: $(head -c 200 "$work/out")"
[ -z "$(NO_COLOR=1 "$drydock" run scenarios/incidents/openclawpro.json | grep -a $'\033')" ] || fail "NO_COLOR"
"$drydock" run scenarios/incidents/openclawpro.json --color always | grep -qa $'\033' || fail "--color always"

# The timeline: narrowed, as wide as it may be, and the same run as ever.
story() { # arguments... : the timeline of the incident on 8.9.1
  "$drydock" run scenarios/incidents/openclawpro.json --revision 8.9.1 "$@" >"$work/story" || fail "run $*"
}
told() { # lines that are in the story, with blanks as one; "-": that is not
  local line
  for line in "$@"; do
    case $line in
    -*) tr -s ' ' <"$work/story" | grep -qF -- "${line#-}" && fail "\"${line#-}\" in: $(cat "$work/story")" ;;
    *) tr -s ' ' <"$work/story" | grep -qF -- "$line" || fail "no \"$line\" in: $(cat "$work/story")" ;;
    esac
  done
}
story
told '✗ container-lost: ' '↻ × 61, every 30 s, until 2026-03-27 01:18:00.000' 'docker containers.prune → 1 deleted'
LC_ALL=C awk '/^outcome/ {exit} {gsub(/[\200-\277]/, ""); if (length($0) > 100) bad = 1} END {exit bad}' "$work/story" ||
  fail "the timeline is wider than 100 columns"
story --task install
told '✗ container-lost: ' '-↻ × 61' '-phantom-running:'
story --task install --port fdm --full
told 'no event of all that was asked for'
story --port docker --object webshop --full
told 'docker container.start fluxweb_webshop → done' '-container-lost: ' '-begins'
story --task nobody --object nothing
told 'no event of task "nobody"; the tasks of this run are check, ' 'no event of object "nothing"' '-✗'
story --around retry-forever
told 'around retry-forever, violation 2 of 15 in this run: ' '✗ retry-forever: ' '-✗ container-lost'
story --around phantom-running#13
told 'around phantom-running, violation 15 of 15 in this run: ' '✗ phantom-running: ' '-✗ container-lost'
story --around 1
told 'around container-lost, violation 1 of 15 in this run: ' '-phantom-running:'
story --around phantom-running#14
told 'phantom-running is violated 13 times in this run, not 14'
"$drydock" run scenarios/races/01-stopped-after-the-snapshot.json --revision 8.9.2 >"$work/story" || fail "a race"
told '① install:napp looked: docker containers.list → 1' '② stop-container:fluxweb_shop: container stopped:' \
  '③ install:napp went by ①: docker containers.prune' '│┌ stop-container:fluxweb_' 'docker containers.list → 1 container ◂ ①'
"$drydock" run scenarios/races/01-stopped-after-the-snapshot.json --revision 8.9.2 --no-timeline --trace "$work/race.jsonl" >"$work/out" || fail "a trace of a race"
refused diff scenarios/races/01-stopped-after-the-snapshot.json "$work/race.jsonl" --without guard-decrypts
"$drydock" replay "$work/race.jsonl" --task stop-container >"$work/story" || fail "a trace replayed with --task"
told 'container stopped: fluxweb_shop ◂ ②' '-✗ container-lost' 'same trace hash'
# Nobody's terminal obeys what stands in a trace.
sed '1s/"scenario":"/&\\u001b[31m\\u007f\\u009b/' "$work/race.jsonl" >"$work/evil.jsonl"
"$drydock" replay "$work/evil.jsonl" >"$work/evil" 2>&1
"$drydock" diff "$work/evil.jsonl" "$work/race.jsonl" >>"$work/evil" 2>&1
grep -q '^run .*\[31m' "$work/evil" && grep -q '^--- .*\[31m' "$work/evil" || fail "a trace of another name: $(cat "$work/evil")"
[ "$(LC_ALL=C tr -d '\n\040-\176\200-\377' <"$work/evil" | wc -c)" = 0 ] && ! LC_ALL=C grep -q $'\302[\200-\237]' "$work/evil" ||
  fail "control characters of a trace in the output"
"$drydock" run scenarios/races --task install --quiet >"$work/story" && told 'on 8.9.1' 'on 8.9.2' || fail "--task is said to mean --timeline"
if command -v script >/dev/null; then
  script -qec "stty cols 60 rows 20; NO_COLOR=1 '$drydock' run scenarios/incidents/openclawpro.json --revision 8.9.1" /dev/null </dev/null |
    tr -d '\r' >"$work/story"
  LC_ALL=C awk '/^outcome/ {exit} {gsub(/[\200-\277]/, ""); if (length($0) > 60) bad = 1} END {exit bad || !NR}' "$work/story" ||
    fail "a terminal of 60 columns: $(cat "$work/story")"
  told '✗ container-lost: '
fi

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
refused replay --around nothing x.json
refused replay --port things x.json
refused replay --task check --step x.json
refused replay x.json y.json
refused regress
refused regress no-such-file.json
refused regress scenarios/incidents/openclawpro.json
refused regress scenarios/incidents
refused regress --format yaml scenarios
refused regress --jobs 0 scenarios
"$(dirname "$0")/replay.sh" "$drydock" || bad=1
"$(dirname "$0")/traces.sh" "$drydock" || bad=1
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
# A sweep: the same for any number of processes, saved findings replay, findings are no error unless asked for.
swept=scenarios/faults/03-install-rolls-back.json
"$drydock" sweep $swept --revision 8.9.2 --output "$work/sweep" || fail "sweep"
"$drydock" sweep $swept --revision 8.9.2 --jobs 2 --output "$work/sweep-2" || fail "sweep --jobs"
cmp -s "$work/sweep" "$work/sweep-2" || fail "sweep: two processes find something else than one"
grep -qx 'complete: every mishap within the bounds was tried' "$work/sweep" || fail "a sweep that ends"
"$drydock" sweep $swept --revision 8.9.2 --fault-kinds refused --ports daemon,peers --once --no-crashes --pairs --save "$work/found" --format json |
  python3 -c '
import json, sys
report = json.load(sys.stdin)
(sweep,) = report["sweeps"]
assert report["complete"] and sweep["complete"] and sweep["unfired"] == [], report
assert sweep["planned"] == sweep["singles"]["tried"] == sweep["singles"]["fired"] > 0 and sweep["pairs"]["tried"] > 0
assert all(f["repro"] for f in sweep["findings"]) and {f["class"] for f in sweep["findings"]} == {"violating"}' || fail "sweep --format json"
"$drydock" run "$work/found" --quiet && "$drydock" regress "$work/found" >"$work/out" || fail "what a sweep saved does not replay: $(cat "$work/out")"
kept=$(ls "$work/found" | wc -l)
"$drydock" sweep $swept --revision 8.9.2 --fault-kinds refused --ports daemon,peers --once --no-crashes --pairs --save "$work/found" >/dev/null
[ "$(ls "$work/found" | wc -l)" = "$kept" ] || fail "the same sweep does not renew what it saved: $(ls "$work/found")"
echo mine >"$(ls "$work/found"/*-001.json)"
"$drydock" sweep $swept --revision 8.9.2 --fault-kinds refused --ports daemon,peers --once --no-crashes --pairs --save "$work/found" >/dev/null
[ "$(ls "$work/found" | wc -l)" = $((kept + 1)) ] && [ "$(cat "$work/found"/*-001.json)" = mine ] || fail "a sweep overwrites what another has saved: $(ls "$work/found")"
status=0
"$drydock" sweep $swept --revision 8.9.2 --ports daemon --strict >/dev/null || status=$?
[ $status = 1 ] || fail "sweep --strict: status $status"
"$drydock" sweep scenarios/boot --time 1ms | grep -q '^inconclusive: ' || fail "a sweep whose time is up"
# An ablation: each switch is noticed; what none of the scenarios notices fails; the same for any number of processes.
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
cat >"$work/stage.json" <<'J'
{"name": "stopped", "revisions": ["8.9.2"], "world": {"apps": [{"name": "shop"}, {"name": "napp"}]},
 "actors": [{"actor": "install", "app": "napp", "at": "any"}, {"actor": "stop-container", "container": "fluxweb_shop", "at": "any"}]}
J
refused compare
refused compare no-such-file.json
refused compare "$work/stage.json" scenarios/incidents/openclawpro.json
refused compare --strategies dpor,luck "$work/stage.json"
refused compare --strategies '' "$work/stage.json"
refused compare --strategies pos --depth 2 "$work/stage.json"
refused compare --depth 2,,3 "$work/stage.json"
refused compare --depth 2, "$work/stage.json"
refused compare --depth 1,2,3,4,5,6,7,8,9 "$work/stage.json"
refused compare --seeds 0 "$work/stage.json"
refused compare --seeds 1001 "$work/stage.json"
refused compare --executions 0 "$work/stage.json"
refused compare --fingerprint container-lost "$work/stage.json"
refused compare --fingerprint 'luck | a | b' "$work/stage.json"
refused compare --revision 9 "$work/stage.json"
refused compare --revision 8.9.1 "$work/stage.json"
refused compare --without decrypt "$work/stage.json"
refused compare --window soon "$work/stage.json"
refused compare --time soon "$work/stage.json"
refused compare --jobs 0 "$work/stage.json"
refused compare --format yaml "$work/stage.json"
"$drydock" compare --strategies pos,dpor --seeds 6 --executions 200 --format json "$work/stage.json" | python3 -c '
import json, sys
[run] = json.load(sys.stdin)
assert run["complete"] and run["seeds"] == 6 and run["executions_max"] == 200
assert [row["strategy"] for row in run["strategies"]] == ["random", "dpor", "pos"]
assert all({"median", "low", "high"} <= set(run["strategies"][i][what]) for i in (0, 2) for what in ("executions", "ns"))
assert run["strategies"][1]["searches"] == 1' || fail "compare --format json"
# Every actor of the table acts in the library.
"$drydock" list actors | awk 'NR > 1 && $1 != "needs" {print $1}' | while read -r actor; do
  grep -rqs --include='*.json' --exclude-dir=recordings "\"actor\": \"$actor\"" scenarios || echo "$actor"
done >"$work/idle"
[ -s "$work/idle" ] && fail "actors in no scenario: $(tr '\n' ' ' <"$work/idle")"
[ "$bad" = 0 ] && echo "command line: as documented"
exit "$bad"
