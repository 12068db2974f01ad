#!/usr/bin/env python3
"""Validates a SARIF log with OASIS' schema. Usage: check_sarif.py SCHEMA FILE"""
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    log = json.load(file)
validator = jsonschema.validators.validator_for(schema)
validator.check_schema(schema)
errors = sorted(validator(schema).iter_errors(log), key=lambda error: list(map(str, error.path)))
for error in errors[:10]:
    print(f"{sys.argv[2]}: {'/'.join(map(str, error.path))}: {error.message[:300]}", file=sys.stderr)
results = sum(len(run.get("results", [])) for run in log.get("runs", [])) if isinstance(log, dict) else 0
print(f"{results} results")
sys.exit(1 if errors else 0)
