"""Holds what was reached against coverage.thresholds, and fails below. Usage: coverage_thresholds.py THRESHOLDS SHARES EXERCISED.json

SHARES has lines `NAME PART WHOLE`; the rest is in the report `exercised-json`."""
import json
import sys

thresholds_path, shares_path, exercised_path = sys.argv[1:]
shares = {}
with open(shares_path, encoding="utf-8") as lines:
    for line in lines:
        name, part, whole = line.split()
        shares[name] = (int(part), int(whole))
with open(exercised_path, encoding="utf-8") as report:
    for name, share in json.load(report)["shares"].items():
        shares[name] = (share["part"], share["whole"])

below = 0
with open(thresholds_path, encoding="utf-8") as lines:
    for line in lines:
        if line.strip() == "" or line.startswith("#"):
            continue
        name, least = line.split()
        part, whole = shares.pop(name)
        reached = 100 * part / whole
        enough = reached >= float(least)
        below += not enough
        print(f"{name:<22} {reached:5.1f} %  ({part} of {whole}), at least {least} %{'' if enough else '  BELOW'}")
if shares:
    sys.exit(f"coverage: no threshold for {', '.join(shares)}")
sys.exit(f"coverage: {below} below what {thresholds_path} asks for" if below else 0)
