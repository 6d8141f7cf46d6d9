"""The relay on the serial line: what each of its faults does to the bytes, in memory and on a
port."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from moggy import wire
from moggy.board_config import body_hash
from moggy.clock import RealClock
from moggy.link import SerialLink
from moggy.sim.board.micropython import MicroPythonBoard
from moggy.sim.board.relay import PortRelay, Relay, WireFault
from tests.firmware.rig import CAT

FRAMES = [
    wire.frame(wire.LOG, 0, f"message {n:03}, which is no setpoint".encode()) for n in range(100)
]


class Echo:
    """A line whose other end keeps what came, and says what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, bytes]] = []
        self.said = bytearray()
        self.now = 0.0

    def read(self) -> bytes:
        data = bytes(self.said)
        self.said.clear()
        return data

    def write(self, data: bytes) -> None:
        self.heard.append((self.now, data))


def sent(
    *faults: WireFault, seed: int = 0, seconds: float = 2.0, after: float = 2.0, back: bool = False
) -> list[tuple[float, bytes]]:
    """One frame every 20 ms over a line with these faults, in either direction; for `after` more
    seconds there are no faults and no frames. Gives when bytes came, and which."""
    echo = Echo()
    relay = Relay(echo, seed)
    came: list[tuple[float, bytes]] = []
    for n in range(round((seconds + after) * 50)):
        echo.now = now = n / 50
        relay.suffer(faults if now < seconds else (), now)
        if now < seconds:
            frame = FRAMES[n % 100]
            if back:
                echo.said += frame
            else:
                relay.write(frame)
        data = relay.read()
        if data:
            came.append((now, data))
    return came if back else echo.heard


def whole(came: list[tuple[float, bytes]]) -> list[bytes]:
    """The messages that are understood."""
    frames = wire.Frames()
    return [payload for _, data in came for _, _, payload in frames.feed(data)]


ALL = [wire.Frames().feed(frame)[0][2] for frame in FRAMES]


@pytest.mark.parametrize("back", [False, True], ids=["to the board", "to the brain"])
class TestEachDirection:
    def test_without_a_fault_all_bytes_pass_at_once(self, back: bool) -> None:
        came = sent(back=back)
        assert came == [(n / 50, frame) for n, frame in enumerate(FRAMES)]

    def test_drop_loses_a_third_of_the_frames_and_flip_damages_them(self, back: bool) -> None:
        for fault in ("wire_drop", "wire_flip"):
            heard = whole(sent(fault, back=back))
            assert heard == [one for one in ALL if one in heard], "the others keep their order"
            assert 55 <= len(heard) <= 85

    def test_delay_keeps_all_in_order(self, back: bool) -> None:
        came = sent("wire_delay", back=back)
        assert whole(came) == ALL
        assert came[0][0] >= 0.05
        assert came[-1][0] <= 2.2

    def test_duplicate_repeats_frames(self, back: bool) -> None:
        heard = whole(sent("wire_duplicate", back=back))
        assert list(dict.fromkeys(heard)) == ALL
        assert 115 <= len(heard) <= 145

    def test_reorder_lets_frames_be_overtaken(self, back: bool) -> None:
        heard = whole(sent("wire_reorder", back=back))
        assert sorted(heard) == ALL
        late = sum(1 for a, b in pairwise(heard) if a > b)
        assert 10 <= late <= 40

    def test_split_cuts_what_is_sent_at_once_in_two(self, back: bool) -> None:
        came = sent("wire_split", back=back)
        assert whole(came) == ALL
        cut = [data for _, data in came if not data.endswith(b"\0")]
        assert len(cut) > 90
        assert came[-1][0] <= 2.04

    def test_burst_is_silent_and_then_sends_all_at_once(self, back: bool) -> None:
        came = sent("wire_burst", back=back)
        assert whole(came) == ALL
        assert sorted({int(when * 2) / 2 for when, _ in came}) == [0.5, 1.0, 1.5, 2.0]
        assert max(when % 0.5 for when, _ in came) < 0.15, "as fast as the line carries it"

    def test_unplug_loses_all_and_what_is_under_way(self, back: bool) -> None:
        assert sent("wire_unplug", back=back) == []
        assert sent("wire_unplug", "wire_delay", back=back) == []

    def test_slow_passes_960_bytes_a_second_and_the_rest_when_it_is_slow_no_longer(
        self, back: bool
    ) -> None:
        came = sent("wire_slow", back=back)
        assert whole(came) == ALL
        slow = sum(len(data) for when, data in came if when < 2.0)
        assert slow == pytest.approx(2.0 * 960, abs=100)
        assert came[-1][0] <= 2.3

    def test_a_slow_line_keeps_four_seconds_of_bytes_at_most(self, back: bool) -> None:
        came = sent("wire_slow", seconds=20.0, back=back)
        rest = sum(len(data) for when, data in came if when >= 20.0)
        assert rest == pytest.approx(4.0 * 960, abs=100)

    def test_a_seed_gives_the_same_faults_and_another_seed_others(self, back: bool) -> None:
        several: tuple[tuple[WireFault, ...], ...] = (
            ("wire_drop", "wire_flip", "wire_reorder"),
            ("wire_delay",),
        )
        for faults in several:
            first = sent(*faults, seed=3, back=back)
            assert sent(*faults, seed=3, back=back) == first
            assert sent(*faults, seed=4, back=back) != first


def test_the_two_directions_have_faults_of_their_own() -> None:
    assert sent("wire_drop") != sent("wire_drop", back=True)


def until(what: Callable[[], object], patience: float = 120.0) -> None:
    """Wait until something is so; `patience` in s is only a bound for a machine that is busy."""
    clock = RealClock(until=patience)
    for _ in clock.ticks():
        if what():
            return
    raise AssertionError("never")


def test_on_a_port_the_board_is_lost_when_unplugged_and_found_when_plugged_in() -> None:
    board = MicroPythonBoard(CAT)
    relay = PortRelay(board.path)
    link = SerialLink(relay.path)
    clock = RealClock()

    def connected() -> bool:
        link.poll(clock.now())
        return link.identity is not None

    try:
        until(connected)
        assert link.identity is not None
        assert link.identity.body == body_hash(CAT)
        relay.suffer(["wire_unplug"], 0.0)
        until(lambda: not connected())
        assert "no such port" in link.failed or "unplugged" in link.failed
        until(lambda: not os.path.exists(relay.path))
        relay.suffer([], 0.0)
        until(connected)
        board.restart()
        until(lambda: connected() and link.identity is not None and link.identity.boots == 2)
        relay.suffer(["wire_flip"], 0.0)
        until(lambda: not connected() or link.protocol.errors > 3)
        assert link.protocol.errors > 0
    finally:
        link.close()
        relay.close()
        board.close()
    assert not Path(relay.path).is_symlink()
    assert "relay" not in [thread.name for thread in threading.enumerate()]
