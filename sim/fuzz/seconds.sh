# To be sourced: seconds_of TIME says how many seconds 60, 60s, 10m or 1h are; false after a message when it is none.
seconds_of() {
  local number=${1%[smh]} factor=1
  case $1 in *m) factor=60 ;; *h) factor=3600 ;; esac
  case $number in '' | 0* | *[!0-9]*)
    echo "T=$1: expected a time such as 60s, 10m or 1h" >&2
    return 1
    ;;
  esac
  echo $((number * factor))
}
