"""The process that looks at pictures has no network: the kernel sees to it, in two ways."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from moggy import real_time
from moggy.assemble import robot
from moggy.messages import AnySense, Trouble
from moggy.no_network import HasNetwork, leave
from moggy.sensors.read_files import NoFile, perceive_face
from moggy.sensors.vision import eye as eye_module
from moggy.sensors.vision import vision_task
from moggy.worker import ProcessWorker, Task

REACHES = """
import ctypes, os, socket, subprocess, sys, threading
from moggy import no_network

def reaches():
    found = []
    for family, place in (("AF_INET", ("127.0.0.1", port)), ("AF_INET6", ("::1", port6))):
        for kind in ("SOCK_STREAM", "SOCK_DGRAM"):
            try:
                with socket.socket(getattr(socket, family), getattr(socket, kind)) as made:
                    made.settimeout(20.0)
                    made.connect(place)
                    made.send(b"x")
                found.append(family + " " + kind)
            except OSError:
                pass
    return found

ways, user, port, port6 = sys.argv[1].split(","), *map(int, sys.argv[2:])
print("before", reaches(), flush=True)
if user:
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
try:
    no_network.leave([getattr(no_network, name) for name in ways])
except no_network.HasNetwork as has:
    print("refused", has)
    raise SystemExit
print("after", reaches())
thread = threading.Thread(target=lambda: print("in a thread", reaches()))
thread.start()
thread.join()
child = os.fork()
if not child:
    print("in a child", reaches(), flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""

WAYS = ("own_namespace", "no_sockets", "own_namespace,no_sockets")


@pytest.fixture(scope="module")
def ports() -> Iterator[tuple[int, int]]:
    """Ports of this machine on which somebody listens: of IPv4, and of IPv6 where there is one."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        port = port6 = server.getsockname()[1]
        if not socket.has_ipv6:
            yield port, port6
            return
        try:
            server6 = socket.create_server(("::1", 0), family=socket.AF_INET6, backlog=100)
        except OSError:
            yield port, port6
            return
        with server6:
            yield port, server6.getsockname()[1]


def not_run(why: str) -> None:
    """Count the test as not run; it fails in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"not run: {why}")
    pytest.skip(f"not run: {why}")


def left(program: str, *arguments: object) -> str:
    """What a program prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    if "refused" in done.stdout:
        not_run(f"this kernel lets nobody leave the network so: {done.stdout}")
    return done.stdout


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("user", [0, 65534], ids=["as it is", "without privileges"])
def test_who_has_left_reaches_not_even_this_machine(
    way: str, user: int, ports: tuple[int, int]
) -> None:
    if user and os.geteuid():
        user = 0  # it has none already
    before, *lines = left(REACHES, way, user, *ports).splitlines()
    assert "AF_INET SOCK_STREAM" in before
    assert lines == ["after []", "in a thread []", "in a child []"]


REFUSES = """
import ctypes, errno, socket
from moggy import no_network

try:
    no_network.leave([no_network.no_sockets])
except no_network.HasNetwork as has:
    print("refused", has)
    raise SystemExit
for family in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNIX"):
    try:
        socket.socket(getattr(socket, family), socket.SOCK_DGRAM)
    except PermissionError:
        print(family)
libc = ctypes.CDLL(None, use_errno=True)
made = libc.syscall(ctypes.c_long(425), ctypes.c_ulong(8), ctypes.c_ulong(0))
print("io_uring", made, errno.errorcode[ctypes.get_errno()])
one, other = socket.socketpair()
one.send(b"a pair that knows nobody else")
print(other.recv(100).decode())
"""


def test_the_filter_refuses_every_socket_and_the_ring_that_would_make_one() -> None:
    assert left(REFUSES).splitlines() == [
        "AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNIX", "io_uring -1 EACCES",
        "a pair that knows nobody else",
    ]  # fmt: skip


def looks_for_a_way_out() -> Task:
    """The vision process. Job: a port. Says what happens to who calls it from that process."""
    vision_task()
    return looks_out()


def looks_out() -> Task:
    """Another process of the pet; the same job."""

    def task(port: int) -> Sequence[AnySense]:
        try:
            socket.create_connection(("127.0.0.1", port), 20.0).close()
            said = "reached it"
        except OSError as error:
            said = type(error).__name__
        return (Trouble(at=0.0, part="test", message=said),)

    return task


def said_by(worker: ProcessWorker, port: int) -> str:
    """What its process says of the port."""
    now, said = 0.0, list[AnySense]()
    give_up = time.monotonic() + 120.0  # a real process is waited for
    try:
        while not said:
            assert time.monotonic() < give_up
            time.sleep(0.02)
            now += 0.02
            worker.offer(port, now)
            said += worker.poll(now)
    finally:
        worker.close()
    (trouble,) = said
    assert isinstance(trouble, Trouble)
    return trouble.message


@pytest.mark.needs_eye
def test_the_vision_process_reaches_nobody(ports: tuple[int, int]) -> None:
    said = said_by(ProcessWorker(looks_for_a_way_out, name="vision", network=True), ports[0])
    assert said in ("PermissionError", "OSError"), "refused, or unreachable"


def test_a_process_of_the_pet_reaches_nobody_unless_it_may(ports: tuple[int, int]) -> None:
    said = said_by(ProcessWorker(looks_out, name="ears"), ports[0])
    assert said in ("PermissionError", "OSError"), "refused, or unreachable"
    assert said_by(ProcessWorker(looks_out, name="ears", network=True), ports[0]) == "reached it"


@pytest.mark.needs_eye
def test_the_thread_that_looks_has_left_and_the_others_have_not(
    ports: tuple[int, int],
) -> None:
    eye = eye_module.VisionTask()
    try:
        with pytest.raises(OSError):  # noqa: PT011 - refused or unreachable, by the way
            eye._apart(socket.create_connection, ("127.0.0.1", ports[0]), 20.0)
        socket.create_connection(("127.0.0.1", ports[0]), 20.0).close()
    finally:
        eye.close()


@pytest.mark.needs_eye
def test_where_the_network_cannot_be_taken_away_the_eye_opens_only_if_its_owner_lets_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def nobody_may() -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(eye_module, "leave", partial(leave, [nobody_may]))
    monkeypatch.setattr("moggy.sensors.vision.vision_sensor.leave", partial(leave, [nobody_may]))
    with pytest.raises(HasNetwork, match="nobody may: Operation not permitted") as shut:
        vision_task()
    assert str(shut.value).startswith("the eye stays shut")
    assert "write `camera: {network: true}` in the body's file" in str(shut.value)
    picture = tmp_path / "a.png"
    Image.new("L", (8, 8)).save(picture)
    with pytest.raises(NoFile, match=r"a\.png: the eye stays shut"):
        next(perceive_face(picture))
    task: Any = vision_task(network=True)
    task.close()


@pytest.mark.parametrize("network", [False, True])
def test_the_bodys_file_says_whether_the_eye_may_keep_the_network(
    network: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[Any] = []

    def worker(make: Any, **more: Any) -> ProcessWorker:
        made.append(make)
        return ProcessWorker(make, **more)

    monkeypatch.setattr(real_time, "ProcessWorker", worker)
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path))
    (tmp_path / "body").mkdir()
    own = "extends: cat\n" + ("camera: {network: true}\n" if network else "")
    (tmp_path / "body" / "cat.yaml").write_text(own)
    life = robot(
        str(tmp_path / "no-board"), body="cat", personality="cat", seed=1, camera=None,
        microphone=None, studio_port=None, record=None,
    )  # fmt: skip
    life.loop.closing.close()
    (look,) = made
    assert look.func is vision_task
    assert look.args == (network,)
