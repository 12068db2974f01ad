"""How far a run is, and what it came to, as text that editors can step through and as JSON."""
import sys
import time

# Statuses of a mutant, also in the state file.
KILLED, SURVIVED, SAME, INVALID = "killed", "survived", "same object code", "does not compile"


class Progress:
    """One line on a terminal, a line every minute elsewhere."""

    def __enter__(self):
        self.terminal = sys.stderr.isatty()
        self.told = time.monotonic()
        return self

    def tell(self, line):
        """line: makes it, when it is time."""
        now = time.monotonic()
        if now - self.told > (0.5 if self.terminal else 60):
            self.told = now
            sys.stderr.write(f"\r{line()}\033[K" if self.terminal else line() + "\n")
            sys.stderr.flush()

    def __exit__(self, *_):
        if self.terminal:
            sys.stderr.write("\r\033[K")


class Summary:
    """Counts of results. `named`: line number and reason of each mutant, by name, that is known to be equivalent.

    The score is killed / (killed + survived): what compiles to the same code, what does not compile and what is named as equivalent is no
    mutant that a test could kill."""

    def __init__(self, results, named):
        self.results = results
        self.named = {}
        self.survivors = []
        self.wrongly_named = []
        self.width = max([29, *(len(mutant.file) for mutant, _ in results)])
        for mutant, result in results:
            if mutant.name in named and result["status"] in (SURVIVED, SAME):
                self.named[mutant] = named[mutant.name]
            elif mutant.name in named:
                self.wrongly_named.append((named[mutant.name][0], mutant, result))
            if result["status"] == SURVIVED and mutant not in self.named:
                self.survivors.append((mutant, result))

    def count(self, status, file=None, how=None):
        return sum(
            result["status"] == status and (file is None or mutant.file == file) and (how is None or result.get("how") == how)
            for mutant, result in self.results
        )

    def survived(self, file=None):
        return sum(file is None or mutant.file == file for mutant, _ in self.survivors)

    def named_in(self, file=None):
        return sum(file is None or mutant.file == file for mutant in self.named)

    def score_of(self, file=None):
        killed, survived = self.count(KILLED, file), self.survived(file)
        return 100.0 * killed / (killed + survived) if killed + survived else 100.0

    @property
    def score(self):
        return self.score_of()

    def row(self, name, file=None):
        killed = self.count(KILLED, file)
        mutants = sum(file is None or mutant.file == file for mutant, _ in self.results)
        late, crashed = self.count(KILLED, file, "timed out"), self.count(KILLED, file, "crashed")
        return (
            f"{name:<{self.width}} {mutants:>7} {self.count(INVALID, file):>7} {self.count(SAME, file):>7} {self.named_in(file):>7}"
            f" {killed:>7} {crashed:>8} {late:>6} {self.survived(file):>9} {self.score_of(file):>7.1f}"
        )

    def killers(self):
        """How many mutants each check noticed first, most first."""
        by = {}
        for _, result in self.results:
            if result["status"] == KILLED:
                by[result["by"]] = by.get(result["by"], 0) + 1
        return sorted(by.items(), key=lambda item: (-item[1], item[0]))

    def text(self, at_least):
        lines = [f"{mutant}{'' if result['reached'] else ' (nothing reaches it)'} [{mutant.id}]" for mutant, result in self.survivors]
        lines += [f"sim/mutate/equivalent.txt:{line}: named as equivalent, but {result['status']}" for line, _, result in self.wrongly_named]
        if lines:
            lines.append("")
        lines.append(f"{'file':<{self.width}} mutants invalid   equal   named  killed (crashed  late)  survived   score")
        for file in sorted({mutant.file for mutant, _ in self.results}):
            lines.append(self.row(file, file))
        lines.append(self.row("all"))
        lines.append("")
        lines.append("first noticed by: " + ", ".join(f"{name} {count}" for name, count in self.killers()))
        verdict = "" if self.score >= at_least else "  BELOW"
        lines.append(f"mutation score {self.score:.1f} %  ({self.count(KILLED)} of {self.count(KILLED) + self.survived()}), at least {at_least:g} %{verdict}")
        return "\n".join(lines)

    def json(self):
        mutants = []
        for mutant, result in self.results:
            entry = {name: getattr(mutant, name) for name in ("id", "file", "line", "column", "function", "operator", "before", "after", "occurrence")}
            entry["status"] = "equivalent" if mutant in self.named else result["status"]
            for name in ("how", "by", "reached"):
                if name in result:
                    entry[name] = result[name]
            if mutant in self.named:
                entry["reason"] = self.named[mutant][1]
            mutants.append(entry)
        return {"score": round(self.score, 2), "killed": self.count(KILLED), "survived": self.survived(), "mutants": mutants}


def each_file_text(mutants, more, unnoticed):
    """mutants: all that there are; more: results beyond a sample; unnoticed: files of which no mutant is killed."""
    files = {mutant.file for mutant in mutants}
    lines = [f"{file}: no mutant of it is noticed" for file in unnoticed]
    beyond = f" ({len(more)} mutants beyond the sample, of {len({mutant.file for mutant, _ in more})} files)" if more else ""
    lines.append(f"a mutant is noticed of {len(files) - len(unnoticed)} of {len(files)} files{beyond}")
    return "\n".join(lines)


def each_test_text(programs):
    """Tests that no mutant made fail, and programs of which that is all there is to say."""
    lines = []
    for program in programs:
        for test in program.left if program.mutant_of else []:
            lines.append(f"{program.name}: {test}: fails for none of {program.tried.get(test, 0)} mutants")
        if not program.mutant_of:
            lines.append(f"{program.name}: NONE of its tests fails for any of {max(program.tried.values(), default=0)} mutants")
    tests = sum(len(program.tests) for program in programs)
    left = sum(len(program.left) for program in programs)
    failing = sum(bool(program.mutant_of) for program in programs)
    lines.append(f"{tests - left} of {tests} tests fail for a mutant, in {failing} of {len(programs)} programs")
    return "\n".join(lines)


def each_test_json(programs):
    entries = []
    for program in programs:
        for test in program.tests:
            mutant = program.mutant_of.get(test)
            entries.append({"program": program.name, "test": test, "tried": program.tried.get(test, 0), "fails_for": mutant and mutant.id, "mutant": mutant and str(mutant)})
    return {"tests": entries}
