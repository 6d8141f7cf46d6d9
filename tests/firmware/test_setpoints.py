"""Which setpoints are followed: by their number, and by how long they were on the way; times in
ms."""

from __future__ import annotations

from typing import Any

import pytest

from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT


def fresh(now: int = 0) -> Any:
    return LockStepBoard(CAT).module("setpoints").Setpoints(now)


def test_a_setpoint_that_was_held_up_on_the_way_is_refused() -> None:
    setpoints = fresh()
    assert setpoints.is_new(1, 1000, 300, 5000)
    assert setpoints.is_new(2, 1020, 300, 5320)
    assert not setpoints.is_new(3, 1040, 300, 5345)
    assert not setpoints.is_new(2, 1300, 300, 5350), "its number is not new"
    assert setpoints.is_new(4, 1300, 300, 5350)


def test_clocks_that_drift_do_not_make_setpoints_old() -> None:
    """The board's clock is 500 ppm faster for six hours."""
    setpoints = fresh()
    refused = 0
    for n in range(1, 6 * 3600 * 10):
        sent = n * 100
        board_ms = (sent + sent // 2000 + 77) & 0x3FFFFFFF
        setpoints.creep(board_ms)
        refused += not setpoints.is_new(n & 0xFFFF, sent & 0xFFFF, 300, board_ms)
    assert refused == 0


def test_setpoints_keep_their_order_across_the_wrap_of_their_numbers() -> None:
    setpoints = fresh()
    for n in range(1, 140_000, 200):
        now = 20 * n
        assert setpoints.is_new(n & 0xFFFF, now & 0xFFFF, 300, now)
        assert not setpoints.is_new(n & 0xFFFF, now & 0xFFFF, 300, now)
        assert not setpoints.is_new(n - 1 & 0xFFFF, now & 0xFFFF, 300, now)
    assert setpoints.learnt == 0


@pytest.mark.parametrize("age", [1, 257, 10_000, 32_767, 32_768, 40_000, 63_000])
@pytest.mark.parametrize("of_s", [0, 10, 40])
def test_one_that_was_recorded_long_ago_moves_nothing_and_shuts_nobody_out(
    age: int, of_s: int
) -> None:
    """`age` numbers and, modulo 65.5 s, `of_s` seconds."""
    setpoints = fresh()
    now = 0
    for n in range(1, 70_001):
        now += 20
        assert setpoints.is_new(n & 0xFFFF, now & 0xFFFF, 300, now)
    old = n - age & 0xFFFF, now - 1000 * of_s & 0xFFFF
    for _ in range(200):
        assert not setpoints.is_new(*old, 300, now)
    for n in range(70_001, 70_300):
        now += 20
        assert setpoints.is_new(n & 0xFFFF, now & 0xFFFF, 300, now)
        assert not setpoints.is_new(*old, 300, now)
    assert setpoints.learnt == 0


def test_a_number_that_jumped_is_believed_after_128_that_rise() -> None:
    setpoints = fresh()
    assert setpoints.is_new(1, 20, 300, 20)
    found = [setpoints.is_new(9000 + n, 20 * n, 300, 20 * n) for n in range(2, 2 + 127 + 50)]
    assert found == [False] * 127 + [True] * 50
    assert setpoints.learnt == 1


@pytest.mark.parametrize("to", [9000, 65_401])
def test_repeated_and_overtaken_setpoints_do_not_keep_a_jump_from_being_believed(to: int) -> None:
    """Also across the wrap of their numbers."""
    setpoints = fresh()
    assert setpoints.is_new(5000, 20, 300, 20)
    found = []
    for n in range(2, 300, 2):  # 9003, 9002, 9002, 9005, 9004, 9004 …
        for number in (n + 1, n, n):
            found.append(setpoints.is_new(to + number & 0xFFFF, 20 * number, 300, 20 * n + 20))
    assert found.index(True) == 127 * 3
    assert setpoints.learnt == 1


def test_what_was_held_up_in_a_long_pause_is_refused() -> None:
    setpoints = fresh()
    for n in range(1, 100):
        assert setpoints.is_new(n, 20 * n, 300, 20 * n + 5)
    for ms in range(2000, 31 * 60_000, 250):
        setpoints.creep(ms)
    sent = 31 * 60_000
    assert not setpoints.is_new(101, sent & 0xFFFF, 300, sent + 500)
    assert setpoints.is_new(102, sent + 400 & 0xFFFF, 300, sent + 410)


@pytest.mark.parametrize("hours", [1.1, 6.0, 48.0])
@pytest.mark.parametrize("ppm", [-100, 0, 100])
def test_after_hours_without_setpoints_the_next_is_followed(hours: float, ppm: int) -> None:
    """Whatever the clocks have drifted apart, but not one that was sent before."""
    setpoints = fresh()
    for n in range(1, 100):
        assert setpoints.is_new(n, 20 * n, 300, 20 * n + 5)
    now = round(3_600_000 * hours)
    for ms in range(2000, now, 1000):
        setpoints.creep(ms)
    drift = now * ppm // 1_000_000
    assert not setpoints.is_new(99, now + drift & 0xFFFF, 300, now)
    for n in range(100, 120):
        now += 20
        assert setpoints.is_new(n, now + drift & 0xFFFF, 300, now)
    assert not setpoints.is_new(121, now + drift - 301 & 0xFFFF, 300, now)
    assert setpoints.learnt == 0


def test_a_new_session_numbers_and_times_anew() -> None:
    setpoints = fresh()
    assert setpoints.is_new(900, 500, 300, 600)
    setpoints.clear()
    assert setpoints.is_new(1, 10_000, 300, 60_000), "another brain's clock"
    assert setpoints.is_new(2, 10_020, 300, 60_320), "as late as it may be"
    assert not setpoints.is_new(3, 10_040, 300, 60_341)


def test_the_quickest_way_is_what_others_are_measured_by() -> None:
    setpoints = fresh()
    assert setpoints.is_new(1, 0, 300, 250)
    assert setpoints.is_new(2, 20, 300, 30), "quicker"
    assert not setpoints.is_new(3, 40, 300, 351)
    for n in range(4, 4 + 10 * 50):  # ten seconds, in each of which a millisecond is forgotten
        sent = 60 + 20 * (n - 4)
        setpoints.creep(sent + 50)
        assert setpoints.is_new(n, sent, 300, sent + 50)
    assert setpoints.is_new(600, 10_100, 300, 10_100 + 319)
    assert not setpoints.is_new(601, 10_120, 300, 10_120 + 330)


def test_a_single_time_that_is_far_ahead_is_refused_and_teaches_nothing() -> None:
    setpoints = fresh()
    assert setpoints.is_new(1, 20, 300, 20)
    assert not setpoints.is_new(2, 40 + 30_000, 300, 40)
    assert setpoints.is_new(3, 60, 300, 60)


@pytest.mark.parametrize("step", [-5000, -400, 2100, 30_000])
def test_a_clock_that_was_set_is_learnt_anew_and_counted(step: int) -> None:
    """By 128 setpoints in a row that are of another time."""
    setpoints = fresh()
    assert setpoints.is_new(1, 20, 300, 20)
    found = [
        setpoints.is_new(n, 20 * n + step & 0xFFFF, 300, 20 * n) for n in range(3, 3 + 127 + 50)
    ]
    assert found == [False] * 127 + [True] * 50
    assert setpoints.learnt == 1
    assert not setpoints.is_new(300, 6000 + step - 301 & 0xFFFF, 300, 6000), "too old again"
    assert setpoints.is_new(301, 6020 + step & 0xFFFF, 300, 6020)


def test_late_setpoints_with_some_that_are_not_teach_nothing() -> None:
    setpoints = fresh()
    for n in range(1, 2000):
        late = n % 128 != 1
        assert setpoints.is_new(n, 20 * n & 0xFFFF, 300, 20 * n + 400 * late) == (not late)
    assert setpoints.learnt == 0


def test_old_setpoints_that_come_again_and_again_teach_nothing() -> None:
    setpoints = fresh()
    for n in range(1, 101):
        assert setpoints.is_new(n, 20 * n, 300, 20 * n)
    for again in range(1, 10):
        for n in range(1, 101):
            assert not setpoints.is_new(n, 20 * n, 300, 2000 * again + 20 * n)
    assert not setpoints.is_new(101, 2020, 300, 30_000)
    for _ in range(1000):
        assert not setpoints.is_new(101, 2020, 300, 30_000), "one that is late counts once"
    assert setpoints.learnt == 0
