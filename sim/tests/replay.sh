#!/usr/bin/env bash
# A repro is replayed, followed, stopped on its way, and kept in a suite, as the command line says. Usage: replay.sh DRYDOCK
. "$(dirname "$0")/drydock.bash"

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

cd "$work" || exit 1
mkdir suite
cat >suite/race.json <<'P'
{
  "name": "stopped",
  "revisions": ["8.9.2"],
  "world": {"apps": [{"name": "shop"}, {"name": "napp", "containerData": "/data"}]},
  "actors": [
    {"actor": "install", "app": "napp", "at": "any"},
    {"actor": "stop-container", "container": "fluxweb_shop", "at": "any"}
  ],
  "course": [
    {"before": "install:napp", "moment": "apply", "effect": "docker containers.prune", "run": "install:napp/1"},
    {"before": "install:napp/1", "moment": "resume", "effect": "db update", "run": "stop-container:fluxweb_shop"}
  ],
  "expect": {"violates": ["container-lost"]},
  "found": {
    "replay": "drydock replay suite/race.json",
    "fingerprint": "container-lost | install/docker containers.prune | stop-container",
    "why": "the container stops between snapshot and prune",
    "trace": "0000000000000000"
  }
}
P
cat >suite/no-repro.json <<'P'
{"name": "quiet", "actors": [{"actor": "check"}]}
P

# ---- a suite: stale, brought up to date, the same
call 1 regress suite
has 'diverged  suite/race.json: trace '
has '(finds the same: see --update)'
has '1 repros: 0 as found, 1 diverged; 1 other scenarios skipped'
call 0 regress suite --update
has 'updated   suite/race.json: trace '
call 0 regress suite
has 'ok        suite/race.json'
"$drydock" check --quiet suite || fail "an updated repro is unusable"
grep -q '"install:napp: start; ' suite/race.json || fail "an updated repro has no steps"

# ---- replay
call 0 replay suite/race.json
[ "$(head -n 1 out)" = 'drydock replay suite/race.json' ] && [ "$(tail -n 1 out)" = 'drydock replay suite/race.json' ] ||
  fail "the command is not the first and the last line"
has 'fingerprint  container-lost | install/docker containers.prune | stop-container'
has 'container-lost is broken as it was found'
call 1 replay suite/race.json --revision 8.9.1
has 'violated     on 8.9.1: container-lost is broken in the same way'
sed 's/"nth": 1//; s/"docker containers.prune", "run"/"docker containers.prune", "nth": 2, "run"/' suite/race.json >course.json
call 1 replay course.json
has 'diverged     at step 8: expected install:napp/1: start, came install:napp: docker containers.prune'
has '  arguments  {}'
has '  later      the course was left at turn 1 of 2: expected install:napp about to apply docker containers.prune number 2'
call 0 replay course.json --revision 8.9.1
has 'held         on 8.9.1: container-lost is not broken'
has '  meanwhile  the course was left at turn 1 of 2'
sed 's/"shop"}/"shop", "hdd": 3}/' suite/race.json >scenario.json
call 1 replay scenario.json
has 'install:napp: db find, with another answer: expected hash '
has '"hdd":3'
has '  even so    container-lost is broken in the same way'
sed 's/docker containers.list/docker networks.list/' suite/race.json >step.json
call 1 replay step.json
has 'diverged     at step 7: expected install:napp: docker networks.list, came install:napp: docker containers.list'

# ---- past a stale prefix
call 0 replay suite/race.json --follow 1
has 'followed     2 of 2 turns were taken, then chance went on with seed 1'
sed 's/"run": "stop-container:fluxweb_shop"/"run": "check"/' suite/race.json >stale.json
call 1 replay stale.json
for seed in $(seq 40); do
  "$drydock" replay stale.json --follow $seed >follow 2>&1 && echo found || echo not
  grep -q '1 of 2 turns were taken' follow || fail "--follow $seed: $(cat follow)"
done | sort -u >outcomes
[ "$(wc -l <outcomes)" = 2 ] || fail "forty seeds past a stale prefix: $(cat outcomes)"

# ---- stops
call 0 replay suite/race.json --until 'docker containers.prune'
has 'install:napp is about to apply docker containers.prune {}'
has '  containers   fluxweb_shop exited'
has '  local rows   shop'
grep -q 'container-lost: ' out && fail "--until went too far"
call 1 replay suite/race.json --until 'docker containers.prune:2'
has 'docker containers.prune is applied 1 time in this run, not 2'
call 0 replay suite/race.json --break container-lost
has '✗ container-lost: '
has '  containers   none'
call 1 replay suite/race.json --break dark
has 'dark is not broken in this run'
call 0 replay suite/race.json --step
has 'stop-container:fluxweb_shop is about to start'
has '    container removed: fluxweb_shop'
python3 - "$drydock" >out <<'P' || fail "--step on a terminal"
import os, pty, sys
keys = [b"\n", b"w\n", b"q\n"]
def read(fd):
    text = os.read(fd, 65536)
    if b"quit] " in text and keys:
        os.write(fd, keys.pop(0))
    return text
sys.exit(os.waitstatus_to_exitcode(pty.spawn([sys.argv[1], "replay", "suite/race.json", "--step"], read, lambda fd: b"")))
P
has 'stopped      by hand'
has 'the world at '
[ "$(grep -c 'quit\]' out)" = 3 ] || fail "--step did not wait three times: $(cat out)"
if command -v gdb >/dev/null; then
  call 0 replay suite/race.json --until 'docker containers.prune' --gdb
  has 'Breakpoint 1, '
fi
mkdir empty
status=0
PATH=$work/empty "$drydock" replay suite/race.json --until 'docker containers.prune' --gdb >out 2>err || status=$?
[ $status = 2 ] && [ "$(wc -l <err)" = 1 ] || fail "replay --gdb without gdb: status $status: $(cat out err)"

# ---- forms and processes
cp course.json step.json scenario.json suite/
call 1 regress suite --jobs 3
mv out three
call 1 regress suite
cmp -s out three || fail "three processes report another thing than one"
has '4 repros: 1 as found, 3 diverged; 1 other scenarios skipped'
call 1 regress suite --format tap
has 'not ok 1 - stopped (8.9.2)'
call 1 regress suite --format junit
python3 -c 'import sys, xml.etree.ElementTree as t; r = t.parse(sys.argv[1]).getroot(); assert r.get("failures") == "3" and r.get("tests") == "4"' out ||
  fail "regress --format junit"
# What finds nothing any more is left alone.
call 1 regress suite --update
cmp -s course.json suite/course.json || fail "--update changed a repro that finds nothing any more"
call 2 regress suite/no-repro.json
call 2 replay suite/no-repro.json
finish "replay and regress"
