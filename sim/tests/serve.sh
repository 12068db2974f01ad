#!/usr/bin/env bash
# drydock serve on sockets: who may listen where, faults and time through the control endpoint, garbage, and the end.
# Usage: serve.sh DRYDOCK
. "$(dirname "$0")/drydock.bash"

refused_for() { # TEXT arguments...: serve is refused with this text
  local text=$1
  shift
  refused serve "$@"
  said "$text"
}
start() { # arguments...: serves on $socket
  : >"$work/err" # what an earlier one said does not count
  "$drydock" serve "$@" >"$work/out" 2>>"$work/err" &
  server=$!
  for _ in $(seq 400); do
    [ "$(grep -c 'serving on' "$work/err")" = "$(printf '%s\n' "$@" | grep -cx -e --docker)" ] && return
    sleep 0.05
  done
  fail "serve $*: it does not listen: $(cat "$work/err")"
}
stop() { # STATUS SIGNAL
  local status=0
  kill "-$2" "$server"
  wait "$server" || status=$?
  server=
  [ $status = "$1" ] || fail "the end by $2: status $status instead of $1: $(cat "$work/err")"
}
get() { timeout -s KILL 10 curl -s --unix-socket "$socket" "$@"; }

empty=scenarios/engine/empty.json
socket=$work/engine.sock
at=unix://$socket
refused_for "where to listen is missing" "$empty"
refused_for "expected at least one scenario" --docker "$at"
refused_for "2 scenarios" --docker "$at" "$empty" "$empty"
refused_for "no-such-file.json" --docker "$at" no-such-file.json
refused_for "--clock fast is none" --docker "$at" --clock fast "$empty"
refused_for "--clock x0 is none" --docker "$at" --clock x0 "$empty"
refused_for "somewhere" --docker somewhere "$empty"
refused_for "unix://$work/no/where" --docker "unix://$work/no/where" "$empty"
refused_for "is not loopback" --docker tcp://0.0.0.0:0 "$empty"
refused_for "with a port up to 65535" --docker tcp://127.0.0.1:99999 "$empty"
echo 'not a socket' >"$work/file"
refused_for "$work/file" --docker "unix://$work/file" "$empty"
[ "$(cat "$work/file")" = 'not a socket' ] || fail "a file that is no socket is gone"

start "$empty" --docker "$at" --format json
timeout -s KILL 120 python3 "$here/garbage.py" "$socket" "$server" leaves-nothing || fail "requests leave something behind"
stop 0 TERM

start "$empty" --docker "$at" --docker tcp://127.0.0.1:0 --clock virtual --format json --trace "$work/trace" --faketime "$work/faketime"
[ "$(stat -c %a "$socket")" = 600 ] || fail "others may use the socket: $(stat -c %a "$socket")"
port=$(sed -n 's|.*serving on tcp://127.0.0.1:\([0-9]*\) .*|\1|p' "$work/err")
[ "$(timeout -s KILL 10 curl -s "http://127.0.0.1:$port/_ping")" = OK ] || fail "TCP port \"$port\" does not answer"
refused_for "somebody listens there" --docker "$at" "$empty"
[ "$(cat "$work/faketime")" = "2026-01-01 00:00:00" ] || fail "the file for libfaketime: $(cat "$work/faketime")"
get http://d/_drydock/clock -d '{"advance": "1h"}' | grep -q 01:00:00 || fail "an hour did not go by"
[ "$(cat "$work/faketime")" = "2026-01-01 01:00:00" ] || fail "the file for libfaketime: $(cat "$work/faketime")"
get http://d/_drydock/faults -d '{"fault": "lost-reply", "on": "docker volumes.create"}' | grep -q '"fired":0' || fail "no fault"
get http://d/volumes/create -H 'Content-Type: application/json' -d '{"Name": "data"}' && fail "a lost reply came"
get http://d/volumes/data | grep -q '"data"' || fail "what was lost did not happen"
timeout -s KILL 240 python3 "$here/garbage.py" "$socket" "$server" || fail "garbage"
stop 0 TERM
python3 - "$work/out" "$work/trace" <<'P' || fail "report and trace"
import json, sys
[run] = json.load(open(sys.argv[1]))
assert run["verdict"] == "held" and run["as_expected"], run
assert run["virtual_ms"] == 3600000, run
effects = [event for event in map(json.loads, open(sys.argv[2])) if event["kind"] == "effect"]
[lost] = [effect for effect in effects if effect["effect"] == "docker volumes.create"]
assert lost["args"]["body"]["Name"] == "data" and lost["fault"] == "lost-reply", lost
P
[ ! -e "$socket" ] || fail "the socket is left behind"

finish serve
