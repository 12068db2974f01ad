#!/usr/bin/env python3
"""Makes scenarios/FINDINGS.md and scenarios/regressions/found/ of what explorations have found.

Usage: findings.py FOUND REMEDIES REPORT...
  FOUND     folder of the chosen repros, emptied first; FINDINGS.md is written two folders above it
  REMEDIES  JSON: [{"finding": regular expression, "remedy": text}], the first that matches a row is taken
  REPORT    a JSON report of `drydock explore --format json --save DIR`; its repros are in the folder of the same name

Findings that differ only in which call of an actor failed, or how, are one row: they have one cause. The repro that is kept
is the one with the fewest switches and mishaps.
"""
import collections
import json
import os
import re
import sys

Finding = collections.namedtuple("Finding", "row run found path")


def actor(site):
    return re.split("/", site)[0]


def parts_of(fingerprint):
    """Oracle, site or None, other party or None, [(site, manner)] of the calls that went wrong."""
    parts = re.split(r" \| (?!grep)", fingerprint)
    failed = [tuple(part.rsplit(": ", 1)) for part in parts[1:] if re.search(": [a-z0-9-]+$", part)]
    plain = [part for part in parts[1:] if not re.search(": [a-z0-9-]+$", part)]
    return parts[0], plain[0] if plain else None, plain[1] if len(plain) > 1 else None, failed


def row_of(fingerprint):
    oracle, site, other, failed = parts_of(fingerprint)
    if failed:
        # Where a flow fails it ends: the place where it then breaks the oracle follows the place of the failure.
        where = actor(site) if site and "/after" in site else site
        return oracle, where, "a call of %s goes wrong" % " and of ".join(sorted({actor(place) for place, _ in failed}))
    if other:
        return oracle, site, "races with %s" % actor(other)
    return oracle, site, "alone" if site else "by what remains"


def slug(text):
    return re.sub("-+", "-", re.sub("[^a-z0-9]", "-", text.lower())).strip("-")


def read(reports):
    for path in reports:
        with open(path) as file:
            for run in json.load(file):
                for found in run["found"]:
                    if "repro" in found:
                        saved = os.path.join(os.path.splitext(path)[0], found["name"] + ".json")
                        yield Finding(row_of(found["fingerprint"]), run, found, saved)


def cost(finding):
    return (finding.found["switches"] + finding.found["mishaps"], len(json.dumps(finding.found["repro"])), finding.path)


def calls(findings):
    names = sorted({"%s %s" % (re.sub("^[^/]*/", "", place), manner)
                    for finding in findings for place, manner in parts_of(finding.found["fingerprint"])[3]})
    by_call = collections.OrderedDict()
    for name in names:
        call, manner = name.rsplit(" ", 1)
        by_call.setdefault(call, []).append(manner)
    shown = ["`%s` (%s)" % (call, ", ".join(manners)) for call, manners in by_call.items()]
    return "; ".join(shown[:4]) + ("; and %d more" % (len(shown) - 4) if len(shown) > 4 else "")


def remedy_of(remedies, row):
    text = " | ".join(part or "-" for part in row)
    for entry in remedies:
        if re.search(entry["finding"], text):
            return entry["remedy"]
    sys.exit("findings.py: no remedy for \"%s\": add one" % text)


def keep(finding, folder, name):
    with open(finding.path) as file:
        text = file.read()
    target = "%s/%s.json" % (folder, name)
    old = finding.found["name"]
    text = re.sub(r'"drydock replay [^"]*"', lambda _: '"drydock replay %s"' % target, text)
    text = text.replace('"name": "%s"' % old, '"name": "%s"' % name)
    with open(target, "w") as file:
        file.write(text)


def main():
    folder, remedies_path, reports = sys.argv[1], sys.argv[2], sys.argv[3:]
    with open(remedies_path) as file:
        remedies = json.load(file)
    rows = collections.OrderedDict()
    for finding in sorted(read(reports), key=lambda finding: [part or "" for part in finding.row]):
        rows.setdefault(finding.row, []).append(finding)
    os.makedirs(folder, exist_ok=True)
    for old in os.listdir(folder):
        os.remove(os.path.join(folder, old))
    fingerprints = {finding.found["fingerprint"] for findings in rows.values() for finding in findings}
    small = [finding for findings in rows.values() for finding in findings
             if finding.found["switches"] <= 3 and finding.found["mishaps"] <= 1]
    total = sum(len(findings) for findings in rows.values())
    lines = ["# What exploration has found", "",
             "Made by `make findings` from the plain stages in `stages/`: %d fingerprints in %d rows; a row is one cause. Of %d small runs,"
             % (len(fingerprints), len(rows), total),
             "%d have at most 3 switches and 1 mishap. Each row keeps one repro, replayed by `drydock regress scenarios/regressions/found`."
             % len(small),
             "They are what the behaviour written down in the specification comes to; the remedies are proposals.", "",
             "| # | oracle | broken by | cause | what happens, in the repro | switches + mishaps | releases | remedy | repro |",
             "|---|---|---|---|---|---|---|---|---|"]
    for number, (row, findings) in enumerate(rows.items(), 1):
        best = min(findings, key=cost)
        name = "%02d-%s" % (number, slug("%s %s %s" % (row[0], re.sub("/.*", "", row[1] or ""), row[2])))
        keep(best, folder, name)
        failed = calls(findings)
        lines.append("| %d | %s | %s | %s%s | %s | %d + %d | %s | %s | [repro](%s) |" % (
            number, row[0], "`%s`" % row[1] if row[1] else "the state at rest", row[2], ": " + failed if failed else "",
            best.found["message"].replace("|", "\\|"), best.found["switches"], best.found["mishaps"],
            ", ".join(sorted({finding.run["revision"] for finding in findings})), remedy_of(remedies, row),
            "regressions/found/%s.json" % name))
    with open(os.path.join(os.path.dirname(os.path.dirname(folder)), "FINDINGS.md"), "w") as file:
        file.write("\n".join(line if line.startswith("|") else line for line in lines).replace("mount | grep", "mount \\| grep") + "\n")


main()
