#!/usr/bin/env bash
# The scenario library must do what it says, and the tester must notice a fix that is taken out. Usage: scenarios.sh DRYDOCK
set -eu
drydock=$1
"$drydock" run scenarios --revision all --color never
"$drydock" regress scenarios/regressions/found
# Every row of the findings has its repro, and every repro its row.
listed=$(grep -o 'regressions/found/[^)]*\.json' scenarios/FINDINGS.md | sort -u)
kept=$(cd scenarios && ls regressions/found/*.json)
[ -n "$kept" ] && [ "$listed" = "$kept" ] || { echo "scenarios.sh: FINDINGS.md and regressions/found do not list the same: make findings" >&2; exit 1; }
if "$drydock" run scenarios/incidents/openclawpro.json --revision 8.9.2 --without guard-decrypts --quiet >/dev/null; then
  echo "scenarios.sh: openclawpro stayed green on 8.9.2 without guard-decrypts" >&2
  exit 1
fi
echo "openclawpro on 8.9.2 without guard-decrypts: red, as it must be"
switches=$("$drydock" list revisions | awk '/^8/ {release = $1} release == "8.9.2" && /^ / {print $1}')
[ -n "$switches" ] || { echo "scenarios.sh: 8.9.2 has no switches" >&2; exit 1; }
for switch in $switches; do
  if "$drydock" run scenarios --revision 8.9.2 --without "$switch" --quiet >/dev/null; then
    echo "scenarios.sh: no scenario notices when $switch is taken out of 8.9.2" >&2
    exit 1
  fi
  echo "8.9.2 without $switch: noticed"
done
