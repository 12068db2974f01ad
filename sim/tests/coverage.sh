#!/usr/bin/env bash
# What tests and scenarios reach of core/: a table, an HTML page in which every line names the scenarios that reach it, and
# thresholds. Usage: coverage.sh BUILD TEST-PROGRAM...
set -eu
build=$1
shift
lines_min=97
branches_min=90
info=$build/info
rm -rf "$info" "$build/html"
mkdir -p "$info"
find "$build/obj" -name '*.gcda' -delete

echo "scenarios:"
"$build/drydock" run scenarios --revision all --quiet --no-timeline --coverage "$info"

for program in "$@"; do
  "$program" >"$program.log" 2>&1 || { cat "$program.log"; exit 1; }
done
options=(--quiet --rc lcov_branch_coverage=1)
lcov "${options[@]}" --capture --directory "$build/obj/core" --test-name tests --output-file "$info/tests.info" 2>&1 |
  { grep -v "^Subroutine .* redefined" || true; } # perl warnings of lcov 1.16
lcov "${options[@]}" --extract "$info/tests.info" "$PWD/core/*.c" --output-file "$info/tests.info"
lcov "${options[@]}" --remove "$info/tests.info" "*/tests/*" --output-file "$info/tests.info"
sed -i "s|^SF:$PWD/|SF:|" "$info/tests.info"
find "$build/obj" -name '*.gcda' -delete

genhtml --quiet --branch-coverage --show-details --legend --title drydock --output-directory "$build/html" \
  "$info"/*.info >/dev/null
ln -sf html/index.html "$build/index.html"
# A line or branch counts as reached when any scenario or test reaches it.
awk -F'[:,]' -v lines_min=$lines_min -v branches_min=$branches_min '
  /^SF:/ {file = $2}
  /^DA:/ {key = file ":" $2; line[key] = line[key] || $3 > 0}
  /^BRDA:/ {key = file ":" $2 ":" $3 ":" $4; branch[key] = branch[key] || $5 > 0}
  function add(key, hit, all, reached,   parts) { split(key, parts, ":"); all[parts[1]]++; reached[parts[1]] += hit }
  END {
    for (key in line) { lines++; lines_hit += line[key]; add(key, line[key], fl, flh) }
    for (key in branch) { branches++; branches_hit += branch[key]; add(key, branch[key], fb, fbh) }
    for (file in fl) printf "%-28s lines %4d of %4d   branches %4d of %4d\n", file, flh[file], fl[file], fbh[file], fb[file] | "sort"
    close("sort")
    l = 100 * lines_hit / lines; b = 100 * branches_hit / branches
    printf "core/ by tests and scenarios: lines %.1f %% (%d of %d), branches %.1f %% (%d of %d)\n", l, lines_hit, lines, b, branches_hit, branches
    if (l < lines_min || b < branches_min) { printf "coverage.sh: below %d %% of lines or %d %% of branches\n", lines_min, branches_min > "/dev/stderr"; exit 1 }
  }' "$info"/*.info
echo "$build/index.html shows it line by line"
