"""No table within the schema's bounds can make the pet run away or get stuck: shown on random
tables, tempers and lives."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.rehearse import a_mind, any_table
from moggy.brain.appraisals import Appraisals
from moggy.brain.feeling_shapes import RETURNS
from moggy.brain.mind import Mind
from moggy.config import Files
from moggy.messages import Affect, Event
from moggy.personality import Personality, Temperament

NAMES = ("stroked", "hit", "praised", "loud_noise")
TRAITS = ("neuroticism", "extraversion", "dominance", "impulsiveness", "agreeableness")


def anybody(rng: random.Random) -> Personality:
    return Personality(
        name="any",
        temperament=Temperament(
            **{trait: rng.choice((0.0, rng.random(), 1.0)) for trait in TRAITS}
        ),
    )


def storm(mind: Mind, rng: random.Random, since: float, until: float) -> None:
    """Events as hard and as often as they come."""
    now = since
    while now < until:
        now += rng.choice((0.02, 0.2, 1.0, 7.0))
        events = tuple(
            Event(
                at=now,
                name=rng.choice(NAMES),
                zone=rng.choice(("back", "head", None)),
                person=rng.choice(("anna", "bob", None)),
                strength=rng.choice((0.1, 1.0)),
                dose=rng.choice((0.2, 1.0)),
            )
            for _ in range(rng.choice((0, 1, 3)))
        )
        check_ranges(mind.feel(events, (), now, 0.1)[1])


def check_ranges(pet: Affect) -> None:
    units = [
        *pet.emotions.values(),
        *pet.drives.values(),
        pet.bond.trust,
        pet.bond.familiarity,
        pet.enough,
    ]
    signed = [pet.mood.pleasure, pet.mood.arousal, pet.mood.dominance, pet.valence, pet.arousal]
    assert all(0.0 <= x <= 1.0 for x in units), pet
    assert all(-1.0 <= x <= 1.0 for x in signed), pet


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_no_table_runs_away_and_none_gets_stuck(seed: int) -> None:
    """Two lives through different storms, then silence: they forget what they felt, as fast as the
    table says."""
    rng = random.Random(seed)
    table, personality = any_table(rng, NAMES), anybody(rng)
    one, two = (a_mind(table, personality, hour=8.0) for _ in range(2))
    storm(one, random.Random(seed + 1), 0.0, 200.0)
    storm(two, random.Random(seed + 2), 0.0, 200.0)
    two.feelings.drives.levels = list(one.feelings.drives.levels)
    emotions, moods = [], []
    for hours in (1.0, 1.5):
        pets = [mind.feel((), (), 220.0 + 3600.0 * hours, 0.1)[1] for mind in (one, two)]
        for pet in pets:
            check_ranges(pet)
        emotions.append(
            max(
                abs(a - b)
                for a, b in zip(
                    *(mind.feelings.emotions.levels for mind in (one, two)), strict=True
                )
            )
        )
        moods.append(
            [
                abs(a - b)
                for a, b in zip(*(mind.feelings.mood.at for mind in (one, two)), strict=True)
            ]
        )
        assert all(pet.enough < 0.01 for pet in pets)
    assert emotions[1] < 5e-3
    for name, before, after in zip(("pleasure", "arousal", "dominance"), *moods, strict=True):
        keeps = math.exp(-1800.0 / table.mood.returns.get(name, RETURNS[name]))
        assert after <= before * keeps * 1.01 + 1e-3


@settings(max_examples=8, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_the_loop_gain_of_the_mood_is_below_one(seed: int) -> None:
    """Two moods as different as can be, the same life: they come closer, and never lock into two
    different ends."""
    rng = random.Random(seed)
    table = any_table(rng, NAMES)
    plain = {name: rule.model_copy(update={"also": []}) for name, rule in table.events.items()}
    mood = table.mood.model_copy(update={"congruence": 0.4, "draws": 20.0})
    table = table.model_copy(update={"events": plain, "mood": mood})
    minds = [a_mind(table, Personality(name="any"), hour=8.0) for _ in range(2)]
    for mind, pleasure in zip(minds, (-1.0, 1.0), strict=True):
        mind.feelings.mood.at[0] = pleasure
    for mind in minds:
        storm(mind, random.Random(seed + 1), 0.0, 1800.0)
    low, high = (mind.feelings.mood.at[0] for mind in minds)
    keeps = math.exp(-1800.0 / table.mood.returns.get("pleasure", 2400.0))
    assert abs(high - low) <= 2.0 * keeps + 0.05


def test_mood_over_simulated_weeks_does_not_drift() -> None:
    """Every day the same: the mood at breakfast stays within 10 % of its range of the first. Three
    weeks: `bench/feel.py`."""
    mind = a_mind(
        Files().load("appraisals/cat.yaml", Appraisals), Personality(name="cat"), hour=8.0
    )
    breakfasts = []
    for day in range(5):
        for hour in range(24):
            at = 86400.0 * day + 3600.0 * hour
            for name, second in (
                ("praised", 5.0),
                ("stroked", 10.0),
                ("scolded", 900.0),
                ("left_alone", 1800.0),
            ):
                if hour < 14:
                    mind.feel(
                        (Event(at=at + second, name=name, zone="head", person="anna"),),
                        (),
                        at + second,
                        1.0,
                    )
        breakfasts.append(mind.feel((), (), 86400.0 * (day + 1), 1.0)[1].mood)
    for mood in breakfasts:
        assert mood.pleasure == pytest.approx(breakfasts[0].pleasure, abs=0.2)
        assert mood.arousal == pytest.approx(breakfasts[0].arousal, abs=0.2)
        assert mood.dominance == pytest.approx(breakfasts[0].dominance, abs=0.2)
