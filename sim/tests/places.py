"""Finds calls of FROM_HERE's functions (core/node.h) in core/ that stand on more than one line. Usage: places.py FILE..."""
import re
import sys


def end_of_call(text, start):
    """Where the parenthesis that opens before `start` closes."""
    depth = 1
    while depth > 0:
        depth += {"(": 1, ")": -1}.get(text[start], 0)
        start += 1
    return start


texts = {path: open(path, encoding="utf-8").read() for path in sys.argv[1:] if path.startswith("core/")}
names = [name for text in texts.values() for name in re.findall(r"^#define (\w+)\(.*\) .*FROM_HERE\(", text, re.M)]
bad = False
for path, text in texts.items():
    if not names or not path.endswith(".c") or "#define CALLS_FOR_ITS_CALLERS" in text:
        continue
    for call in re.finditer(r"(?<!\w)(?:%s|FROM_HERE)\(" % "|".join(names), text):
        if "\n" in text[call.start() : end_of_call(text, call.end())]:
            bad = True
            print(f"{path}:{text.count(chr(10), 0, call.start()) + 1}: {call[0]}…) on several lines")
sys.exit(bad)
