#!/usr/bin/env bash
# The hash of every run of the scenario library, a line each: HASH RELEASE FILE. Usage: trace_hashes.sh DRYDOCK
set -eu
"$1" run scenarios --revision all --quiet --format json |
  python3 -c 'import json, sys
for run in json.load(sys.stdin):
    print(run["trace_hash"], run["revision"], run["file"])'
