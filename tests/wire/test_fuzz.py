"""Damaged and lying frames, both ways; `python -m bench fuzz_wire` sends ten million bytes."""

from __future__ import annotations

from bench.fuzz_wire import to_boards, to_brain
from tests.firmware.rig import CAT


def test_the_board_survives_and_answers_the_same_in_both_interpreters() -> None:
    assert to_boards(CAT, 200_000, seed=3) > 10_000


def test_the_brain_survives_and_still_hears_the_board() -> None:
    assert to_brain(CAT, 200_000, seed=3) > 50
