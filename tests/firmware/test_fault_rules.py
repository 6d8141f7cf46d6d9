"""When a fault heals by itself, and when it waits for a person; times in ms."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from moggy.sim.board import lock_step
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.wires import DeviceFault

from .rig import CAT

MINUTE = 60_000


def fault(after_ms: int = 1000, now: int = 0) -> Any:
    return LockStepBoard(CAT).module("faults").HealingFault(after_ms, now)


def heal(found: Any, now: int) -> None:
    """Its cause is seen at `now`, and is gone after it."""
    found.see(True, now)
    found.see(False, now + 1000)


def test_it_is_active_until_the_cause_has_been_gone_for_so_long() -> None:
    found = fault()
    found.see(False, 0)
    assert not found.active
    found.see(True, 100)
    found.see(True, 500)
    assert found.active
    found.see(False, 1499)
    assert found.active
    found.see(False, 1500)
    assert not found.active


def test_three_healings_in_ten_minutes_and_the_fourth_waits() -> None:
    found = fault()
    for minute in (0, 1, 2):
        heal(found, minute * MINUTE)
        assert (found.active, found.latched) == (False, False)
    found.see(True, 3 * MINUTE)
    assert found.latched
    for minute in (4, 9, 12, 100):
        found.see(False, minute * MINUTE)
        assert found.active


def test_a_cause_that_stays_is_one_fault() -> None:
    found = fault()
    for now in (0, MINUTE, 2 * MINUTE):
        heal(found, now)
    found.clear()
    heal(found, 3 * MINUTE)
    heal(found, 4 * MINUTE)
    for now in range(5 * MINUTE, 6 * MINUTE, 10):
        found.see(True, now)
    assert not found.latched
    found.see(False, 6 * MINUTE + 1000)
    assert not found.active


def test_the_ten_minutes_slide_so_that_no_four_healings_lie_within_them() -> None:
    """Ten minutes after the first healing the second still counts, and so on."""
    found = fault()
    healed = []
    for now in (0, 594_000, 597_000, 601_500, 603_500, 605_500):
        heal(found, now)
        if not found.active:
            healed.append(now)
    assert healed == [0, 594_000, 597_000, 601_500]
    assert found.latched


def test_each_healing_is_forgotten_ten_minutes_after_it() -> None:
    found = fault()
    for now in (0, MINUTE, 2 * MINUTE):
        heal(found, now)
    for now in (10 * MINUTE, 11 * MINUTE, 12 * MINUTE):
        heal(found, 1001 + now)
        assert not found.active
    found.see(True, 13 * MINUTE)
    assert found.latched


@pytest.mark.parametrize("late", [0, 1])
def test_the_count_is_kept_for_ten_minutes_and_no_longer(late: int) -> None:
    found = fault()
    for now in (0, MINUTE, 2 * MINUTE):
        heal(found, now)
    found.see(True, 1000 + 10 * MINUTE + late)
    assert found.latched == (not late)


def test_clear_ends_it_and_forgets_the_healings() -> None:
    found = fault()
    for now in (0, MINUTE, 2 * MINUTE):
        heal(found, now)
    found.see(True, 3 * MINUTE)
    found.see(False, 3 * MINUTE + 1000)
    found.clear()
    assert (found.active, found.latched) == (False, False)
    for now in (4 * MINUTE, 5 * MINUTE, 11 * MINUTE):
        heal(found, now)
        assert not found.active
    found.see(True, 12 * MINUTE)
    assert found.latched, "they are counted from the first one after clear"


def test_clear_does_not_help_while_the_cause_is_there_or_has_just_gone() -> None:
    found = fault()
    for now in range(0, 2 * MINUTE, 50):
        found.see(True, now)
        found.clear()
        assert found.active
    for now in range(2 * MINUTE, 2 * MINUTE + 900, 50):
        found.see(False, now)
        found.clear()
        assert found.active
    found.see(False, 2 * MINUTE + 950)
    assert not found.active


def test_the_clock_may_wrap_within_the_count() -> None:
    wrap = 1 << 30
    found = fault(now=wrap - 5000)
    for now in (wrap - 4000, 1000, 3000):
        found.see(True, now & wrap - 1)
        found.see(False, now + 1000 & wrap - 1)
        assert not found.active
    found.see(True, 5000)
    assert found.latched


def test_the_simulated_faults_and_the_tick_are_the_same_on_both_sides() -> None:
    board = LockStepBoard(CAT)
    assert get_args(DeviceFault) == board.module("machine").DEVICE_FAULTS
    assert board.module("board").TICK_MS == lock_step.TICK_MS
