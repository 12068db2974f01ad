#!/usr/bin/env python3
"""Clients side by side: each takes its own containers through a whole life, several times. Usage: crowd.py SOCKET CLIENTS ROUNDS"""
import http.client
import json
import socket
import sys
import threading

IMAGE = "busybox:latest"


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("docker", timeout=300)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(connection, wanted, method, path, body=None):
    connection.request(method, f"/v1.41{path}", None if body is None else json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status not in wanted:
        raise RuntimeError(f"{method} {path}: {answer.status} {text[:200]!r}, expected {wanted}")
    return json.loads(text) if text and answer.getheader("Content-Type", "").startswith("application/json") and b"\n{" not in text else text


def live(path, client, rounds, failures):
    try:
        connection = Connection(path)
        for number in range(rounds):
            name = f"crowd-{client}-{number}"
            made = ask(connection, (201,), "POST", f"/containers/create?name={name}", {"Image": IMAGE, "Cmd": ["sh", "-c", "echo here; sleep 1000"]})
            ask(connection, (204,), "POST", f"/containers/{made['Id']}/start")
            if name not in str(ask(connection, (200,), "GET", "/containers/json")):
                raise RuntimeError(f"{name} is not listed")
            if ask(connection, (200,), "GET", f"/containers/{name}/json")["Name"] != f"/{name}":
                raise RuntimeError(f"{name} has another name")
            ask(connection, (200,), "GET", f"/containers/{name}/logs?stdout=1")
            command = ask(connection, (201,), "POST", f"/containers/{name}/exec", {"Cmd": ["true"], "AttachStdout": True})
            ask(connection, (200,), "GET", f"/exec/{command['Id']}/json")
            ask(connection, (204,), "POST", f"/containers/{name}/kill")
            ask(connection, (204, 409), "DELETE", f"/containers/{name}?force=1")
        connection.close()
    except Exception as error:  # pylint: disable=broad-except # told by the thread that waits
        failures.append(f"client {client}: {error}")


def main():
    path, clients, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    ask(Connection(path), (200,), "POST", "/images/create?fromImage=busybox&tag=latest")
    failures = []
    threads = [threading.Thread(target=live, args=(path, client, rounds, failures)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        sys.exit("crowd.py: " + "; ".join(failures))
    left = ask(Connection(path), (200,), "GET", "/containers/json?all=1")
    if any("crowd-" in str(container) for container in left):
        sys.exit(f"crowd.py: left over: {left}")


if __name__ == "__main__":
    main()
