"""What tests and scenarios reach of core/ together, held against thresholds; what is left has to have a name.

Usage: coverage_thresholds.py THRESHOLDS UNREACHED EXERCISED.json INFO...

INFO are lcov's tracefiles (geninfo(1)), their paths relative to the working directory: a line or branch counts as reached when
one of them reaches it. EXERCISED.json is the report `exercised-json`. UNREACHED names what no test can reach, by reason:

    REASON, over as many lines as it takes.
        FILE FUNCTION: N branch|branches|line|lines: TEXT OF THE LINE

A place that is reached after all, or is not in its file any more, is as wrong as one that has no name.
Exit status: 0, 1 below a threshold or with a wrong name, 2 when a file cannot be used.
"""
import collections
import json
import re
import sys

PLACE = re.compile(r"^\s+(\S+) (\w+): ([1-9]\d*) (branch|branches|line|lines): (.+)$")


def fail(where, what):
    print(f"coverage: {where}: {what}", file=sys.stderr)
    sys.exit(2)


class Counts:
    """Of all tracefiles together: per file, whether each line, branch and function was reached by any."""

    def __init__(self):
        self.lines = collections.defaultdict(dict)
        self.branches = collections.defaultdict(dict)  # (line, block, branch)
        self.functions = collections.defaultdict(dict)
        self.starts = collections.defaultdict(dict)  # line of a function: its name

    def read(self, path):
        file = None
        with open(path, encoding="utf-8") as records:
            for number, record in enumerate(records, 1):
                kind, _, rest = record.rstrip("\n").partition(":")
                fields = rest.split(",")
                if kind == "SF":
                    file = rest
                elif kind in ("DA", "BRDA", "FN", "FNDA"):
                    try:
                        self.add(file, kind, fields)
                    except (ValueError, IndexError):
                        fail(f"{path}:{number}", f"no {kind} record: {rest}")

    def add(self, file, kind, fields):
        if kind == "DA":
            self.reach(self.lines[file], int(fields[0]), int(fields[1]) > 0)
        elif kind == "BRDA":
            self.reach(self.branches[file], tuple(map(int, fields[:3])), fields[3] not in ("-", "0"))
        elif kind == "FN":
            self.starts[file][int(fields[0])] = fields[1]
        else:
            self.reach(self.functions[file], fields[1], int(fields[0]) > 0)

    @staticmethod
    def reach(what, key, reached):
        what[key] = what.get(key, False) or reached

    def shares(self):
        """{"lines": (reached, all) ...}"""
        return {name: (sum(sum(file.values()) for file in counts.values()), sum(map(len, counts.values())))
                for name, counts in (("lines", self.lines), ("branches", self.branches), ("functions", self.functions))}

    def function_of(self, file, line):
        return self.starts[file].get(max((start for start in self.starts[file] if start <= line), default=0), "none")

    def unreached(self):
        """(file, function, "line" or "branch", text): the numbers of such lines, one for each branch."""
        left = collections.defaultdict(list)
        for file in sorted(set(self.lines) | set(self.branches)):
            with open(file, encoding="utf-8") as source:
                texts = source.read().split("\n")
            for kind, counts in (("line", self.lines[file]), ("branch", self.branches[file])):
                for key in sorted(key for key, reached in counts.items() if not reached):
                    line = key if kind == "line" else key[0]
                    left[file, self.function_of(file, line), kind, texts[line - 1].strip()].append(line)
        return left

    def print_files(self):
        for file in sorted(self.lines):
            lines, branches = self.lines[file].values(), self.branches[file].values()
            print(f"{file:<28} lines {sum(lines):4} of {len(lines):4}   branches {sum(branches):4} of {len(branches):4}")


def read_names(path):
    """The places of UNREACHED: {(file, function, "line" or "branch", text): (how many, where it is named)}"""
    names = {}
    reason = False
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            place = PLACE.match(line)
            if line.startswith("#") or line.strip() == "":
                continue
            if not line.startswith(" "):
                reason = True
            elif place is None:
                fail(f"{path}:{number}", f"expected FILE FUNCTION: N branches|lines: TEXT, got {line.strip()}")
            elif not reason:
                fail(f"{path}:{number}", "a place without a reason before it")
            else:
                file, function, count, kind, text = place.groups()
                key = file, function, "line" if kind.startswith("line") else "branch", text.strip()
                if key in names:
                    fail(f"{path}:{number}", f"named twice: {line.strip()}")
                names[key] = int(count), f"{path}:{number}"
    return names


def check_names(left, names):
    """How many places have no name or a wrong one; each is said."""
    wrong = 0
    for key in sorted(set(left) | set(names)):
        file, function, kind, text = key
        count, where = names.get(key, (0, None))
        if len(left.get(key, [])) == count:
            continue
        wrong += 1
        if where is None:
            print(f"{file}:{left[key][0]}: unreached and not named: {function}: {len(left[key])} {kind}: {text}")
        else:
            print(f"{where}: names {count} {kind} of {file} {function} that nothing reaches, "
                  f"there are {len(left.get(key, []))}: {text}")
    return wrong


def check_thresholds(path, shares):
    """How many are below; each is said."""
    below = 0
    shares = dict(shares)
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip() == "" or line.startswith("#"):
                continue
            words = line.split()
            if len(words) != 2 or words[0] not in shares or re.fullmatch(r"\d+(\.\d+)?", words[1]) is None:
                fail(f"{path}:{number}", f"expected a share and a percentage, got {line.strip()}")
            part, whole = shares.pop(words[0])
            reached = 100 * part / whole
            enough = reached >= float(words[1])
            below += not enough
            print(f"{words[0]:<22} {reached:5.1f} %  ({part} of {whole}), at least {words[1]} %{'' if enough else '  BELOW'}")
    if shares:
        fail(path, f"no threshold for {', '.join(shares)}")
    return below


def main(thresholds, unreached, exercised, infos):
    counts = Counts()
    for info in infos:
        counts.read(info)
    names = read_names(unreached)
    with open(exercised, encoding="utf-8") as report:
        shares = {name: (share["part"], share["whole"]) for name, share in json.load(report)["shares"].items()}
    counts.print_files()
    for file, functions in sorted(counts.functions.items()):
        for function in sorted(name for name, reached in functions.items() if not reached):
            print(f"never called: {file} {function}")
    print()
    below = check_thresholds(thresholds, counts.shares() | shares)
    left = counts.unreached()
    wrong = check_names(left, names)
    named = sum(count for count, _ in names.values())
    print(f"left, each with its reason in {unreached}: {named} in {len(names)} places")
    if below or wrong:
        sys.exit(f"coverage: {below} below what {thresholds} asks for, {wrong} places not as {unreached} names them")


if len(sys.argv) < 5:
    fail("usage", "coverage_thresholds.py THRESHOLDS UNREACHED EXERCISED.json INFO...")
try:
    main(*sys.argv[1:4], sys.argv[4:])
except OSError as error:
    fail(error.filename, error.strerror)
except (json.JSONDecodeError, KeyError) as error:
    fail(sys.argv[3], f"not a report exercised-json: {error}")
