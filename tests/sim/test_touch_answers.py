"""Hands as they are taken and answered: from a hand on the simulated body through the firmware and
the readers to what the cat does."""

from __future__ import annotations

import itertools

import pytest

from bench.touch_answers import (
    FIRM,
    SKIN,
    along_the_side,
    changes,
    firm,
    gestures,
    sentence,
    shaken,
    strength,
    struck,
    told_and_carried,
)

NEAR = {
    "left flank": {"belly", "back"},
    "right flank": {"belly", "back"},
    "haunch": {"tail_base", "back", "belly"},
    "front leg": {"belly", "paws", "back"},
    "hind leg": {"belly", "tail_base", "back"},
    "chest": {"chin", "neck", "cheeks"},
    "shoulders": {"back"},
    "forehead": {"head"},
    "cheek": {"cheeks"},
    "tail base": {"tail_base"},
    "paw": {"paws"},
}
"""Place on the skin → zones whose pads are nearest; where none is given, the zone of its name."""


@pytest.mark.parametrize("area", [0.3, 0.05])
def test_a_firm_pat_or_poke_on_a_body_at_rest_is_no_hit(area: float) -> None:
    for pressure in FIRM[::7]:
        life = firm(pressure, area)
        assert not life.events("hit")
        assert {"patted", "poked", "tapped"} & {event.name for event in life.events()}


@pytest.mark.parametrize("place", SKIN)
def test_a_hit_is_a_hit_wherever_it_lands_and_nothing_besides(place: str) -> None:
    life = struck(SKIN[place], 0.8)
    (hit,) = life.events("hit")
    assert hit.zone in NEAR.get(place, {place})
    others = {event.name for event in life.events()} - {"arrived", "greeted", "looked_at"}
    assert others == {"touched", "hit", "knocked", "released"}
    assert "flinch" in life.behaviors()


@pytest.mark.parametrize("height", [0.175, 0.145])
def test_a_hand_to_and_fro_along_the_side_is_one_stroke(height: float) -> None:
    life = along_the_side(0.12, height)
    told = [gesture for gesture in gestures(life) if gesture.duration > 0.4]
    assert {gesture.gesture for gesture in told} == {"stroke"}
    assert sum(gesture.phase == "begin" for gesture in gestures(life)) == 1


@pytest.mark.parametrize("height", [0.19, 0.175, 0.16, 0.145])
@pytest.mark.parametrize("speed", [0.05, 0.12])
def test_a_hand_between_a_good_and_a_bad_place_makes_nothing_flicker(
    height: float, speed: float
) -> None:
    """The cat makes up its mind, and its sentence keeps its words for a second."""
    ticks = along_the_side(speed, height).between(3.0, 8.0).ticks
    assert changes([tick.decision.behavior for tick in ticks]) <= 2
    began = [
        now.at
        for before, now in itertools.pairwise(ticks)
        if sentence(now.decision.why) != sentence(before.decision.why)
    ]
    assert len(began) <= 5
    assert all(b - a >= 0.99 for a, b in itertools.pairwise(began))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_short_shake_is_a_shake_and_the_harder_the_more(axis: int) -> None:
    found = [strength(shaken(3, g, 3.0, axis), "shaken") for g in (1.0, 1.75, 2.5)]
    assert 0.3 < found[0] < found[1] < found[2]


def test_one_jerk_is_no_shake() -> None:
    assert strength(shaken(2, 2.0, 4.0), "shaken") == 0.0
    assert strength(struck(SKIN["back"], 1.0), "shaken") == 0.0


@pytest.mark.parametrize("said", ["go away", "bad cat, stop that"])
def test_lifted_it_is_carried_whatever_was_said_before(said: str) -> None:
    life = told_and_carried(said)
    assert "be_carried" not in life.between(0.0, 5.0).behaviors()
    # The reflex of who is lifted by somebody new lasts 2.2 s.
    assert set(life.between(7.5, 12.0).behaviors()) == {"be_carried"}
