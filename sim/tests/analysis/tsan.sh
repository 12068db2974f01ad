#!/usr/bin/env bash
# drydock serve and the conformance runner, whose requests are threads, under ThreadSanitizer: the whole conformance with both, and
# a crowd of clients. drydock itself has one thread; what the sanitizer sees of it is signal handlers, its coroutines, and that it
# stays so. Usage: tsan.sh BUILD CASE...
set -eu
build=$1
shift
here=$(dirname "$0")
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
# libcurl and what it uses were not compiled for it: what they do among themselves it cannot judge.
export TSAN_OPTIONS="exitcode=99:halt_on_error=1:ignore_noninstrumented_modules=1"

"$here/../../../fakes/tests/conformance/served.sh" "$build/drydock" "$build/conformance" --quiet --target in-process --target served:unix://@SERVED@ "$@"

"$build/drydock" serve scenarios/engine/empty.json --docker "unix://$work/socket" --clock real >"$work/out" 2>"$work/err" &
server=$!
for _ in $(seq 600); do
  grep -q 'serving on' "$work/err" && break
  sleep 0.1
done
python3 "$here/crowd.py" "$work/socket" 8 5
kill -TERM $server
status=0
wait $server || status=$?
server=
[ $status = 0 ] || { echo "tsan.sh: drydock serve ended with $status: $(cat "$work/err")" >&2; exit 1; }
"$build/drydock" explore scenarios/stages/12-install-beside-a-stop.json --revision 8.9.2 --faults 0 --executions 20 --jobs 2 --quiet >"$work/out" 2>"$work/err" ||
  { echo "tsan.sh: drydock explore ended with $?: $(cat "$work/out" "$work/err")" >&2; exit 1; }
echo "tsan: conformance served, 8 clients side by side, a search with 2 processes"
