#!/usr/bin/env bash
# What tests and scenarios reach of core/: a table, an HTML page in which every line names the scenarios that reach it, and
# thresholds. Usage: coverage.sh BUILD TEST-PROGRAM...
set -eu
build=$1
shift
thresholds=$(dirname "$0")/coverage.thresholds
info=$build/info
rm -rf "$info" "$build/html"
mkdir -p "$info"
find "$build/obj" -name '*.gcda' -delete

echo "scenarios:"
"$build/drydock" run scenarios --revision all --quiet --no-timeline --coverage "$info" \
  --report "exercised=$build/exercised.txt,exercised-html=$build/exercised.html,exercised-json=$build/exercised.json"

for program in "$@"; do
  "$program" >"$program.log" 2>&1 || { cat "$program.log"; exit 1; }
done
options=(--quiet --rc lcov_branch_coverage=1)
lcov "${options[@]}" --capture --directory "$build/obj/core" --test-name tests --output-file "$info/tests.info" 2>&1 |
  { grep -v "^Subroutine .* redefined" || true; } # perl warnings of lcov 1.16
lcov "${options[@]}" --extract "$info/tests.info" "$PWD/core/*" --output-file "$info/tests.info"
lcov "${options[@]}" --remove "$info/tests.info" "*/tests/*" --output-file "$info/tests.info"
sed -i "s|^SF:$PWD/|SF:|" "$info/tests.info"
find "$build/obj" -name '*.gcda' -delete

genhtml --quiet --branch-coverage --show-details --legend --title drydock --output-directory "$build/html" \
  "$info"/*.info >/dev/null
ln -sf html/index.html "$build/index.html"
# A line or branch counts as reached when any scenario or test reaches it.
awk -F'[:,]' '
  /^SF:/ {file = $2}
  /^DA:/ {key = file ":" $2; line[key] = line[key] || $3 > 0}
  /^FNDA:/ {key = file ":" $3; function_[key] = function_[key] || $2 > 0}
  /^BRDA:/ {key = file ":" $2 ":" $3 ":" $4; branch[key] = branch[key] || $5 > 0}
  function add(key, hit, all, reached,   parts) { split(key, parts, ":"); all[parts[1]]++; reached[parts[1]] += hit }
  END {
    for (key in line) { lines++; lines_hit += line[key]; add(key, line[key], fl, flh) }
    for (key in function_) { functions++; if (function_[key]) functions_hit++; else print "never called: " key }
    for (key in branch) { branches++; branches_hit += branch[key]; add(key, branch[key], fb, fbh) }
    for (file in fl) printf "%-28s lines %4d of %4d   branches %4d of %4d\n", file, flh[file], fl[file], fbh[file], fb[file] | "sort"
    close("sort")
    printf "lines %d %d\nbranches %d %d\nfunctions %d %d\n", lines_hit, lines, branches_hit, branches, functions_hit, functions >shares
  }' shares="$build/shares" "$info"/*.info
echo
cat "$build/exercised.txt"
echo
python3 "$(dirname "$0")/coverage_thresholds.py" "$thresholds" "$build/shares" "$build/exercised.json"
echo "$build/index.html shows core/ line by line, $build/exercised.html the calls, orders and oracles"
