"""Every message about input has a case under sim/tests/bad that brings it about. Usage: messages.py [FOLDER]

A message is a string in the sources below that says what was expected; of calls that put one together (PARTS), the part that
they are given. Names those that no expected.txt under FOLDER (sim/tests/bad) has, and calls that say nothing of the kind."""
import glob
import re
import sys

SOURCES = sorted(glob.glob("sim/scenario/loader*.c")) + [
    "sim/scenario/json_text.c", "sim/conform/recording.c", "sim/conform/import_log.c", "sim/cli/recordings.c", "sim/cli/import.c",
    "sim/cli/run_files.c", "sim/cli/repro_file.c", "reports/trace_read.c", "reports/trace_members.c"]
SAYS = re.compile('expected|did you mean|lacks "')
# Functions that are given a part of their message: which of their arguments that are strings, and what they make of it.
PARTS = {
    "unknown_name": (0, "unknown %s \""),
    "expected": (0, "expected %s"),
    "wrong_kind": (0, "expected %s"),
    "wrong_member": (-1, "expected %s"),
    "either_or": (0, "%s with "),
    "read_choice": (0, "unknown %s \""),
    "check_name": (0, "unknown %s \""),
}
REPORTS = {"mistake_at", "mistaken", "wrong", "mistake", "say", "refuse"}  # these are given all of it
# What no file of data can bring about, or should.
EXCEPTIONS = {
    "the file has %zu bytes, expected at most %d": "loader_test.c: larger than a case should be",
    "the file is too large, expected at most %d bytes": "cli.sh: larger than a case should be",
    "%s:1:1: the file is too large, expected at most %d bytes\n": "cli.sh: larger than a case should be",
    "the file cannot be read as JSON, expected that it can": "where cJSON refuses what our own check has let through: nothing is known",
}
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def without_comments(text):
    """And without characters in quotes, of which some are quotes."""
    return re.sub(r'/\*.*?\*/|("(?:[^"\\]|\\.)*")|\'(?:[^\'\\]|\\.)*\'',
                  lambda found: found.group(1) or re.sub(r"[^\n]", " ", found.group(0)), text, flags=re.S)


def unescaped(string):
    return string.encode().decode("unicode_escape").encode("latin-1").decode()


def string_runs(text):
    """(place, string) of strings, those that stand side by side as one."""
    runs = []
    end = None
    for found in STRING.finditer(text):
        if end is not None and text[end:found.start()].strip() == "":
            runs[-1] = (runs[-1][0], runs[-1][1] + unescaped(found.group(1)))
        else:
            runs.append((found.start(), unescaped(found.group(1))))
        end = found.end()
    return runs


def calls(text):
    """(place, name, argument text) of every call of a function that is named above."""
    for found in re.finditer(r"\b(%s)\(" % "|".join(sorted(REPORTS | set(PARTS))), text):
        depth, at = 1, found.end()
        while depth > 0 and at < len(text):
            string = STRING.match(text, at)
            if string:
                at = string.end()
                continue
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
        yield found.start(), found.group(1), text[found.end():at - 1]


def pattern(message):
    """As a regular expression: whatever a conversion stands for."""
    pieces = re.split(r"%[-+ #0]*[0-9.*]*(?:hh?|ll?|z)?[a-zA-Z]", message)
    return re.compile(".*".join(re.escape(piece.replace("%%", "%")) for piece in pieces))


def messages_of(path):
    """(line, message) of a source file, and (line, None) of a call that says none."""
    with open(path, encoding="utf-8") as file:
        text = without_comments(file.read())
    for at, message in string_runs(text):
        if SAYS.search(message) and " " in message and not re.match(r"\w+: ", message):  # "import: " is of a command line
            yield text.count("\n", 0, at) + 1, message
    for at, name, arguments in calls(text):
        line = text.count("\n", 0, at) + 1
        strings = [string for _, string in string_runs(arguments)]
        defines = re.match(r"\s*(?:const )?(?:struct|enum|bool|char|unsigned|int)\b", arguments)
        if not strings or defines:
            continue
        if name in PARTS:
            which, words = PARTS[name]
            part = strings[which]
            if not SAYS.search(part):
                yield line, words.replace("%s", part) if "%s" in words else words
        elif not any(SAYS.search(string) for string in strings) and any(re.search(r"[a-z]{3}", string) for string in strings):
            yield line, None


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "sim/tests/bad"
    said = ""
    for path in glob.glob(folder + "/*/*/expected.txt"):
        with open(path, encoding="utf-8") as file:
            said += file.read()
    count, bad, excepted = 0, 0, set()
    for path in SOURCES:
        for line, message in messages_of(path):
            count += 1
            if message in EXCEPTIONS:
                excepted.add(message)
            elif message is None:
                print(f"{path}:{line}: this says neither what was expected nor what is lacking")
                bad += 1
            elif not pattern(message).search(said):
                print(f"{path}:{line}: no case has this message: {message}")
                bad += 1
    for message in sorted(set(EXCEPTIONS) - excepted):
        print(f"messages.py: no source has this exception any more: {message}")
        bad += 1
    print(f"{count} messages about input, {len(excepted)} of them not for data, {bad} without a case")
    sys.exit(bad > 0)


main()
