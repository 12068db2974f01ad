#!/usr/bin/env python3
"""The names in the scenarios' schema are those of the tables, and the scenarios beside it are what it says.
Usage: schema.py DRYDOCK SCHEMA [--write]

With --write the schema is written with the tables' names (make schema); else what differs is said, and the exit status is 1.
Scenarios are left out without Python's jsonschema.
"""
import glob
import json
import subprocess
import sys

drydock, path = sys.argv[1:3]
schema = json.load(open(path, encoding="utf-8"))


def lines_of(table):
    return subprocess.run([drydock, "list", table], check=True, capture_output=True, text=True).stdout.split("\n")


def listed(table):
    """The names of `drydock list TABLE`: those that begin a line; effects have blanks in theirs."""
    lines = [line for line in lines_of(table) if line and line[0] != " "]
    return lines if table in ("effects", "revisions") else [line.split()[0] for line in lines]


def patterns(effects):
    return ["*", *dict.fromkeys(effect.split()[0] for effect in effects), *effects]


effects = listed("effects")
# Below each effect stands what can become of it: some never fail.
never_fail = {effect for effect, what in zip(lines_of("effects"), lines_of("effects")[1:]) if what.endswith("faults -")}
# The places of the schema, and what may stand there.
places = [
    ("properties/revisions/items", listed("revisions")),
    ("properties/expect/oneOf/1/propertyNames", listed("revisions")),
    ("$defs/actor/properties/actor", listed("actors")[1:]),  # below the head of its table
    ("$defs/fault/properties/fault", listed("faults")),
    ("$defs/fault/properties/on", patterns([effect for effect in effects if effect not in never_fail])),
    ("$defs/step/properties/until", patterns(effects)),
    ("$defs/expectedEffect/properties/effect", patterns(effects)),
    ("$defs/expectation/properties/violates/items", listed("oracles")),
    ("$defs/expectation/properties/counts/propertyNames", listed("counts")),
    ("$defs/mishap/properties/fault", listed("faults")),
    ("$defs/mishap/properties/strike", listed("strikes")),
]
status = 0
for place, names in places:
    node = schema
    for key in place.split("/"):
        node = node[int(key)] if isinstance(node, list) else node[key]
    if sorted(node["enum"]) != sorted(names):
        lacking = [name for name in names if name not in node["enum"]]
        unknown = [name for name in node["enum"] if name not in names]
        if "--write" not in sys.argv:
            print(f"{path}: {place} lacks {lacking} and has {unknown}, which nobody knows: make schema", file=sys.stderr)
            status = 1
        node["enum"] = names
if "--write" in sys.argv:
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
try:
    import jsonschema
except ImportError:
    print("schema.py: scenarios left out without jsonschema", file=sys.stderr)
    sys.exit(status)
validator = jsonschema.validators.validator_for(schema)(schema)
validator.check_schema(schema)
scenarios = [file for file in glob.glob("scenarios/**/*.json", recursive=True) if "/recordings/" not in file and not file.endswith("schema.json")]
for file in scenarios:
    for error in validator.iter_errors(json.load(open(file, encoding="utf-8"))):
        print(f"{file}: {error.json_path}: {error.message[:200]}", file=sys.stderr)
        status = 1
sys.exit(status if scenarios else 1)
