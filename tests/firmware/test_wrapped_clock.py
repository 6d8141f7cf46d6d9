"""The board's clock wraps after 12.4 days, and half of that is the longest time that it can
measure: what was noted before is forgotten in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from moggy import wire
from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT, Life

DAY_MS = 86_400_000
STRIDE_MS = 100_000_000
"""ms that are skipped at once: less than half of what the clock can measure, 2^29."""
DAYS = [1, 7, 13]
"""Within half a turn of the clock, within a whole one, and after it."""


def pass_days(life: Life, days: float) -> None:
    """Let days pass, with half a second of ticks in each stride and no word from the brain."""
    left = round(days * DAY_MS)
    while left > 0:
        life.board.skip(min(left, STRIDE_MS))
        left -= STRIDE_MS
        life.now = round(life.now + 0.5, 6)
        life.board.advance(life.now)


@pytest.mark.parametrize("days", DAYS)
def test_a_late_tick_of_long_ago_is_forgotten_though_no_brain_looked(days: int) -> None:
    life = Life(LockStepBoard(CAT)).live(3.0).live(1.0, faults=("tick_late",))
    assert life.faults == ("overrun",)
    life.live(0.0, faults=())
    pads = [0.0] * 12
    for n in range(300):  # events without an answer end the session
        pads[0] = 0.8 * (n // 5 % 2)
        life.board.feed(type(life.inputs)(pads=tuple(pads)))
        life.now = round(life.now + 0.02, 6)
        life.board.advance(life.now)
    life.board.feed(life.inputs)
    pass_days(life, days)
    life.live(15.0)  # the clock has jumped for the brain: setpoints are refused for a while
    assert life.state == "running"
    assert not life.faults


@pytest.mark.parametrize("days", DAYS)
def test_a_chip_that_is_lost_for_a_moment_is_found_soon_also_after_days(
    days: int, wake: Callable[..., Life]
) -> None:
    life = wake().live(3.0)
    pass_days(life, days)
    life.live(65.0)  # main.py takes what was skipped for a late tick
    assert life.state == "running"
    assert not life.faults
    before = len(life.reports)
    life.blip("imu_silent", ms=20)
    life.live(0.2)
    assert [report.faults for report in life.reports[before:]] == [("imu",), ()]


@pytest.mark.parametrize("days", DAYS)
def test_a_stop_of_days_ago_is_released_on_the_flash_at_once(days: int) -> None:
    board = LockStepBoard(CAT)
    life = Life(board).live(3.0).live(0.1, stop=True).live(0.2, stop=False)
    pass_days(life, days)
    life.live(5.0)
    assert life.asked(wire.RELEASE).result == "done"
    assert board._files["boots.txt"].endswith(" 0")


def setpoints(now: int) -> Any:
    return LockStepBoard(CAT).module("setpoints").Setpoints(now)


@pytest.mark.parametrize("days", DAYS)
def test_the_shortest_way_is_forgotten_as_slowly_after_days_without_a_setpoint(days: int) -> None:
    wrap = 0x3FFFFFFF
    found = setpoints(0)
    assert found.is_new(1, 0, 300, 0)
    for now in range(0, days * DAY_MS, STRIDE_MS):
        for ms in range(0, 3000, 250):
            found.creep(now + ms & wrap)
    now = days * DAY_MS
    found.creep(now & wrap)
    before = found._shortest
    for ms in range(0, 100_000, 250):
        found.creep(now + ms & wrap)
    assert 8 <= found._shortest - before <= 10


def test_the_board_forgets_the_shortest_way_without_setpoints_too() -> None:
    life = Life(LockStepBoard(CAT)).live(3.0)
    board: Any = life.board
    before = board._board._setpoints._shortest
    life.live(20.0, None)
    assert 2 <= board._board._setpoints._shortest - before <= 3


def test_the_count_of_ticks_does_not_grow() -> None:
    life = Life(LockStepBoard(CAT)).live(20.0)
    board: Any = life.board
    assert 0 <= board._board._ticks < 400
