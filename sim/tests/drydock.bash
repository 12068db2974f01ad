# What the scripts that test the command line share; each sources it, its own arguments being "$@".
#
#   $drydock   the program under test: its absolute path
#   $work      a folder of the script's own, removed at its end
#   $server    the process that is stopped at its end, if there is one
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
drydock=$(realpath "$1")
work=$(mktemp -d)
server=
bad=0
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

fail() { # WHAT...
  echo "${0##*/}: $*" >&2
  bad=1
}

# call STATUS ARGUMENTS...: drydock ends so; what it prints is in $work/out and $work/err
call() {
  local wanted=$1 status=0
  shift
  timeout -s KILL 120 "$drydock" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  [ $status = "$wanted" ] || fail "drydock $*: status $status, expected $wanted: $(head -c 2000 "$work/out" "$work/err")"
}

# refused ARGUMENTS...: exit status 2, exactly one line on standard error, nothing on standard output
refused() {
  local lines
  call 2 "$@"
  mapfile -t lines <"$work/err"
  [ ${#lines[@]} = 1 ] && [ ! -s "$work/out" ] || fail "drydock $*: not one line on standard error: $(cat "$work/err")"
}

# has TEXT: it was printed by the last call
has() {
  grep -qF -- "$1" "$work/out" || fail "no \"$1\" in: $(cat "$work/out")"
}

# said TEXT: it stands on the standard error of the last call
said() {
  grep -qF -- "$1" "$work/err" || fail "no \"$1\" in: $(cat "$work/err")"
}

# finish WHAT [HOW]: the script's last word
finish() {
  [ $bad = 0 ] && echo "$1: ${2:-as documented}"
  exit $bad
}
