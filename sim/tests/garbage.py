"""Garbage on a Docker Engine's socket: it must go on serving others, and not grow. Usage: garbage.py SOCKET PID [leaves-nothing]

With `leaves-nothing` well-formed requests that make nothing, on an Engine that keeps no trace of them."""
import os
import random
import resource
import select
import socket
import sys
import time

path, pid = sys.argv[1], int(sys.argv[2])
GOOD = b"GET /v1.41/containers/json HTTP/1.1\r\nHost: d\r\n\r\n"
GROWTH_MAX_KIB = 192 * 1024
LEFT_BEHIND_REQUESTS = 20000
LEFT_BEHIND_MAX_KIB = 128  # of 20,000 requests: less than 7 bytes each


def connect(timeout=10):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(timeout)
    connection.connect(path)
    return connection


def serves():
    """A well-behaved client is answered."""
    with connect() as client:
        client.sendall(GOOD.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        answer = b""
        while piece := client.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200"), answer


def resident_kib():
    with open(f"/proc/{pid}/status") as status:
        return int(next(line for line in status if line.startswith("VmRSS:")).split()[1])


def send_all(data):
    """Sends what the other side takes, and gives back what it says until it hangs up or says no more."""
    answer = b""
    with connect(timeout=2) as client:
        try:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            while piece := client.recv(65536):
                answer += piece
        except OSError:
            pass
    return answer


def truncated():
    request = (b"POST /v1.41/containers/create?name=x HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
               b"Content-Length: 21\r\n\r\n{\"Image\": \"busybox\"}\n")
    for length in range(len(request)):
        send_all(request[:length])
    serves()


def large_head():
    """A head of a gigabyte, or as much of it as the server takes."""
    filler = b"X-Filler: " + b"a" * 65000 + b"\r\n"
    sent = 0
    with connect(timeout=5) as client:
        client.sendall(b"GET /_ping HTTP/1.1\r\nHost: d\r\n")
        try:
            while sent < 1 << 30:
                client.sendall(filler)
                sent += len(filler)
        except OSError:
            pass
    assert sent < 64 << 20, f"it took {sent} bytes of one head"
    serves()


def large_body():
    """A body that says it has a terabyte."""
    sent = 0
    with connect(timeout=5) as client:
        client.sendall(b"POST /v1.41/containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
                       b"Content-Length: 1099511627776\r\n\r\n")
        try:
            while sent < 1 << 30:
                client.sendall(b"[" * 65536)
                sent += 65536
        except OSError:
            pass
    assert sent < 256 << 20, f"it took {sent} bytes of one body"
    serves()


def bad_chunks():
    head = b"POST /v1.41/volumes/create HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n"
    for body in (b"zz\r\n", b"-1\r\n", b"FFFFFFFFFFFFFFFFF\r\n", b"5\r\nab\r\n0\r\n\r\n", b"2\r\n{}0\r\n\r\n", b"\r\n\r\n"):
        send_all(head + body)
    serves()


def deep_json():
    for body in (b"[" * 100000, b"{\"a\":" * 100000, b"\"" + b"\\u0000" * 10000 + b"\"", b"\xff" * 1000, b"1e999", b"-"):
        head = (b"POST /v1.41/containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n" % len(body))
        answer = send_all(head + body)
        assert b" 400 " in answer or b" 500 " in answer, answer[:200]
    serves()


def odd_targets():
    for target in (b"*", b"/%00", b"/v1.41/containers/%zz/json", b"/v1.41/containers/" + b"a" * 8000 + b"/json",
                   b"/v9.99/info", b"//", b"/v1.41/containers/..%2f..%2f/json", b"/v1.41/events?since=x&filters=%7B",
                   b"/_drydock/", b"/_drydock/faults/99999999999999999999", b"http://d/_ping"):
        for method in (b"GET", b"POST", b"DELETE", b"BREW"):
            send_all(method + b" " + target + b" HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n")
    serves()


def mutations():
    seed = random.Random(1)
    request = bytearray(b"POST /v1.41/containers/create?name=web HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
                        b"Content-Length: 21\r\n\r\n{\"Image\": \"busybox\"}\n")
    for _ in range(1000):
        mutant = bytearray(request)
        for _ in range(seed.randrange(1, 5)):
            mutant[seed.randrange(len(mutant))] = seed.randrange(256)
        with connect() as client:
            try:
                client.sendall(mutant)
            except OSError:
                pass
    serves()


def slow_loris():
    """Hundreds who send a byte now and then, while others work."""
    slow = [connect() for _ in range(500)]
    for byte in GOOD[:20]:
        for client in slow:
            try:
                client.send(bytes([byte]))
            except OSError:
                pass
        serves()
    for client in slow:
        client.close()


def idle():
    """Ten thousand connections that say nothing (as many as this process may have)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(10000, hard - 64)
    clients = []
    for i in range(count):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(10)
        client.connect(path)
        clients.append(client)
        if i % 1000 == 0:
            serves()
    serves()
    for client in clients:
        client.close()
    serves()
    return count


def half_read():
    """Who asks for much and reads nothing."""
    clients = []
    for _ in range(50):
        client = connect()
        client.setblocking(False)
        try:
            while select.select([], [client], [], 0)[1]:
                client.send(GOOD * 50)
        except OSError:
            pass
        clients.append(client)
    serves()
    for client in clients:
        client.close()


def leaves_nothing():
    """However many requests there are that make nothing, lists and refused ones, they leave nothing behind."""
    bad_network = b'{"Name": "n", "IPAM": {"Config": [{"Subnet": "none"}]}}'
    requests = [
        GOOD,
        b"GET /v1.41/containers/nosuch/json HTTP/1.1\r\nHost: d\r\n\r\n",
        b"POST /v1.41/containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 1\r\n\r\n{",
        b"POST /v1.41/networks/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
        + f"Content-Length: {len(bad_network)}\r\n\r\n".encode() + bad_network,
    ]

    def many(client, times):
        answers = client.makefile("rb")
        for i in range(times):
            client.sendall(requests[i % len(requests)])
            length = 0
            while (line := answers.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            assert line == b"\r\n", "the connection is gone"
            answers.read(length)

    with connect() as client:
        many(client, 4000)
        before = resident_kib()
        many(client, LEFT_BEHIND_REQUESTS)
        growth = resident_kib() - before
    assert growth < LEFT_BEHIND_MAX_KIB, f"{LEFT_BEHIND_REQUESTS} requests have left {growth} KiB behind"


def main():
    serves()
    before = resident_kib()
    done = []
    for part in (truncated, large_head, large_body, bad_chunks, deep_json, odd_targets, mutations, slow_loris, half_read):
        part()
        done.append(part.__name__.replace("_", " "))
    count = idle()
    time.sleep(0.2)
    os.kill(pid, 0)
    growth = resident_kib() - before
    assert growth < GROWTH_MAX_KIB, f"it grew by {growth} KiB"
    print(f"garbage: {', '.join(done)}, {count} idle connections: it serves, and grew by {growth // 1024} MiB")


if sys.argv[3:] == ["leaves-nothing"]:
    leaves_nothing()
else:
    main()
