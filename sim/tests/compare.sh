#!/usr/bin/env bash
# Strategies are compared. Usage: compare.sh DRYDOCK
. "$(dirname "$0")/drydock.bash"

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
finish compare
