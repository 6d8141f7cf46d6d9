"""Free fall alone: from which readings on the body falls, and until when."""

from __future__ import annotations

import math
from typing import Any

import pytest

from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT

WEIGHTLESS = (0, 0, 0)
AT_REST = (0, 0, 1000)


def felt(fall: Any, reading: tuple[int, int, int], times: int = 1) -> list[bool]:
    """Whether it falls after each of so many readings."""
    found = []
    for _ in range(times):
        assert not fall.feel(*reading)
        found.append(fall.falling)
    return found


@pytest.fixture
def fall() -> Any:
    return LockStepBoard(CAT).module("reflexes").FreeFall()


def test_the_third_light_reading_in_a_row_is_a_fall(fall: Any) -> None:
    assert felt(fall, WEIGHTLESS, 4) == [False, False, True, True]


def test_single_light_readings_are_no_fall(fall: Any) -> None:
    for _ in range(20):
        assert felt(fall, WEIGHTLESS, 2) + felt(fall, AT_REST) == [False] * 3


def test_a_fall_is_over_after_half_a_second_with_weight(fall: Any) -> None:
    felt(fall, WEIGHTLESS, 3)
    assert felt(fall, AT_REST, 25) == [True] * 24 + [False]


def test_a_bounce_on_the_way_down_does_not_end_it(fall: Any) -> None:
    felt(fall, WEIGHTLESS, 3)
    for _ in range(4):
        assert all(felt(fall, AT_REST, 20) + felt(fall, WEIGHTLESS))


def test_the_next_fall_is_felt_too(fall: Any) -> None:
    for _ in range(2):
        assert felt(fall, WEIGHTLESS, 3)[-1]
        assert not felt(fall, AT_REST, 25)[-1]


def test_a_fall_of_more_than_two_seconds_is_none_until_there_is_weight_again(fall: Any) -> None:
    felt(fall, WEIGHTLESS, 100)
    assert (fall.feel(*WEIGHTLESS), fall.falling) == (True, False)
    assert felt(fall, WEIGHTLESS, 200) == [False] * 200, "it is told once"
    assert felt(fall, AT_REST, 24) + felt(fall, WEIGHTLESS, 9) == [False] * 33
    assert felt(fall, AT_REST, 25) + felt(fall, WEIGHTLESS, 3) == [False] * 27 + [True]


def test_a_fall_is_over_after_two_seconds_whatever_is_felt(fall: Any) -> None:
    felt(fall, WEIGHTLESS, 3)
    for _ in range(4):
        assert all(felt(fall, AT_REST, 20) + felt(fall, WEIGHTLESS, 4))
    assert felt(fall, AT_REST, 2) == [True, False], "the 101st reading"
    assert not any(felt(fall, AT_REST, 22) + felt(fall, WEIGHTLESS, 9)), "nor the next, too soon"
    assert felt(fall, AT_REST, 25) + felt(fall, WEIGHTLESS, 3) == [False] * 27 + [True]


@pytest.mark.parametrize(("hz", "g"), [(2, 1.0), (3, 1.0), (3, 1.2), (4, 1.2), (5, 1.5)])
def test_a_body_that_is_shaken_freezes_for_two_seconds_and_its_sensor_is_believed(
    hz: float, g: float, fall: Any
) -> None:
    """For half a minute, up and down: it is light again and again, and never for long."""
    falls: list[bool] = []
    for reading in range(1500):
        wave = math.sin(2.0 * math.pi * hz * reading / 50.0)
        falls += felt(fall, (0, 50, round(1000.0 * (1.0 + g * wave))))
    assert sum(falls) <= 98


def test_a_sensor_without_weight_is_wrong_after_two_seconds_also_after_a_shaking(
    fall: Any,
) -> None:
    for _ in range(20):
        felt(fall, AT_REST, 10)
        felt(fall, WEIGHTLESS, 4)
    felt(fall, AT_REST)
    assert not any(felt(fall, WEIGHTLESS, 100))
    assert [fall.feel(*WEIGHTLESS) for _ in range(200)] == [True] + [False] * 199


def test_many_short_falls_are_no_long_one(fall: Any) -> None:
    for _ in range(20):
        assert all(felt(fall, WEIGHTLESS, 12)[2:])
        felt(fall, AT_REST, 25)


@pytest.mark.parametrize(
    ("reading", "falls"),
    [
        ((349, 0, 0), True),
        ((350, 0, 0), False),
        ((0, -349, 0), True),
        ((0, -350, 0), False),
        ((0, 0, 349), True),
        ((0, 0, -350), False),
        ((200, -200, 200), True),
        ((250, 0, -250), False),
        ((0, 250, 250), False),
        ((250, 250, 0), False),
    ],
)
def test_what_counts_is_the_length_of_the_acceleration(
    reading: tuple[int, int, int], *, falls: bool, fall: Any
) -> None:
    assert felt(fall, reading, 3)[-1] == falls
