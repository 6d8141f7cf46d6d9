"""Ticks that come late: what is made up for stays within the joints' limits of velocity over the
time that has passed."""

from __future__ import annotations

from itertools import pairwise

import pytest

from moggy.actuators.serial_body import SerialBody
from moggy.link import MemoryLink
from moggy.messages import Command
from moggy.sim.board.wires import WorldInputs

from .rig import CAT, COUNT_US, INTERPRETERS, Board, started
from .test_fault_matrix import STEPS_AT_ONCE, swinging

STEP_S = 0.02
"""Seconds from one step of the joints to the next."""
Pulses = list[tuple[float, dict[str, int]]]
"""When the pulses were others than before, s; and the pulses, µs."""


def late_life(board: Board, seconds: float) -> Pulses:
    """All joints swing as fast as they may while every tick comes 60 to 200 ms late. The pulses
    are looked at each millisecond."""
    body = SerialBody(MemoryLink(board.line), CAT)
    found: Pulses = []
    begin = 2.0
    for ms in range(1, round((begin + seconds) * 1000)):
        now = ms / 1000.0
        if ms % 20 == 0:
            list(body.poll(now))
            body.move(Command(at=now, pose=swinging(now)))
        if now == begin:
            board.feed(WorldInputs(faults=("ticks_late",)))
        board.advance(now)
        pulses = dict(board.outputs().servos)
        if now >= begin and (not found or pulses != found[-1][1]):
            found.append((now, pulses))
    return found


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_what_is_made_up_for_is_within_the_velocity_of_the_time_that_passed(
    interpreter: str,
) -> None:
    """Within any time that passes a pulse changes by no more than its joint may move in it, and in
    one step more, since steps lie on a grid of 20 ms; and by five steps at once at most."""
    with started(interpreter) as board:
        seen = late_life(board, 20.0)
    assert len(seen) > 100
    most = 0.0
    for name, joint in CAT.joints.items():
        a_step = abs(joint.us_per_rad) * joint.velocity * STEP_S
        off = COUNT_US + 1.0
        for (_, was), (_, now) in pairwise(seen):
            change = abs(now[name] - was[name])
            assert change <= STEPS_AT_ONCE * a_step + off, name
            most = max(most, change / a_step)
        for index, (begin, was) in enumerate(seen):
            for at, now in seen[index + 1 : index + 12]:
                steps = (at - begin) / STEP_S + 1.0
                assert abs(now[name] - was[name]) <= steps * a_step + off, (name, begin, at)
    assert most > STEPS_AT_ONCE - 1, "some were as far as that"
