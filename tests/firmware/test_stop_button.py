"""The stop button alone, by its wiring."""

from __future__ import annotations

import time
from typing import Any

import pytest

from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.micropython import MicroPythonBoard
from moggy.sim.board.wires import WorldInputs

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


def test_a_button_that_is_held_at_the_start_keeps_the_real_time_board_from_starting() -> None:
    board = MicroPythonBoard(CAT)
    try:
        board.feed(WorldInputs(stop=True))
        board.restart()
        for _ in range(500):
            if not board.running:
                break
            time.sleep(0.02)
        assert not board.running, "the prompt is given"
        assert not board.error
        assert not any(board.outputs().servos.values())
        board.feed(WorldInputs())
        board.restart()
        time.sleep(2.0)
        assert board.running
    finally:
        board.close()
