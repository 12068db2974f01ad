#!/usr/bin/env python3
"""Holds a trace against the Trace Event Format, as Perfetto and chrome://tracing read it.

Usage: check_trace.py FILE
https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
"""
import bisect
import collections
import json
import sys

# What an event of a phase must have beside "ph".
REQUIRED = {
    "M": {"name", "pid", "args"},
    "X": {"name", "cat", "pid", "tid", "ts", "dur"},
    "i": {"name", "pid", "tid", "ts", "s"},
    "s": {"name", "cat", "id", "pid", "tid", "ts"},
    "f": {"name", "cat", "id", "pid", "tid", "ts"},
}
NUMBERS = {"pid": int, "tid": int, "ts": (int, float), "dur": (int, float)}
wrong = []


def check_fields(event):
    phase = event.get("ph")
    if phase not in REQUIRED:
        wrong.append(f"phase {phase!r} is not used here: {event}")
        return False
    missing = REQUIRED[phase] - event.keys()
    if missing:
        wrong.append(f"{', '.join(sorted(missing))} missing: {event}")
        return False
    for name, kind in NUMBERS.items():
        if name in event and (isinstance(event[name], bool) or not isinstance(event[name], kind) or event[name] < 0):
            wrong.append(f"{name} is no number from 0 on: {event}")
            return False
    if not isinstance(event["name"], str) or event["name"] == "":
        wrong.append(f"an event without a name: {event}")
    if phase == "i" and event["s"] not in ("g", "p", "t"):
        wrong.append(f"an instant's scope is g, p or t: {event}")
    return True


def check_tracks(events):
    """Every process and every track on which something is drawn has a name, once."""
    named = collections.Counter()
    for event in events:
        if event["ph"] == "M":
            if not isinstance(event["args"].get("name"), str):
                wrong.append(f"a name is missing: {event}")
            named[event["name"], event["pid"], event["tid"] if event["name"] == "thread_name" else None] += 1
    wrong.extend(f"named {times} times: {key}" for key, times in named.items() if times > 1)
    for event in events:
        if event["ph"] != "M":
            if ("process_name", event["pid"], None) not in named:
                wrong.append(f"process {event['pid']} has no name: {event}")
            if event.get("s") != "g" and ("thread_name", event["pid"], event["tid"]) not in named:
                wrong.append(f"track {event['pid']}/{event['tid']} has no name: {event}")


def check_nesting(slices):
    """Slices of one track lie in one another or apart: a reader cannot draw anything else."""
    for track, spans in slices.items():
        open_ends = []
        for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
            while open_ends and open_ends[-1] <= start:
                open_ends.pop()
            if open_ends and end > open_ends[-1]:
                wrong.append(f"track {track}: a slice from {start} to {end} overlaps one that ends at {open_ends[-1]}")
            open_ends.append(end)


def check_flows(events, slices):
    """A flow begins once and ends once, later, each end inside a slice; cat, name and id together are its identity."""
    flows = collections.defaultdict(list)
    for event in events:
        if event["ph"] in "sf":
            flows[event["cat"], event["name"], event["id"]].append(event)
            track = slices[event["pid"], event["tid"]]
            last = bisect.bisect_right(track, (event["ts"], float("inf"))) - 1
            if not any(start <= event["ts"] <= end for start, end in track[max(0, last - 64):last + 1]):
                wrong.append(f"a flow's end is in no slice: {event}")
    for identity, ends in flows.items():
        if [end["ph"] for end in sorted(ends, key=lambda end: (end["ts"], end["ph"] == "f"))] != ["s", "f"]:
            wrong.append(f"flow {identity} is not one s and then one f: {ends[:4]}")
    return len(flows)


def main(path):
    with open(path, encoding="utf-8") as file:
        trace = json.load(file)
    events = trace["traceEvents"]
    if not isinstance(events, list) or trace.get("displayTimeUnit") not in ("ms", "ns"):
        sys.exit(f"{path}: not an object with traceEvents and displayTimeUnit")
    events = [event for event in events if check_fields(event)]
    slices = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            slices[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
    for track in slices.values():
        track.sort()
    check_tracks(events)
    check_nesting(slices)
    flows = check_flows(events, slices)
    if not slices or not flows:
        wrong.append("no slice or no flow in it")
    for line in wrong[:10]:
        print(f"{path}: {line}", file=sys.stderr)
    if wrong:
        sys.exit(f"{path}: {len(wrong)} mistakes")
    print(f"{len(events)} events, {flows} flows")


main(sys.argv[1])
