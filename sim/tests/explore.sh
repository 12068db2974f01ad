#!/usr/bin/env bash
# What exploring reports does not depend on how many processes do it; what it saves is found again; every way it ends is
# as documented. Usage: explore.sh DRYDOCK
. "$(dirname "$0")/drydock.bash"

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

cd "$work" || exit 1
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
same strikes remove.json --crashes 1 --both --fault-kinds refused
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
call 1 explore race.json --revision 8.9.2 --faults 0 --save race
has 'verdict   complete within bounds'
has 'drydock replay race/01-container-lost-install-docker-containers-prune-stop-container.json'
call 0 replay race/01-container-lost-install-docker-containers-prune-stop-container.json
call 1 explore remove.json --revision 8.9.2 --crashes 1 --fault-kinds refused --save remove
for directory in race remove; do
  call 0 regress $directory
  [ "$(grep -c '^ok ' out)" = "$(ls $directory | wc -l)" ] || fail "not every repro is one of the suite: $(cat out)"
done
for repro in race/*.json remove/*.json; do
  [ "$(wc -c <"$repro")" -le 4096 ] || fail "$repro is larger than 4 KB"
done

# ---- how it ends
call 0 explore quiet.json --revision 8.9.2 --faults 0
has 'found     0 findings'
call 1 explore race.json --revision 8.9.2 --faults 0 --no-shrink
call 2 explore quiet.json --revision 9
call 3 explore quiet.json --faults 0 --output /no/such/folder/report
call 0 explore quiet.json --faults 0 --output report
[ -s report ] && [ ! -s out ] || fail "--output"
for jobs in 1 2; do
  call 1 explore long.json --revision 8.9.2 --faults 0 --time 300ms --no-shrink --jobs $jobs
  has 'verdict   inconclusive: stopped by --time; '
  has 'of the plans known so far was searched'
done

# ---- the findings of two releases go to one folder, and none is lost
call 1 explore race.json --faults 0 --save both
kept=$(ls both | wc -l)
[ "$kept" -gt 1 ] && [ "$kept" = "$(grep -c '^  *[0-9]*\.  ' out)" ] || fail "of two releases $kept repros were kept"

# ---- a folder may hold what several stages come to: no repro takes the place of another finding's
sed 's/"name": "race"/"name": "other race"/' race.json >other.json
repro=01-container-lost-install-docker-containers-prune-stop-container
kept() { # NAMES: of the files in the folder, without .json
  [ "$(cd stages && ls -- *.json | sed 's/\.json$//' | sort | tr '\n' ' ')" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ] || fail "the repros that were kept: $(ls stages)"
}
call 1 explore race.json --revision 8.9.2 --faults 0 --save stages
kept $repro
cp stages/$repro.json first.json
call 1 explore other.json --revision 8.9.2 --faults 0 --save stages
has "drydock replay stages/other-race-$repro.json"
call 0 replay stages/other-race-$repro.json
kept $repro other-race-$repro
cmp -s first.json stages/$repro.json || fail "the second stage has changed the repro of the first"
cp stages/other-race-$repro.json second.json
for stage in race other; do # once more: each is written where it was
  for file in stages/*.json; do
    echo >>"$file"
  done
  call 1 explore $stage.json --revision 8.9.2 --faults 0 --save stages
  case $stage in
    race) cmp -s first.json stages/$repro.json ;;
    other) cmp -s second.json stages/other-race-$repro.json ;;
  esac || fail "a repro of the same finding was not renewed: $(ls stages)"
done
kept $repro other-race-$repro
call 1 explore race.json --revision 8.9.1 --faults 0 --executions 20 --save stages # numbers of its own
[ "$(python3 -c '
import glob, json
print(sum(json.load(open(name))["revisions"] == ["8.9.2"] for name in glob.glob("stages/*.json")))')" = 2 ] || fail "8.9.1 has overwritten what 8.9.2 came to"
call 0 regress stages
[ "$(grep -c '^ok ' out)" = "$(ls stages | wc -l)" ] || fail "not every repro of several stages is one of the suite: $(cat out)"
mkdir own && echo mine >own/$repro.json && echo theirs >own/race-$repro.json && echo hers >own/race-$repro-8.9.2.json
call 1 explore race.json --revision 8.9.2 --faults 0 --save own
[ "$(cat own/$repro.json own/race-$repro.json own/race-$repro-8.9.2.json | tr '\n' ' ')" = "mine theirs hers " ] || fail "files that are no repros were overwritten"
call 0 replay own/race-$repro-8.9.2-2.json
echo >file
call 3 explore race.json --revision 8.9.2 --faults 0 --save file

# ---- Ctrl-C: soon, with what was found, and nobody goes on
worked() { # SESSION: hundredths of a second that its processes have worked
  cat $(pgrep -s "$1" | sed 's|.*|/proc/&/stat|') 2>/dev/null | awk '{ticks += $14 + $15} END {print ticks + 0}'
}
for jobs in 1 2; do
  setsid "$drydock" explore long.json --revision 8.9.2 --faults 1 --jobs $jobs >out 2>err </dev/null &
  explorer=$!
  until [ "$(worked "$explorer")" -gt 50 ]; do
    sleep 0.05
  done
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
finish explore
