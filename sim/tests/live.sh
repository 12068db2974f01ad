#!/usr/bin/env bash
# drydock run --docker-host: the same traces as on the fake, everything removed afterwards, refusals. Usage: live.sh DRYDOCK [SOCKET]
#
# SOCKET: a Docker Engine of its own that has busybox:latest and nothing else (`make live` starts a real one); without it one that
# drydock serves.
. "$(dirname "$0")/drydock.bash"

socket=${2-}
what=${2:+a real Engine}
what=${what:-an Engine that drydock serves}
ask() { curl -s --max-time 20 --unix-socket "$socket" "$@"; }

if [ -z "$socket" ]; then
  socket=$work/engine.sock
  "$drydock" serve scenarios/engine/empty.json --docker "unix://$socket" --clock real >"$work/served" 2>&1 &
  server=$!
  for _ in $(seq 200); do
    [ -S "$socket" ] && break
    sleep 0.05
  done
  ask -o "$work/pulled" -X POST 'http://d/images/create?fromImage=busybox&tag=latest' || fail "no base image"
fi
host=unix://$socket

left() { # what is on the Engine beside busybox and the networks that each has
  ask 'http://d/containers/json?all=1' | grep -o '"Names":\["[^"]*"'
  ask http://d/networks | grep -o '"Name":"[^"]*"' | grep -vE '"(bridge|host|none)"'
  ask 'http://d/images/json?all=1' | grep -o '"RepoTags":\["[^"]*"' | grep -v '"busybox:latest"'
}

same() { # scenarios...: on both Engines, all releases
  local status=0
  timeout -s KILL 500 "$drydock" run "$@" --revision all --no-timeline --trace "$work/live" --docker-host "$host" >"$work/out" 2>"$work/err" ||
    status=$?
  [ $status = 0 ] || fail "$*: status $status: $(cat "$work/err") $(cat "$work/out")"
  "$drydock" run "$@" --revision all --no-timeline --trace "$work/fake" >"$work/out.fake" || fail "$*: the fake itself"
  cmp -s "$work/live" "$work/fake" || fail "$*: another trace than on the fake: $(cmp "$work/live" "$work/fake" 2>&1)"
  grep -q ' 0 kinds of difference' "$work/err" || fail "$*: $(cat "$work/err")"
  [ -z "$(left)" ] || fail "$*: left behind: $(left)"
}

refused_for() { # TEXT arguments...: run is refused with this text
  local text=$1
  shift
  refused run "$@"
  said "$text"
}

incident=scenarios/incidents/openclawpro.json
same $incident
grep -q 'phantom-running' "$work/out" || fail "the incident is none: $(cat "$work/out")"
same scenarios/upkeep/23-network-removed-by-hand.json scenarios/upkeep/10-soft-redeploy.json scenarios/races scenarios/faults

refused_for "is no Engine's address" $incident --docker-host "$socket"
refused_for "is no Engine's address" $incident --docker-host tcp://localhost
refused_for "Could" $incident --docker-host unix:///nobody/listens/here.sock
refused_for "expected --docker-host too" $incident --i-know
refused_for "expected --docker-host too" $incident --base-image busybox
refused_for "has no image nosuch:1" $incident --docker-host "$host" --base-image nosuch:1
ask -o "$work/other" -X POST http://d/networks/create -H 'Content-Type: application/json' -d '{"Name": "theirs", "IPAM": {"Config": [{"Subnet": "10.99.0.0/24"}]}}'
refused_for "0 containers, 1 networks and 0 images of others" $incident --docker-host "$host"
"$drydock" run scenarios/regressions/01-decrypt-before-guard.json --no-timeline --quiet --docker-host "$host" --i-know >"$work/out" 2>&1 ||
  fail "beside others: $(cat "$work/out")"
[ "$(left)" = '"Name":"theirs"' ] || fail "beside others: $(left)"
ask -X DELETE http://d/networks/theirs

# Interrupted: nothing is left, no report of a run that was none.
"$drydock" run $incident $incident --no-timeline --docker-host "$host" >"$work/out" 2>"$work/err" &
run=$!
sleep 0.5
kill -INT $run 2>/dev/null
wait $run
status=$?
if grep -q interrupted "$work/err"; then
  [ $status = 3 ] && [ ! -s "$work/out" ] || fail "interrupted: status $status, $(cat "$work/out")"
fi
[ -z "$(left)" ] || fail "interrupted: left behind: $(left)"

finish live "the same traces on $what"
