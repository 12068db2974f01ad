"""docker-py (Debian's python3-docker) through a whole lifecycle; DOCKER_HOST says where."""
import io
import json
import os
import socket
import tarfile

import docker
from docker.errors import APIError, ContainerError, ImageNotFound, NotFound


# An hour after the beginning: by then all is over.
PAST_ALL = 1767229200


def advance(duration):
    """Lets the scenario's time go on."""
    body = json.dumps({"advance": duration}).encode()
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(os.environ["DRYDOCK_SOCKET"])
        control.sendall(b"POST /_drydock/clock HTTP/1.1\r\nHost: d\r\nConnection: close\r\n"
                        b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        answer = b""
        while True:
            piece = control.recv(4096)
            if not piece:
                break
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200"), answer


def refused(kind, status, part, action, *arguments, **options):
    """The call fails with this error of docker-py, status and words."""
    try:
        action(*arguments, **options)
    except kind as error:
        assert error.response.status_code == status, error
        assert part in str(error), error
        return
    raise AssertionError(f"{action} did not fail")


def images(client):
    pulled = client.images.pull("busybox", tag="latest")
    assert pulled.tags == ["busybox:latest"], pulled.tags
    assert [image.id for image in client.images.list()] == [pulled.id]
    assert pulled.tag("copy", "1")
    client.images.remove("copy:1")
    refused(ImageNotFound, 404, "No such image", client.images.get, "copy:1")
    assert pulled.history()
    lines = list(client.api.pull("busybox:latest", stream=True, decode=True))
    assert lines[-1]["status"].startswith("Status: "), lines


def files(container):
    """Files in and out of a container."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        head = tarfile.TarInfo("note")
        head.size, head.mode, head.mtime = 6, 0o640, 1767225600
        archive.addfile(head, io.BytesIO(b"hello\n"))
    assert container.put_archive("/tmp", packed.getvalue())
    assert container.exec_run("cat /tmp/note") == (0, b"hello\n")
    pieces, stat = container.get_archive("/tmp/note")
    assert (stat["name"], stat["size"], stat["mode"]) == ("note", 6, 0o640), stat
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as archive:
        assert archive.getnames() == ["note"]
        assert archive.extractfile("note").read() == b"hello\n"
    refused(NotFound, 404, "Could not find the file /nosuch", container.get_archive, "/nosuch")
    with tarfile.open(fileobj=io.BytesIO(b"".join(container.export()))) as archive:
        assert "tmp/note" in archive.getnames()


def containers(client):
    one = client.containers.create("busybox", ["sh", "-c", "echo started; exec sleep 1000"], name="one",
                                   labels={"stack": "a"}, environment={"A": "b"}, stdin_open=True)
    assert one.status == "created"
    refused(APIError, 409, "already in use", client.containers.create, "busybox", name="one")
    one.start()
    advance("3s")
    one.reload()
    assert one.status == "running"
    assert one.logs() == b"started\n", one.logs()
    assert client.containers.get(one.short_id).id == one.id
    assert [c.name for c in client.containers.list(filters={"label": "stack=a"})] == ["one"]
    assert client.containers.list(filters={"label": "stack=b"}) == []
    assert one.exec_run(["sh", "-c", "echo $A; exit 4"]) == (4, b"b\n")
    assert one.exec_run("sh -c 'echo out; echo err >&2'", demux=True).output == (b"out\n", b"err\n")
    assert "sleep 1000" in str(one.top()["Processes"])
    assert one.stats(stream=False)["memory_stats"]["usage"] > 0
    files(one)
    one.pause()
    one.unpause()
    one.update(mem_limit="64m")
    one.rename("first")
    one.stop(timeout=1)
    assert one.wait()["StatusCode"] == 137
    one.restart(timeout=0)
    one.kill()
    refused(APIError, 409, "is not running", one.kill)
    one.remove(v=True)
    refused(NotFound, 404, "No such container", client.containers.get, one.id)

    assert client.containers.run("busybox", "echo said", remove=True) == b"said\n"
    try:
        client.containers.run("busybox", ["sh", "-c", "echo no >&2; exit 3"], remove=True)
        raise AssertionError("exit 3 was no error")
    except ContainerError as error:
        assert (error.exit_status, error.stderr) == (3, b"no\n"), error
    follower = client.containers.run("busybox", ["sh", "-c", "for i in 1 2 3; do echo $i; sleep 1; done"], detach=True)
    assert list(follower.logs(stream=True, follow=True)) == [b"1\n", b"2\n", b"3\n"]
    assert client.containers.prune()["ContainersDeleted"] == [follower.id]


def networks_and_volumes(client):
    network = client.networks.create("net", ipam=docker.types.IPAMConfig(
        pool_configs=[docker.types.IPAMPool(subnet="10.9.0.0/24")]))
    member = client.containers.run("busybox", "sleep 1000", name="member", network="net", detach=True,
                                   volumes={"data": {"bind": "/data", "mode": "rw"}})
    member.reload()
    assert member.attrs["NetworkSettings"]["Networks"]["net"]["IPAddress"] == "10.9.0.2"
    refused(APIError, 403, "has active endpoints", network.remove)
    network.disconnect(member)
    network.connect(member, aliases=["alias"])
    volume = client.volumes.get("data")
    refused(APIError, 409, "volume is in use", volume.remove)
    member.remove(force=True)
    network.remove()
    volume.remove()
    assert client.volumes.list() == []


def system(client):
    advance("1h")
    assert client.ping()
    assert client.version()["ApiVersion"] == "1.41"
    assert client.info()["Containers"] == 0
    assert client.df()["Containers"] in ([], None)
    past = [event["Action"] for event in client.events(since=0, until=PAST_ALL, decode=True,
                                                       filters={"container": "member", "type": "container"})]
    assert past[:2] == ["create", "start"] and past[-1] == "destroy", past


def main():
    client = docker.from_env(version="1.41")
    images(client)
    containers(client)
    networks_and_volumes(client)
    system(client)
    client.images.remove("busybox")
    assert client.images.list() == []


main()
