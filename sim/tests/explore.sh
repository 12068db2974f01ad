#!/usr/bin/env bash
# What exploring reports does not depend on how many processes do it; what it saves is found again; every way it ends is
# as documented. Usage: explore.sh DRYDOCK
set -u
drydock=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0
fail() {
  echo "explore.sh: $*" >&2
  bad=1
}
expect() { # STATUS, arguments...: what is printed is in out, and in err
  local wanted=$1 status=0
  shift
  timeout 120 "$drydock" "$@" >out 2>err </dev/null || status=$?
  [ "$status" = "$wanted" ] || fail "drydock $*: status $status, expected $wanted: $(cat out err)"
}
has() {
  grep -qF -- "$1" out || fail "no \"$1\" in: $(cat out)"
}

cat >race.json <<'P'
{
  "name": "race",
  "world": {"apps": [{"name": "shop"}, {"name": "napp"}]},
  "actors": [
    {"actor": "install", "app": "napp", "at": "any"},
    {"actor": "stop-container", "container": "fluxweb_shop", "at": "any"}
  ]
}
P
cat >remove.json <<'P'
{"name": "remove", "world": {"apps": [{"name": "shop"}]}, "actors": [{"actor": "remove", "app": "shop"}]}
P
cat >quiet.json <<'P'
{"name": "quiet", "world": {"apps": [{"name": "shop"}]}, "actors": [{"actor": "owner-kill", "app": "shop", "at": "any"}]}
P
cat >long.json <<'P'
{
  "name": "long",
  "world": {"apps": [{"name": "shop"}, {"name": "napp"}]},
  "actors": [
    {"actor": "remove", "app": "shop", "at": "any"},
    {"actor": "check", "at": "any"},
    {"actor": "install", "app": "napp", "at": "any"}
  ]
}
P

# ---- the same bytes, whoever works
same() { # NAME, arguments...
  local jobs name=$1
  shift
  for jobs in 1 2 3; do
    "$drydock" explore "$@" --revision 8.9.2 --jobs $jobs --format json >"$name.$jobs" 2>err
    [ -s "$name.$jobs" ] || fail "explore $*: $(cat err)"
  done
  cmp -s "$name.1" "$name.2" && cmp -s "$name.1" "$name.3" || fail "explore $*: the report depends on --jobs"
}
same plain race.json --faults 1 --ports docker --fault-kinds refused
same strikes remove.json --crashes 1 --both
same cut remove.json --executions 40
same first remove.json --first
same random race.json --strategy random --executions 50 --faults 0 --seed 3
python3 - plain.1 strikes.1 cut.1 first.1 <<'P' || fail "the JSON report breaks its contract"
import json, sys
plain, strikes, cut, first = (json.load(open(name))[0] for name in sys.argv[1:])
assert plain["complete"] and "stopped_by" not in plain and plain["share"] == 1, plain
assert plain["plans"] == plain["plans_done"] and plain["blocked"] == 0
assert [f["fingerprint"] for f in plain["found"]] == ["container-lost | install/docker containers.prune | stop-container"]
assert all(f["minimal"] and f["repro"]["course"] is not None for f in plain["found"])
assert strikes["complete"] and strikes["crashes"] == 1
assert any("crash" in f["fingerprint"] or "reboot" in f["fingerprint"] for f in strikes["found"]), strikes["found"]
assert not cut["complete"] and cut["stopped_by"] == "executions" and cut["executions"] == 40 and 0 < cut["share"] < 1
assert not first["complete"] and first["stopped_by"] == "first" and len(first["found"]) == 1
P

# ---- what is saved is found again, with the command that is printed
expect 1 explore race.json --revision 8.9.2 --faults 0 --save race
has 'verdict   complete within bounds'
has 'drydock replay race/01-container-lost-install-docker-containers-prune-stop-container.json'
expect 0 replay race/01-container-lost-install-docker-containers-prune-stop-container.json
expect 1 explore remove.json --revision 8.9.2 --crashes 1 --save remove
for directory in race remove; do
  expect 0 regress $directory
  [ "$(grep -c '^ok ' out)" = "$(ls $directory | wc -l)" ] || fail "not every repro is one of the suite: $(cat out)"
done
for repro in race/*.json remove/*.json; do
  [ "$(wc -c <"$repro")" -le 4096 ] || fail "$repro is larger than 4 KB"
done

# ---- how it ends
expect 0 explore quiet.json --revision 8.9.2 --faults 0
has 'found     0 findings'
expect 1 explore race.json --revision 8.9.2 --faults 0 --no-shrink
expect 2 explore quiet.json --revision 9
expect 3 explore quiet.json --faults 0 --output /no/such/folder/report
expect 0 explore quiet.json --faults 0 --output report
[ -s report ] && [ ! -s out ] || fail "--output"
for jobs in 1 2; do
  expect 1 explore long.json --revision 8.9.2 --faults 0 --time 1s --no-shrink --jobs $jobs
  has 'verdict   inconclusive: stopped by --time; '
  has 'of the plans known so far was searched'
done

# ---- the findings of two releases go to one folder, and none is lost
expect 1 explore race.json --faults 0 --save both
kept=$(ls both | wc -l)
[ "$kept" -gt 1 ] && [ "$kept" = "$(grep -c '^  *[0-9]*\.  ' out)" ] || fail "of two releases $kept repros were kept"

# ---- Ctrl-C: soon, with what was found, and nobody goes on
for jobs in 1 2; do
  setsid "$drydock" explore long.json --revision 8.9.2 --faults 1 --jobs $jobs >out 2>err </dev/null &
  explorer=$!
  sleep 2
  started=$SECONDS
  kill -INT "$explorer" || fail "the exploration had ended"
  status=0
  wait "$explorer" || status=$?
  [ "$status" = 1 ] || fail "interrupted with --jobs $jobs: status $status: $(cat out err)"
  [ $((SECONDS - started)) -le 10 ] || fail "interrupted with --jobs $jobs: took $((SECONDS - started)) s to end"
  has 'verdict   inconclusive: stopped by an interrupt; '
  grep -q 'found     0 findings' out && fail "interrupted with --jobs $jobs: nothing was kept"
  [ -z "$(pgrep -s "$explorer")" ] || fail "interrupted with --jobs $jobs: processes are left"
done
[ "$bad" = 0 ] && echo "explore: as documented"
exit "$bad"
