"""Pads of other sizes and under other fur than the default: the body's file says what a hand adds,
and the same hand is felt the same everywhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from moggy.body import Body
from moggy.messages import Touch
from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT, Life
from .test_lost_chips import felt


def furred(**full_pf: float) -> Body:
    """The cat with other fur on some pads."""
    data = CAT.model_dump()
    for pad, value in full_pf.items():
        data["pads"][pad]["full_pf"] = value
    return Body.model_validate(data)


BODY = furred(back=2.0, loin=24.0)


@pytest.fixture
def life(wake: Callable[..., Life]) -> Life:
    return wake(BODY)


def hand(firm: float, *pads: str) -> tuple[float, ...]:
    """A hand on these pads, as the simulated world has it."""
    channels = [CAT.pads[pad].channel for pad in pads]
    return tuple([firm if channel in channels else 0.0 for channel in range(12)])


@pytest.mark.parametrize("firm", [0.25, 0.6])
def test_the_same_hand_is_felt_the_same_under_any_fur(life: Life, firm: float) -> None:
    life.live(1.0)
    touch: Touch = felt(life, 1.0, pads=hand(firm, "shoulders", "back", "loin"))[-1]
    assert touch.pads == pytest.approx({"shoulders": firm, "back": firm, "loin": firm}, abs=0.04)


@pytest.mark.parametrize(("full_pf", "share"), [(8.0, 1.0), (4.0, 0.5), (2.0, 0.25)])
def test_fur_that_the_file_does_not_know_weakens_a_hand(full_pf: float, share: float) -> None:
    """The simulated chip feels it through the fur, and the firmware takes it for the default."""
    board = LockStepBoard(CAT)
    board.bench.skin.fur[CAT.pads["back"].channel] = round(1000 * full_pf / 8)
    life = Life(board).live(1.0)
    touch = felt(life, 1.0, pads=hand(0.8, "back"))[-1]
    assert touch.pressure == pytest.approx(0.8 * share, abs=0.02)


def test_a_body_without_pads_needs_no_touch_chip() -> None:
    data = CAT.model_dump()
    data["pads"] = {}
    body = Body.model_validate(data)
    board = LockStepBoard(body)
    board.bench.skin.present = False
    life = Life(board, body).live(3.0)
    assert (life.state, life.faults) == ("running", ())


def test_the_shipped_body_has_the_default_on_every_pad() -> None:
    board = LockStepBoard(CAT)
    assert board.module("body_config").FULL_FF == (8000,) * 12
    assert board.bench.skin.fur == [1000] * 12
    assert board.module("main").build(board.module("machine").UART(0))._skin._full == (8000,) * 12
