"""Each gesture of a hand has an answer of its own, and what stays the same is answered less."""

from __future__ import annotations

import pytest

from bench.gesture_answers import GESTURES, to_one, to_pats, with_ben
from moggy.sim.day import Act

OWN = {
    "stroke": "purr_along",
    "pat": "answer_pats",
    "scratch": "enjoy_scratch",
    "hold": "melt",
    "tickle": "be_tickled",
    "poke": "mind_poke",
}
"""Gesture → the behaviour that is for it alone."""


@pytest.mark.parametrize("gesture", GESTURES)
def test_a_gesture_has_its_own_answer_and_none_of_another(gesture: str) -> None:
    assert {OWN[gesture]} <= set(to_one(gesture).behaviors)
    assert not ({*OWN.values()} - {OWN[gesture], "purr_along"}) & {*to_one(gesture).behaviors}


def test_pats_scratches_tickles_and_pokes_sound_different() -> None:
    heard = {name: to_one(name).calls[:1] for name in ("pat", "scratch", "tickle", "poke")}
    assert heard == {
        "pat": ("trill",),
        "scratch": ("murmur",),
        "tickle": ("chirp",),
        "poke": ("snort",),
    }
    stroked, held = to_one("stroke"), to_one("hold")
    assert not stroked.calls
    assert not held.calls
    assert stroked.purr > 1.3 * held.purr > 0.1


def test_ten_equal_pats_are_answered_less_then_ignored_and_a_scratch_renews_the_answer() -> None:
    pats, after = to_pats()
    first, middle, last = pats[0], pats[4], pats[-1]
    assert first.calls == ("trill",)
    assert 0.0 < middle.seconds["answer_pats"] < 0.8 * first.seconds["answer_pats"]
    assert 0.0 < middle.purr < first.purr
    assert not middle.calls
    assert set(last.behaviors) == {"ignore_hand"}
    assert not last.calls
    assert last.purr == 0.0
    assert after.calls == first.calls
    assert after.seconds["answer_pats"] >= 0.8 * first.seconds["answer_pats"]
    assert after.purr >= 0.8 * first.purr


@pytest.mark.parametrize("pressure", [0.3, 0.9])
def test_a_slow_pat_is_no_hand_that_rests(pressure: float) -> None:
    pat = {"pad": "loin", "pressure": pressure, "seconds": 0.3}
    events = with_ben([Act.model_validate({"at": 2.0, "press": pat})], 4.0).events()
    assert {"held", "squeezed", "hit"}.isdisjoint(event.name for event in events)
    assert [event.name for event in events].count("patted") == 1


def test_a_cat_that_was_poked_does_not_ask_to_play() -> None:
    assert not {"beg_play", "ask_for_company", "want_more"} & set(to_one("poke").behaviors)
