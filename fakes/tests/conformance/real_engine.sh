#!/usr/bin/env bash
# A real Docker Engine of our own: on a private socket, with its own data, and with one image in it, busybox:latest, which is made
# here from Debian's busybox-static (nothing is pulled). Beside it a registry of our own listens on 127.0.0.1:48555 (registry.py). It
# touches no other dockerd, no iptables, no docker0.
#
#   real_engine.sh start             start one, print the path of its socket
#   real_engine.sh stop SOCKET       stop the one that listens there and remove all it had
#   real_engine.sh with COMMAND...   start one, run COMMAND with @SOCKET@ in its words replaced, stop it whatever happened;
#                                    exits as COMMAND does, or with 77 and one line of why when no Engine can be started
set -u
here=$(dirname "$0")
no_engine=77
registry_port=48555 # the cases name it
start_tries=150 # of 0.2 s
stop_tries=100  # of 0.2 s

say() {
  echo "real_engine: $*" >&2
}

# The registry of a folder's Engine (registry.py), which pulls are tried with
start_registry() {
  python3 "$here/registry.py" $registry_port >"$1/registry.log" 2>&1 </dev/null &
  echo $! >"$1/registry.pid"
}

# The dockerd of a folder, and everything that it left there
stop_engine() {
  local folder=$1 pid tries=0
  if pid=$(cat "$folder/docker.pid" 2>/dev/null || cat "$folder/started.pid" 2>/dev/null) && [ -n "$pid" ]; then
    kill -TERM "$pid" 2>/dev/null
    while kill -0 "$pid" 2>/dev/null && [ $((tries += 1)) -lt $stop_tries ]; do
      sleep 0.2
    done
    kill -KILL "$pid" 2>/dev/null
  fi
  # A dockerd that had to be killed leaves its containerd and its mounts.
  pid=$(cat "$folder/exec/containerd/containerd.pid" 2>/dev/null) && kill -KILL "$pid" 2>/dev/null
  awk -v under="$folder/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r -n 1 umount -l 2>/dev/null
  pid=$(cat "$folder/registry.pid" 2>/dev/null) && kill -TERM "$pid" 2>/dev/null
  rm -rf "$folder"
}

# busybox and a link for each of its applets, as a tar on the standard output. Owners and times are fixed; the order is sorted.
image_tar() {
  local root=$1/root applet
  mkdir -p "$root/bin" "$root/tmp" "$root/etc" "$root/root" "$root/proc" "$root/sys" "$root/dev"
  chmod 1777 "$root/tmp"
  cp "$(command -v busybox)" "$root/bin/busybox"
  for applet in $(busybox --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
  done
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/tmp:/bin/false\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnobody:x:65534:\n' >"$root/etc/group"
  tar -C "$root" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf - .
  rm -rf "$root"
}

answers() {
  curl -sf -o /dev/null --max-time 5 --unix-socket "$1" http://docker/_ping
}

# Starts a dockerd in a folder with a storage driver. 1: it does not come up
start_with() {
  local folder=$1 driver=$2 tries=0 socket=$1/docker.sock
  # In a session of its own, so that Ctrl-C does not reach it: it is told to end, and ends its containers before.
  setsid dockerd --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/docker.pid" -H "unix://$socket" \
    --config-file "$folder/daemon.json" --iptables=false --ip6tables=false --bridge=none --storage-driver "$driver" \
    >"$folder/dockerd.log" 2>&1 </dev/null &
  echo $! >"$folder/started.pid"
  while ! answers "$socket"; do
    if ! kill -0 "$(cat "$folder/started.pid")" 2>/dev/null || [ $((tries += 1)) -ge $start_tries ]; then
      return 1
    fi
    sleep 0.2
  done
}

import_image() {
  local folder=$1
  image_tar "$folder" | curl -sf -o "$folder/import.json" --unix-socket "$folder/docker.sock" -X POST -T - \
    -H 'Content-Type: application/x-tar' \
    'http://docker/v1.41/images/create?fromSrc=-&repo=busybox&tag=latest&changes=CMD%20%5B%22sh%22%5D'
}

# Prints the folder of a running Engine, or says why there is none
start_engine() {
  local folder driver
  for program in dockerd busybox curl python3; do
    command -v $program >/dev/null || { say "no $program here"; return 1; }
  done
  [ "$(id -u)" = 0 ] || { say "dockerd needs root"; return 1; }
  folder=$(mktemp -d) || return 1
  # shellcheck disable=SC2064
  trap "stop_engine '$folder'" EXIT
  trap 'exit 1' INT TERM HUP
  echo '{}' >"$folder/daemon.json"
  for driver in overlay2 vfs; do
    if start_with "$folder" $driver; then
      start_registry "$folder"
      import_image "$folder" || { say "could not import busybox"; return 1; }
      trap - EXIT
      echo "$folder"
      return 0
    fi
    tail -n 1 "$folder/dockerd.log" >&2
    kill -KILL "$(cat "$folder/started.pid")" 2>/dev/null
    rm -rf "$folder/data" "$folder/exec" "$folder/docker.pid"
  done
  say "dockerd does not start here"
  return 1
}

with_engine() {
  local words=() word
  folder=$(start_engine) || return $no_engine
  trap 'stop_engine "$folder"' EXIT
  trap 'exit 130' INT TERM HUP
  for word in "$@"; do
    words+=("${word//@SOCKET@/$folder/docker.sock}")
  done
  "${words[@]}"
}

# One command, read as a whole before anything of it runs: the file may change meanwhile.
main() {
  case ${1-} in
  start)
    folder=$(start_engine) || exit $no_engine
    echo "$folder/docker.sock"
    ;;
  stop)
    folder=$(dirname "${2:?the socket that start printed}")
    [ -f "$folder/started.pid" ] || { say "$2 is not of mine"; exit 1; }
    stop_engine "$folder"
    ;;
  with)
    shift
    with_engine "$@"
    ;;
  *)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
  esac
}

main "$@"
exit
