#!/usr/bin/env bash
# `drydock serve` with what the cases start from, as real_engine.sh has it for a real Engine.
#
#   served.sh DRYDOCK COMMAND...     serve, run COMMAND with @SERVED@ in its words replaced by the socket's path, end it whatever
#                                    happened; exits as COMMAND does, or with 1 when it cannot serve or does not end well
set -u
here=$(dirname "$0")
drydock=$1
shift
folder=$(mktemp -d)
socket=$folder/engine.sock
"$drydock" serve "$here/stage.json" --docker "unix://$socket" --clock real >"$folder/report" 2>"$folder/messages" &
server=$!
trap 'kill -TERM $server 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM HUP

say() {
  echo "served: $*" >&2
  exit 1
}
for _ in $(seq 100); do
  [ -S "$socket" ] && break
  kill -0 $server 2>/dev/null || say "$(cat "$folder/messages")"
  sleep 0.1
done
# The files of images are no matter here: an archive without any.
head -c 1024 /dev/zero | curl -sf -o /dev/null --unix-socket "$socket" -X POST -T - -H 'Content-Type: application/x-tar' \
  'http://docker/v1.41/images/create?fromSrc=-&repo=busybox&tag=latest&changes=CMD%20%5B%22sh%22%5D' || say "no image"

words=()
for word in "$@"; do
  words+=("${word//@SERVED@/$socket}")
done
"${words[@]}"
status=$?
kill -TERM $server
wait $server || say "drydock serve ended with $?: $(tail -n 1 "$folder/messages")"
exit $status
