#!/usr/bin/env bash
# How fast `drydock serve` answers beside a real Docker Engine that is started for it, asked by the same client in turns, and what 10,000
# containers cost. Without a real Engine only ours is measured. Usage: serve.sh DRYDOCK SERVE_BENCH
set -eu
drydock=$1
bench=$2
here=$(dirname "$0")
real_engine=$here/../../fakes/tests/conformance/real_engine.sh
work=$(mktemp -d)
socket=$work/engine.sock
server=

stop_server() {
  [ -n "$server" ] || return 0
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" || true
  server=
}
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

start_server() {
  "$drydock" serve scenarios/engine/empty.json --docker "unix://$socket" --quiet --output "$work/report" &
  server=$!
  for _ in $(seq 100); do
    [ -S "$socket" ] && return 0
    sleep 0.05
  done
  echo 'serve.sh: the server does not come up' >&2
  exit 1
}

start_server
status=0
"$real_engine" with "$bench" rate "$socket" @SOCKET@ >"$work/rate" 2>"$work/why" || status=$?
if [ $status != 0 ]; then # no Engine, or one that cannot run containers here
  stop_server
  start_server
  "$bench" rate "$socket" >"$work/rate"
fi
stop_server

# dockerd's columns are empty without one.
echo
awk -F'\t' -v why="$([ $status = 0 ] || tail -n 1 "$work/why")" '
  $1 == "list" {
    printf "%-34s %10s %8s %8s %10s %8s %8s %8s\n", "GET /containers/json, " $2 " containers", "drydock/s", "p50, us", "p99, us",
      "dockerd/s", "p50, us", "p99, us", "ratio"
  }
  $1 == "rate" {
    printf "%-34s %10d %8.0f %8.0f", $2 == 1 ? "one connection" : $2 " connections at once", $3, $4, $5
    if (NF > 5) {printf " %10d %8.0f %8.0f %6.1f ×", $6, $7, $8, $3 / $6}
    printf "\n"
  }
  END {print why == "" ? "(aim: 20 ×)" : "(no dockerd to compare with: " why ")"}' "$work/rate"

start_server
"$bench" many "$socket" "$server" >"$work/many"
echo
awk -F'\t' '
  $1 == "create" {printf "%d containers made over the wire, %d per second\n", $2, $3}
  $1 == "ms" {printf "a list of all of them, %s: %.1f ms%s (aim: below 50)\n", $2, $4, ($3 > 1 ? ", median of " $3 : "")}
  $1 == "memory" {printf "resident memory per container, %s: %.2f KiB (aim: below 4)\n", $2, $3 / 1024}' "$work/many"
