#!/usr/bin/env python3
"""The tester, tested: for each factor of the matrix, a drydock with deliberate nondeterminism in that factor alone (planted.c)
must be found, and the step named; one without any must not. Usage: planted_test.py OBJECT... (of a drydock built by gcc -O0)
"""
import os
import subprocess
import sys

import matrix

FOLDER = f"{matrix.BUILD}/matrix/planted"
SCENARIOS = "scenarios/races"
# What the line says on one side and on the other. Addresses are as they come.
TOLD = {
    "compiler": ("order 2 before 1", "order 1 before 2"),
    "level": ("not optimised", "optimised"),
    "sanitizer": ("not instrumented", "instrumented"),
    "aslr": ("address 0x", "address 0x"),
    "date": ("year 128", "year 138"),
    "locale": ("half 0.5", "half 0,5"),
    "zone": ("hour 0", "hour 20"),
    "jobs": None,  # only explorations have them
}
FLAGS = {"gcc": [], "clang": [], "O0": ["-O0"], "O2": ["-O2"], "O3": ["-O3"], "LTO": ["-O2"], "asan": ["-fsanitize=address"]}


def build(planted, objects):
    """One drydock for each value of the factor that is a matter of building, else one. Returns its path, as --binary has it."""
    varies = planted in matrix.BUILD_FACTORS
    for value in matrix.FACTORS[planted] if varies else ("one",):
        folder = f"{FOLDER}/{planted}/{value}"
        compiler, flags = value if value == "clang" else "gcc", FLAGS.get(value, [])
        os.makedirs(folder, exist_ok=True)
        subprocess.run([compiler, "-std=c17", "-D_GNU_SOURCE", "-I.", f'-DPLANTED="{planted}"', *flags, "-c", "sim/tests/matrix/planted.c", "-o",
                        f"{folder}/planted.o"], check=True)
        subprocess.run([compiler, *(flag for flag in flags if "sanitize" in flag), "-Wl,--wrap=recorder_applied", f"{folder}/planted.o", *objects,
                        "-lcjson", "-lcrypto", "-lmicrohttpd", "-larchive", "-lcurl", "-lz", "-lm", "-o", f"{folder}/drydock"], check=True)
    return f"{FOLDER}/{planted}/{f'{{{planted}}}' if varies else 'one'}/drydock"


def run_matrix(factor, binary):
    result = subprocess.run([sys.executable, matrix.__file__, "run", "--vary", factor, "--binary", binary, "--scenarios", SCENARIOS,
                             "--explorations", "dpor"], capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + result.stderr


def fail(text, output):
    sys.exit(f"planted_test: {text}:\n{output}")


def main():
    objects = sys.argv[1:]
    for factor in matrix.FACTORS:
        binary = build(factor, objects)
        status, output = run_matrix(factor, binary)
        if status != 1 or " 0 differences" in output:
            fail(f"nondeterminism by {factor} was not found (status {status})", output)
        told = TOLD[factor]
        if told is None:
            named = "exploration dpor differs from cell 1" in output and '"' in output
        else:
            lines = [line.strip() for line in output.splitlines()]
            named = "trace    differs at event" in output and all(
                any(line.startswith(sign) and text in line for line in lines) for sign, text in zip("-+", told))
        if not named:
            fail(f"the step at which {factor} shows is not named", output)
        print(f"planted: {factor}: found, and the step named")
    status, output = run_matrix("date", build("none", objects))
    if status != 0 or not output.rstrip().endswith(": 0 differences"):
        fail(f"without anything planted, status {status}", output)
    print("planted: nothing: nothing found")


if __name__ == "__main__":
    main()
