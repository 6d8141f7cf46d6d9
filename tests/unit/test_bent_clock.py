"""A clock that can be bent: paused, stepped, made faster and set ahead; and what goes by our time
all the same."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import Any

import pytest

from moggy.clock import FASTEST, LONGEST_SKIP_S, BentClock, WallClock
from moggy.messages import AnySense, LocalTime, Thought
from moggy.worker import InOurTime


def test_in_a_pause_no_tick_comes_but_those_that_are_stepped() -> None:
    clock = BentClock()
    clock.pause()
    came: list[float] = []
    enough = threading.Event()

    def live() -> None:
        for now in clock.ticks():
            came.append(now)
            if len(came) == 4:
                enough.set()

    life = threading.Thread(target=live)
    life.start()
    clock.step(3)
    assert enough.wait(60.0)
    clock.end()
    life.join(60.0)
    assert not life.is_alive(), "a pause does not hold the end of a life"
    assert came == pytest.approx([0.0, 0.02, 0.04, 0.06])
    assert clock.paused


def test_what_is_skipped_is_one_long_gap_also_in_a_pause() -> None:
    clock = BentClock()
    clock.pause()
    ticks = clock.ticks()
    next(ticks)
    clock.skip(3600.0)
    clock.skip(1e9)
    assert next(ticks) == pytest.approx(3600.0)
    assert clock.skipped == pytest.approx(3600.0)
    assert next(ticks) == pytest.approx(3600.0 + LONGEST_SKIP_S)
    clock.step()
    assert next(ticks) == pytest.approx(3600.02 + LONGEST_SKIP_S)


def test_at_another_speed_every_tick_is_a_period_after_the_last() -> None:
    clock = BentClock()
    clock.go_at(1e9)
    assert clock.speed == FASTEST
    came = list(islice(clock.ticks(), 60))
    assert [later - now for now, later in pairwise(came)] == pytest.approx([0.02] * 59)
    assert clock.worked > 0.0
    assert clock.skipped == 0.0


def test_at_our_speed_it_follows_the_machine_and_never_runs_backwards() -> None:
    clock = BentClock()
    came = list(islice(clock.ticks(), 10))
    assert all(later > now for now, later in pairwise(came))
    assert came[-1] >= 9 * 0.02 - 1e-9
    assert not clock.bent


def test_a_pet_whose_time_was_bent_is_told_the_machines_no_more() -> None:
    clock = BentClock()
    told = WallClock(10.0, lambda: 15.0, lambda: clock.bent)
    clock.pause()
    assert told.poll(0.0) == ()
    assert WallClock(10.0, lambda: 15.0).poll(0.0) == (LocalTime(at=0.0, hour=15.0),)


class Noted:
    """A worker that notes when it was asked."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def offer(self, job: Any, now: float) -> bool:
        self.asked.append(now)
        return True

    def poll(self, now: float) -> Sequence[AnySense]:
        self.asked.append(now)
        return [Thought(at=now, asked=1.0, expires=9.0, source="noted")]

    def close(self) -> None:
        self.asked.clear()


def test_a_workers_deadline_is_in_our_time_and_its_answer_in_the_pets() -> None:
    noted = Noted()
    worker = InOurTime(noted, lambda: 2.5)
    assert worker.offer("job", 3600.0)
    (answer,) = worker.poll(3600.0)
    assert answer.at == 3600.0
    assert noted.asked == [2.5, 2.5]
