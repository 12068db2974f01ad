"""For each test a mutant that it fails for: a test that passes whatever is broken asserts nothing.

A crash is no assertion, and neither is a test that never ends: only what a test says itself counts. First mutants are run with a whole program,
until they add nothing; then each test that is left alone, with mutants of what it reaches itself. Programs whose tests take long begin with that."""
import concurrent.futures
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, field

import operators
import report
from checks import FAILED

# What breaks most goes first. It only costs time when it is wrong.
STRONG = ("return", "negate", "call", "assign", "compare", "boolean", "not", "swallow")
IDLE_TRIES = 12  # so many mutants in a row that add nothing end the first part
LONG_S = 0.2  # of processor time, for a test
# Shorter than for a score: nothing is said of a test that is ended.
WAIT_LIMIT_S = 40
CPU_FACTOR = 2
# cmocka's XML: when a program is done, what came of each of its tests.
TEST = re.compile(r'<testcase name="(?P<name>[^"]*)"[^>]*>(?P<came_of_it>.*?)</testcase>', re.DOTALL)
ASSERTION = "error: Failure!"
WHOLE = ""  # the name of the only test of what is no cmocka program
# Loaded before a program, lets it run the test ONLY; programs that it starts may have no cmocka.
FILTER = """
extern void cmocka_set_test_filter(const char *) __attribute__((weak));
__attribute__((constructor)) static void only(void)
{
    if (cmocka_set_test_filter) cmocka_set_test_filter(ONLY);
}
"""


@dataclass
class Program:
    name: str
    tests: list
    tried: dict = field(default_factory=dict)  # test → how many mutants
    mutant_of: dict = field(default_factory=dict)  # test → the mutant that it fails for

    @property
    def left(self):
        return [test for test in self.tests if test not in self.mutant_of]


def tests_in(said):
    """The tests of what a cmocka program says as XML."""
    return [match["name"] for match in TEST.finditer(said)]


def failed_tests(said):
    """Those in which an assertion did not hold."""
    return [match["name"] for match in TEST.finditer(said) if ASSERTION in match["came_of_it"]]


class Hunt:
    def __init__(self, bench, mutants, tries):
        self.bench = bench
        self.mutants = mutants
        self.tries = tries
        self.reaching = {}  # file and line → how many programs reach it
        for check in bench.checks:
            for file, lines in check.counts.items():
                for line, hit in lines.items():
                    self.reaching[file, line] = self.reaching.get((file, line), 0) + hit

    def candidates(self, counts):
        """Mutants of lines that are reached: one of each function, then another; what the fewest programs reach goes first. Of a program that
        gcov hears nothing of (its children end too abruptly) those of lines that others reach; what the most do goes first."""
        is_heard = any(any(lines.values()) for lines in counts.values())
        by_function = {}
        for mutant in self.mutants:
            if counts.get(mutant.file, {}).get(mutant.line, False) if is_heard else self.reaching.get((mutant.file, mutant.line), 0) > 0:
                by_function.setdefault((mutant.file, mutant.function), []).append(mutant)
        ordered = []
        for mutants in by_function.values():
            mutants.sort(key=lambda mutant: (STRONG.index(mutant.operator) if mutant.operator in STRONG else len(STRONG), mutant.id))
            fewest = min(self.reaching[mutant.file, mutant.line] for mutant in mutants)
            ordered += [(turn, fewest if is_heard else -fewest, mutant.id, mutant) for turn, mutant in enumerate(mutants)]
        ordered.sort(key=lambda entry: entry[:3])
        return [entry[3] for entry in ordered]

    def filter_for(self, check, test):
        """A shared object that lets the program run this test alone."""
        path = f"{self.bench.runner.build}/scratch/{check.name.replace('/', '.')}.only.{test}.so"
        if not os.path.exists(path):
            subprocess.run(["gcc", "-shared", "-fPIC", f'-DONLY="{test}"', "-x", "c", "-o", path, "-"], input=FILTER, text=True, check=True)
        return path

    def run(self, check, preload=None, only=None):
        """What came of a check, and what it said."""
        preload = ":".join(([preload] if preload else []) + ([self.filter_for(check, only)] if only else []))
        extra = {"CMOCKA_MESSAGE_OUTPUT": "xml"}
        with tempfile.TemporaryFile() as out:
            outcome, _ = self.bench.runner.run(check, preload, extra=extra, out=out, wait_s=WAIT_LIMIT_S, cpu_factor=CPU_FACTOR)
            out.seek(0)
            return outcome, out.read().decode(errors="replace")

    def failing(self, check, mutant, only=None):
        """The tests of a program that fail for a mutant."""
        bench = self.bench
        shared = f"{bench.runner.build}/scratch/{mutant.id}.{check.name.replace('/', '.')}.so"
        try:
            if not bench.shared_object(mutant.file, operators.applied(bench.text(mutant.file), mutant.edits), shared):
                return []
            outcome, said = self.run(check, shared, only)
        finally:
            if os.path.exists(shared):
                os.unlink(shared)
        if check.is_cmocka:
            return failed_tests(said)
        return [WHOLE] if outcome == FAILED else []

    def program(self, check):
        """A program and what its tests fail for."""
        tests = tests_in(self.run(check)[1]) if check.is_cmocka else [WHOLE]
        program = Program(check.name, tests)
        if not check.is_cmocka or check.cpu_s < LONG_S * len(tests):
            self.try_whole(program, check)
        for test in program.left if check.is_cmocka else []:
            self.try_alone(program, check, test)
        return program

    def try_whole(self, program, check):
        idle = 0
        for mutant in self.candidates(check.counts)[: self.tries]:
            before = len(program.left)
            self.note(program, check, mutant)
            idle = idle + 1 if len(program.left) == before else 0
            if not program.left or (idle == IDLE_TRIES and check.is_cmocka):
                break

    def try_alone(self, program, check, test):
        reached = self.bench.runner.lines_of(check, {"LD_PRELOAD": self.filter_for(check, test)})
        for mutant in self.candidates(reached or {})[: self.tries]:
            self.note(program, check, mutant, test)
            if test in program.mutant_of:
                break

    def note(self, program, check, mutant, only=None):
        """What fails for a mutant, of the tests that failed for none before."""
        for test in [only] if only else program.left:
            program.tried[test] = program.tried.get(test, 0) + 1
        for test in self.failing(check, mutant, only):
            if test in program.tests:
                program.mutant_of.setdefault(test, mutant)


def hunt(bench, mutants, names, tries, jobs):
    """The programs with these names, in order of their names."""
    search = Hunt(bench, mutants, tries)
    programs = []
    with report.Progress() as progress, concurrent.futures.ThreadPoolExecutor(jobs) as workers:
        # The longest first, or they would be left to run alone.
        checks = sorted((check for check in bench.checks if check.name in names), key=lambda check: -check.cpu_s)
        running = [workers.submit(search.program, check) for check in checks]
        try:
            for finished in concurrent.futures.as_completed(running):
                programs.append(finished.result())
                left = sum(len(program.left) for program in programs)
                progress.tell(lambda: f"{len(programs)} of {len(running)} programs; {left} of their tests failed for nothing that was tried")
        except KeyboardInterrupt:
            workers.shutdown(cancel_futures=True)
            raise
    return sorted(programs, key=lambda program: program.name)
