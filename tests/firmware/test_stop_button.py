"""The stop button alone, by its wiring."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from moggy import wire
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.micropython import MicroPythonBoard
from moggy.sim.board.wires import WorldInputs

from .rig import CAT, Life, started, wired
from .test_restarts import HUNG
from .test_stop_kept import on_flash

PIN = 22
ALL = len(CAT.joints)


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


# ── Pressed while no tick comes ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("normally_closed", [False, True])
@pytest.mark.parametrize("name", ["RP2040", "RP2350", "ESP32S3"])
def test_a_tap_between_two_late_ticks_stops(
    name: str, wake: Callable[..., Life], *, normally_closed: bool
) -> None:
    life = wake(wired(stop_normally_closed=normally_closed), chip=name).live(3.0)
    assert (life.state, life.pulsed) == ("running", ALL)
    life.live(0.02, faults=("tick_late",)).live(0.06, stop=True).live(0.04, stop=False)
    assert life.pulsed == ALL, "no tick has come yet"
    life.live(0.2, faults=())
    assert (life.state, life.pulsed) == ("stopped", 0)
    assert life.asked(wire.RELEASE).result == "done"
    life.live(3.0)
    assert (life.state, life.pulsed) == ("running", ALL), "the press is forgotten"


@pytest.mark.parametrize("normally_closed", [False, True])
@pytest.mark.parametrize("name", ["RP2040", "RP2350"])
def test_a_tap_in_a_tick_that_hangs_outlives_the_watchdogs_reset(
    name: str, wake: Callable[..., Life], *, normally_closed: bool
) -> None:
    life = wake(wired(stop_normally_closed=normally_closed), chip=name).live(3.0)
    life.live(0.2, faults=("board_hung",)).live(0.3, stop=True).live(0.3, stop=False)
    life.live(4.0, faults=())
    assert (life.state, life.faults, life.pulsed) == ("stopped", ("watchdog",), 0)
    assert on_flash(life).endswith(" 1")
    assert life.asked(wire.RELEASE).result == "done"
    life.live(3.0)
    assert (life.state, life.pulsed) == ("running", ALL)
    life.board.restart(HUNG)
    life.live(5.0)
    assert (life.state, life.pulsed) == ("running", ALL), "the press is forgotten"


def test_what_was_pressed_while_a_tick_hung_is_said_to_have_been_before_the_restart() -> None:
    board = LockStepBoard(CAT)
    life = Life(board).live(3.0)
    life.live(0.2, faults=("board_hung",)).live(0.3, stop=True).live(2.0, stop=False, faults=())
    assert board._board._boots.kept == 1
    assert life.asked(wire.RELEASE).result == "done"
    life.live(0.1)
    assert board._board._boots.kept == 0


def test_a_button_held_from_a_hang_on_stops_this_start_and_the_next() -> None:
    """In MicroPython, where the prompt is given; the board of this process starts stopped."""
    with started("micropython") as board:
        life = Life(board).live(3.0)
        life.live(0.2, faults=("board_hung",)).live(0.2, stop=True)
        life.live(4.0, faults=())
        assert (life.state, life.pulsed) == ("lost", 0), "no firmware runs at the prompt"
        kept = on_flash(life)
        assert kept.endswith(" 1")
    later = LockStepBoard(CAT)
    later._files["boots.txt"] = kept
    later.restart()
    life = Life(later).live(4.0)
    assert (life.state, life.pulsed) == ("stopped", 0)


def test_a_button_held_at_the_start_is_a_stop_that_waits_for_its_release() -> None:
    board = LockStepBoard(CAT)
    Life(board).live(3.0)
    board.feed(WorldInputs(stop=True))
    board.module("main").run()
    board.feed(WorldInputs())
    board.restart()
    life = Life(board)
    life.now = board.now
    life.live(4.0)
    assert (life.state, life.pulsed) == ("stopped", 0)
    assert life.asked(wire.RELEASE).result == "done"
    life.live(3.0)
    assert (life.state, life.pulsed) == ("running", ALL)


@pytest.mark.parametrize(("normally_closed", "open_level"), [(False, 1), (True, 0)])
def test_a_spike_that_is_over_when_its_handler_looks_is_no_press(
    *, normally_closed: bool, open_level: int
) -> None:
    board = LockStepBoard(CAT)
    board.bench.levels[PIN] = open_level
    stop = button(board, normally_closed=normally_closed)
    board.bench.watched[PIN].edge(1 - open_level)
    assert not stop.pressed
    board.bench.drive(PIN, 1 - open_level)
    board.bench.drive(PIN, open_level)
    assert stop.pressed, "one that lasts is"
    stop.taken()
    assert not stop.pressed
    board.bench.drive(PIN, 1 - open_level)
    stop.taken()
    assert stop.pressed, "as long as it is held"


def test_a_button_that_bounces_when_it_is_let_go_does_not_stop_again() -> None:
    board = LockStepBoard(CAT)
    life = Life(board).live(3.0).live(0.1, stop=True)
    for level in (1, 0, 1, 0, 1):
        board.bench.drive(PIN, level)
    life.live(0.1, stop=False)
    assert life.asked(wire.RELEASE).result == "done"
    life.live(3.0)
    assert (life.state, life.pulsed) == ("running", ALL)


def test_a_release_does_not_pass_a_press_that_no_tick_has_taken() -> None:
    board = LockStepBoard(CAT)
    life = Life(board).live(3.0).live(0.1, stop=True).live(0.1, stop=False)
    assert life.state == "stopped"
    board.bench.drive(PIN, 0)
    board.bench.drive(PIN, 1)
    assert board._board._do_release(memoryview(b""), 0) == wire.RESULTS.index("refused")


def test_only_what_the_button_wrote_itself_is_believed() -> None:
    board = LockStepBoard(CAT)
    board.bench.core.memory[0x40058014] = 0x6D71
    board.restart(HUNG)
    life = Life(board).live(4.0)
    assert (life.state, life.pulsed) == ("running", ALL)


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
