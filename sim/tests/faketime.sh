#!/usr/bin/env bash
# Nothing below the command line reads a clock: under faked dates and other time zones traces and reports are the same, byte
# for byte. Usage: faketime.sh DRYDOCK
set -eu
drydock=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

report() { # TZ command...
  local zone=$1
  shift
  TZ=$zone "$@" run scenarios --revision all --format json --output "$work/report" --trace "$work/trace" || [ $? = 1 ]
  sed -i 's/"wall_us":[^,]*//' "$work/report" # the one member that is not virtual
  cat "$work/report" "$work/trace" | sha256sum
}

plain=$(report UTC "$drydock")
check() { # date zone
  [ "$(faketime -f "@$1" date +%Y)" = "${1%%-*}" ] || { echo "faketime.sh: libfaketime does not work here" >&2; exit 1; }
  if [ "$(report "$2" faketime -f "@$1" "$drydock")" != "$plain" ]; then
    echo "faketime.sh: differs at $1, TZ=$2" >&2
    exit 1
  fi
  echo "faked $1, TZ=$2: same traces and reports"
}
check "2028-02-29 12:00:00" UTC
check "2038-01-19 03:14:00" Asia/Kathmandu
check "2026-03-29 01:59:50" Europe/Berlin
check "1999-12-31 23:59:55" America/St_Johns
