"""The stop button alone, by its wiring."""

from __future__ import annotations

from typing import Any

import pytest

from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT

PIN = 22


def button(board: LockStepBoard, *, normally_closed: bool) -> Any:
    return board.module("stop_button").StopButton(PIN, normally_closed)


@pytest.mark.parametrize(
    ("level", "normally_closed", "pressed"),
    [(0, False, True), (1, False, False), (0, True, False), (1, True, True)],
)
def test_pressed_is_low_or_high_by_the_wiring(
    level: int, *, normally_closed: bool, pressed: bool
) -> None:
    board = LockStepBoard(CAT)
    stop = button(board, normally_closed=normally_closed)
    board.bench.levels[PIN] = level
    assert stop.pressed == pressed


@pytest.mark.parametrize("normally_closed", [False, True])
def test_a_cable_that_is_cut_is_pulled_up(*, normally_closed: bool) -> None:
    """A normally closed button stops then; one that is open until it is pressed cannot tell."""
    board = LockStepBoard(CAT)
    stop = button(board, normally_closed=normally_closed)
    board.bench.levels.pop(PIN, None)
    assert stop.pressed == normally_closed
