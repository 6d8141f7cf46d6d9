"""A life with a camera, a microphone or a hand, and no script that says who comes."""

from __future__ import annotations

from pathlib import Path

import pytest

import moggy
from moggy.assemble import lived_again
from moggy.messages import AnySense, Touch
from tests.unit.test_presence import seen, speaks

WHO_COMES = {"greet", "size_up", "look_up"}
"""Behaviours that answer somebody who comes."""


def hand(begin: float, end: float) -> list[AnySense]:
    count = round((end - begin) * 50)
    touches = (Touch(at=begin + n / 50, zone="back", pressure=0.35) for n in range(count))
    return [*touches, Touch(at=end, pressure=0.0)]


def begun(life: moggy.Life, after: float) -> set[str]:
    return {tick.decision.behavior for tick in life.ticks if tick.decision.since >= after}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_minute_of_faces_leads_to_a_greeting_and_that_they_went_is_noticed(
    seed: int, tmp_path: Path
) -> None:
    life = moggy.live(moggy.Pet(seed=seed), seen(20.0, 80.0), seconds=300.0)
    life.save(tmp_path / "journal.mcap")
    coming = [event.name for event in life.events() if event.name in ("arrived", "left")]
    assert coming == ["arrived", "left"]
    assert "greet" in begun(life, 21.0)
    assert not any(moment.differs for moment in lived_again(tmp_path / "journal.mcap"))


def test_a_minute_of_a_picture_leads_to_no_greeting() -> None:
    poster = seen(20.0, 80.0, blinks=False, sways=False)
    life = moggy.live(moggy.Pet(seed=1), poster, seconds=120.0)
    assert not begun(life, 20.0) & WHO_COMES
    assert "arrived" not in {event.name for event in life.events()}


@pytest.mark.parametrize("senses", [speaks(20.0, 23.0), hand(20.0, 24.0)])
def test_somebody_who_is_only_heard_or_felt_is_answered(senses: list[AnySense]) -> None:
    life = moggy.live(moggy.Pet(seed=1), senses, seconds=60.0)
    assert begun(life, 20.0) & WHO_COMES
