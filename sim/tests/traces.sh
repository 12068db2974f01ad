#!/usr/bin/env bash
# Traces that are written, read, replayed and compared. Usage: traces.sh DRYDOCK
. "$(dirname "$0")/drydock.bash"

# says STATUS PATTERN ARGUMENTS...: exit status, and a line of what is printed (no pattern: none is looked for)
says() {
  local wanted=$1 pattern=$2
  shift 2
  case $wanted in
  2) refused "$@" ;;
  *) call "$wanted" "$@" ;;
  esac
  [ -z "$pattern" ] || cat "$work/out" "$work/err" | grep -q -e "$pattern" ||
    fail "drydock $*: expected \"$pattern\": $(head -c 2000 "$work/out" "$work/err")"
}
trace() { # FILE ARGUMENTS...
  local file=$1
  shift
  "$drydock" run "$@" --quiet --trace "$work/$file" >"$work/out" 2>&1 || fail "drydock run $*: $(cat "$work/out")"
}
incident=scenarios/incidents/openclawpro.json
race=scenarios/races/01-stopped-after-the-snapshot.json

# The documentation is the table.
"$drydock" list trace >"$work/table"
sed -n '/^### header$/,$p' reports/TRACES.md | cmp -s - "$work/table" || fail "reports/TRACES.md has another table than \`drydock list trace\`"

# Round trip: scripts, chance, repros, a release with something taken out, several runs.
trace race.jsonl $race --revision 8.9.1
says 0 'replayed .*events, same trace hash' replay "$work/race.jsonl"
says 0 'hash' replay --full "$work/race.jsonl"
trace two.jsonl $race --revision all
[ "$("$drydock" replay "$work/two.jsonl" | grep -c '^replayed ')" = 2 ] || fail "a trace of two runs"
trace repro.jsonl scenarios/regressions/found/06-container-lost-install-races-with-check.json
says 0 'same trace hash' replay "$work/repro.jsonl"
cat >"$work/random.json" <<'J'
{"name": "random", "strategy": "random", "duration": "1h", "world": {"apps": [{"name": "shop"}, {"name": "napp"}]},
 "actors": [{"actor": "install", "app": "napp"}, {"actor": "check"}, {"actor": "stop-container", "container": "fluxweb_shop"}]}
J
for seed in 1 2; do
  "$drydock" run "$work/random.json" --revision 8.9.2 --seed $seed --quiet --trace "$work/random-$seed.jsonl" >/dev/null
  says 0 'same trace hash' replay "$work/random-$seed.jsonl"
done
says 1 '^trace    differs at event' diff "$work/random-1.jsonl" "$work/random-2.jsonl"
"$drydock" run $incident --revision 8.9.2 --without guard-decrypts --quiet --trace "$work/without.jsonl" >/dev/null
says 0 'same trace hash' replay "$work/without.jsonl"
says 1 '^diverged .*at event 69 ' replay --revision 8.9.2 "$work/without.jsonl"
grep -q '"guard-passed"' "$work/out" && grep -q '"guard-held"' "$work/out" || fail "the guard is not named: $(cat "$work/out")"
# It stands alone, and the order of a line's members means nothing.
(cd "$work" && "$(realpath "$OLDPWD/$drydock" 2>/dev/null || echo "$drydock")" replay race.jsonl) >"$work/out" 2>&1 || fail "a trace elsewhere: $(cat "$work/out")"
python3 -c 'import json, sys
for line in open(sys.argv[1]):
    print(json.dumps(dict(sorted(json.loads(line).items()))))' "$work/race.jsonl" >"$work/sorted.jsonl"
says 0 '^trace    the same' diff "$work/race.jsonl" "$work/sorted.jsonl"

# One answer changed: the event, the line, the member, both values.
line=$(python3 - "$work/race.jsonl" "$work/changed.jsonl" <<'P'
import json, sys
out = open(sys.argv[2], "w")
done = False
for number, text in enumerate(open(sys.argv[1]), 1):
    line = json.loads(text)
    if not done and line["kind"] == "effect" and line["effect"] == "docker containers.list" and line["result"]:
        line["result"][0]["State"] = "painted"
        done = number
    out.write(json.dumps(line, separators=(",", ":")) + "\n")
print(done)
P
)
says 1 "^diverged .*at event $((line - 2)) ($work/changed.jsonl:$line), .* applied" replay "$work/changed.jsonl"
grep -q '^  member     result\[0\].State$' "$work/out" && grep -q '^   expected  "painted"$' "$work/out" && grep -q '^   came      "' "$work/out" ||
  fail "what diverges is not named: $(cat "$work/out")"
sed 's/"trace_hash":"[0-9a-f]*"/"trace_hash":"0123456789abcdef"/' "$work/race.jsonl" >"$work/hash.jsonl"
says 1 '^diverged .* events are the same, but trace hash .* expected 0123456789abcdef' replay "$work/hash.jsonl"

# What is compared: the incident on two releases; the guard is what the one switch changes.
says 1 '^    container fluxopenclaw_openclawpro1774571881282: - absent, + running$' diff $incident --revision 8.9.1,8.9.2
grep -q '^  - violated: container-lost' "$work/out" && grep -q '^  + held ' "$work/out" || fail "verdicts of the incident: $(cat "$work/out")"
says 1 '^trace    differs at event 69, when it was issued: text$' diff $incident --revision 8.9.2 --without guard-decrypts -C 2
grep -q '^  -     69 .* guard-held ' "$work/out" && grep -q '^  +     69 .* guard-passed' "$work/out" && [ "$(grep -c '^        6[78] ' "$work/out")" = 2 ] ||
  fail "the guard: $(cat "$work/out")"
says 1 '^trace    differs at event 69' diff "$work/without.jsonl" $incident --revision 8.9.2
says 1 '' diff $incident --revision 8.9.2 --without guard-decrypts --format json --output "$work/diff.json"
python3 - "$work/diff.json" <<'P' || fail "diff --format json"
import json, sys
[pair] = json.load(open(sys.argv[1]))
assert pair["same"] is False and pair["left"]["verdict"] == "held" and pair["right"]["verdict"] == "violated"
assert pair["right"]["without"] == ["guard-decrypts"] and pair["right"]["violated"]["container-lost"] == 1
assert pair["trace"]["event"] == 69 and pair["trace"]["member"] == "text" and len(pair["trace"]["before"]) == 3
assert pair["trace"]["values"] == {"left": "guard-held", "right": "guard-passed"}
assert pair["world"]["right"]["text"] == "~ container removed fluxopenclaw_openclawpro1774571881282"
assert {"thing": "container", "object": "fluxopenclaw_openclawpro1774571881282", "detail": None, "left": "running", "right": "absent"} in pair["world"]["end"]
P
says 0 '^verdict  the same' diff "$work/race.jsonl" "$work/race.jsonl"
says 0 '^trace    the same' diff "$work/race.jsonl" $race --revision 8.9.1
says 0 '^trace    the same' diff "$work/without.jsonl" $incident
says 0 '^trace    the same' diff "$work/random.json" "$work/random-2.jsonl"
says 0 '^2 the same, 0 not$' diff "$work/two.jsonl" "$work/two.jsonl"
says 0 '^trace    the same' diff $race $race --revision 8.9.1,8.9.1
says 0 '^+++ .* on 8.9.2' diff "$work/two.jsonl"
says 1 '^+++ two-installs on' diff $race scenarios/races/05-two-installs.json

# Unusable: one line, with the place.
head -n 20 "$work/race.jsonl" >"$work/truncated.jsonl"
head -c 20000 "$work/race.jsonl" >"$work/cut.jsonl"
cut_line=$(($(wc -l <"$work/cut.jsonl") + 1))
sed '1s/"version":1/"version":2/' "$work/race.jsonl" >"$work/version.jsonl"
sed '1s/"strategy":"script"/"strategy":"clients"/' "$work/race.jsonl" >"$work/clients.jsonl"
sed '1s/"violates":\["container-lost"/"violates":["container-last"/' "$work/race.jsonl" >"$work/source.jsonl"
sed '1s/"revision":"8.9.1"/"revision":"7.0.0"/' "$work/race.jsonl" >"$work/release.jsonl"
sed '5s/"at_ms"/"at_"ms"/' "$work/race.jsonl" >"$work/mutilated.jsonl"
sed '5d' "$work/race.jsonl" >"$work/shorter.jsonl"
sed -n '1p;$s/"events":[0-9]*/"events":0/p' "$work/race.jsonl" >"$work/eventless.jsonl"
: >"$work/empty.jsonl"
for verb in "replay" "diff $work/race.jsonl"; do
  says 2 "truncated.jsonl:21:1: the trace ends before its footer" $verb "$work/truncated.jsonl"
  says 2 "cut.jsonl:$cut_line:[0-9]*: .*no end" $verb "$work/cut.jsonl"
  says 2 "version.jsonl:1:[0-9]*: version is 2, expected 1" $verb "$work/version.jsonl"
  says 2 "mutilated.jsonl:5:[0-9]*: found 'm', expected" $verb "$work/mutilated.jsonl"
  says 2 "shorter.jsonl:[0-9]*:[0-9]*: " $verb "$work/shorter.jsonl"
  says 2 "eventless.jsonl:2:1: the run's events were not kept" $verb "$work/eventless.jsonl"
  says 2 "empty.jsonl:1:1: the file is empty" $verb "$work/empty.jsonl"
  says 2 "$work:1:1: Is a directory" $verb "$work"
  says 2 "no-such-file:1:1: No such file" $verb no-such-file
done
"$drydock" run $race --quiet --trace "$work/perfetto.json" >/dev/null
says 2 "perfetto.json:1:1: a trace for Perfetto" replay "$work/perfetto.json"
column=$(head -n 1 "$work/source.jsonl" | grep -bo '"container-last"' | head -n 1 | cut -d: -f1)
says 2 "source.jsonl:1:$((column + 1)): unknown oracle \"container-last\"" replay "$work/source.jsonl"
says 2 "clients.jsonl:1:1: .*cannot be replayed" replay "$work/clients.jsonl"
says 2 "release.jsonl:1:1: revision is \"7.0.0\"" replay "$work/release.jsonl"
says 2 "for repros" replay --step "$work/race.jsonl"
says 2 "for repros" replay --follow 1 "$work/race.jsonl"
says 2 "has not all that --without takes out" replay --without guard-decrypts "$work/race.jsonl"
says 2 "expected two files" diff
says 2 "expected two files" diff a b c
says 2 "for scenarios" diff --revision 8.9.1 "$work/race.jsonl" "$work/race.jsonl"
says 2 "no revision \"9\"" diff --revision 8.9.1,9 $race
says 2 "more than two" diff --revision 8.9.1,8.9.2,8.9.1 $race
says 2 "has not all that --without takes out" diff --without guard-decrypts --revision 8.9.1 $race
says 2 "one run of" diff --revision 8.9.1 $race
says 2 "holds 1 run, expected two" diff "$work/race.jsonl"
says 2 "holds 2 runs and .* 1, expected as many" diff "$work/two.jsonl" "$work/race.jsonl"
says 2 "takes a whole number" diff -C many $race
says 2 "" diff --format yaml $race
finish traces
