#!/usr/bin/env bash
# What a user does wrong gets one line and exit status 2; the machine formats are well-formed; files are written whole.
# Usage: cli.sh DRYDOCK
. "$(dirname "$0")/drydock.bash"

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
refused run --report junit scenarios
refused run --report junk=x scenarios
refused run --report tap=same,json=same scenarios
refused run --report "tap=$work/same,json=$work/../$(basename "$work")/./same" scenarios
refused run --report tap=same --output same scenarios
refused run --report tap=same --trace ./same scenarios
refused run --output same --trace same scenarios
refused serve --docker "unix://$work/none" --output same --trace ./same scenarios/engine/empty.json
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

# Broken files are data (sim/tests/bad_input_test.c); here, that each message about them has one, and that it would be noticed.
python3 "$(dirname "$0")/messages.py" || fail "messages without a case in sim/tests/bad (see above)"
mkdir "$work/no-cases"
python3 "$(dirname "$0")/messages.py" "$work/no-cases" >"$work/out" && fail "no case at all, and no message lacks one: $(tail -n 1 "$work/out")"

# However many keys an object has, they are read at once, and what is wrong is said of the first.
python3 -c 'import json; print(json.dumps({"name": "wide", "actors": [], "world": {str(i): 0 for i in range(200000)}}))' >"$work/wide.json"
timeout -s KILL 30 "$drydock" check "$work/wide.json" 2>"$work/err"
[ $? = 2 ] && [ "$(wc -l <"$work/err")" = 20 ] || fail "200,000 unknown keys: $(tail -n 1 "$work/err")"

# So are however many actors and apps, each of which must have a name of its own.
python3 -c 'import json
print(json.dumps({"name": "many", "actors": [{"actor": "check"}] * 40000, "world": {"apps": [{"name": "a"}] * 5000}}))' >"$work/many.json"
timeout -s KILL 60 "$drydock" check "$work/many.json" 2>"$work/err"
[ $? = 2 ] && [ "$(wc -l <"$work/err")" = 20 ] || fail "40,000 actors of one name: $(tail -n 1 "$work/err")"

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

# Every actor of the table acts in the library.
"$drydock" list actors | awk 'NR > 1 && $1 != "needs" {print $1}' | while read -r actor; do
  grep -rqs --include='*.json' --exclude-dir=recordings "\"actor\": \"$actor\"" scenarios || echo "$actor"
done >"$work/idle"
[ -s "$work/idle" ] && fail "actors in no scenario: $(tr '\n' ' ' <"$work/idle")"
finish "command line"
