"""The board's state alone, and when it changes; times in ms."""

from __future__ import annotations

from typing import Any

import pytest

from moggy import wire
from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT

TTL = 300


class States:
    """A board's state, with all servos attached and no joint moving unless it is said."""

    def __init__(self, now: int = 0) -> None:
        self.now = now
        self.attached = self.still = True
        self.mode: Any = LockStepBoard(CAT).module("mode").Mode(now)

    def after(self, ms: int) -> str:
        """The name of the state `ms` later; looked at once."""
        self.now += ms
        now = self.now & 0x3FFFFFFF
        found = self.mode.next(now, self.attached, self.still)
        if found != self.mode.state:
            self.mode.enter(found, now)
        return wire.STATES[found]

    def setpoint(self, ttl_ms: int = TTL) -> None:
        self.mode.refresh(self.now & 0x3FFFFFFF, ttl_ms)

    def running(self) -> States:
        """With a setpoint that was just received."""
        self.setpoint()
        assert [self.after(0), self.after(0)] == ["starting", "running"]
        return self


def test_without_a_setpoint_it_stays_limp() -> None:
    states = States()
    assert {states.after(1000) for _ in range(100)} == {"limp"}


def test_it_starts_until_every_servo_has_its_pulses() -> None:
    states = States()
    states.attached = False
    states.setpoint(1000)
    assert [states.after(10) for _ in range(20)] == ["starting"] * 20
    states.attached = True
    assert states.after(10) == "running"


def test_a_setpoint_that_grew_old_while_it_started_is_not_followed() -> None:
    states = States()
    states.attached = False
    states.setpoint()
    states.after(10)
    states.after(TTL)
    states.attached = True
    assert states.after(10) == "hold"


@pytest.mark.parametrize("begin", [0, (1 << 30) - 100], ids=["", "across the wrap"])
def test_a_setpoint_is_good_for_its_time_to_live_and_no_millisecond_longer(begin: int) -> None:
    states = States(begin).running()
    assert [states.after(TTL), states.after(1)] == ["running", "hold"]


def test_a_setpoint_that_is_forgotten_is_good_no_longer() -> None:
    states = States().running()
    states.mode.forget()
    assert states.after(0) == "hold"


def test_it_holds_for_two_seconds_then_rests() -> None:
    states = States().running()
    assert states.after(TTL + 1) == "hold"
    assert [states.after(1999), states.after(1)] == ["hold", "rest"]


@pytest.mark.parametrize("away", [1000, 4000], ids=["hold", "rest"])
def test_a_brain_that_comes_back_is_followed_at_once(away: int) -> None:
    states = States().running()
    states.after(TTL + 1)
    states.still = False
    assert states.after(away) == ("hold" if away < 2000 else "rest")
    states.setpoint()
    assert states.after(10) == "running"


def test_it_goes_limp_three_seconds_after_the_last_joint_has_come_to_rest() -> None:
    states = States().running()
    states.after(TTL + 1)
    states.still = False
    assert {states.after(2000) for _ in range(10)} == {"rest"}, "as long as a joint moves"
    states.still = True
    assert [states.after(2999), states.after(1)] == ["rest", "limp"]


def test_gently_it_follows_only_after_it_has_come_to_rest() -> None:
    states = States()
    states.mode.gently = True
    states.still = False
    states.setpoint(60_000)
    assert [states.after(10) for _ in range(4)] == ["starting", "rest", "rest", "rest"]
    states.still = True
    assert states.after(10) == "running"
    assert not states.mode.gently


@pytest.mark.parametrize("state", ["stopped", "fault"])
def test_neither_a_stop_nor_a_fault_ends_by_itself(state: str) -> None:
    states = States().running()
    states.mode.enter(wire.STATES.index(state), states.now)
    states.setpoint(60_000)
    assert {states.after(1000) for _ in range(100)} == {state}
