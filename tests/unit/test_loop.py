"""The loop: sense, live, move, tell; an emergency stop reaches the body, and what fails is left
out."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from moggy.assemble import begin, born
from moggy.clock import SimulatedClock
from moggy.config import Files
from moggy.loop import Loop, rare_collection
from moggy.messages import (
    AnySense,
    ClearFaults,
    Command,
    Gesture,
    Setting,
    Thought,
    Tick,
    Trouble,
)
from moggy.ongoing import Ongoing, is_quiet
from moggy.personality import Quiet


class NotedBody:
    """A body that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []

    def move(self, command: Command) -> Mapping[str, float]:
        self.told.append(("move", command.at))
        return {"head_pan": 0.25}

    def stop(self, now: float) -> None:
        self.told.append(("stop", now))

    def clear(self, now: float) -> None:
        self.told.append(("clear", now))

    def release(self, now: float) -> None:
        self.told.append(("release", now))


class ScriptedSensor:
    """Gives the senses that are due; fails from `until` on."""

    def __init__(self, *senses: AnySense, until: float = 1e9) -> None:
        self._waiting, self._until, self.polled = list(senses), until, list[float]()

    def poll(self, now: float) -> Sequence[AnySense]:
        self.polled.append(now)
        if now >= self._until:
            raise OSError("the cable is off")
        due = [sense for sense in self._waiting if sense.at <= now]
        self._waiting = [sense for sense in self._waiting if sense.at > now]
        return due


class EchoWorker:
    """Takes one job at a time and gives back a thought at the next poll."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Any, float]] = []
        self._answer: list[AnySense] = []

    def offer(self, job: Any, now: float) -> bool:
        self.jobs.append((job, now))
        self._answer = [Thought(at=now, asked=now, expires=now + 5.0, source="echo")]
        return True

    def poll(self, now: float) -> Sequence[AnySense]:
        answer, self._answer = self._answer, []
        return answer

    def close(self) -> None:
        """There is nothing to end."""


class Noting:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.ticks: list[Tick] = []
        self.sent: list[Mapping[str, float]] = []

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        self.ticks.append(tick)
        self.sent.append(sent)


class FullDisk(Noting):
    """A listener that fails from the third tick on."""

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        super().__call__(tick, sent)
        if len(self.ticks) >= 3:
            raise OSError("no space left")


def loop(
    *sensors: ScriptedSensor, seconds: float = 0.2, body: NotedBody | None = None, **given: Any
) -> Loop:
    pet = born(begin(Files(), seed=1, hour=10.0))
    clock = SimulatedClock(seconds)
    return Loop(pet, clock, sensors=sensors, body=body or NotedBody(), **given)


@pytest.mark.parametrize(("on", "expected"), [(True, "stop"), (False, "release")])
def test_an_emergency_stop_stops_the_body_and_its_end_releases_it(on: bool, expected: str) -> None:
    """In the very tick in which it is asked for, before the body is moved."""
    body = NotedBody()
    loop(ScriptedSensor(Setting(at=0.05, name="stop", on=on)), body=body).run()
    orders = [(order, at) for order, at in body.told if order != "move"]
    assert orders == [(expected, 0.06)]
    at = body.told.index((expected, 0.06))
    assert body.told[at + 1][0] == "move"
    assert sum(order == "move" for order, _ in body.told[:at]) == 3


def test_faults_are_cleared_in_the_tick_in_which_that_is_asked_for() -> None:
    body = NotedBody()
    loop(ScriptedSensor(ClearFaults(at=0.05)), body=body).run()
    assert [(order, at) for order, at in body.told if order != "move"] == [("clear", 0.06)]


def test_no_other_setting_stops_the_body() -> None:
    body = NotedBody()
    settings = [Setting(at=0.0, name=name) for name in ("quiet", "focus", "lap", "away")]
    loop(ScriptedSensor(*settings), body=body).run()
    assert {order for order, _ in body.told} == {"move"}


def test_listeners_hear_every_tick_with_what_was_sent() -> None:
    heard = Noting()
    loop(seconds=0.1, listeners=[heard]).run()
    assert [tick.at for tick in heard.ticks] == [0.0, 0.02, 0.04, 0.06, 0.08]
    assert heard.sent == [{"head_pan": 0.25}] * 5


def test_a_sensor_that_fails_is_left_out_and_said_once() -> None:
    """The others go on."""
    broken, whole, heard = ScriptedSensor(until=0.04), ScriptedSensor(), Noting()
    loop(broken, whole, listeners=[heard]).run()
    assert broken.polled == [0.0, 0.02, 0.04]
    assert len(whole.polled) == 10
    said = [s for tick in heard.ticks for s in tick.senses if isinstance(s, Trouble)]
    assert [(trouble.at, trouble.part) for trouble in said] == [(0.04, "scriptedsensor")]
    assert "the cable is off; it is left out" in said[0].message


def test_a_listener_that_fails_is_left_out_and_said_at_the_next_tick() -> None:
    broken, whole = FullDisk(), Noting()
    loop(listeners=[broken, whole]).run()
    assert len(broken.ticks) == 3
    assert len(whole.ticks) == 10
    said = [(n, s) for n, tick in enumerate(whole.ticks) for s in tick.senses]
    assert [(n, s.part) for n, s in said if isinstance(s, Trouble)] == [(3, "fulldisk")]


def test_a_thinker_is_asked_about_a_tick_and_its_answer_comes_with_the_next() -> None:
    worker, heard = EchoWorker(), Noting()

    def ask(tick: Tick) -> str | None:
        return "why?" if tick.n == 4 else None

    loop(listeners=[heard], thinkers=[(ask, worker)]).run()
    assert worker.jobs == [("why?", 0.08)]
    thought = [
        n for n, t in enumerate(heard.ticks) if any(isinstance(s, Thought) for s in t.senses)
    ]
    assert thought == [5]


def test_it_ends_when_asked_to_and_closes_what_was_opened_whatever_happens() -> None:
    closed: list[str] = []
    closing = ExitStack()
    closing.callback(closed.append, "first")
    closing.callback(closed.append, "last")
    heard = Noting()
    whole: list[Loop] = []

    def end(tick: Tick, sent: Mapping[str, float]) -> None:
        if tick.n == 2:
            whole[0].stop()

    whole.append(loop(listeners=[heard, end], closing=closing))
    whole[0].run()
    assert len(heard.ticks) == 3
    assert closed == ["last", "first"]
    closing = ExitStack()
    closing.callback(closed.append, "after a mistake")

    def mistaken(tick: Tick, sent: Mapping[str, float]) -> None:
        raise KeyError("a mistake in the code")

    with pytest.raises(KeyError):
        loop(listeners=[mistaken], closing=closing).run()
    assert closed[-1] == "after a mistake"


@pytest.fixture
def usual_collection() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_while_it_runs_the_garbage_collector_looks_seldom_and_then_as_before(
    usual_collection: None,
) -> None:
    gc.set_threshold(700, 10, 10)
    frozen = gc.get_freeze_count()
    with rare_collection():
        assert gc.get_threshold()[0] >= 10_000
        assert gc.get_freeze_count() > frozen
    assert gc.get_threshold() == (700, 10, 10)
    assert gc.get_freeze_count() == 0


class Circle:
    """Garbage that only the collector can find."""

    def __init__(self) -> None:
        self.itself = self


def test_while_it_runs_garbage_in_circles_is_found_before_it_is_much(
    usual_collection: None,
) -> None:
    with rare_collection():
        first = weakref.ref(Circle())
        assert first() is not None
        for _ in range(30_000):
            Circle()
        assert first() is None


# ── What goes on ─────────────────────────────────────────────────────────────────────────────────


def stroke(at: float, phase: Any = "during") -> Gesture:
    return Gesture(at=at, zone="back", gesture="stroke", phase=phase)


def test_a_touch_without_news_is_over_after_six_tenths_of_a_second() -> None:
    """A hand whose end was lost must not be felt for a minute."""
    now = Ongoing()
    now.take([stroke(1.0)], 1.0)
    now.take([], 1.59)
    assert now.gesture is not None
    now.take([], 1.61)
    assert now.gesture is None
    now.take([stroke(2.0)], 2.0)
    now.take([stroke(2.1, "end")], 2.1)
    assert now.gesture is None


def test_settings_are_on_until_they_are_taken_back() -> None:
    now = Ongoing()
    now.take([Setting(at=0.0, name="quiet"), Setting(at=0.0, name="lap")], 0.0)
    assert now.settings == {"quiet", "lap"}
    now.take([Setting(at=1.0, name="quiet", on=False)], 1.0)
    assert now.settings == {"lap"}


@pytest.mark.parametrize(
    ("hours", "hour", "quiet"),
    [
        ((22.5, 7.0), 23.0, True),
        ((22.5, 7.0), 3.0, True),
        ((22.5, 7.0), 7.0, False),
        ((22.5, 7.0), 12.0, False),
        ((13.0, 15.0), 14.0, True),
        ((13.0, 15.0), 15.0, False),
        ((13.0, 15.0), 12.0, False),
        (None, 3.0, False),
    ],
)
def test_quiet_hours_may_go_over_midnight(
    hours: tuple[float, float] | None, hour: float, quiet: bool
) -> None:
    assert is_quiet(Quiet(hours=hours), frozenset(), hour) is quiet
    assert is_quiet(Quiet(hours=hours), frozenset({"quiet"}), hour)
