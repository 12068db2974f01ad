#!/usr/bin/env bash
# Docker's own clients against `drydock serve`, each through a whole lifecycle. Usage: clients.sh DRYDOCK [MODULES]
#
# The clock is virtual: nothing waits, and time goes on when a client waits for something or says so. MODULES is where
# dockerode was installed (node_modules). A client that is not on this machine is left out, and said so.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
drydock=$(realpath "$1")
modules=${2:-}
work=$(mktemp -d)
failed=0
server=

stop_server() {
  [ -n "$server" ] || return 0
  kill -TERM "$server" 2>/dev/null
  wait "$server"
  local status=$?
  server=
  return $status
}
trap 'stop_server; rm -rf "$work"' EXIT

# with_server NAME COMMAND...: a server of its own for one client, which must end well with a verdict.
with_server() {
  local name=$1 status
  shift
  export DRYDOCK_SOCKET=$work/$name.sock DOCKER_HOST=unix://$work/$name.sock DOCKER_CONFIG=$work/config
  "$drydock" serve "$root/scenarios/engine/empty.json" --docker "$DOCKER_HOST" --clock virtual >"$work/$name.out" 2>"$work/$name.err" &
  server=$!
  for _ in $(seq 100); do
    [ -S "$DRYDOCK_SOCKET" ] && break
    sleep 0.05
  done
  timeout -s KILL 60 "$@"
  status=$?
  stop_server || { echo "clients: $name: the server ended with $?" >&2; status=1; }
  grep -q 'held' "$work/$name.out" || { echo "clients: $name: no verdict at the end" >&2; status=1; }
  if [ $status = 0 ]; then
    echo "clients: $name: a whole lifecycle"
  else
    echo "clients: $name: FAILED" >&2
    cat "$work/$name.err" >&2
    failed=1
  fi
}

if command -v docker >/dev/null; then
  with_server docker-cli "$here/docker_cli.sh"
else
  echo "clients: docker-cli: left out (no docker on this machine)"
fi
if python3 -c 'import docker' 2>/dev/null; then
  with_server docker-py python3 "$here/docker_py.py"
else
  echo "clients: docker-py: left out (no python3-docker on this machine)"
fi
if [ -n "$modules" ] && [ -d "$modules/dockerode" ]; then
  NODE_PATH=$modules with_server dockerode node "$here/dockerode.js"
else
  echo "clients: dockerode: left out (it could not be installed)"
fi
exit $failed
