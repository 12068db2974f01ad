#!/usr/bin/env python3
"""Reads CHANGELOG.md (https://keepachangelog.com/en/1.1.0/). Usage: changelog.py FILE version|date|debian

version  that of the newest release; date: when it came, as mdoc's .Dd has it
debian   the whole as debian/changelog (deb-changelog(5)), in the name of DEBFULLNAME and DEBEMAIL
"""
import datetime
import os
import re
import sys
import textwrap

RELEASE = re.compile(r"## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})")
GROUPS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


def read(path):
    """[(version, date, [item])], the newest first. What is not as it should be ends the program with a line."""
    releases = []
    taken = False  # what stands under [Unreleased] is in no release
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip()
        if line.startswith("## "):
            release = RELEASE.fullmatch(line)
            if release:
                releases.append((release[1], datetime.date.fromisoformat(release[2]), []))
            elif line != "## [Unreleased]":
                sys.exit(f"{path}:{number}: expected ## [VERSION] - YYYY-MM-DD or ## [Unreleased]")
            taken = release is not None
        elif line.startswith("### ") and line[4:] not in GROUPS:
            sys.exit(f"{path}:{number}: expected one of {', '.join(GROUPS)}")
        elif taken and line.startswith("- "):
            releases[-1][2].append(line[2:])
        elif taken and line.startswith("  ") and releases[-1][2]:
            releases[-1][2][-1] += " " + line.strip()
    if not releases:
        sys.exit(f"{path}: there is no release")
    for newer, older in zip(releases, releases[1:]):
        if [int(n) for n in newer[0].split(".")] <= [int(n) for n in older[0].split(".")] or newer[1] < older[1]:
            sys.exit(f"{path}: {newer[0]} stands before {older[0]}")
    return releases


def debian(releases):
    person = f"{os.environ['DEBFULLNAME']} <{os.environ['DEBEMAIL']}>"
    for version, date, items in releases:
        print(f"drydock ({version}) unstable; urgency=medium\n")
        for item in items:
            plain = re.sub(r"[`*]", "", item)
            print(textwrap.fill(plain, 76, initial_indent="  * ", subsequent_indent="    ", break_on_hyphens=False))
        print(f"\n -- {person}  {date:%a, %d %b %Y} 00:00:00 +0000\n")


releases = read(sys.argv[1])
if sys.argv[2] == "version":
    print(releases[0][0])
elif sys.argv[2] == "date":
    print(f"{releases[0][1]:%B} {releases[0][1].day}, {releases[0][1].year}")
else:
    debian(releases)
