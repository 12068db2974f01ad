#!/usr/bin/env python3
"""A tiny image registry (Docker Registry HTTP API V2) for a real Engine to pull from. Usage: registry.py PORT

It listens on 127.0.0.1, which Engines take for insecure and so speak HTTP to. It has app:1 (one layer), app:2 (that one and another),
app:same (app:1 by another name), arm:1 (built for arm64); private/* wants a log-in, everything else is unknown.
"""
import gzip
import hashlib
import http.server
import io
import json
import sys
import tarfile

TYPES = "application/vnd.docker."
MANIFEST = TYPES + "distribution.manifest.v2+json"
blobs = {}
manifests = {}


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def blob(data):
    blobs[digest(data)] = data
    return {"size": len(data), "digest": digest(data)}


def layer(name, text):
    """A layer with one file: what the manifest says of it, and the digest of the tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
    packed = blob(gzip.compress(out.getvalue(), mtime=0))
    return {"mediaType": TYPES + "image.rootfs.diff.tar.gzip", **packed}, digest(out.getvalue())


def image(references, layers, architecture="amd64"):
    created = "2020-01-01T00:00:00Z"
    config = blob(json.dumps({
        "architecture": architecture, "os": "linux", "created": created,
        "config": {"Cmd": ["/hello"]},
        "rootfs": {"type": "layers", "diff_ids": [layer[1] for layer in layers]},
        "history": [{"created": created, "created_by": "registry"} for _ in layers],
    }).encode())
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": {"mediaType": TYPES + "container.image.v1+json", **config},
        "layers": [layer[0] for layer in layers],
    }).encode()
    for name, tag in references:
        manifests[name, tag] = manifests[name, digest(manifest)] = manifest


class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, kind="application/json", **headers):
        self.send_response(status)
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def fail(self, status, code, message, **headers):
        self.answer(status, json.dumps({"errors": [{"code": code, "message": message}]}).encode(), **headers)

    def do_GET(self):
        parts = self.path.strip("/").split("/")
        if parts == ["v2"]:
            return self.answer(200, b"{}")
        name, kind, reference = "/".join(parts[1:-2]), parts[-2], parts[-1]
        if name.startswith("private"):
            return self.fail(401, "UNAUTHORIZED", "authentication required", WWW_Authenticate='Basic realm="registry"')
        if kind == "blobs" and reference in blobs:
            return self.answer(200, blobs[reference], "application/octet-stream")
        if kind == "manifests" and (name, reference) in manifests:
            found = manifests[name, reference]
            return self.answer(200, found, MANIFEST, Docker_Content_Digest=digest(found))
        if name not in {known for known, _ in manifests}:
            return self.fail(404, "NAME_UNKNOWN", "repository name not known to registry")
        return self.fail(404, "MANIFEST_UNKNOWN", "manifest unknown")

    do_HEAD = do_GET

    def log_message(self, *arguments):
        pass


base, more = layer("hello", b"hi\n"), layer("more", b"more\n")
image([("app", "1"), ("app", "same"), ("app", "latest")], [base])
image([("app", "2")], [base, more])
image([("arm", "1")], [base], "arm64")
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Registry).serve_forever()
