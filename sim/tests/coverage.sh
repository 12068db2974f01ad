#!/usr/bin/env bash
# What tests and scenarios reach of core/: an HTML page in which every line names the scenarios that reach it, a table, thresholds,
# and what nothing can reach, by name. Usage: coverage.sh [--no-page] BUILD TEST-PROGRAM...
set -eu
page=yes
if [ "$1" = --no-page ]; then
  page=no
  shift
fi
build=$1
shift
here=$(dirname "$0")
info=$build/info
rm -rf "$info" "$build/html"
mkdir -p "$info"
find "$build/obj" -name '*.gcda' -delete

echo "scenarios:"
"$build/drydock" run scenarios --revision all --quiet --no-timeline --coverage "$info" \
  --report "exercised=$build/exercised.txt,exercised-html=$build/exercised.html,exercised-json=$build/exercised.json"

"$here/run_tests.sh" "$build" "$@" >"$build/tests.log" 2>&1 || { cat "$build/tests.log"; exit 1; }
options=(--quiet --rc lcov_branch_coverage=1)
lcov "${options[@]}" --capture --directory "$build/obj/core" --test-name tests --output-file "$info/tests.info" 2>&1 |
  { grep -v "^Subroutine .* redefined" || true; } # perl warnings of lcov 1.16
lcov "${options[@]}" --extract "$info/tests.info" "$PWD/core/*" --output-file "$info/tests.info"
lcov "${options[@]}" --remove "$info/tests.info" "*/tests/*" --output-file "$info/tests.info"
sed -i "s|^SF:$PWD/|SF:|" "$info/tests.info"
find "$build/obj" -name '*.gcda' -delete

echo
cat "$build/exercised.txt"
echo
status=0
python3 "$here/coverage_thresholds.py" "$here/coverage.thresholds" "$here/coverage.unreached" "$build/exercised.json" "$info"/*.info ||
  status=$?
[ "$page" = yes ] || exit $status
# The page last: it takes the longest, and whoever is below wants it the most.
genhtml --quiet --branch-coverage --show-details --legend --title drydock --output-directory "$build/html" \
  "$info"/*.info >/dev/null
ln -sf html/index.html "$build/index.html"
echo "$build/index.html shows core/ line by line, $build/exercised.html the calls, orders and oracles"
exit $status
