"""What a run came to, as text that editors can step through and as JSON."""

# Statuses of a mutant, also in the state file.
KILLED, SURVIVED, SAME, INVALID = "killed", "survived", "same object code", "does not compile"


class Summary:
    """Counts of results. `named`: line number and reason of each mutant, by name, that is known to be equivalent.

    The score is killed / (killed + survived): what compiles to the same code, what does not compile and what is named as equivalent is no
    mutant that a test could kill."""

    def __init__(self, results, named):
        self.results = results
        self.named = {}
        self.survivors = []
        self.wrongly_named = []
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
            f"{name:<29} {mutants:>7} {self.count(INVALID, file):>7} {self.count(SAME, file):>7} {self.named_in(file):>7}"
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
        lines.append(f"{'file':<29} mutants invalid   equal   named  killed (crashed  late)  survived   score")
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
