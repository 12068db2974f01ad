#!/usr/bin/env bash
# drydock serve on sockets: who may listen where, faults and time through the control endpoint, garbage, and the end.
# Usage: serve.sh DRYDOCK
set -u
here=$(cd "$(dirname "$0")" && pwd)
drydock=$1
work=$(mktemp -d)
bad=0
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
fail() {
  echo "serve.sh: $*" >&2
  bad=1
}
refused() { # PART arguments...: exit 2, one line with this part, nothing on standard output
  local part=$1 status=0
  shift
  timeout -s KILL 10 "$drydock" serve "$@" >"$work/out" 2>"$work/err" || status=$?
  [ $status = 2 ] && [ "$(wc -l <"$work/err")" = 1 ] && [ ! -s "$work/out" ] && grep -qF -- "$part" "$work/err" ||
    fail "serve $*: status $status, $(cat "$work/err")"
}
start() { # arguments...: serves on $socket
  "$drydock" serve "$@" >"$work/out" 2>"$work/err" &
  server=$!
  for _ in $(seq 200); do
    grep -q 'serving on' "$work/err" && return
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
refused "where to listen is missing" "$empty"
refused "expected at least one scenario" --docker "$at"
refused "2 scenarios" --docker "$at" "$empty" "$empty"
refused "no-such-file.json" --docker "$at" no-such-file.json
refused "--clock fast is none" --docker "$at" --clock fast "$empty"
refused "--clock x0 is none" --docker "$at" --clock x0 "$empty"
refused "somewhere" --docker somewhere "$empty"
refused "unix://$work/no/where" --docker "unix://$work/no/where" "$empty"
refused "is not loopback" --docker tcp://0.0.0.0:0 "$empty"
refused "with a port up to 65535" --docker tcp://127.0.0.1:99999 "$empty"
echo 'not a socket' >"$work/file"
refused "$work/file" --docker "unix://$work/file" "$empty"
[ "$(cat "$work/file")" = 'not a socket' ] || fail "a file that is no socket is gone"

start "$empty" --docker "$at" --format json
timeout -s KILL 120 python3 "$here/garbage.py" "$socket" "$server" leaves-nothing || fail "requests leave something behind"
stop 0 TERM

start "$empty" --docker "$at" --docker tcp://127.0.0.1:0 --clock virtual --format json --trace "$work/trace" --faketime "$work/faketime"
[ "$(stat -c %a "$socket")" = 600 ] || fail "others may use the socket: $(stat -c %a "$socket")"
port=$(sed -n 's|.*serving on tcp://127.0.0.1:\([0-9]*\) .*|\1|p' "$work/err")
[ "$(timeout -s KILL 10 curl -s "http://127.0.0.1:$port/_ping")" = OK ] || fail "TCP port \"$port\" does not answer"
refused "somebody listens there" --docker "$at" "$empty"
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

[ $bad = 0 ] && echo "serve: as documented"
exit $bad
