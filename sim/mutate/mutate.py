#!/usr/bin/env python3
"""Mutation score of core/: changes one token at a time and sees whether the suite notices. `make mutate`; README.md says how."""
import argparse
import concurrent.futures
import difflib
import glob
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
from c_source import SourceError
from checks import PASSED, Runner, checks_in, hash_of, hash_of_files
from mutants import InputError, equivalent_line, mutants_of, read_equivalents
from report import INVALID, KILLED, SAME, SURVIVED

FOLDER = os.path.dirname(os.path.abspath(__file__))
FLAGS = ["-w", "-D_GNU_SOURCE", "-I.", "-DDRYDOCK_CHECKED"]  # as the variant `mutate` of the Makefile
# To run: tcc takes a tenth of gcc's time, and core/ made by it does the same (the checks must pass on it before a mutant is run; it knows no
# _Thread_local, and they have one thread). What it cannot compile gcc has to.
SHARED = {"tcc": ["tcc", "-std=c11", *FLAGS, "-D_Thread_local=", "-shared", "-fPIC"], "gcc": ["gcc", "-std=c17", *FLAGS, "-O0", "-fPIC", "-shared", "-x", "c"]}
# To compare: what gcc makes of two texts when it tries.
OPTIMISED = ["gcc", "-std=c17", *FLAGS, "-O2", "-S", "-x", "c"]

LEAST_PRICE_S = 0.015  # what starting a program costs
COMPARED_FROM_S = 0.15  # checks that cost more are run on mutants only that differ


class Bench:
    """Builds mutants, runs checks on them, and remembers what came of it."""

    def __init__(self, build, checks, runner):
        self.build = build
        self.checks = checks
        self.runner = runner
        self.headers = hash_of_files(glob.glob("core/*.h") + glob.glob("core/*.def"))
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
            compiler = "tcc" if shutil.which("tcc") and compiles(SHARED["tcc"], file, self.text(file), path) else "gcc"
            with self.lock:
                self.compilers[file] = compiler
        return compiles(SHARED[compiler], file, text, path)

    def unmutated(self, workers):
        """All of core/ as mutants are compiled, for LD_PRELOAD."""
        files = sorted(glob.glob("core/*.c"))
        paths = [f"{self.runner.build}/work/{os.path.basename(file)}.so" for file in files]
        for file, done in zip(files, workers.map(self.shared_object, files, map(self.text, files), paths)):
            if not done:
                raise InputError(f"{file}: does not compile")
        return ":".join(paths)

    def optimised_code(self, file, text):
        """Assembly at -O2, without what names the file."""
        path = f"{self.build}/work/{os.getpid()}.{threading.get_ident()}.s"
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
        own = f"core/tests/{os.path.basename(mutant.file)[: -len('.c')]}_test"
        noticed = self.noticed.get((mutant.file, mutant.function), {})

        def price(check):
            likely = 3 if check.name == own else 1 if check.name.startswith("core/") else 0.2
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
        shared = f"{self.build}/work/{mutant.id}.so"
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
    terminal = sys.stderr.isatty()
    told = began
    remembered = sum(bench.key(mutant) in bench.state for mutant in mutants)
    with concurrent.futures.ThreadPoolExecutor(jobs) as workers:
        running = {workers.submit(bench.judge, mutant): mutant for mutant in mutants}
        try:
            for finished in concurrent.futures.as_completed(running):
                mutant, result = running[finished], finished.result()
                results[mutant] = result
                counts[result["status"]] += 1
                now = time.monotonic()
                if now - told > (0.5 if terminal else 60):
                    told = now
                    line = progress_line(len(results), len(mutants), counts, began, len(results) - remembered)
                    sys.stderr.write(f"\r{line}\033[K" if terminal else line + "\n")
        except KeyboardInterrupt:
            workers.shutdown(cancel_futures=True)
            raise
    if terminal:
        sys.stderr.write("\r\033[K")
    return [(mutant, results[mutant]) for mutant in mutants]


def sample_of(mutants, size):
    """As many mutants, chosen by their names alone, in order."""
    chosen = set(sorted(mutant.id for mutant in mutants)[:size])
    return [mutant for mutant in mutants if mutant.id in chosen]


def difference(mutant, text):
    mutated = operators.applied(text, mutant.edits)
    return "".join(difflib.unified_diff(text.splitlines(True), mutated.splitlines(True), mutant.file, f"{mutant.file} ({mutant.operator})", n=2))


def arguments():
    parser = argparse.ArgumentParser(prog="mutate.py", description="Mutation score of core/: changes one token at a time and sees whether the suite notices.")
    parser.add_argument("--build", default="build/mutate", help="where the variant `mutate` is built, and results are kept (default: build/mutate)")
    parser.add_argument("--files", nargs="+", metavar="FILE", help="core/x.c: only their mutants")
    parser.add_argument("--sample", type=int, metavar="N", help="only N mutants, always the same")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="so many at once (default: as many as processors)")
    parser.add_argument("--at-least", type=float, default=90.0, metavar="PERCENT", help="exit 1 below this score (default: 90)")
    parser.add_argument("--fresh", action="store_true", help="forget earlier results")
    parser.add_argument("--json", metavar="FILE", help="write the report as JSON as well")
    parser.add_argument("--list", action="store_true", help="list mutants and end")
    parser.add_argument("--show", metavar="ID", help="show a mutant as a diff and end")
    parser.add_argument("--operators", action="store_true", help="list the operators and end")
    return parser.parse_args()


def prepare(options):
    """A bench whose checks are measured, and pass."""
    for needed in (f"{options.build}/libdrydock.so", f"{options.build}/coverage/libdrydock.so", f"{options.build}/drydock"):
        if not os.path.exists(needed):
            raise InputError(f"{needed}: not built, expected what `make mutate` builds")
    os.makedirs(f"{options.build}/work", exist_ok=True)
    if options.fresh and os.path.exists(f"{options.build}/state.jsonl"):
        os.unlink(f"{options.build}/state.jsonl")
    runner = Runner(options.build)
    checks = checks_in(options.build)
    bench = Bench(options.build, checks, runner)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as workers:
        failing = runner.measure(checks, bench.unmutated(workers), workers)
    if failing:
        raise InputError(f"{', '.join(check.name for check in failing)}: expected to pass on the sources as they are")
    return bench


def main():
    options = arguments()
    if options.operators:
        for operator in operators.OPERATORS:
            print(f"{operator.name:<11} {operator.what:<66} {operator.example}")
        return 0
    sources = sorted(glob.glob("core/*.c"))
    for file in options.files or []:
        if file not in sources:
            raise InputError(f"{file}: expected a file of core/*.c, from the tree's top folder")
    everything = []
    for file in sources:
        with open(file, encoding="utf-8") as source:
            everything += mutants_of(file, source.read())
    named = read_equivalents(f"{FOLDER}/equivalent.txt")
    by_name = {mutant.name: mutant for mutant in everything}
    for name, (line, _) in named.items():
        if name not in by_name:
            raise InputError(f"sim/mutate/equivalent.txt:{line}: stale, there is no such mutant: expected one of --list")
    mutants = [mutant for mutant in everything if options.files is None or mutant.file in options.files]
    if options.sample is not None:
        mutants = sample_of(mutants, options.sample)
    if options.show:
        shown = [mutant for mutant in everything if mutant.id == options.show]
        if not shown:
            raise InputError(f"--show {options.show}: expected an id of --list")
        with open(shown[0].file, encoding="utf-8") as source:
            print(difference(shown[0], source.read()), end="")
        print(equivalent_line(shown[0], "…"))
        return 0
    if options.list:
        for mutant in mutants:
            print(f"{mutant.id} {mutant}")
        return 0
    bench = prepare(options)
    results = judge_all(bench, mutants, options.jobs)
    summary = report.Summary(results, named)
    print(summary.text(options.at_least))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(summary.json(), file, indent=1)
            file.write("\n")
    return 0 if summary.score >= options.at_least and not summary.wrongly_named else 1


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
