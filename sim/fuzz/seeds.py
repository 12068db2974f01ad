#!/usr/bin/env python3
"""Writes seed corpora and dictionaries for the fuzz targets, from what the project has. Usage: seeds.py DIRECTORY

DIRECTORY/<target>/ gets inputs, DIRECTORY/<target>.dict the words of its language
(https://llvm.org/docs/LibFuzzer.html#dictionaries). Run from the project's root."""
import base64
import glob
import io
import json
import os
import re
import sys
import tarfile
import urllib.parse

ROOT = sys.argv[1]
WORD_MAX = 64  # bytes; libFuzzer's limit


def write(target, name, content):
    folder = os.path.join(ROOT, target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def dictionary(target, words):
    words = sorted({word for word in words if 0 < len(word.encode()) <= WORD_MAX})
    with open(os.path.join(ROOT, target + ".dict"), "w", encoding="ascii") as file:
        for word in words:
            escaped = "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in word.encode())
            file.write(f'"{escaped}"\n')


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def table_words(*paths):
    """Texts in tables: names of effects, faults, oracles, routes."""
    return [word for path in paths for word in re.findall(r'"([^"\\\n]+)"', read(path))]


def schema_words():
    words = []

    def walk(node):
        if isinstance(node, dict):
            words.extend(f'"{key}":' for key in node.get("properties", {}) if isinstance(node.get("properties"), dict))
            words.extend(json.dumps(value) for value in node.get("enum", []) if isinstance(value, str))
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(json.loads(read("scenarios/schema.json")))
    return words


TABLES = ["core/effects.def", "core/faults.def", "core/switches.def", "core/revisions.def", "sim/scenario/actors.def",
          "sim/scenario/strikes.def", "sim/oracles/oracles.def", "reports/counts.def"]


def scenario_files():
    return [path for path in sorted(glob.glob("scenarios/**/*.json", recursive=True))
            if "/recordings/" not in path and not path.endswith("schema.json")]


def all_objects(node):
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from all_objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from all_objects(value)


def recording_objects():
    for path in sorted(glob.glob("scenarios/recordings/*.json")):
        for line in read(path).splitlines():
            yield from all_objects(json.loads(line))


# ---- one function per target -------------------------------------------------------------------------------------


def scenario():
    for path in scenario_files():
        write("scenario", path.replace("/", "-"), read(path))
    for folder in sorted(glob.glob("sim/tests/bad/*")):
        for path in sorted(glob.glob(folder + "/*.json")):
            with open(path, "rb") as file:
                write("scenario", os.path.basename(folder) + "-" + os.path.basename(path), file.read())
    words = schema_words() + [json.dumps(word) for word in table_words(*TABLES)]
    dictionary("scenario", words)
    dictionary("repro", words)


def repro():
    for path in sorted(glob.glob("scenarios/regressions/found/*.json")):
        write("repro", os.path.basename(path), read(path))


def recording():
    beginnings = (6, 20, 60)  # operations; whole recordings are long
    for path in sorted(glob.glob("scenarios/recordings/*.json")):
        lines = read(path).splitlines(keepends=True)
        heads = [line for line in lines if '"kind":"op"' not in line.replace(" ", "")]
        operations = [line for line in lines if line not in heads]
        for count in beginnings:
            write("recording", f"{count}-{os.path.basename(path)}", "".join(heads[:2] + operations[:count]))
        write("recording", "whole-" + os.path.basename(path), "".join(lines))
    keys = {f'"{key}":' for node in recording_objects() for key in node if re.fullmatch(r"[A-Za-z0-9_$.-]+", key)}
    words = [json.dumps(word) for word in table_words("core/effects.def")]
    dictionary("recording", list(keys) + words)


def trace():
    for path in sorted(glob.glob("sim/tests/bad/trace/*/input*")):
        with open(path, "rb") as file:
            write("trace", os.path.basename(os.path.dirname(path)), file.read())
    members = table_words("reports/trace_members.def", "reports/trace_lines.def", "reports/world_changes.def")
    dictionary("trace", [f'"{word}":' for word in members] + [json.dumps(word) for word in members + table_words(*TABLES)])


def log():
    stamp = "2026-03-27T10:00:{:02}.000Z"
    texts = [text for text in re.findall(r'\{"([^"]+)", ("[^"]*"|NULL)', read("sim/conform/import_log.c"))]
    lines = []
    for second, (before, after) in enumerate(texts):
        after = "" if after == "NULL" else after.strip('"')
        lines.append(f"{stamp.format(second % 60)} {before}web_app{after} more\n")
        lines.append(f"{stamp.format(second % 60)}   {before}app{after}\n")
        write("log", f"line-{second:02}", lines[-2] + lines[-1])
    write("log", "all", "".join(lines))
    dictionary("log", [text for pair in texts for text in (pair[0], pair[1].strip('"'))] +
               ["2026-03-27T10:00:00.000Z ", "1970-01-01T00:00:00Z ", "+02:00 ", "error: ", "\n"])


def container_data():
    texts = {node["containerData"] for node in recording_objects() if isinstance(node.get("containerData"), str)}
    for path in scenario_files():
        texts |= set(re.findall(r'"containerData": *"([^"\\]*)"', read(path)))
    texts |= set(re.findall(r'"([rgs]*:?/[^"]*)"', read("core/tests/container_data_test.c")))
    for number, text in enumerate(sorted(texts)):
        write("container_data", f"text-{number:02}", bytes([3, 2]) + text.encode())
    dictionary("container_data", ["|", ":", "/", "..", "r:", "g:", "s:", "m:", "f:", "c:", "cf:", "0:", "1:", "appdata", "backup",
                                  "|m:logs:/l", "|f:conf:/f", "|0:/c", "|c:0:sub:/d", "|cf:1:file:/e"])


def specifications():
    """Each once, as text."""
    seen = set()
    for node in recording_objects():
        if isinstance(node.get("version"), int) and "name" in node and ("compose" in node or "repotag" in node):
            seen.add(json.dumps(node))
    return sorted(seen)


def spec():
    for number, text in enumerate(specifications()):
        write("spec", f"recorded-{number:02}", text)
    common = {"name": "app", "description": "d", "owner": "1owner", "hash": "h", "height": 1}
    flat = {"repotag": "a/b:1", "ports": "[1]", "containerPorts": "[2]", "containerData": "/d", "cpu": "0.5", "ram": 100,
            "hdd": 1, "tiered": "true", "cpubasic": 0.2, "rambamf": 7, "enviromentParameters": [], "commands": [],
            "instances": 3, "port": 1, "containerPort": 2, "domains": []}
    part = {"name": "web", "repotag": "a/b:1", "ports": [1], "containerPorts": [2], "environmentParameters": ["A=b"],
            "commands": [], "containerData": "g:/d", "cpu": 1, "ram": 1, "hdd": 1}
    whole = {"compose": [part], "instances": 3, "contacts": [], "geolocation": ["a"], "expire": 22000, "nodes": [],
             "staticip": False, "datacenter": True, "enterprise": "AAAA"}
    for version in range(1, 9):
        write("spec", f"version-{version}", json.dumps({"version": version, **common, **(flat if version < 4 else whole)}))
    words = table_words("core/app_spec.c")
    dictionary("spec", [f'"{word}":' for word in words if word.isalnum()] + ['"true"', '"false"', '"[]"', "null", "1e308", "1056000"])


def enterprise():
    blobs = sorted({node["enterprise"] for node in recording_objects() if isinstance(node.get("enterprise"), str) and node["enterprise"]})
    plain = [json.dumps({"contacts": [], "compose": json.loads(text).get("compose", [])}) for text in specifications()]
    for number, blob in enumerate(blobs):
        write("enterprise", f"text-{number:02}", b"\0" + blob.encode())
        write("enterprise", f"bytes-{number:02}", b"\1" + base64.b64decode(blob))
    for number, text in enumerate(sorted(set(plain)) + ["", "null", "[]", "{"]):
        write("enterprise", f"sealed-{number:02}", b"\2" + text.encode())
        for how in range(3):
            write("enterprise", f"broken-{how}-{number:02}", bytes([3, how, number, 17, 5]) + text.encode())
    dictionary("enterprise", ['"contacts":', '"compose":', "[]", "{}", "=", "==", "AAAA"])


def tar_of(entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for entry in entries:
            text = entry.get("text", "") if "tar" not in entry else ""
            content = (json.dumps(entry["json"]) if "json" in entry else text).encode()
            info = tarfile.TarInfo(entry["name"])
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue().rstrip(b"\0") + bytes(1024)


def http_request(step):
    """A step of a conformance case as bytes."""
    if "raw" in step:
        return step["raw"].encode()
    method, _, target = step["request"].partition(" ")
    query = "&".join(f"{name}={urllib.parse.quote(value if isinstance(value, str) else json.dumps(value))}"
                     for name, value in step.get("query", {}).items())
    target += ("&" if "?" in target else "?") + query if query else ""
    headers = {"Host": "d"}
    body = b""
    if "body" in step:
        is_json = not isinstance(step["body"], str)
        body = (json.dumps(step["body"]) if is_json else step["body"]).encode()
        headers["Content-Type"] = "application/json" if is_json else None
    elif "tar" in step:
        body = tar_of(step["tar"])
        headers["Content-Type"] = "application/x-tar"
    headers.update(step.get("headers", {}))
    if body:
        headers["Content-Length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value is not None)
    hijacked = (b"\xff" + step["hijack"].get("stdin", "").encode()) if isinstance(step.get("hijack"), dict) else b""
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode() + body + hijacked


CONTROL = [("clock", {"advance": "10s"}), ("faults", {"fault": "lost-reply", "on": "docker container.start", "times": 2}),
           ("faults", {"fault": "refused", "on": "docker *"}), ("", None), ("trace", None), ("state", None)]


def http():
    pull = b"POST /v1.41/images/create?fromImage=busybox&tag=latest HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n\xff"
    size_max = 16384
    for path in sorted(glob.glob("fakes/tests/conformance/cases/*/*.json")):
        steps = [step for step in json.loads(read(path))["steps"] if "raw" in step or "request" in step]
        text = pull + b"\xff".join(http_request({**step, "request": step.get("request", "")}) for step in steps)
        if len(text) <= size_max:
            write("http", path.split("cases/")[1].replace("/", "-"), text)
    for number, (name, body) in enumerate(CONTROL):
        step = {"request": f"{'GET' if body is None else 'POST'} /_drydock/{name}"}
        if body is not None:
            step["body"] = body
        write("http", f"control-{number}", pull + http_request(step) + b"\xffGET /v1.41/containers/json?all=1 HTTP/1.1\r\nHost: d\r\n\r\n")
    words = re.findall(r'ROUTE\((\w+), "([^"]+)"', read("fakes/docker/routes.def"))
    members = re.findall(r'"([A-Z][A-Za-z]+)"', read("fakes/docker/container_members.def") + read("fakes/docker/body_types.def"))
    dictionary("http", [f"{method} /v1.41{re.sub('{[a-z.]+}', 'web', path)} HTTP/1.1\r\n" for method, path in words] +
               [f'"{word}":' for word in members] +
               ["HTTP/1.0\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "Upgrade: tcp\r\n",
                "Expect: 100-continue\r\n", "Connection: Upgrade\r\n", "\r\n\r\n", "0\r\n\r\n", "all=1", "filters=%7B%7D", "force=1", "stream=1", "follow=1",
                "stdout=1&stderr=1", "t=0", "signal=9"])


def engine():
    """Bytes that ask for each operation a few times, on other objects each."""
    for number in range(16):
        write("engine", f"mixed-{number:02}", bytes((i * (2 * number + 1) + i // 7) % 256 for i in range(120)))


os.makedirs(ROOT, exist_ok=True)
for make in (scenario, repro, recording, trace, log, container_data, spec, enterprise, http, engine):
    make()
