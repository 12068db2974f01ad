#!/usr/bin/env bash
# coverage_thresholds.py says what is below a threshold, what is unreached without a name, and what is named wrongly.
# Usage: coverage_names.sh
set -u
checker=$(realpath "$(dirname "$0")/coverage_thresholds.py")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0
fail() {
  echo "coverage_names.sh: $*" >&2
  bad=1
}
check() { # STATUS, text that out or err must have
  local status=0
  python3 "$checker" thresholds unreached exercised.json one.info two.info >out 2>err || status=$?
  [ "$status" = "$1" ] || fail "status $status, expected $1 ($2): $(cat out err)"
  grep -qF -- "$2" out err || fail "no \"$2\" in: $(cat out err)"
}

cat >a.c <<'P'
int a(int x)
{
    return x ? 1 : 2;
}

int b(void)
{
    return 3;
}
P
record() { # a's line, a's second branch, b's line
  printf '%s\n' "TN:" "SF:a.c" "FN:1,a" "FN:6,b" "FNDA:$1,a" "FNDA:$3,b" "DA:3,$1" "DA:8,$3" "BRDA:3,0,0,$1" "BRDA:3,0,1,$2" end_of_record
}
record 1 - 0 >one.info
record 0 - 2 >two.info
echo '{"shares": {"failures": {"part": 1, "whole": 2}}}' >exercised.json
printf '%s\n' "# comment" "lines 100" "branches 50" "functions 100" "failures 50" >thresholds
name="    a.c a: 1 branch: return x ? 1 : 2;"
printf '%s\n' "# comment" "" "It cannot be." "$name" >unreached

# Together all lines, half of the branches; what is left has its name.
check 0 "lines                  100.0 %  (2 of 2), at least 100 %"
check 0 "branches                50.0 %  (1 of 2), at least 50 %"
check 0 "left, each with its reason in unreached: 1 in 1 places"
check 0 "a.c                          lines    2 of    2   branches    1 of    2"

# Below: of the tracefiles, and of the report.
sed -i 's/branches 50/branches 50.1/' thresholds
check 1 "branches                50.0 %  (1 of 2), at least 50.1 %  BELOW"
sed -i 's/branches 50.1/branches 50/; s/failures 50/failures 51/' thresholds
check 1 "failures                50.0 %  (1 of 2), at least 51 %  BELOW"
sed -i 's/failures 51/failures 50/' thresholds

# Without a name: a branch, a line, a function.
echo "It cannot be." >unreached
check 1 "a.c:3: unreached and not named: a: 1 branch: return x ? 1 : 2;"
sed 's/branches 50/branches 0/; s/lines 100/lines 0/; s/functions 100/functions 0/' thresholds >all && mv all thresholds
printf '%s\n' "It cannot be." "$name" >unreached
record 1 - 0 >two.info
check 1 "a.c:8: unreached and not named: b: 1 line: return 3;"
check 1 "never called: a.c b"
printf '%s\n' "    a.c b: 1 line: return 3;" >>unreached
check 0 "left, each with its reason in unreached: 2 in 2 places"

# A name too much: reached, of another function, more than there are, of a line that is not there.
record 1 1 0 >two.info
check 1 "unreached:2: names 1 branch of a.c a that nothing reaches, there are 0: return x ? 1 : 2;"
record 1 - 0 >two.info
sed -i 's/a.c a: 1/a.c b: 1/' unreached
check 1 "unreached:2: names 1 branch of a.c b that nothing reaches, there are 0"
sed -i 's/a.c b: 1 branch/a.c a: 2 branches/' unreached
check 1 "unreached:2: names 2 branch of a.c a that nothing reaches, there are 1"
sed -i 's/a.c a: 2 branches: return x/a.c a: 1 branch: return y/' unreached
check 1 "unreached:2: names 1 branch of a.c a that nothing reaches, there are 0: return y ? 1 : 2;"
check 1 "a.c:3: unreached and not named: a: 1 branch: return x ? 1 : 2;"

# What cannot be used.
printf '%s\n' "$name" >unreached
check 2 "coverage: unreached:1: a place without a reason before it"
printf '%s\n' "It cannot be." "    a.c a: no branch: x" >unreached
check 2 "coverage: unreached:2: expected FILE FUNCTION: N branches|lines: TEXT, got a.c a: no branch: x"
printf '%s\n' "It cannot be." "$name" "$name" >unreached
check 2 "coverage: unreached:3: named twice"
printf '%s\n' "It cannot be." "$name" >unreached
sed -i 's/^failures .*/failures many/' thresholds
check 2 "coverage: thresholds:5: expected a share and a percentage, got failures many"
sed -i '/^failures/d' thresholds
check 2 "coverage: thresholds: no threshold for failures"
echo "failures 0" >>thresholds
echo "DA:x" >>one.info
check 2 "coverage: one.info:12: no DA record: x"
rm two.info
record 1 - 0 >one.info
check 2 "coverage: two.info: No such file or directory"
record 1 - 0 >two.info
echo '{' >exercised.json
check 2 "coverage: exercised.json: not a report exercised-json: "

[ $bad = 0 ] && echo "coverage_names.sh: thresholds and names hold"
exit $bad
