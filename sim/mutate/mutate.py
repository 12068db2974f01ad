#!/usr/bin/env python3
"""Mutation score: changes core/ or the fakes one token at a time and sees whether the suite notices. `make mutate`; README.md says how."""
import argparse
import concurrent.futures
import difflib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time

import operators
import report
from each_test import hunt
from c_source import SourceError
from checks import PASSED, Runner, checks_in, hash_of, hash_of_files
from mutants import InputError, equivalent_line, mutants_of, read_equivalents
from report import INVALID, KILLED, SAME, SURVIVED
from subjects import SUBJECTS

FOLDER = os.path.dirname(os.path.abspath(__file__))
FLAGS = ["-w", "-D_GNU_SOURCE", "-I.", "-DDRYDOCK_CHECKED", "-DARENA_GAP_SIZE=256", '-DDRYDOCK_VERSION=""']  # as the variant `mutate` of the Makefile
# To run: tcc takes a tenth of gcc's time, and what it makes does the same (the checks must pass on it before a mutant is run; it knows no
# _Thread_local, and they have one thread). What it cannot compile gcc has to.
SHARED = {"tcc": ["tcc", "-std=c11", *FLAGS, "-D_Thread_local=", "-shared", "-fPIC"], "gcc": ["gcc", "-std=c17", *FLAGS, "-O0", "-fPIC", "-shared", "-x", "c"]}
# Whether tcc knows the language: what is built into gcc alone would only be missed when it is loaded.
KNOWN_TO_TCC = [*SHARED["tcc"], "-Wimplicit-function-declaration", "-Werror"]
KNOWN_TO_TCC.remove("-w")
NOT_FOR_TCC = "#include <sys/epoll.h>"  # has a structure that is packed, which glibc tells gcc alone
# To compare: what gcc makes of two texts when it tries.
OPTIMISED = ["gcc", "-std=c17", *FLAGS, "-O2", "-S", "-x", "c"]

LEAST_PRICE_S = 0.015  # what starting a program costs
COMPARED_FROM_S = 0.15  # checks that cost more are run on mutants only that differ


class Bench:
    """Builds mutants, runs checks on them, and remembers what came of it."""

    def __init__(self, build, subject, checks, runner):
        self.build = build
        self.subject = subject
        self.checks = checks
        self.runner = runner
        self.headers = hash_of_files(subject.headers)
        self.texts = {}
        self.compilers = {}
        self.optimised = {}
        self.state_path = f"{build}/state.jsonl"
        self.state = read_state(self.state_path)
        self.noticed = {}  # file and function → check → how many mutants it noticed
        for result in self.state.values():
            if result["status"] == KILLED:
                self.count_noticed(result["file"], result.get("function", ""), result["by"])
        self.lock = threading.Lock()

    def text(self, file):
        if file not in self.texts:
            with open(file, encoding="utf-8") as source:
                self.texts[file] = source.read()
        return self.texts[file]

    def key(self, mutant):
        """Of all that the object code depends on."""
        return hash_of(mutant.id, mutant.file, self.text(mutant.file), self.headers)

    def shared_object(self, file, text, path):
        """Compiles a text that says it is `file`; gives whether that is possible."""
        with self.lock:
            compiler = self.compilers.get(file)
        if compiler is None:
            compiler = "tcc" if is_for_tcc(file, self.text(file), path) else "gcc"
            with self.lock:
                self.compilers[file] = compiler
        return compiles(SHARED[compiler], file, text, path)

    def unmutated(self, workers):
        """All of the subject as mutants are compiled, for LD_PRELOAD."""
        files = self.subject.sources
        paths = [f"{self.runner.build}/scratch/{file.replace('/', '.')}.so" for file in files]
        for file, done in zip(files, workers.map(self.shared_object, files, map(self.text, files), paths)):
            if not done:
                raise InputError(f"{file}: does not compile")
        return ":".join(paths)

    def optimised_code(self, file, text):
        """Assembly at -O2, without what names the file."""
        path = f"{self.build}/scratch/{os.getpid()}.{threading.get_ident()}.s"
        if not compiles(OPTIMISED, file, text, path):
            return None
        with open(path, encoding="utf-8") as assembly:
            return hashlib.sha256(assembly.read().encode()).hexdigest()

    def is_same_code(self, mutant, mutated):
        with self.lock:
            original = self.optimised.get(mutant.file)
        if original is None:
            original = self.optimised_code(mutant.file, self.text(mutant.file))
            with self.lock:
                self.optimised[mutant.file] = original
        return self.optimised_code(mutant.file, mutated) == original

    def reaching(self, mutant):
        """The checks that reach a mutant, in the order in which the least time is spent until one notices, as far as can be told: by what
        they cost and how many mutants of the same function they have noticed. Nothing but the time depends on it."""
        known = any(mutant.line in check.counts.get(mutant.file, {}) for check in self.checks)
        top = mutant.file.split("/")[0]
        own = f"{top}/tests/{os.path.basename(mutant.file)[: -len('.c')]}_test"
        noticed = self.noticed.get((mutant.file, mutant.function), {})

        def price(check):
            likely = 3 if check.name == own else 1 if check.name.startswith(f"{top}/") else 0.2
            return max(check.cpu_s, LEAST_PRICE_S) / (likely + noticed.get(check.name, 0))

        found = []
        for check in self.checks:
            counts = check.counts.get(mutant.file, {})
            if counts.get(mutant.line, False) if known else any(counts.values()):
                found.append(check)
        return sorted(found, key=price)

    def count_noticed(self, file, function, by):
        counts = self.noticed.setdefault((file, function), {})
        counts[by] = counts.get(by, 0) + 1

    def judge(self, mutant):
        """What becomes of one mutant: from the state file as far as it still holds, else by running it."""
        key = self.key(mutant)
        known = self.state.get(key, {})
        versions = {check.name: check.version for check in self.checks}
        if known.get("status") in (SAME, INVALID):
            return known
        if known.get("status") == KILLED and versions.get(known["by"]) == known["by_version"]:
            return known
        passed = {name for name, version in known.get("passed", {}).items() if versions.get(name) == version}
        todo = [check for check in self.reaching(mutant) if check.name not in passed]
        if known.get("status") == SURVIVED and not todo:
            return known
        result = self.run(mutant, todo, {name: versions[name] for name in passed}, known)
        result.update(key=key, id=mutant.id, file=mutant.file, function=mutant.function)
        with self.lock:
            self.state[key] = result
            if result["status"] == KILLED:
                self.count_noticed(mutant.file, mutant.function, result["by"])
            with open(self.state_path, "a", encoding="utf-8") as state:
                state.write(json.dumps(result) + "\n")
        return result

    def run(self, mutant, todo, passed, known):
        mutated = operators.applied(self.text(mutant.file), mutant.edits)
        shared = f"{self.build}/scratch/{mutant.id}.so"
        try:
            if not self.shared_object(mutant.file, mutated, shared):
                return {"status": INVALID}
            compared = "status" in known
            for check in todo:
                # Comparing costs less than the scenario library and more than a small test.
                if not compared and check.cpu_s > COMPARED_FROM_S:
                    compared = True
                    if self.is_same_code(mutant, mutated):
                        return {"status": SAME}
                outcome, _ = self.runner.run(check, shared)
                if outcome != PASSED:
                    return {"status": KILLED, "how": outcome, "by": check.name, "by_version": check.version}
                passed[check.name] = check.version
            if not compared and self.is_same_code(mutant, mutated):  # nothing reaches it
                return {"status": SAME}
            return {"status": SURVIVED, "passed": passed, "reached": bool(passed)}
        finally:
            if os.path.exists(shared):
                os.unlink(shared)


def is_for_tcc(file, text, path):
    return shutil.which("tcc") is not None and NOT_FOR_TCC not in text and compiles(KNOWN_TO_TCC, file, text, path)


def compiles(command, file, text, path):
    """Runs a compiler on a text that says it is `file`."""
    environment = dict(os.environ, CCACHE_DISABLE="1")
    input = f'# 1 "{file}"\n{text}'
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run([*command, "-o", path, "-"], input=input, text=True, env=environment, check=False, **quiet).returncode == 0


def read_state(path):
    """Results by key; a line that was cut off is dropped, and ended for those that come after it."""
    state = {}
    line = "\n"
    if os.path.exists(path):
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                try:
                    result = json.loads(line)
                except ValueError:
                    continue
                state[result["key"]] = result
    if not line.endswith("\n"):
        with open(path, "a", encoding="utf-8") as lines:
            lines.write("\n")
    return state


def progress_line(done, total, counts, began, ran):
    left = ""
    if ran > 20:
        seconds = (time.monotonic() - began) / ran * (total - done)
        left = f", about {seconds / 60:.0f} min left" if seconds > 90 else f", about {seconds:.0f} s left"
    return f"{done} of {total} mutants: {counts[KILLED]} killed, {counts[SURVIVED]} survived, {counts[SAME]} the same code{left}"


def judge_all(bench, mutants, jobs):
    """Results in the order of the mutants; says on stderr how far it is."""
    counts = dict.fromkeys((KILLED, SURVIVED, SAME, INVALID), 0)
    results = {}
    began = time.monotonic()
    remembered = sum(bench.key(mutant) in bench.state for mutant in mutants)
    with report.Progress() as progress, concurrent.futures.ThreadPoolExecutor(jobs) as workers:
        running = {workers.submit(bench.judge, mutant): mutant for mutant in mutants}
        try:
            for finished in concurrent.futures.as_completed(running):
                mutant, result = running[finished], finished.result()
                results[mutant] = result
                counts[result["status"]] += 1
                progress.tell(lambda: progress_line(len(results), len(mutants), counts, began, len(results) - remembered))
        except KeyboardInterrupt:
            workers.shutdown(cancel_futures=True)
            raise
    return [(mutant, results[mutant]) for mutant in mutants]


def sample_of(mutants, size):
    """As many mutants, chosen by their names alone, in order."""
    chosen = set(sorted(mutant.id for mutant in mutants)[:size])
    return [mutant for mutant in mutants if mutant.id in chosen]


def judge_each_file(bench, mutants, results, jobs):
    """Goes on where a sample left a file without a mutant that is noticed, until one is; gives the results that this adds, and the files of
    which nothing is noticed."""
    done = {mutant for mutant, _ in results}
    noticed = {mutant.file for mutant, result in results if result["status"] == KILLED}
    left = {}
    for mutant in sorted(mutants, key=lambda mutant: mutant.id):
        if mutant.file not in noticed:
            left.setdefault(mutant.file, [])
            if mutant not in done:
                left[mutant.file].append(mutant)

    def judge_file(file):
        more = []
        for mutant in left[file]:
            more.append((mutant, bench.judge(mutant)))
            if more[-1][1]["status"] == KILLED:
                break
        return more

    with concurrent.futures.ThreadPoolExecutor(jobs) as workers:
        more = dict(zip(left, workers.map(judge_file, left)))
    unnoticed = [file for file, judged in more.items() if not judged or judged[-1][1]["status"] != KILLED]
    return [result for judged in more.values() for result in judged], sorted(unnoticed)


def difference(mutant, text):
    mutated = operators.applied(text, mutant.edits)
    return "".join(difflib.unified_diff(text.splitlines(True), mutated.splitlines(True), mutant.file, f"{mutant.file} ({mutant.operator})", n=2))


def arguments():
    parser = argparse.ArgumentParser(prog="mutate.py", description="Mutation score: changes one token at a time and sees whether the suite notices.")
    parser.add_argument("--build", default="build/mutate", help="where the variant `mutate` is built, and results are kept (default: build/mutate)")
    parser.add_argument("--subject", choices=SUBJECTS, default="core", help="what is changed: " + ", ".join(f"{name} ({subject.what})" for name, subject in SUBJECTS.items()))
    parser.add_argument("--files", nargs="+", metavar="FILE", help="core/x.c: only their mutants")
    parser.add_argument("--sample", type=int, metavar="N", help="only N mutants, always the same")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="so many at once (default: as many as processors)")
    parser.add_argument("--at-least", type=float, metavar="PERCENT", help="exit 1 below this score (default: the subject's)")
    parser.add_argument("--each-file", action="store_true", help="after a sample go on until each file has a mutant that is noticed; exit 1 if one has none")
    parser.add_argument("--each-test", action="store_true", help="look for a mutant that each test fails for; exit 1 if a program has none")
    parser.add_argument("--programs", nargs="+", metavar="NAME", help="--each-test: core/tests/x_test: only of these")
    parser.add_argument("--tries", type=int, default=60, metavar="N", help="--each-test: so many mutants (default: 60)")
    parser.add_argument("--fresh", action="store_true", help="forget earlier results")
    parser.add_argument("--json", metavar="FILE", help="write the report as JSON as well")
    parser.add_argument("--list", action="store_true", help="list mutants and end")
    parser.add_argument("--show", metavar="ID", help="show a mutant as a diff and end")
    parser.add_argument("--operators", action="store_true", help="list the operators and end")
    return parser.parse_args()


def prepare(options, subject):
    """A bench whose checks are measured, and pass."""
    checks_needed = [f"{options.build}/{source[: -len('.c')]}" for source in subject.test_sources]
    for needed in (f"{options.build}/libdrydock.so", f"{options.build}/coverage/{options.subject}/libdrydock.so", f"{options.build}/drydock", *checks_needed):
        if not os.path.exists(needed):
            raise InputError(f"{needed}: not built, expected what `make mutate` builds")
    os.makedirs(f"{options.build}/scratch", exist_ok=True)
    if options.fresh and os.path.exists(f"{options.build}/state.jsonl"):
        os.unlink(f"{options.build}/state.jsonl")
    runner = Runner(options.build, options.subject)
    checks = checks_in(options.build, subject)
    bench = Bench(options.build, subject, checks, runner)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as workers:
        failing = runner.measure(checks, bench.unmutated(workers), workers)
    if failing:
        raise InputError(f"{', '.join(check.name for check in failing)}: expected to pass on the sources as they are")
    return bench


def mutants_in(files):
    mutants = []
    for file in files:
        with open(file, encoding="utf-8") as source:
            mutants += mutants_of(file, source.read())
    return mutants


def named_in(subject, mutants):
    """Of the named equivalents those of a subject, each of which has to be one of its mutants."""
    names = {mutant.name for mutant in mutants}
    named = {}
    for name, (line, reason) in read_equivalents(f"{FOLDER}/equivalent.txt").items():
        if name in names:
            named[name] = (line, reason)
        elif name[0] in subject.sources or not os.path.exists(name[0]):
            raise InputError(f"sim/mutate/equivalent.txt:{line}: stale, there is no such mutant: expected one of --list")
    return named


def show(mutants, wanted):
    shown = [mutant for mutant in mutants if mutant.id == wanted]
    if not shown:
        raise InputError(f"--show {wanted}: expected an id of --list")
    with open(shown[0].file, encoding="utf-8") as source:
        print(difference(shown[0], source.read()), end="")
    print(equivalent_line(shown[0], "…"))


def write_json(path, told):
    if path:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(told, file, indent=1)
            file.write("\n")


def score(options, subject, mutants, everything, named):
    bench = prepare(options, subject)
    results = judge_all(bench, mutants, options.jobs)
    more, unnoticed = judge_each_file(bench, everything, results, options.jobs) if options.each_file else ([], [])
    summary = report.Summary(results, named)
    at_least = subject.at_least if options.at_least is None else options.at_least
    print(summary.text(at_least))
    if options.each_file:
        print(report.each_file_text(everything, more, unnoticed))
    write_json(options.json, summary.json() | ({"unnoticed_files": unnoticed} if options.each_file else {}))
    return 0 if summary.score >= at_least and not summary.wrongly_named and not unnoticed else 1


def each_test(options, subject, mutants):
    bench = prepare(options, subject)
    known = {check.name for check in bench.checks}
    for name in options.programs or []:
        if name not in known:
            raise InputError(f"--programs {name}: expected one of {', '.join(sorted(known))}")
    found = hunt(bench, mutants, options.programs or known, options.tries, options.jobs)
    print(report.each_test_text(found))
    write_json(options.json, report.each_test_json(found))
    return 0 if all(program.mutant_of for program in found) else 1


def main():
    options = arguments()
    if options.operators:
        for operator in operators.OPERATORS:
            print(f"{operator.name:<11} {operator.what:<66} {operator.example}")
        return 0
    subject = SUBJECTS[options.subject]
    for file in options.files or []:
        if file not in subject.sources:
            raise InputError(f"{file}: expected a source of {subject.what}, from the tree's top folder")
    everything = mutants_in(subject.sources)
    named = named_in(subject, everything)
    chosen = [mutant for mutant in everything if options.files is None or mutant.file in options.files]
    mutants = chosen if options.sample is None else sample_of(chosen, options.sample)
    if options.show:
        show(everything, options.show)
        return 0
    if options.list:
        for mutant in mutants:
            print(f"{mutant.id} {mutant}")
        return 0
    if options.each_test:
        return each_test(options, subject, mutants)
    return score(options, subject, mutants, chosen, named)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (InputError, SourceError) as error:
        print(f"mutate: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # nobody reads on: head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("mutate: stopped; the same command goes on from here", file=sys.stderr)
        sys.exit(130)
