#!/usr/bin/env bash
# Test programs, runs, a search with its processes, and the served Engine under valgrind's memcheck: nothing unwritten is read,
# nothing lost. A sample: valgrind is some 30 times as slow. Usage: valgrind.sh BUILD TEST...
set -eu
build=$1
shift
drydock=$build/drydock
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
found=99
# Blocks that are still reachable at the end are libraries' own (OpenSSL, curl).
memcheck=(valgrind --quiet --error-exitcode=$found --leak-check=full --errors-for-leak-kinds=definite,indirect)
bad=0
checked() { # STATUS COMMAND...
  local wanted=$1 status=0
  shift
  "${memcheck[@]}" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  if [ "$status" != "$wanted" ] || grep -q '^==[0-9]*== ' "$work/err"; then
    echo "valgrind.sh: $*: status $status, expected $wanted: $(tail -n 5 "$work/out"; cat "$work/err")" >&2
    bad=1
  else
    echo "valgrind: $(sed "s#$build/##; s#$work/##g" <<<"$*")"
  fi
}
for test in "$@"; do
  checked 0 "$test"
done
checked 0 "$drydock" run scenarios/incidents scenarios/races --revision all \
  --report "json=$work/json,html=$work/html,sarif=$work/sarif,exercised=$work/exercised"
checked 0 "$drydock" run scenarios/races/01-stopped-after-the-snapshot.json --revision 8.9.2 --trace "$work/trace"
checked 0 "$drydock" replay "$work/trace"
checked 1 "$drydock" diff scenarios/incidents/openclawpro.json --revision 8.9.1,8.9.2
checked 1 "$drydock" explore scenarios/stages/12-install-beside-a-stop.json --revision 8.9.1 --faults 0 --executions 10 --no-shrink --jobs 2 --save "$work/found"
checked 0 "$drydock" conform scenarios/recordings/$(ls scenarios/recordings | grep '\.json' | head -n 1)
checked 2 "$drydock" run sim/tests/bad/duplicate-key/input.json

"${memcheck[@]}" "$drydock" serve scenarios/engine/empty.json --docker "unix://$work/socket" --clock virtual >"$work/out" 2>"$work/err" &
server=$!
for _ in $(seq 600); do
  grep -q 'serving on' "$work/err" && break
  sleep 0.1
done
python3 "$(dirname "$0")/crowd.py" "$work/socket" 2 2 || bad=1
kill -TERM $server
status=0
wait $server || status=$?
if [ $status != 0 ] || grep -q '^==[0-9]*== ' "$work/err"; then
  echo "valgrind.sh: drydock serve ended with $status: $(cat "$work/err")" >&2
  bad=1
else
  echo "valgrind: drydock serve, clients side by side"
fi
exit $bad
