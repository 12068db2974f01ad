#!/usr/bin/env bash
# The scenario library must do what it says, and the tester must notice a fix that is taken out. Usage: scenarios.sh DRYDOCK
set -eu
drydock=$1
"$drydock" run scenarios --revision all --color never
# sim/tests/trace_hashes_test holds the traces against this list; here: nothing is missing from it.
"$(dirname "$0")/trace_hashes.sh" "$drydock" | diff sim/tests/trace_hashes - >&2 || { echo "scenarios.sh: traces differ from sim/tests/trace_hashes: make trace-hashes, if they should" >&2; exit 1; }
"$drydock" regress scenarios/regressions/found
# Every row of the findings has its repro, and every repro its row.
listed=$(grep -o 'regressions/found/[^)]*\.json' scenarios/FINDINGS.md | sort -u)
kept=$(cd scenarios && ls regressions/found/*.json)
[ -n "$kept" ] && [ "$listed" = "$kept" ] || { echo "scenarios.sh: FINDINGS.md and regressions/found do not list the same: make findings" >&2; exit 1; }
"$drydock" ablate scenarios --strict --revision 8.9.2
