#!/usr/bin/env python3
"""Renews fakes/tests/process_cases.json: runs each case's command with this machine's busybox (package busybox-static) and
notes what it printed and its exit code. A new case needs "command" alone, and "input" where it reads.

Usage: record_process_cases.py [FILE] [COMMAND…]: each COMMAND is added as a case.
"""

import json
import os
import subprocess
import sys
import tempfile

TIMEOUT_S = 20


def record(case):
    with tempfile.TemporaryDirectory() as folder:
        # A new process group: what the case leaves in the background does not keep us.
        done = subprocess.run(
            ["busybox", "sh", "-c", case["command"]],
            input=case.get("input", "").encode(),
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "HOME": "/root"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=TIMEOUT_S,
            check=False,
            start_new_session=True,
        )
    code = done.returncode
    case["exit"] = code if code >= 0 else 128 - code
    case["stdout"] = done.stdout.decode()
    case["stderr"] = done.stderr.decode()
    return case


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "process_cases.json")
    cases = []
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            cases = json.load(file)
    cases += [{"command": command} for command in sys.argv[2:]]
    with open(path, "w", encoding="utf-8") as file:
        file.write("[\n")
        file.write(",\n".join("  " + json.dumps(record(case)) for case in cases))
        file.write("\n]\n")


if __name__ == "__main__":
    main()
