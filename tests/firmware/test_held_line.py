"""A line that holds back for a while what the board says: commands of the next session are carried
out all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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
