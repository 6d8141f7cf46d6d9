"""A line that holds back for a while what the board says: commands of the next session are carried
out all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from moggy import wire
from moggy.actuators.serial_body import SerialBody
from moggy.link import Line, MemoryLink

from .rig import CAT, Life


class HeldLine:
    """What the board says is kept while `held`, and then comes at once."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.held = False
        self._kept = b""

    def read(self) -> bytes:
        self._kept += self._line.read()
        if self.held:
            return b""
        said, self._kept = self._kept, b""
        return said

    def write(self, data: bytes) -> None:
        self._line.write(data)


@pytest.fixture
def held(wake: Callable[..., Life]) -> tuple[Life, HeldLine]:
    life = wake()
    line = HeldLine(life.board.line)
    life.link = MemoryLink(line)
    life.body = SerialBody(life.link, CAT)
    life.live(3.0)
    assert life.pulsed
    return life, line


@pytest.mark.parametrize("seconds", [0.5, 1.0, 1.4, 2.0, 3.0])
def test_a_stop_after_a_held_acknowledgement_stops_and_its_release_releases(
    held: tuple[Life, HeldLine], seconds: float
) -> None:
    life, line = held
    life.body.clear(life.now)
    line.held = True
    life.live(seconds)
    life.body.stop(life.now)
    life.live(0.5)
    line.held = False
    is_stopped_and_released(life)


def is_stopped_and_released(life: Life) -> None:
    life.live(2.0)
    assert (life.state, life.pulsed) == ("stopped", 0)
    life.body.release(life.now)
    life.live(4.0)
    assert life.state == "running"
    assert life.pulsed


@pytest.mark.parametrize("seconds", [1.0, 1.6, 3.0])
def test_a_release_is_heard_after_a_line_that_held_back_the_stop(
    held: tuple[Life, HeldLine], seconds: float
) -> None:
    life, line = held
    life.body.stop(life.now)
    line.held = True
    life.live(seconds)
    line.held = False
    is_stopped_and_released(life)


class HeldCommand:
    """Keeps the next command of this type that the brain sends, until `late` gives it on."""

    def __init__(self, line: Line, kind: int) -> None:
        self._line, self._kind = line, kind
        self._frames = wire.Frames()
        self._kept = b""

    def read(self) -> bytes:
        return self._line.read()

    def write(self, data: bytes) -> None:
        for kind, seq, payload in self._frames.feed(data):
            frame = wire.frame(kind, seq, payload)
            if kind == self._kind:
                self._kept = self._kept or frame
            else:
                self._line.write(frame)

    def late(self) -> None:
        """Give on what was kept."""
        assert self._kept
        self._line.write(self._kept)


@pytest.mark.parametrize("kind", [wire.CLEAR, wire.REST, wire.LIMP, wire.RELEASE])
def test_a_command_of_an_earlier_session_is_not_carried_out_and_takes_no_ones_number(
    kind: int, wake: Callable[..., Life]
) -> None:
    life = wake()
    line = HeldCommand(life.board.line, kind)
    life.link = MemoryLink(line)
    life.body = SerialBody(life.link, CAT)
    life.live(3.0)
    life.link.command(kind, b"", life.now)
    life.live(0.1)
    life.link = MemoryLink(life.board.line, nonce=40)
    life.body = SerialBody(life.link, CAT)
    life.live(0.5)
    line.late()
    life.live(0.5)
    assert (life.state, life.pulsed) == ("running", len(CAT.joints))
    assert life.asked(wire.STOP).result == "done"
    assert (life.state, life.pulsed) == ("stopped", 0)
    line.late()
    life.live(0.5)
    assert life.state == "stopped"
    assert life.asked(wire.RELEASE).result == "done"


@pytest.mark.parametrize("nonce", [40, 257], ids=["another", "of the same low byte"])
def test_a_stop_holds_also_when_it_comes_from_an_earlier_session(
    nonce: int, wake: Callable[..., Life]
) -> None:
    life = wake()
    line = HeldCommand(life.board.line, wire.STOP)
    life.link = MemoryLink(line)
    life.body = SerialBody(life.link, CAT)
    life.live(3.0)
    life.link.command(wire.STOP, b"", life.now)
    life.live(0.1)
    life.link = MemoryLink(life.board.line, nonce=nonce)
    life.body = SerialBody(life.link, CAT)
    assert life.asked(wire.CLEAR).result == "done", "which takes the number of the stop"
    life.live(0.5)
    line.late()
    life.live(0.2)
    assert (life.state, life.pulsed) == ("stopped", 0)
    assert life.asked(wire.RELEASE).result == "done"
    life.live(4.0)
    assert (life.state, life.pulsed) == ("running", len(CAT.joints))


def test_an_event_of_an_earlier_session_takes_the_number_of_none(wake: Callable[..., Life]) -> None:
    life = wake().live(3.0)
    stale = wire.frame(
        wire.STATE, 1, bytes((life.link.protocol._nonce,)) + bytes(4) + b"\x04" + bytes(5)
    )
    life.link = MemoryLink(life.board.line, nonce=40)
    life.body = SerialBody(life.link, CAT)
    line = life.board.line
    read = line.read
    line.read = lambda: read().replace(b"\0", b"\0" + stale)  # type: ignore[method-assign]
    life.live(1.0)
    assert life.state == "running"
    assert life.asked(wire.LIMP).result == "done"
    life.live(0.1, None)
    assert life.state == "limp"
