"""Unit tests of the tool: tokens, operators, names of mutants, subjects, limits, scores and tests that fail for nothing. `python3 sim/mutate/mutate_test.py`; make test runs it."""
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import checks
import each_test
import mutate
import operators
import report
from c_source import Source, SourceError, tokens_of
from mutants import InputError, mutants_of, read_equivalents
from subjects import SUBJECTS


def texts(source):
    return [token.text for token in tokens_of(source)]


def body(statements, returns="int"):
    return f"{returns} f(int a, int b)\n{{\n{statements}\n}}\n"


def made(text, operator):
    """What an operator makes of a text: the changed part of each mutant, before and after."""
    return [(mutant.before, mutant.after) for mutant in mutants_of("core/x.c", text) if mutant.operator == operator]


class Tokens(unittest.TestCase):
    def test_comments_strings_and_directives_hold_no_operators(self):
        self.assertEqual(texts('a /* < */ = "<" // >\n#define B(x) x < \\\n 3\n + \'<\';'), ["a", "=", '"<"', "+", "'<'", ";"])

    def test_static_assertions_are_left_out(self):
        self.assertEqual(texts('_Static_assert(1 < 2, "x"); int a;'), ["int", "a", ";"])

    def test_a_hash_within_a_line_is_no_directive(self):
        self.assertEqual(texts("a # b"), ["a", "#", "b"])

    def test_longest_mark_first(self):
        self.assertEqual(texts("a<<=b->c>=d++ +1e-3f"), ["a", "<<=", "b", "->", "c", ">=", "d", "++", "+", "1e-3f"])

    def test_what_is_no_c_is_refused(self):
        for text in ('"open', "int f(void) { (]; }", "int f(void) {"):
            with self.assertRaises(SourceError, msg=text):
                Source("core/x.c", text)

    def test_functions_and_what_they_return(self):
        source = Source("core/x.c", "static const int t[] = {1};\nstatic const struct e *f(int a)\n{\n return 0;\n}\nint g(void) { return 1; }\n")
        self.assertEqual({name: source.function.count(name) for name in ("f", "g")}, {"f": 10, "g": 9})
        self.assertEqual(source.returns, {"f": "static const struct e *", "g": "int"})

    def test_places(self):
        mutant = mutants_of("core/x.c", "\n\nint a = 7;\n")[0]
        self.assertEqual((mutant.line, mutant.column), (3, 9))


class Operators(unittest.TestCase):
    def test_conditions(self):
        text = body("if (a && b) { a = 1; } while (a < b || b) { } for (;a < 3 && b;) { } return a > 2 && b ? a : b;")
        self.assertEqual([before for before, _ in made(text, "negate")], ["a && b", "a < b || b", "a < 3 && b", "a > 2 && b"])
        self.assertEqual(made(text, "negate")[0][1], "!(a && b)")

    def test_a_condition_that_another_operator_turns_is_left_to_it(self):
        text = body("if (a == b) { } if (!f(a, b)) { } if (f(a, a == b)) { }")
        self.assertEqual([before for before, _ in made(text, "negate")], ["f(a, a == b)"])
        self.assertEqual(len(made(text, "compare")), 2)
        self.assertEqual(made(text, "not"), [("!", "")])

    def test_comparisons_and_logic(self):
        text = body("return a < b && a <= b || a > b && a >= b || a == b && a != b;")
        self.assertEqual(made(text, "compare"), [("<", "<="), ("<=", "<"), (">", ">="), (">=", ">"), ("==", "!="), ("!=", "==")])
        self.assertEqual(made(text, "logic"), [("&&", "||"), ("||", "&&")] * 2 + [("&&", "||")])

    def test_constants(self):
        text = body('a = 0 + 09; b = 0xffu * 1.5 + 1e21; a = f(2000000UL, "3"); ').replace("09", "010")
        self.assertEqual(made(text, "constant"), [("0", "1"), ("010", "9"), ("0xffu", "0x100u"), ("1.5", "2.5"), ("1e21", "2e+21"), ("2000000UL", "2000001UL")])

    def test_sizes_of_memory_are_arid(self):
        text = body("char all[8]; char *p = arena_alloc(m, (a + 1) * sizeof *p); a = p[2]; return p[3];")
        self.assertEqual([before for before, _ in made(text, "constant")], ["2", "3"])
        self.assertEqual(made(text, "arithmetic"), [])

    def test_operators_with_one_operand_stay(self):
        text = body("int *p = &a; const struct e *e = (struct e *)*p; uint32_t *q = -a; a = (b) * -1 & b; *p = (int)-b; return -a;")
        self.assertEqual(made(text, "arithmetic"), [("*", "/"), ("&", "|")])

    def test_calls_that_are_statements(self):
        text = body("stop(a, b); (void)f(a, b); a = f(a, b); if (f(a, b)) { } for (stop(a, b); a;) { } int c(b); case A: stop(a,\n b); a ? f(a, b) : stop(a, b);")
        self.assertEqual([before for before, _ in made(text, "call")], ["stop(a, b)", "(void)f(a, b)", "stop(a, b)"])
        self.assertTrue(all(operators.applied(text, mutant.edits).count("\n") == text.count("\n") for mutant in mutants_of("core/x.c", text)))

    def test_swallowed_errors(self):
        self.assertEqual(made(body("TRY(stop(a)); TRY(b) + 1;"), "swallow"), [("TRY", "(void)")])

    def test_assignments(self):
        text = body("int c = 1; const char *d = 0; struct e *e = 0; a = 1; *p = 2; a += 3; x->y[a] = (struct z){4}; a++; for (a = 0; a; a++) { } c == 5; uint8_t *g = 6;")
        self.assertEqual([before for before, _ in made(text, "assign")], ["a = 1", "*p = 2", "a += 3", "x->y[a] = (struct z){4}", "a++"])

    def test_what_is_returned(self):
        self.assertEqual(made(body("return a + b; return 0; return NULL; return;"), "return"), [("a + b", "0")])
        self.assertEqual(made(body("return a || b; return f(a); return a == b; return true;", "bool"), "return"), [("a || b", "!(a || b)"), ("f(a)", "!(f(a))")])
        self.assertEqual(made(body("return a;", "bool *"), "return"), [("a", "0")])

    def test_booleans_and_jumps(self):
        text = body("f(true, false); break; continue;")
        self.assertEqual(made(text, "boolean"), [("true", "false"), ("false", "true")])
        self.assertEqual(made(text, "jump"), [("break", "continue"), ("continue", "break")])

    def test_every_operator_does_what_its_example_says(self):
        for operator in operators.OPERATORS:
            before, after = operator.example.split(" → ")
            text = body(before if before.endswith(";") else f"if (x) {{ {before}; }}" if operator.name != "negate" else before + " { }", "bool")
            if operator.name in ("constant", "arithmetic"):
                text = body(f"a = {before};")
            mutants = [operators.applied(text, mutant.edits) for mutant in mutants_of("core/x.c", text) if mutant.operator == operator.name]
            # A statement that is removed, or an error that is let go, is spelled with (void).
            spelled = [mutant.replace("(void)0;", ";").replace("(void)", "") for mutant in mutants]
            wanted = after.replace("stop(x);", "(stop(x));") if operator.name == "swallow" else after
            self.assertTrue(any(wanted in mutant for mutant in spelled), (operator.name, mutants))

    def test_mutants_compile(self):
        text = "#include <stdbool.h>\n" + body("int c = 1; if (a < b && !c) { c = f(a, b + 010); f(a, c); }\nreturn c > 2 ? a : b;")
        for mutant in mutants_of("core/x.c", text):
            mutated = operators.applied(text, mutant.edits)
            self.assertNotEqual(mutated, text)
            done = subprocess.run(["gcc", "-w", "-x", "c", "-fsyntax-only", "-"], input=mutated, text=True, capture_output=True)
            self.assertEqual(done.returncode, 0, (str(mutant), done.stderr))


class Names(unittest.TestCase):
    def test_a_name_outlives_lines_above(self):
        text = body("return a < 1 || a < 2;")
        before, after = mutants_of("core/x.c", text), mutants_of("core/x.c", "/* more */\n\n" + text)
        self.assertEqual([mutant.id for mutant in before], [mutant.id for mutant in after])
        self.assertEqual(len({mutant.id for mutant in before}), len(before))
        self.assertEqual([mutant.occurrence for mutant in before if mutant.operator == "compare"], [1, 2])

    def read(self, lines):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(lines)
            file.flush()
            return read_equivalents(file.name)

    def test_named_equivalents(self):
        named = self.read("# a\n\ncore/x.c:f compare#2 `<`: never reached\ncore/x.c: constant#1 `8`: a size\n")
        self.assertEqual(named, {("core/x.c", "f", "compare", "<", 2): (3, "never reached"), ("core/x.c", "", "constant", "8", 1): (4, "a size")})

    def test_bad_lines(self):
        for lines in ("core/x.c:f compare `<`: x\n", "core/x.c:f compare#1 `<`:\n", "core/x.c:f compare#1 `<`: x\n" * 2):
            with self.assertRaises(InputError):
                self.read(lines)


class Subjects(unittest.TestCase):
    def test_all_is_what_the_makefile_makes_the_library_of(self):
        with open("Makefile", encoding="utf-8") as makefile:
            folders = next(line.split(":=")[1].split() for line in makefile if line.startswith("FOLDERS :="))
        self.assertEqual(sorted(SUBJECTS["all"].folders), sorted(folder for folder in folders if folder != "sim"))  # sim/main.c is no part of it

    def test_a_subject_has_its_own_sources_and_checks(self):
        core, fakes = SUBJECTS["core"], SUBJECTS["fakes"]
        self.assertIn("core/db.c", core.sources)
        self.assertTrue(all(path.startswith("core/") for path in core.sources + core.headers))
        self.assertTrue({"fakes/world.c", "fakes/docker/tar.c", "fakes/wire/listen.c"} <= set(fakes.sources))
        self.assertFalse([path for path in fakes.sources if "/tests/" in path or path.startswith("core/")])
        self.assertTrue({"core/value.h", "fakes/changes.def", "fakes/docker/tar.h"} <= set(fakes.headers))
        self.assertIn("fakes/tests/tar_test.c", fakes.test_sources)
        self.assertNotIn("fakes/tests/tar_test.c", core.test_sources)


class Limits(unittest.TestCase):
    def run_script(self, script, cpu_s=0.01):
        return checks.Runner("build/mutate", "core").run(checks.Check("x", ["/bin/sh", "-c", script], "1", cpu_s))[0]

    def test_outcomes(self):
        self.assertEqual(self.run_script("exit 0"), checks.PASSED)
        self.assertEqual(self.run_script("exit 1"), checks.FAILED)
        self.assertEqual(self.run_script("kill -SEGV $$"), checks.CRASHED)

    def test_time_is_cpu_time(self):
        self.assertEqual(self.run_script("kill -XCPU $$"), checks.TIMED_OUT)
        self.assertEqual(checks.Check("x", [], "1", 0.01).cpu_limit_s(), 1)
        self.assertEqual(checks.Check("x", [], "1", 0.5).cpu_limit_s(), 6)

    def test_what_a_check_starts_ends_with_it(self):
        with tempfile.TemporaryDirectory() as folder:
            self.run_script(f"(echo $$ >{folder}/started; exec sleep 60) & while [ ! -s {folder}/started ]; do :; done; echo $! >{folder}/pid")
            with open(f"{folder}/pid", encoding="utf-8") as pid:
                started = pid.read().strip()
            deadline = time.monotonic() + 10  # a signal needs a while to arrive
            while (state := subprocess.run(["ps", "-o", "stat=", "-p", started], capture_output=True, text=True).stdout.strip()) and state[0] != "Z":
                self.assertLess(time.monotonic(), deadline, state)


class StubRunner:
    """Says what each check comes to, and remembers which were run."""

    def __init__(self, outcomes):
        self.outcomes = outcomes
        self.ran = []

    def run(self, check, preload, **_):
        assert os.path.exists(preload)
        self.ran.append(check.name)
        return self.outcomes.get(check.name, checks.PASSED), 0.0


class Judging(unittest.TestCase):
    text = "int f(int a)\n{\n    return a + 0 < 7;\n}\n"

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        os.makedirs(f"{self.folder.name}/scratch")

    def tearDown(self):
        self.folder.cleanup()

    def bench(self, outcomes, versions=None):
        versions = versions or {"core/tests/x_test": "1", "core/tests/y_test": "1"}
        suite = [checks.Check(name, [], version, 0.01, {"core/x.c": {3: True}}) for name, version in versions.items()]
        suite.append(checks.Check("core/tests/z_test", [], "1", 0.01, {"core/x.c": {3: False}}))
        self.runner = StubRunner(outcomes)
        bench = mutate.Bench(self.folder.name, SUBJECTS["core"], suite, self.runner)
        bench.texts["core/x.c"] = self.text
        return bench

    def mutant(self, before):
        return next(mutant for mutant in mutants_of("core/x.c", self.text) if mutant.before == before)

    def test_the_first_that_notices_ends_it(self):
        result = self.bench({"core/tests/x_test": checks.FAILED}).judge(self.mutant("<"))
        self.assertEqual((result["status"], result["by"], result["how"]), (report.KILLED, "core/tests/x_test", checks.FAILED))
        self.assertEqual(self.runner.ran, ["core/tests/x_test"])  # the file's own goes first

    def test_survivors_have_met_every_check_that_reaches_them(self):
        result = self.bench({"core/tests/z_test": checks.FAILED}).judge(self.mutant("<"))
        self.assertEqual(result["status"], report.SURVIVED)
        self.assertEqual(sorted(self.runner.ran), ["core/tests/x_test", "core/tests/y_test"])

    def test_what_is_the_same_code_is_told_apart(self):
        self.assertEqual(self.bench({}).judge(self.mutant("+"))["status"], report.SAME)
        self.assertEqual(self.bench({}).judge(self.mutant("7"))["status"], report.SURVIVED)

    def test_what_does_not_compile_is_no_mutant(self):
        self.text = "int f(int a)\n{\n    return a + 0 < 7;\n}\nstruct s { int i; } g(struct s s)\n{\n    return s;\n}\n"
        self.assertEqual(self.bench({}).judge(self.mutant("s"))["status"], report.INVALID)

    def test_results_are_kept_until_what_they_stand_on_changes(self):
        mutant = self.mutant("<")
        self.bench({}).judge(mutant)
        self.bench({}).judge(mutant)
        self.assertEqual(self.runner.ran, [])
        result = self.bench({"core/tests/y_test": checks.TIMED_OUT}, {"core/tests/x_test": "1", "core/tests/y_test": "2"}).judge(mutant)
        self.assertEqual((self.runner.ran, result["status"]), (["core/tests/y_test"], report.KILLED))
        self.bench({}, {"core/tests/x_test": "1", "core/tests/y_test": "2"}).judge(mutant)
        self.assertEqual(self.runner.ran, [])
        self.bench({}, {"core/tests/x_test": "1", "core/tests/y_test": "3"}).judge(mutant)
        self.assertEqual(sorted(self.runner.ran), ["core/tests/x_test", "core/tests/y_test"])
        self.text += "\n"
        self.bench({}).judge(mutant)
        self.assertEqual(len(self.runner.ran), 2)

    def test_each_file_goes_on_until_one_is_noticed(self):
        self.text = body("return a < 1;")
        bench = self.bench({"core/tests/x_test": checks.FAILED})
        bench.texts["core/y.c"] = self.text  # which nothing reaches
        mutants = mutants_of("core/x.c", self.text) + mutants_of("core/y.c", self.text)
        more, unnoticed = mutate.judge_each_file(bench, mutants, [], 1)
        self.assertEqual([mutant.file for mutant, result in more if result["status"] == report.KILLED], ["core/x.c"])
        self.assertEqual(sum(mutant.file == "core/y.c" for mutant, _ in more), len(mutants) / 2)
        self.assertEqual(unnoticed, ["core/y.c"])
        sample = [(mutant, {"status": report.KILLED}) for mutant in mutants[:1]]
        more, unnoticed = mutate.judge_each_file(bench, mutants, sample, 1)
        self.assertEqual({mutant.file for mutant, _ in more}, {"core/y.c"})
        self.assertIn("core/y.c: no mutant of it is noticed", report.each_file_text(mutants, more, unnoticed))
        self.assertIn("1 of 2 files", report.each_file_text(mutants, more, unnoticed))

    def test_a_file_is_compiled_by_what_knows_it(self):
        path = f"{self.folder.name}/x.so"
        self.assertFalse(mutate.is_for_tcc("core/x.c", "int f(unsigned a) { return __builtin_ctz(a); }", path))
        self.assertFalse(mutate.is_for_tcc("core/x.c", "#include <sys/epoll.h>\n", path))

    def test_a_line_that_was_cut_off_is_forgotten(self):
        self.bench({}).judge(self.mutant("<"))
        with open(f"{self.folder.name}/state.jsonl", "a", encoding="utf-8") as state:
            state.write('{"key": "x", "sta')
        self.bench({}).judge(self.mutant("<"))
        self.assertEqual(self.runner.ran, [])
        self.bench({}).judge(self.mutant("7"))
        self.bench({}).judge(self.mutant("7"))
        self.assertEqual(self.runner.ran, [])


class Score(unittest.TestCase):
    def test_score_and_lines(self):
        mutants = mutants_of("core/x.c", body("return a < 1 || b;"))
        statuses = [
            {"status": "killed", "how": "failed", "by": "core/tests/x_test"},
            {"status": "survived", "reached": True},
            {"status": "survived", "reached": False},
            {"status": "same object code"},
        ]
        results = list(zip(mutants, statuses))
        self.assertEqual(len(results), 4)
        summary = report.Summary(results, {mutants[1].name: (3, "why")})
        self.assertEqual(summary.score, 50.0)
        self.assertFalse(summary.wrongly_named)
        self.assertIn(f"core/x.c:3:{mutants[2].column}: {mutants[2].operator} ", summary.text(90))
        self.assertIn("(nothing reaches it)", summary.text(90))
        self.assertIn("BELOW", summary.text(90))
        self.assertNotIn("BELOW", summary.text(50))
        self.assertEqual([entry["status"] for entry in summary.json()["mutants"]], ["killed", "equivalent", "survived", "same object code"])

    def test_a_killed_mutant_is_not_equivalent(self):
        mutants = mutants_of("core/x.c", "int a = 7;")
        summary = report.Summary([(mutants[0], {"status": "killed", "how": "failed", "by": "t"})], {mutants[0].name: (3, "why")})
        self.assertEqual(len(summary.wrongly_named), 1)
        self.assertIn("equivalent.txt:3:", summary.text(90))


class CmockaRunner:
    """A program of two tests; what it says when a mutant is loaded."""

    def __init__(self, folder, said):
        self.build = folder
        self.said = said
        self.ran = []

    def run(self, check, preload, extra, out, **_):
        alone = re.search(r"\.only\.(\w+)\.so", preload or "")
        only = alone and alone[1]
        self.ran.append((bool(preload), only))
        if not preload:
            out.write(b'<testcase name="one" time="0.000" >\n</testcase>\n<testcase name="two" time="0.000" >\n</testcase>\n')
            return checks.PASSED, 0.0
        out.write(self.said.get(only, "").encode())
        return checks.FAILED, 0.0

    def lines_of(self, check, extra):
        return check.counts


class EachTest(unittest.TestCase):
    text = "int f(int a)\n{\n    if (a > 3) {\n        a = 0;\n    }\n    return a;\n}\nint g(int a)\n{\n    return a + 1;\n}\n"
    fails = '<testcase name="{}" time="0.000" >\n  <failure><![CDATA[1 != 2\nx.c:7: error: Failure!]]></failure>\n</testcase>\n'
    crashes = '<testcase name="{}" time="0.000" >\n  <failure><![CDATA[Test failed with exception: Segmentation fault(11)]]></failure>\n</testcase>\n'

    def hunt(self, said, tries=9, is_cmocka=True, cpu_s=0.01):
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(f"{folder}/scratch")
            self.runner = CmockaRunner(folder, said)
            reached = {"core/x.c": {3: True, 4: False, 6: True, 10: True}}
            suite = [checks.Check("core/tests/x_test", [], "1", cpu_s, reached, is_cmocka), checks.Check("core/tests/y_test", [], "1", 0.01, {"core/x.c": {3: True, 6: True}})]
            bench = mutate.Bench(folder, SUBJECTS["core"], suite, self.runner)
            bench.texts["core/x.c"] = self.text
            mutants = mutants_of("core/x.c", self.text)
            search = each_test.Hunt(bench, mutants, tries)
            self.named = [program.name for program in each_test.hunt(bench, mutants, ["core/tests/y_test"], 0, 1)]
            self.runner.ran.clear()
            self.order = search.candidates(reached)
            self.unheard = search.candidates({"core/x.c": {3: False}})
            return search.program(suite[0])

    def test_only_what_a_test_says_itself_counts(self):
        said = self.crashes.format("one") + self.fails.format("two") + '<testcase name="three" time="0.000" >\n</testcase>\n'
        self.assertEqual(each_test.failed_tests(said), ["two"])
        self.assertEqual(each_test.tests_in(said), ["one", "two", "three"])

    def test_what_a_cmocka_program_says_is_read(self):
        program = '''
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
static void holds(void **state) { (void)state; assert_int_equal(1, 1); }
static void fails(void **state) { (void)state; assert_int_equal(1, 2); }
static void crashes(void **state) { (void)state; *(volatile int *)0 = 1; }
int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(holds), cmocka_unit_test(fails), cmocka_unit_test(crashes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
'''
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(f"{folder}/scratch")
            made = subprocess.run(["gcc", "-w", "-x", "c", "-o", f"{folder}/x_test", "-", "-lcmocka"], input=program, text=True)
            self.assertEqual(made.returncode, 0)
            check = checks.Check("x_test", [f"{folder}/x_test"], "1", 0.01)
            bench = mutate.Bench(folder, SUBJECTS["core"], [check], checks.Runner(folder, "core"))
            search = each_test.Hunt(bench, [], 1)
            self.assertEqual(each_test.tests_in(search.run(check)[1]), ["holds", "fails", "crashes"])
            self.assertEqual(each_test.failed_tests(search.run(check)[1]), ["fails"])
            for only, expected, failed in (("holds", checks.PASSED, []), ("fails", checks.FAILED, ["fails"])):
                outcome, said = search.run(check, only=only)
                self.assertEqual((outcome, each_test.tests_in(said), each_test.failed_tests(said)), (expected, [only], failed))

    def test_mutants_are_of_each_function_in_turn(self):
        self.hunt({})
        self.assertEqual([mutant.function for mutant in self.order[:3]], ["g", "f", "g"])  # fewer programs reach g
        self.assertNotIn(4, [mutant.line for mutant in self.order])

    def test_a_program_that_gcov_hears_nothing_of_is_asked_all_the_same(self):
        self.hunt({})
        self.assertEqual([mutant.function for mutant in self.unheard[:3]], ["f", "g", "f"])
        self.assertEqual(len(self.unheard), len(self.order))

    def test_a_program_whose_tests_all_fail_is_done(self):
        program = self.hunt({None: self.fails.format("one") + self.fails.format("two")})
        self.assertEqual((program.left, len(self.runner.ran)), ([], 2))
        self.assertEqual(report.each_test_text([program]), "2 of 2 tests fail for a mutant, in 1 of 1 programs")

    def test_what_is_left_is_run_alone(self):
        program = self.hunt({None: self.fails.format("one"), "two": self.fails.format("two")})
        self.assertEqual(program.left, [])
        self.assertEqual([only for _, only in self.runner.ran].count("two"), 1)

    def test_what_never_fails_is_told(self):
        program = self.hunt({None: self.fails.format("one") + self.crashes.format("two")}, tries=2)
        self.assertEqual((program.left, program.tried["two"]), (["two"], 4))
        self.assertIn("core/tests/x_test: two: fails for none of 4 mutants", report.each_test_text([program]))
        program = self.hunt({None: self.crashes.format("two")}, tries=2)
        self.assertIn("core/tests/x_test: NONE of its tests fails for any of 4 mutants", report.each_test_text([program]))
        self.assertEqual([entry["fails_for"] for entry in report.each_test_json([program])["tests"]], [None, None])

    def test_programs_can_be_named(self):
        self.hunt({})
        self.assertEqual(self.named, ["core/tests/y_test"])

    def test_what_takes_long_is_run_test_by_test(self):
        self.hunt({}, tries=1, cpu_s=3 * each_test.LONG_S)
        self.assertEqual(self.runner.ran, [(False, None), (True, "one"), (True, "two")])

    def test_what_is_no_cmocka_program_is_one_test(self):
        program = self.hunt({}, is_cmocka=False)
        self.assertEqual((program.tests, program.left), ([each_test.WHOLE], []))


if __name__ == "__main__":
    unittest.main()
