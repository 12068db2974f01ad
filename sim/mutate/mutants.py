"""Mutants: what they are called, how they are told apart, and which of them are known to be equivalent."""
import hashlib
import re
from dataclasses import dataclass, field

import operators
from c_source import Source

EQUIVALENT = re.compile(r"(?P<file>[\w/.-]+):(?P<function>\w*) (?P<operator>\w+)#(?P<occurrence>\d+) `(?P<before>.*)`: (?P<reason>\S.*)")


class InputError(Exception):
    """Something the user gave is not usable."""


@dataclass(frozen=True)
class Mutant:
    file: str
    function: str  # "" outside of functions
    operator: str
    before: str  # with single spaces, on one line
    after: str
    occurrence: int  # the nth (from 1) of this operator and this text in this function
    line: int
    column: int
    edits: tuple = field(repr=False)

    @property
    def name(self):
        """Does not change when lines above it do."""
        return (self.file, self.function, self.operator, self.before, self.occurrence)

    @property
    def id(self):
        return hashlib.sha256(repr(self.name).encode()).hexdigest()[:10]

    def __str__(self):
        return f"{self.file}:{self.line}:{self.column}: {self.operator} `{self.before}` → `{self.after}`"


def on_one_line(text):
    return " ".join(text.split())


def mutants_of(path, text):
    """The mutants of a file, in the order of its text."""
    source = Source(path, text)
    seen = {}
    mutants = []
    for operator, first, last, edits in operators.places(source):
        start, end = source.tokens[first].start, source.tokens[last].end
        before = on_one_line(text[start:end])
        shifted = [(a - start, b - start, instead) for a, b, instead in edits]
        after = on_one_line(operators.applied(text[start:end], shifted))
        name = (source.function[first], operator, before)
        seen[name] = seen.get(name, 0) + 1
        mutants.append(Mutant(path, *name, after, seen[name], *source.place(start), tuple(edits)))
    return mutants


def read_equivalents(path):
    """Line number and reason of each mutant, by name, that a file of named equivalents lists."""
    named = {}
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip() == "" or line.startswith("#"):
                continue
            match = EQUIVALENT.fullmatch(line.rstrip("\n"))
            if match is None:
                raise InputError(f"{path}:{number}: expected FILE:FUNCTION OPERATOR#OCCURRENCE `BEFORE`: REASON")
            name = (match["file"], match["function"], match["operator"], match["before"], int(match["occurrence"]))
            if name in named:
                raise InputError(f"{path}:{number}: the same mutant as in line {named[name][0]}")
            named[name] = (number, match["reason"])
    return named


def equivalent_line(mutant, reason):
    return f"{mutant.file}:{mutant.function} {mutant.operator}#{mutant.occurrence} `{mutant.before}`: {reason}"
