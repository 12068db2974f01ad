#!/usr/bin/env bash
# The docker command line through a container's, a network's, a volume's and an image's life. DOCKER_HOST says where.
set -u
failed=0

# check EXPECTED COMMAND...: its output, both streams, is this; newlines count.
check() {
  local expected=$1 found
  shift
  found=$(timeout -s KILL 20 "$@" </dev/null 2>&1)
  if [ "$found" != "$expected" ]; then
    printf 'docker-cli: %s\n  expected: %s\n  found:    %s\n' "$*" "$expected" "$found" >&2
    failed=1
  fi
}

# has PART COMMAND...: its output has this part.
has() {
  local part=$1 found
  shift
  found=$(timeout -s KILL 20 "$@" </dev/null 2>&1)
  if [[ $found != *"$part"* ]]; then
    printf 'docker-cli: %s\n  expected part: %s\n  found:         %s\n' "$*" "$part" "$found" >&2
    failed=1
  fi
}

# exits STATUS COMMAND...
exits() {
  local expected=$1 found
  shift
  timeout -s KILL 20 "$@" </dev/null >/dev/null 2>&1
  found=$?
  [ "$found" = "$expected" ] || { echo "docker-cli: $*: exit $found instead of $expected" >&2; failed=1; }
}

advance() {
  curl -sf --unix-socket "$DRYDOCK_SOCKET" -d "{\"advance\": \"$1\"}" http://drydock/_drydock/clock >/dev/null ||
    { echo "docker-cli: the clock does not move" >&2; failed=1; }
}

# images
has "Status: Downloaded newer image for busybox:latest" docker pull busybox
has "Status: Image is up to date for busybox:latest" docker pull busybox
check "busybox:latest" docker images --format '{{.Repository}}:{{.Tag}}'
check "" docker tag busybox copy:1
has "Untagged: copy:1" docker rmi copy:1
has "No such image: copy:1" docker rmi copy:1
has "<missing>" docker history --format '{{.ID}} <missing>' busybox

# a container's life
exits 0 docker create --name one --label stack=a --label com.docker.compose.project=shop busybox sh -c 'echo started; exec sleep 1000'
check "one Created" docker ps -a --format '{{.Names}} {{.Status}}'
check "" docker ps --format '{{.Names}}'
has "Conflict. The container name \"/one\" is already in use" docker create --name one busybox
check "one" docker start one
advance 3s
check "one Up 3 seconds" docker ps --format '{{.Names}} {{.Status}}'
check "started" docker logs one
check "here" docker exec one echo here
exits 7 docker exec one sh -c 'exit 7'
has "sleep 1000" docker top one
check "" docker ps -q --filter label=stack=b
check "one" docker ps --filter label=com.docker.compose.project=shop --format '{{.Names}}'
check "running 0" docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' one

# files in and out
check "" bash -c 'dir=$(mktemp -d) && mkdir "$dir/d" && echo brought >"$dir/d/f" && ln -s f "$dir/d/l" && docker cp "$dir/d" one:/tmp/; rm -r "$dir"'
check "brought" docker exec one cat /tmp/d/f
check "hostname" bash -c 'docker cp one:/etc/hostname - | tar t'
check "d/
d/f
d/l" bash -c 'docker cp one:/tmp/d - | tar t'
check "brought" bash -c 'dir=$(mktemp -d) && docker cp one:/tmp/d/f "$dir/" && cat "$dir/f"; rm -r "$dir"'
check "brought" bash -c 'dir=$(mktemp -d) && docker cp -L one:/tmp/d/l "$dir/g" && cat "$dir/g"; rm -r "$dir"'
has "Could not find the file /nosuch in container one" docker cp one:/nosuch -
has "tmp/d/f" bash -c 'docker export one | tar t'
has "A /tmp/d/l" docker diff one

check "one" docker pause one
check "one Up 3 seconds (Paused)" docker ps --format '{{.Names}} {{.Status}}'
check "one" docker unpause one
check "one" docker update --memory 64m one
check "67108864" docker inspect -f '{{.HostConfig.Memory}}' one
check "" docker rename one first
check "first" docker stop first
check "exited 137" docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' first
check "137" docker wait first
check "first" docker restart -t 0 first
check "first" docker kill first
has "is not running" docker kill first
has "cannot remove a running container" bash -c 'docker start first >/dev/null && docker rm first 2>&1 | sed "s/You cannot/cannot/"'
check "first" docker rm -f first
has "No such container: first" docker start first

# what it prints, takes and returns
check "out
err" docker run --rm busybox sh -c 'echo out; sleep 1; echo err >&2; sleep 1; exit 0'
exits 3 docker run --rm busybox sh -c 'exit 3'
exits 127 docker run --rm busybox nosuch
check "through the pipe" bash -c 'echo through the pipe | docker run -i --rm busybox cat'
check "" docker ps -aq

# restart policies
exits 0 docker run -d --name again --restart on-failure:2 busybox sh -c 'exit 5'
advance 10s
check "exited 5 2" docker inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}' again

# networks
exits 0 docker network create --subnet 10.9.0.0/24 --label stack=a net
check "net bridge" docker network ls --filter name=net --format '{{.Name}} {{.Driver}}'
has "already exists" docker network create net
exits 0 docker run -d --name member --network net --ip 10.9.0.7 busybox sleep 1000
check "10.9.0.7" docker inspect -f '{{.NetworkSettings.Networks.net.IPAddress}}' member
has "has active endpoints" docker network rm net
check "" docker network disconnect net member
check "" docker network connect net member
exits 0 docker rm -f member
check "net" docker network rm net

# volumes
check "data" docker volume create --label stack=a data
exits 0 docker run -d --name user -v data:/data busybox sleep 1000
check "data" docker volume ls -q
has "volume is in use" docker volume rm data
exits 0 docker rm -f user
check "data" docker volume rm data

# what is said of all
has "Server Version: 20.10" docker info
has "20.10" docker version --format '{{.Server.Version}}'
has "Containers" docker system df
advance 1h # by then all is over
check "create
start
die" docker events --since 0 --until 1767229200 --filter container=user --filter event=create --filter event=start --filter event=die --format '{{.Action}}'
has "Total reclaimed space" docker container prune -f
check "" docker ps -aq
has "Total reclaimed space" docker volume prune -f
has "" docker network prune -f
exits 0 docker rmi busybox
check "" docker images -q

exit $failed
