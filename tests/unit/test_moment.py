"""What the tree remembers of the last minutes, and the budget of calls, in numbers."""

from __future__ import annotations

import random
from typing import Any

import pytest

from moggy.behaviors.moment import NEVER, Moment
from moggy.messages import (
    Affect,
    Context,
    Event,
    FeltTouch,
    Gesture,
    PersonEstimate,
)
from moggy.personality import Personality, Quiet
from moggy.vocabulary import GesturePhase

DAY = Quiet(hours=None)


def moment(**personality: Any) -> Moment:
    cat = Personality(name="cat", **{"quiet": DAY, **personality})
    return Moment(cat, random.Random(1), {"hit": 10.0})


def take(at_moment: Moment, at: float, *events: Event, **given: Any) -> Moment:
    context: dict[str, Any] = {"person": PersonEstimate(), "pet": Affect(), **given}
    at_moment.take(Context(at=at, dt=0.1, hour=context.pop("hour", 12.0), events=events, **context))
    return at_moment


def happened(name: str, at: float, strength: float = 1.0, dose: float = 1.0, id: int = 1) -> Event:
    return Event(at=at, id=id, name=name, strength=strength, dose=dose)


def stroke(at: float, duration: float = 0.0, phase: GesturePhase = "during") -> Gesture:
    return Gesture(at=at, id=3, zone="back", gesture="stroke", phase=phase, duration=duration)


# ── Events ───────────────────────────────────────────────────────────────────────────────────────


def test_what_never_happened_is_nothing_and_long_ago() -> None:
    now = take(moment(), 5.0)
    assert (now.strength("hit"), now.since("hit"), now.count("hit")) == (0.0, 9999.0, 0.0)
    assert now.since_behavior("loaf") == NEVER
    assert now.since_touch == NEVER


def test_an_event_fades_by_half_in_six_seconds_or_as_the_tree_says() -> None:
    now = take(moment(), 1.0, happened("hit", 1.0, 0.8), happened("praised", 1.0, 0.8))
    take(now, 7.0)
    assert now.strength("praised") == pytest.approx(0.4)
    assert now.strength("hit") == pytest.approx(0.8 * 0.5**0.6)
    assert now.since("hit") == 6.0
    take(now, 1.0 + 19.9 * 6.0)
    assert now.strength("praised") > 0.0
    take(now, 1.0 + 20.1 * 6.0)
    assert now.strength("praised") == 0.0
    take(now, 1e9)
    assert now.since("hit") == NEVER


def test_a_weaker_event_does_not_lessen_what_stands_and_a_stronger_one_replaces_it() -> None:
    now = take(moment(), 0.0, happened("praised", 0.0, 0.8))
    take(now, 6.0, happened("praised", 6.0, 0.1))
    assert now.strength("praised") == pytest.approx(0.4)
    take(now, 6.0, happened("praised", 6.0, 0.9, id=7))
    assert now.strength("praised") == 0.9
    assert now.traces["praised"].id == 7
    assert now.last_event == "praised"


def test_the_count_fades_by_half_in_a_minute_and_parts_of_an_event_count_as_parts() -> None:
    now = take(moment(), 0.0, happened("praised", 0.0))
    take(now, 60.0, happened("praised", 60.0, dose=0.25))
    assert now.count("praised") == pytest.approx(0.75)
    take(now, 60.0, happened("praised", 60.0, dose=9.0))
    assert now.count("praised") == pytest.approx(1.75)
    take(now, 1e6)
    assert now.count("praised") < 1e-17


def test_a_behaviour_that_ended_is_so_long_ago_at_most() -> None:
    now = take(moment(), 30.0)
    now.ended["loaf"] = 10.0
    assert now.since_behavior("loaf") == 20.0
    take(now, 1e6)
    assert now.since_behavior("loaf") == NEVER


# ── Touch ────────────────────────────────────────────────────────────────────────────────────────


def test_strokes_that_follow_one_another_are_one_petting() -> None:
    now = take(moment(), 10.0, gesture=stroke(10.0, 0.5))
    assert (now.since_touch, now.petted) == (0.0, 0.5)
    take(now, 11.0)
    assert now.since_touch == 1.0
    assert now.petted == pytest.approx(1.5)
    take(now, 12.0, gesture=stroke(12.0, 0.1))
    assert now.petted == pytest.approx(2.5)
    take(now, 14.1)
    assert now.petted == 0.0
    take(now, 14.2, gesture=stroke(14.2, 0.1))
    assert now.petted == pytest.approx(0.1)
    take(now, 1e6)
    assert now.since_touch == NEVER


def test_how_a_touch_felt_counts_while_it_goes_on_and_for_two_seconds() -> None:
    felt = FeltTouch(event="stroked", at=1.0, zone="back", liking=0.5, good=0.7, bad=0.0)
    now = take(moment(), 1.0, gesture=stroke(1.0), pet=Affect(touch=felt))
    assert now.felt == felt
    assert now.touch == now.petting == stroke(1.0)
    assert take(now, 3.0, pet=Affect(touch=felt)).felt == felt
    assert now.touch is None
    assert now.petting == stroke(1.0)
    assert take(now, 3.1, pet=Affect(touch=felt)).felt is None


# ── Addressed ────────────────────────────────────────────────────────────────────────────────────


def test_it_is_addressed_by_who_turns_to_it_for_ten_seconds_or_touches_it() -> None:
    assert not take(moment(), 1.0, happened("arrived", 1.0)).addressed
    now = take(moment(), 1.0, happened("called", 1.0))
    assert now.addressed
    assert take(now, 11.0).addressed
    assert not take(now, 11.1).addressed
    assert take(now, 20.0, gesture=stroke(20.0)).addressed


def test_it_is_quiet_in_its_hours_or_when_asked() -> None:
    night = moment(quiet=Quiet(hours=(22.0, 7.0)))
    assert take(night, 0.0, hour=23.0).quiet
    assert not take(night, 1.0, hour=12.0).quiet
    assert take(night, 2.0, hour=12.0, settings=frozenset({"quiet"})).quiet


# ── Calls ────────────────────────────────────────────────────────────────────────────────────────


def loudness(now: Moment, wanted: float = 0.9, *, involuntary: bool = False) -> float:
    call = now.call("meow", wanted, involuntary=involuntary, because=(4,))
    return 0.0 if call is None else call.loudness


def test_a_call_carries_the_feelings_its_cause_and_a_seed_of_its_own() -> None:
    now = take(moment(), 3.0, pet=Affect(valence=0.4, arousal=-0.2))
    first, second = (
        now.call("meow", 0.5, involuntary=False, because=(4,)),
        now.call("meow", 0.5, involuntary=False, because=(4,)),
    )
    assert first is not None
    assert second is not None
    assert (first.at, first.name, first.loudness, first.valence, first.arousal, first.because) == (
        3.0,
        "meow",
        0.5,
        0.4,
        -0.2,
        (4,),
    )
    assert first.seed != second.seed


def test_of_its_own_accord_it_calls_as_often_an_hour_as_its_budget_allows() -> None:
    now = take(moment(quiet=Quiet(hours=None, budget=2.9)), 10.0)
    assert [loudness(now) > 0.0 for _ in range(4)] == [True, True, False, False]
    take(now, 3609.9)
    assert loudness(now) == 0.0
    take(now, 3610.0)
    assert [loudness(now) > 0.0 for _ in range(3)] == [True, True, False]


def test_an_answer_is_not_counted() -> None:
    now = take(moment(quiet=Quiet(hours=None, budget=1.0)), 0.0, happened("called", 0.0))
    assert all(loudness(now) > 0.0 for _ in range(5))
    take(now, 20.0)
    assert [loudness(now) > 0.0 for _ in range(2)] == [True, False]


@pytest.mark.parametrize(
    ("settings", "addressed", "calls"),
    [
        ({"focus"}, False, False),
        ({"focus"}, True, True),
        ({"stop"}, True, False),
        ({"quiet"}, True, False),
        ({"lap"}, False, True),
    ],
)
def test_what_the_owner_set_keeps_it_from_calling(
    settings: Any, addressed: bool, calls: bool
) -> None:
    events = [happened("called", 0.0)] if addressed else []
    now = take(moment(), 0.0, *events, settings=frozenset(settings))
    assert (loudness(now) > 0.0) is calls


def test_a_pet_that_does_not_talk_only_lets_out_what_escapes_it() -> None:
    now = take(moment(talkative=0.0), 0.0, happened("called", 0.0))
    assert loudness(now) == 0.0
    assert loudness(now, involuntary=True) == 0.9


def test_no_call_is_louder_than_allowed_and_what_escapes_it_at_night_is_a_whisper() -> None:
    soft = moment(quiet=Quiet(hours=(22.0, 7.0), loudest=0.6))
    take(soft, 0.0, hour=12.0)
    assert loudness(soft) == loudness(soft, involuntary=True) == 0.6
    assert loudness(soft, 0.3) == loudness(soft, 0.3, involuntary=True) == 0.3
    take(soft, 1.0, hour=23.0)
    assert loudness(soft) == 0.0
    assert loudness(soft, involuntary=True) == 0.25
    assert loudness(soft, 0.1, involuntary=True) == 0.1


def test_nothing_is_said_silently() -> None:
    assert take(moment(), 0.0).call("meow", 0.0, involuntary=True, because=()) is None


def test_the_moment_counts_its_ticks() -> None:
    """Expressions of a tree are worked out once a tick: they compare this number."""
    now = moment()
    assert [take(now, 0.1 * n).n for n in range(3)] == [1, 2, 3]
