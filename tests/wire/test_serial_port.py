"""The reader of the port cannot end while the pet lives, and finds its board under another name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from bench.hostile_board import Port
from moggy.link import A_TICK, AHEAD, AT_ONCE, SerialLink
from moggy.protocol import LinkChange, Said
from moggy.serial_port import UsbDevice, device_of, holders, port_of, ports_here
from tests.firmware.rig import CAT
from tests.processes import Program

PATIENCE = 120.0
"""Seconds; only a bound for a machine that is very busy."""


class Lived:
    """A link that is polled until something is so."""

    def __init__(self, link: SerialLink) -> None:
        self.link = link
        self.said: list[Said] = []

    def until(self, what: Callable[[], object]) -> None:
        begun = time.monotonic()
        while not what():
            now = time.monotonic() - begun
            assert now < PATIENCE, self.said[-5:]
            self.said += self.link.poll(now)
            time.sleep(0.005)

    @property
    def connected(self) -> bool:
        return self.link.identity is not None

    @property
    def lost(self) -> list[str]:
        return [one.message for one in self.said if isinstance(one, LinkChange) and one.message]


@pytest.fixture
def ports() -> Iterator[Callable[[], Port]]:
    made: list[Port] = []

    def make() -> Port:
        made.append(Port(CAT))
        return made[-1]

    yield make
    for port in made:
        port.unplug()


def usb(device: str, serial: str | None) -> ListPortInfo:
    info = ListPortInfo(device)
    info.vid, info.pid, info.serial_number = 0x2E8A, 0x0005, serial
    return info


def test_a_storm_of_plugs_ends_no_reader_and_leaks_no_descriptor(
    tmp_path: Path, ports: Callable[[], Port], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moggy.link.RETRY", 0.001)
    path = tmp_path / "board"
    lived = Lived(SerialLink(str(path)))
    ending = threading.Event()

    plugs = 0

    def storm() -> None:
        nonlocal plugs
        while not ending.is_set():
            master, slave = os.openpty()
            tty.setraw(slave)
            path.symlink_to(os.ttyname(slave))
            time.sleep(0.002)
            os.close(slave)
            os.close(master)
            path.unlink()
            plugs += 1

    plugging = threading.Thread(target=storm)
    try:
        before = len(os.listdir("/proc/self/fd"))
        plugging.start()
        failures: set[str] = set()
        begun = time.monotonic()
        while plugs < 1000 or len(failures) < 2:
            assert time.monotonic() - begun < PATIENCE, failures
            lived.said += lived.link.poll(time.monotonic() - begun)
            failures.add(lived.link.failed)
            time.sleep(0.001)
    finally:
        ending.set()
        plugging.join()
    assert lived.link._thread.is_alive()
    path.symlink_to(ports().path)
    lived.until(lambda: lived.connected)
    lived.link.close()
    assert len(os.listdir("/proc/self/fd")) <= before + 3  # those of the port at the end


def test_whatever_goes_wrong_is_said_and_tried_again(ports: Callable[[], Port]) -> None:
    faults: list[Exception] = [ValueError("a bad moment"), TypeError("another"), RuntimeError("x")]

    def listing() -> list[ListPortInfo]:
        if faults:
            raise faults.pop(0)
        return []

    lived = Lived(SerialLink(ports().path, ports=listing))
    lived.until(lambda: lived.connected and not faults)
    assert "it was lost (a bad moment)" in " ".join(lived.lost)
    lived.link.close()


def test_a_board_that_comes_back_under_another_name_is_found_by_its_serial_number(
    ports: Callable[[], Port], tmp_path: Path
) -> None:
    first, other, second = ports(), ports(), ports()
    path = tmp_path / "ttyACM0"
    path.symlink_to(first.path)
    here = [usb(first.path, "E66"), usb(other.path, "AAA")]
    lived = Lived(SerialLink(str(path), ports=lambda: list(here)))
    lived.until(lambda: lived.connected and first.liar.nonce)
    path.unlink()
    here[0] = usb(second.path, "E66")
    first.unplug()
    lived.until(lambda: not lived.connected)
    lived.until(lambda: lived.connected)
    assert second.liar.nonce
    assert not other.liar.nonce, "the other device was left alone"
    lived.link.close()


def test_without_a_serial_number_only_one_device_of_its_kind_is_taken_for_it() -> None:
    pico = UsbDevice(0x2E8A, 0x0005, None)
    assert port_of(pico, [usb("/dev/ttyACM1", None)]) == "/dev/ttyACM1"
    assert port_of(pico, [usb("/dev/ttyACM1", None), usb("/dev/ttyACM2", None)]) is None
    assert port_of(pico, [usb("/dev/ttyACM1", "E66")]) is None
    assert device_of("/dev/ttyACM1", [usb("/dev/ttyACM1", "E66")]) == pico._replace(serial="E66")
    assert device_of("/dev/ttyS0", [ListPortInfo("/dev/ttyS0")]) is None
    assert isinstance(ports_here(), list)


def test_who_has_a_port_open_is_named() -> None:
    master, slave = os.openpty()
    try:
        (who,) = holders(os.ttyname(slave))
        assert f"(process {os.getpid()})" in who
    finally:
        os.close(slave)
        os.close(master)


def failed(link: SerialLink) -> str:
    """Why the port cannot be used, once that is known."""
    begun = time.monotonic()
    while not link.failed:
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.005)
    link.close()
    return link.failed


@pytest.mark.parametrize(
    "name", ["/dev/null", "/dev/zero", "/etc/passwd", "/tmp", "\0", "/nowhere\0", "x" * 5000]
)
def test_what_is_no_port_is_said_and_ends_no_reader(name: str) -> None:
    link = SerialLink(name)
    why = failed(link)
    assert "that is no serial port" in why or "File name too long" in why
    assert len(why) < 300


AS_NOBODY = """
import os, sys, time
from moggy.link import SerialLink
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
link = SerialLink(sys.argv[1])
while not link.failed:
    time.sleep(0.01)
print(link.failed)
link.close()
"""


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (0o000, r"only its owner may open it \(mode 0000\); `sudo chmod 660 /dev/pts/\d+`"),
        (0o660, r"this user may not open it; `sudo usermod -aG \w+ nobody`, then log out"),
    ],
)
def test_a_port_that_this_user_may_not_open_is_said_with_the_command(mode: int, said: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may become another user")
    master, slave = os.openpty()
    try:
        os.chmod(os.ttyname(slave), mode)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, os.ttyname(slave)],
            capture_output=True, text=True, check=True, timeout=PATIENCE,
        )  # fmt: skip
    finally:
        os.close(slave)
        os.close(master)
    assert re.match(said, done.stdout), done.stdout


HOLDS = """
import fcntl, os, sys
port = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
fcntl.flock(port, fcntl.LOCK_EX)
print("holds", flush=True)
sys.stdin.read()
"""


def test_a_port_that_another_program_has_is_said_with_its_number(
    ports: Callable[[], Port],
) -> None:
    port = ports()
    with Program(
        [sys.executable, "-c", HOLDS, port.path],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline() == "holds\n"
        lived = Lived(SerialLink(port.path))
        lived.until(lambda: lived.link.failed)
        # This process holds the other end, so that both are named, in the order of /proc.
        assert f"(process {other.pid})" in lived.link.failed
        assert lived.link.failed.endswith("has it open; end that first, or stop the body there")
        other.communicate("")
    lived.until(lambda: lived.connected)
    lived.link.close()


def test_a_port_that_floods_is_read_no_faster_than_it_is_taken(ports: Callable[[], Port]) -> None:
    port = ports()
    lived = Lived(SerialLink(port.path))
    lived.until(lambda: lived.connected)
    port.lie = lambda _: bytes(20_000)
    give_up = time.monotonic() + PATIENCE
    while lived.link._ahead <= AHEAD:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    time.sleep(0.2)
    assert lived.link._ahead <= AHEAD + AT_ONCE
    lived.link.poll(1.0)
    assert lived.link._ahead >= AHEAD - A_TICK - AT_ONCE, "one tick does not take all of it"
    lived.link.close()
