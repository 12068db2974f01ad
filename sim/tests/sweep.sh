#!/usr/bin/env bash
# A sweep: the same for any number of processes, saved findings replay, findings are no error unless asked for.
# Usage: sweep.sh DRYDOCK
. "$(dirname "$0")/drydock.bash"

refused sweep
refused sweep --fault-kinds burnt scenarios
refused sweep --fault-kinds refused,,slow scenarios
refused sweep --ports docker,node scenarios
refused sweep --jobs 0 scenarios
refused sweep --jobs many scenarios
refused sweep --time soon scenarios
refused sweep --format junit scenarios
refused sweep --revision 9 scenarios
refused sweep --without guard-decrypts --revision 8.9.1 scenarios/incidents/openclawpro.json
refused sweep no-such-file.json
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
finish sweep
