#!/usr/bin/env python3
"""The determinism matrix: whatever builds drydock and wherever it runs, traces, reports and explorations are the same bytes.

    matrix.py builds [CELLS]     what make has to build, one target a line
    matrix.py run    [CELLS]     play the library and explore some stages in every cell, and compare

A cell is a value for each of FACTORS. Without CELLS they are the full product; --strength N takes a covering array of them:
every N factors meet in all their values in some cell (with 1, each value is in one); --ready takes only those whose drydock other targets build as well;
--vary FACTOR takes those that differ in that one alone. Exit status: 0 no difference, 1 differences, 2 the matrix cannot be
run here.
"""
import argparse
import hashlib
import itertools
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

BUILD = "build"
# The first value of each is what make builds by default, as far as there is one. What costs least comes first: of rows that are
# worth the same, the covering array takes the first.
FACTORS = {
    "compiler": ("gcc", "clang"),
    "level": ("O0", "LTO", "O2", "O3"),
    "sanitizer": ("plain", "asan"),
    "aslr": ("on", "off"),
    "date": ("2028-02-29 12:00:00", "2038-01-19 03:14:00", "1999-12-31 23:59:55"),  # leap day, end of 32 bits, in the past
    "locale": ("C.UTF-8", "tr_TR.UTF-8"),  # a comma in numbers, an i without a dot
    "zone": ("UTC", "America/St_Johns"),  # half an hour beside the full one, and summer time
    "jobs": ("1", "2"),
}
BUILD_FACTORS = ("compiler", "level", "sanitizer")
# What `make` builds anyway.
READY = {("gcc", "LTO", "plain"): f"{BUILD}/drydock"}
# The forms that tell single events have more to differ in than JSON: places in core/, above all.
FORMS = ("tap", "sarif", "github", "markdown", "html", "exercised", "exercised-json", "exercised-html")
STAGES = "scenarios/stages"
# Short: under ASan a search begins every run anew, and takes some fifty times as long.
EXPLORATIONS = {
    "dpor": ["12-install-beside-a-stop.json", "--faults", "0"],
    "fault": ["12-install-beside-a-stop.json", "--revision", "8.9.2", "--ports", "docker", "--fault-kinds", "refused", "--executions", "60"],
    "crash": ["05-removal-beside-check.json", "--revision", "8.9.2", "--faults", "0", "--crashes", "1", "--executions", "60", "--no-shrink"],
    "random": ["02-install-beside-check.json", "--faults", "0", "--strategy", "random", "--seed", "11", "--executions", "20", "--no-shrink"],
    "pct": ["06-removal-beside-loop.json", "--faults", "0", "--strategy", "pct", "--seed", "7", "--executions", "20", "--no-shrink"],
}
# A sanitizer that finds something must not look like a run that is not as expected. libfaketime comes before ASan's library,
# which is what verify_asan_link_order would stumble over. Leaks are test-asan's: with LOCPATH glibc has one of its own.
SANITIZERS = {"ASAN_OPTIONS": "exitcode=99:verify_asan_link_order=0:detect_leaks=0", "UBSAN_OPTIONS": "exitcode=99"}
RUN_SECONDS = 3000  # a hang must end; nothing is timed
SHOWN = 5  # runs of a cell that are told in full


def refuse(text):
    print(f"matrix: {text}", file=sys.stderr)
    sys.exit(2)


# ---- cells ---------------------------------------------------------------------------------------------------------


def product(names):
    return [dict(zip(names, values)) for values in itertools.product(*(FACTORS[name] for name in names))]


def combinations(cell, strength):
    """The combinations of `strength` values that meet in the cell."""
    return set(itertools.combinations(cell.items(), strength))


def covering(rows, strength, given=()):
    """The given rows and few more, in which every combination of `strength` values meets that meets in any row (greedy: Cohen et al.,
    AETG, 1997)."""
    chosen = list(given)
    missing = set().union(*(combinations(row, strength) for row in rows)).difference(*(combinations(row, strength) for row in chosen))
    while missing:
        best = max(rows, key=lambda row: len(combinations(row, strength) & missing))  # the first of equals
        missing -= combinations(best, strength)
        chosen.append(best)
    return chosen


def key_of(cell):
    return tuple(cell[name] for name in BUILD_FACTORS)


def cells_of(arguments):
    if arguments.vary:
        return [{name: values[0] for name, values in FACTORS.items()} | {arguments.vary: value} for value in FACTORS[arguments.vary]]
    rows = [row for row in product(tuple(FACTORS)) if not arguments.ready or key_of(row) in READY]
    strength = arguments.strength
    if strength is None:
        return rows
    wanted = set().union(*(combinations(row, strength) for row in rows))
    # Builds cost more than runs: first as few of them as will do, then cells of these alone.
    ready = [dict(zip(BUILD_FACTORS, key)) for key in READY]
    all_builds = ready if arguments.ready else product(BUILD_FACTORS)
    builds = {key_of(build) for build in covering(all_builds, min(strength, len(BUILD_FACTORS)), ready)}
    cells = covering([row for row in rows if key_of(row) in builds], strength)
    assert set().union(*(combinations(cell, strength) for cell in cells)) == wanted
    return cells


def target_of(cell):
    key = key_of(cell)
    return READY.get(key, f"{BUILD}/matrix/{'-'.join(key)}/drydock")


def name_of(cell):
    return f"{cell['compiler']} {cell['level']} {cell['sanitizer']}, aslr {cell['aslr']}, {cell['date']}, {cell['locale']}, {cell['zone']}, jobs {cell['jobs']}"


# ---- where a cell runs ---------------------------------------------------------------------------------------------


def make_locales(folder):
    """glibc's own compiler of locales, so that the machine need not have them."""
    for locale in FACTORS["locale"]:
        language, charset = locale.split(".")
        source = "POSIX" if language == "C" else language
        if not os.path.isdir(f"{folder}/{locale}"):
            os.makedirs(folder, exist_ok=True)
            subprocess.run(["localedef", "--no-archive", "-c", "-i", source, "-f", charset, f"{folder}/{locale}"],
                           check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def surroundings(cell, locales):
    """The command to run something in and its environment, which holds nothing else."""
    wrapper = ["faketime", "-f", f"@{cell['date']}"]
    if cell["aslr"] == "off":
        wrapper += ["setarch", "-R"]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": cell["locale"], "LOCPATH": locales, "TZ": cell["zone"], **SANITIZERS}
    return wrapper, environment


def said(command, cell, locales):
    wrapper, environment = surroundings(cell, locales)
    result = subprocess.run(wrapper + command, env=environment, capture_output=True, text=True, check=False)
    return result.stdout.strip()


STACK = ["awk", "$6 == \"[stack]\" {print $1}", "/proc/self/maps"]


def check_surroundings(locales):
    """A factor that changes nothing on this machine would make the matrix say more than it knows."""
    first = {name: values[0] for name, values in FACTORS.items()}
    for date in FACTORS["date"]:
        shown = said(["date", "+%Y"], first | {"date": date}, locales)
        if shown != date[:4]:
            refuse(f"libfaketime does not work here: the year is \"{shown}\", expected {date[:4]}")
    for locale, mark in zip(FACTORS["locale"], (".", ",")):
        shown = said(["locale", "decimal_point"], first | {"locale": locale}, locales)
        if shown != mark:
            refuse(f"the locale {locale} does not work here: its decimal point is \"{shown}\", expected \"{mark}\"")
    for zone, offset in zip(FACTORS["zone"], ("+0000", "-0330")):
        shown = said(["date", "-d", "2026-01-15", "+%z"], first | {"zone": zone}, locales)
        if shown != offset:
            refuse(f"the time zone {zone} does not work here (tzdata?): it is at {shown}, expected {offset}")
    if len({said(STACK, first | {"aslr": "on"}, locales) for _ in range(4)}) == 1:
        refuse("addresses are not random here (/proc/sys/kernel/randomize_va_space): the values of aslr would be the same")
    still = {said(STACK, first | {"aslr": "off"}, locales) for _ in range(4)}
    return len(still) == 1 and still != {""}


# ---- what a cell says ----------------------------------------------------------------------------------------------


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(file.read()).hexdigest()


class Player:
    def __init__(self, arguments, locales):
        self.arguments = arguments
        self.locales = locales

    def binary(self, cell):
        return self.arguments.binary.format_map(cell) if self.arguments.binary else target_of(cell)

    def drydock(self, cell, arguments, output):
        """Runs it; what it prints goes to `output`. None, or what went wrong."""
        wrapper, environment = surroundings(cell, self.locales)
        with open(output, "wb") as file:
            result = subprocess.run(wrapper + [self.binary(cell)] + arguments, env=environment, stdin=subprocess.DEVNULL, stdout=file,
                                    stderr=subprocess.PIPE, timeout=RUN_SECONDS, check=False)
        if result.returncode in (0, 1) and not result.stderr:
            return None
        return f"drydock {' '.join(arguments[:2])}: status {result.returncode}: {result.stderr.decode(errors='replace')[:2000]}"

    def play(self, cell, folder):
        """Leaves one file for each thing to be compared in the folder. Returns what went wrong."""
        reports = ",".join(f"{form}={folder}/report {form}" for form in FORMS)
        wrong = self.drydock(cell, ["run", self.arguments.scenarios, "--revision", "all", "--quiet", "--format", "json", "--output",
                                    f"{folder}/report json", "--trace", f"{folder}/traces", "--report", reports], f"{folder}/output")
        if wrong:
            return wrong
        with open(f"{folder}/report json", "rb") as file:
            text = file.read()
        with open(f"{folder}/report json", "wb") as file:
            file.write(re.sub(rb'("wall_us":\s*)\d+', rb"\g<1>0", text))  # the one member that is not virtual
        for name in self.arguments.explorations:
            stage, *options = EXPLORATIONS[name]
            wrong = self.drydock(cell, ["explore", f"{STAGES}/{stage}", "--jobs", cell["jobs"], "--format", "json", "--quiet", *options],
                                 f"{folder}/exploration {name}")
            if wrong:
                return wrong
        return None


# ---- differences ---------------------------------------------------------------------------------------------------


def runs_of(path):
    """Each run's lines: (scenario, revision), bytes."""
    name, lines = None, []
    with open(path, "rb") as file:
        for line in file:
            if line.startswith(b'{"kind":"header"'):
                if name:
                    yield name, b"".join(lines)
                header = json.loads(line)
                name, lines = (header["scenario"], header["revision"]), []
            lines.append(line)
    if name:
        yield name, b"".join(lines)


def first_line(left, right):
    """Where two texts part, as two lines of a diff."""
    for number, (a, b) in enumerate(itertools.zip_longest(left.splitlines(), right.splitlines()), 1):
        if a != b:
            left, right = (a or b"").decode(errors="replace"), (b or b"").decode(errors="replace")
            same = len(os.path.commonprefix((left, right)))
            shown = slice(max(0, same - 60), same + 60)
            return [f"line {number}, column {same + 1}", f"- {left[shown]}", f"+ {right[shown]}"]
    return ["the same lines, other bytes between them"]


def read(path):
    if not os.path.exists(path):
        return b""
    with open(path, "rb") as file:
        return file.read()


def first_step(drydock, left, right, work):
    """drydock diff of two runs: where the traces part."""
    paths = [f"{work}/left.jsonl", f"{work}/right.jsonl"]
    for path, text in zip(paths, (left, right)):
        with open(path, "wb") as file:
            file.write(text)
    result = subprocess.run([drydock, "diff", "left.jsonl", "right.jsonl", "-C", "2"], cwd=work, capture_output=True, check=False, timeout=RUN_SECONDS)
    if result.returncode != 1:  # drydock sees no step that differs, or cannot read what it wrote
        return first_line(left, right) + result.stderr.decode(errors="replace").splitlines()
    lines = result.stdout.decode(errors="replace").splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith("trace ")), 0)
    return lines[start:next((i for i in range(start + 1, len(lines)) if lines[i][:1] != " "), len(lines))]


def compare(drydock, first, now, work):
    """What differs between two folders: the names, and the lines that tell it."""
    names, told = [], []
    for name in sorted(set(os.listdir(first)) | set(os.listdir(now)), key=lambda name: (name != "traces", name)):
        left, right = f"{first}/{name}", f"{now}/{name}"
        if os.path.exists(left) and os.path.exists(right) and digest(left) == digest(right):
            continue
        if name != "traces":
            names.append(name)
            told.append((name, first_line(read(left), read(right))))
            continue
        for (a, text_a), (b, text_b) in itertools.zip_longest(runs_of(left), runs_of(right), fillvalue=(("(none)", ""), b"")):
            if text_a == text_b:
                continue
            run = "scenario " + " on ".join(a) + ("" if a == b else f" (there: {' on '.join(b)})")
            names.append(run)
            if len(told) < SHOWN:
                told.append((run, first_step(os.path.abspath(drydock), text_a, text_b, work)))
    return names, told


def in_common(differing, others):
    """Values of factors that all cells have which differ, and none of the others."""
    return [f"{name} {value}" for name, values in FACTORS.items() for value in values
            if all(cell[name] == value for cell in differing) and not any(cell[name] == value for cell in others)]


# ---- the matrix ----------------------------------------------------------------------------------------------------


def mix(folder, kind):
    """One short number for all files of a kind, for the table."""
    total = hashlib.sha256()
    for name in sorted(os.listdir(folder)):
        if name.startswith(kind):
            total.update(f"{name} {digest(f'{folder}/{name}')}\n".encode())
    return total.hexdigest()[:12]


def run(arguments):
    locales = os.path.abspath(f"{BUILD}/locales")
    make_locales(locales)
    still = check_surroundings(locales)
    cells = cells_of(arguments)
    if not still:
        left_out = [cell for cell in cells if cell["aslr"] == "off"]
        cells = [cell for cell in cells if cell["aslr"] == "on"]
        print(f"matrix: address randomisation cannot be switched off here (setarch -R): {len(left_out)} cells left out", file=sys.stderr)
    player = Player(arguments, locales)
    for cell in cells:
        if not os.access(player.binary(cell), os.X_OK):
            refuse(f"{player.binary(cell)} is not there: make matrix")
    os.makedirs(f"{BUILD}/matrix", exist_ok=True)
    with tempfile.TemporaryDirectory(dir=f"{BUILD}/matrix") as work:
        return play_all(player, cells, work)


def play_all(player, cells, work):
    first = f"{work}/1"

    def play(number):
        folder = f"{work}/{number}"
        os.mkdir(folder)
        wrong = player.play(cells[number - 1], folder)
        marks = [] if wrong else [mix(folder, kind) for kind in ("traces", "report", "exploration")]
        names, told = ([], []) if wrong or number == 1 else compare(player.binary(cells[0]), first, folder, work_of(number))
        if number != 1:
            shutil.rmtree(folder)
        return wrong, marks, names, told

    def work_of(number):
        os.makedirs(f"{work}/diff-{number}", exist_ok=True)
        return f"{work}/diff-{number}"

    row = "{:>4}  {:<18} {:<4}  {:<19}  {:<11}  {:<16}  {:>4}   {:<12}  {:<12}  {:<12}  {}".format
    print(row("cell", "build", "aslr", "date", "locale", "zone", "jobs", "traces", "reports", "explored", ""), flush=True)
    differences, differing, notes = 0, [], []

    def show(number, result):
        nonlocal differences
        cell = cells[number - 1]
        wrong, marks, names, told = result
        state = "failed" if wrong else f"{len(names)} differ" if names else "same"
        marks = marks or ["-"] * 3
        print(row(number, " ".join(key_of(cell)), *(cell[name] for name in ("aslr", "date", "locale", "zone", "jobs")), *marks, state), flush=True)
        if wrong or names:
            differences += len(names) or 1
            differing.append(cell)
            notes.append(f"cell {number} ({name_of(cell)}):")
            notes.extend(f"  {line}" for line in ([wrong] if wrong else []))
            for name, lines in told:
                notes.append(f"  {name} differs from cell 1:")
                notes.extend(f"    {line}" for line in lines)
            if len(names) > len(told):
                notes.append(f"  and {len(names) - len(told)} more: {', '.join(names[len(told):len(told) + 20])}")

    result = play(1)
    show(1, result)
    if result[0]:
        print(*notes, sep="\n", file=sys.stderr)
        return 1
    with open(f"{first}/report json", "rb") as file:
        runs = json.load(file)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, result in enumerate(pool.map(play, range(2, len(cells) + 1)), 2):
            show(number, result)
    others = [cell for cell in cells if cell not in differing]
    if notes:
        print(*notes, sep="\n")
        common = in_common(differing, others)
        if common:
            print(f"the cells that differ have in common, and no other has: {', '.join(common)}")
    arguments = player.arguments
    full = math.prod(len(values) for values in FACTORS.values())
    kind = (f"that differ in {arguments.vary} alone" if arguments.vary else
            "the full product" if arguments.strength is None else
            "a covering array of strength 1: each value of each factor is there" if arguments.strength == 1 else
            f"a covering array of strength {arguments.strength}: every {arguments.strength} factors meet in all their values")
    kind += f", of {' and '.join(' '.join(key) for key in READY)} alone" if arguments.ready else ""
    kind += "" if len(cells) == full else f"; the full product is {full}"
    print(f"{len(cells)} cells ({kind}) in {len({target_of(cell) for cell in cells})} builds; "
          f"{len(FORMS) + 1} reports and {len(arguments.explorations)} explorations each")
    scenarios = len({run["file"] for run in runs})
    if scenarios == 0 or len(cells) < 2:
        refuse("nothing to compare")
    print(f"{len(cells)} cells × {scenarios} scenarios ({len(cells) * len(runs)} runs): {differences} differences")
    return 1 if differences else 0


def main():
    parser = argparse.ArgumentParser(description="The determinism matrix.")
    parser.add_argument("verb", choices=("builds", "run"))
    parser.add_argument("--strength", type=int, choices=range(1, len(FACTORS)), help="a covering array of this strength instead of the full product")
    parser.add_argument("--ready", action="store_true", help="only the builds that other targets make as well")
    parser.add_argument("--vary", choices=tuple(FACTORS), help="only the cells that differ in this factor alone")
    parser.add_argument("--binary", help="use this drydock; {level} and the like stand for the cell's")
    parser.add_argument("--explorations", nargs="*", default=tuple(EXPLORATIONS), choices=tuple(EXPLORATIONS), help="explore only these")
    parser.add_argument("--scenarios", default="scenarios", help="the folder that is played")
    arguments = parser.parse_args()
    if arguments.verb == "builds":
        cells = cells_of(arguments)
        print(*dict.fromkeys(target_of(cell) for cell in cells), sep="\n")
        return 0
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
