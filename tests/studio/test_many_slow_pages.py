"""Pages that send all they may and read nothing are bounded together, and one that speaks before it
was let in is no error of ours."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import subprocess
import sys
from pathlib import Path
from time import sleep
from urllib.parse import urlsplit

import pytest

from bench.page_attacks import HANDSHAKE, UNREAD
from moggy.sim.studio.server import MOST_PAGES, PAGE_MB
from tests.processes import Program
from tests.studio.test_server import Rig, until

LIVES = """
from moggy.assemble import simulator
life = simulator(personality="cat", seed=1, hour=12.0, board="lockstep", studio_port=0,
                 remember=False, record=None, listeners=[])
print(life.address, flush=True)
life.loop.run()
"""


def most_mb(pid: int) -> int:
    """MB that a process ever had."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10


def test_pages_that_read_nothing_take_no_more_than_so_many_may(tmp_path: Path) -> None:
    with Program(
        [sys.executable, "-c", LIVES],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "MOGGY_HOME": str(tmp_path)},
    ) as cat:  # fmt: skip
        assert cat.stdout is not None
        place = urlsplit(cat.stdout.readline().strip()).netloc
        sleep(5.0)  # until all that it lives with is there
        before = most_mb(cat.pid)
        attack = [sys.executable, "-m", "bench.page_attacks", place, UNREAD, "12"]
        sent = int(subprocess.run(attack, capture_output=True, check=True).stdout)
        assert sent > 200
        assert cat.poll() is None
        assert most_mb(cat.pid) - before <= MOST_PAGES * PAGE_MB


def test_frames_that_come_before_a_page_was_let_in_are_no_error_of_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rig = Rig()
    rig.live()
    host, _, port = rig.place.partition(":")
    frame = b"\x81\xff" + (100_000).to_bytes(8, "big") + bytes(4) + b"a" * 100_000
    try:
        with caplog.at_level(logging.ERROR), contextlib.ExitStack() as lines:
            for _ in range(MOST_PAGES):  # more than are let in at once
                line = lines.enter_context(socket.create_connection((host, int(port))))
                line.sendall(HANDSHAKE.format(place=rig.place).encode())
                line.settimeout(0.5)
                with contextlib.suppress(OSError):
                    line.sendall(frame * 20)
            sleep(2.0)
        with rig.page() as page:
            until(page, "hello")
    finally:
        rig.studio.close()
    assert [record.getMessage() for record in caplog.records] == []
