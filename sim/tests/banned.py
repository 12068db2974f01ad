"""Finds calls of functions that nobody is to call, comments and strings aside. Usage: banned.py FILE..."""
import re
import sys

# What to use instead. Folders in which the function is right, with the reason, stand beside it.
INSTEAD = {
    "strcpy": "arena_string(), or memcpy() with a size", "stpcpy": "arena_string(), or memcpy() with a size",
    "strncpy": "memcpy() with a size: it pads, and may leave no NUL", "stpncpy": "memcpy() with a size",
    "strcat": "arena_printf() or a sink", "strncat": "arena_printf() or a sink",
    "sprintf": "snprintf() or arena_printf()", "vsprintf": "vsnprintf()",
    "gets": "fgets() or getline()", "scanf": "strtoll() and friends, which say where they stopped", "sscanf": "strtoll() and friends",
    "fscanf": "getline(), then strtoll()", "vsscanf": "strtoll() and friends",
    "atoi": "strtol(), which says where it stopped and what is too large", "atol": "strtol()", "atoll": "strtoll()", "atof": "strtod()",
    "strtok": "strchr() or strcspn(): it keeps state and writes into its argument", "strtok_r": "strcspn(): it writes into its argument",
    "alloca": "an arena, or an array of known size", "strdupa": "arena_string()", "strndupa": "an arena",
    "system": "posix_spawn() with an argument vector", "popen": "posix_spawn() with an argument vector", "vfork": "fork() or posix_spawn()",
    "tmpnam": "mkstemp()", "tempnam": "mkstemp()", "mktemp": "mkstemp()",
    "setjmp": "an error that is returned", "longjmp": "an error that is returned",
    "strerror_r": "strerror(): there is one thread, and two functions have this name",
    "localtime": "core/'s own calendar: it reads TZ", "ctime": "core/'s own calendar: it reads TZ", "asctime": "strftime()", "gmtime": "gmtime_r()",
    "rand": "prng.h: a run's chance is its seed's", "rand_r": "prng.h", "random": "prng.h", "drand48": "prng.h",
    "qsort_r": "qsort(): the order of equals is not said by either, so compare all that there is",
    "signal": "sigaction(): what signal() does differs",
    "bcopy": "memmove()", "bzero": "memset()", "index": "strchr()", "rindex": "strrchr()",
    "setenv": "an option: the environment is its giver's", "putenv": "an option: the environment is its giver's",
}
# (folder, function): why it is right there.
ALLOWED = {
    ("core/app_volume.c", "sscanf"): "the columns of df, each word with a width",
    ("core/docker_create.c", "sscanf"): "an address, each number of two or three digits",
    ("sim/conform/replay.c", "sscanf"): "an address, three digits",
    ("sim/conform/surroundings.c", "sscanf"): "the columns of df, each word with a width",
    ("reports/coverage.c", "setenv"): "gcov takes its folder from nowhere else",
    ("fakes/tests/footprint_test.c", "signal"): "SIG_DFL, which is the same with both",
    ("sim/tests/oom/fault.c", "signal"): "SIG_DFL, which is the same with both",
    ("sim/tests/oom/heap.c", "setjmp"): "nothing comes back: the registers are written to memory, to be searched",
    ("sim/tests/oom/heap.c", "sscanf"): "the kernel's own columns, in a handler that may take no memory",
    ("sim/tests/oom/client.c", "sscanf"): "a table of the bench's own, each word with a width",
    ("sim/tests/trace_hashes_test.c", "sscanf"): "a file of the project's own, each word with a width",
}


def code_only(text):
    """The text with comments and literals blanked, line for line."""
    blank = lambda match: re.sub(r"[^\n]", " ", match[0])
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def main():
    bad = False
    # Not after -> or a dot: members have names of their own.
    call = re.compile(r"(?<![\w.])(?<!->)(%s)\s*\(" % "|".join(INSTEAD))
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            code = code_only(file.read())
        for match in call.finditer(code):
            if any(path.startswith(folder) and match[1] == function for folder, function in ALLOWED):
                continue
            bad = True
            print(f"{path}:{code.count(chr(10), 0, match.start()) + 1}: {match[1]}(): use {INSTEAD[match[1]]}")
    return bad


if __name__ == "__main__":
    sys.exit(main())
