"""The suite as checks: programs that pass on the sources as they are, and which lines of what is mutated each reaches.

Every check runs in the tree's top folder, below a limit of CPU time (not of time: machines are shared) and of memory, with one file of
the library replaced by LD_PRELOAD."""
import glob
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field

CPU_FACTOR = 10  # times what the check takes on the sources as they are
CPU_LIMIT_LEAST_S = 1
MEMORY_LIMIT = 64 << 30  # of address space: drydock reserves a part of it and touches little
# A check that waits for ever takes no CPU time. Far above what a loaded machine makes of a check.
WAIT_LIMIT_S = 120

PASSED, FAILED, CRASHED, TIMED_OUT = "passed", "failed", "crashed", "timed out"


@dataclass
class Check:
    name: str
    argv: list
    version: str  # hash of its program and of what it reads
    cpu_s: float = 0.0
    counts: dict = field(default_factory=dict)  # file → line → whether it is reached
    is_cmocka: bool = True

    def cpu_limit_s(self, factor=CPU_FACTOR):
        return max(CPU_LIMIT_LEAST_S, int(self.cpu_s * factor + 1))


def hash_of(*parts):
    digest = hashlib.sha256()
    for part in parts:
        part = part.encode() if isinstance(part, str) else part
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()


def hash_of_files(paths):
    parts = []
    for path in sorted(paths):
        with open(path, "rb") as file:
            parts += [path, file.read()]
    return hash_of(*parts)


def checks_in(build, subject):
    """The cmocka programs (one runs the scenario library and compares its traces), then the conformance suite and the repros of findings."""
    scenarios = hash_of_files(path for path in glob.glob("scenarios/**", recursive=True) if os.path.isfile(path))
    reads = {
        "sim/tests/trace_hashes_test": ["sim/tests/trace_hashes"],
        "core/tests/workflows_test": glob.glob("core/tests/workflows/*"),
        "fakes/tests/process_test": ["fakes/tests/process_cases.json"],
    }
    checks = []
    for source in subject.test_sources:
        name = source[: -len(".c")]
        path = f"{build}/{name}"
        version = hash_of(hash_of_files([path, *reads.get(name, [])]), scenarios if name.startswith("sim/") else "")
        checks.append(Check(name, [path], version))
    if subject.conformance:
        runner = f"{build}/conformance"
        for area in sorted(glob.glob("fakes/tests/conformance/cases/*")):
            cases = sorted(glob.glob(f"{area}/*.json"))
            checks.append(Check(area, [runner, "--quiet", "--target", "in-process", *cases], hash_of_files([runner, *cases]), is_cmocka=False))
    if subject.repros:
        repros = ["regress", "scenarios/regressions/found"]
        checks.append(Check("repros", [f"{build}/drydock", *repros], hash_of(scenarios, *repros), is_cmocka=False))
    return checks


class Runner:
    """Runs checks against what was built below a folder."""

    def __init__(self, build, subject):
        """subject: its name."""
        self.build = os.path.abspath(build)
        self.coverage = f"{self.build}/coverage"
        self.library = f"{self.coverage}/{subject}"  # where what is mutated is counted
        self.map = f"{self.build}/map/{subject}"

    def run(self, check, preload=None, library=None, extra=None, out=subprocess.DEVNULL, wait_s=WAIT_LIMIT_S, cpu_factor=CPU_FACTOR):
        """Runs one check; gives PASSED, FAILED, CRASHED or TIMED_OUT, and the CPU seconds it took.

        preload: a shared object whose functions take the place of the library's; library: the folder of libdrydock.so; out: a file for what it
        says."""
        environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "USER")}
        environment["LD_LIBRARY_PATH"] = library or self.build
        environment.update(extra or {})
        if preload:
            environment["LD_PRELOAD"] = preload
        with tempfile.TemporaryDirectory(prefix="mutate") as folder:
            environment["TMPDIR"] = folder
            process = subprocess.Popen(
                check.argv,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            # From here: a wrapper that sets limits would be preloaded too.
            if check.cpu_s > 0:
                limit(process.pid, resource.RLIMIT_CPU, check.cpu_limit_s(cpu_factor))
            limit(process.pid, resource.RLIMIT_AS, MEMORY_LIMIT)
            limit(process.pid, resource.RLIMIT_CORE, 0)
            outcome = wait_for(process, wait_s)
            end_group(process.pid)
        return outcome

    def measure(self, checks, preload, workers):
        """Runs each check on the sources as they are: how long it takes with `preload`, all of the subject as mutants are compiled, and what
        it reaches. Remembered between runs. Gives the checks that do not pass."""
        os.makedirs(self.map, exist_ok=True)
        library = hash_of_files([f"{self.library}/libdrydock.so"])
        return [check for check, passes in zip(checks, workers.map(lambda check: self._measure_one(check, preload, library), checks)) if not passes]

    def _measure_one(self, check, preload, library):
        path = f"{self.map}/{check.name.replace('/', '.')}.json"
        version = hash_of(library, check.version)
        try:
            with open(path, encoding="utf-8") as file:
                known = json.load(file)
        except (OSError, ValueError):
            known = {}
        if known.get("version") != version:
            outcome, cpu_s = self.run(check, preload)
            if outcome != PASSED:
                return False
            lines = self.lines_of(check)
            if lines is None:
                return False
            known = {"version": version, "cpu_s": cpu_s, "lines": lines}
            with open(path, "w", encoding="utf-8") as file:
                json.dump(known, file)
        check.cpu_s = known["cpu_s"]
        check.counts = {file: {int(line): hit for line, hit in lines.items()} for file, lines in known["lines"].items()}
        return True

    def lines_of(self, check, extra=None):
        """What a check reaches: file → line → whether it does; None when it does not pass."""
        with tempfile.TemporaryDirectory(prefix="mutate") as folder:
            outcome, _ = self.run(check, library=self.library, extra={"GCOV_PREFIX": folder, **(extra or {})})
            return reached(f"{folder}{self.coverage}", self.coverage) if outcome == PASSED else None


def reached(folder, notes):
    """Of the .gcda files below a folder: file → line → whether it was reached. notes: where their .gcno files are."""
    data = sorted(glob.glob(f"{folder}/**/*.gcda", recursive=True))
    for path in data:
        name = os.path.splitext(os.path.relpath(path, folder))[0] + ".gcno"
        os.symlink(f"{notes}/{name}", f"{folder}/{name}")
    lines = {}
    if data:
        told = subprocess.run(["gcov", "--json-format", "--stdout", *data], check=True, capture_output=True, text=True).stdout
        for document in told.splitlines():
            for file in json.loads(document)["files"]:
                if file["file"].endswith(".c"):
                    counts = lines.setdefault(file["file"], {})
                    for line in file["lines"]:
                        number = line["line_number"]
                        counts[number] = counts.get(number, False) or line["count"] > 0
    return lines


def limit(process, what, amount):
    try:
        resource.prlimit(process, what, (amount, amount + 1 if what == resource.RLIMIT_CPU else amount))
    except ProcessLookupError:
        pass  # it has ended


def wait_for(process, limit_s):
    expired = threading.Event()

    def expire():
        expired.set()
        end_group(process.pid)

    timer = threading.Timer(limit_s, expire)
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    spent = usage.ru_utime + usage.ru_stime
    if expired.is_set() or process.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return TIMED_OUT, spent
    if process.returncode < 0:
        return CRASHED, spent
    return (PASSED if process.returncode == 0 else FAILED), spent


def end_group(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
