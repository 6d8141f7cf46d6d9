"""The pet's feelings: exact in time, in the right order, bounded, and kind."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest

from bench.rehearse import a_mind, last, rehearse, touch
from moggy.brain.affect import home_of
from moggy.brain.appraisals import Appraisals
from moggy.brain.memory import Remembered
from moggy.brain.mind import Mind
from moggy.config import Files
from moggy.messages import (
    Affect,
    AnySense,
    Battery,
    Event,
    Face,
    Person,
    PersonEstimate,
    Setting,
    Thought,
    Voice,
    Words,
)
from moggy.personality import Personality, Temperament
from moggy.vocabulary import EMOTIONS, GestureName, ZoneName

TABLE = Files().load("appraisals/cat.yaml", Appraisals)
CAT = Personality(name="cat")


def cat(personality: Personality = CAT, table: Appraisals = TABLE, hour: float = 10.0) -> Mind:
    return a_mind(table, personality, hour=hour)


def numbers(person: PersonEstimate, pet: Affect) -> list[float]:
    mood = pet.mood
    return [
        *pet.emotions.values(),
        mood.pleasure,
        mood.arousal,
        mood.dominance,
        *pet.drives.values(),
        pet.bond.trust,
        pet.bond.familiarity,
        pet.enough,
        pet.valence,
        pet.arousal,
        person.valence,
        person.arousal,
        person.valence_sd,
        person.confidence,
        *person.probabilities.values(),
    ]


def a_day() -> list[AnySense]:
    """A bit of everything, at odd times."""
    senses: list[AnySense] = [
        Person(at=0.73, id=1, person="anna", change="arrives"),
        Words(
            at=2.311,
            id=2,
            person="anna",
            text="good cat",
            valence=0.6,
            arousal=0.2,
            intent="praise",
            confidence=0.7,
        ),
        *touch("head", 3.017, 9.25),
        *touch("belly", 12.03, 31.71),
        *touch("back", 33.333, 33.41, "hit", pressure=0.95),
        Voice(at=36.77, id=3, level=-5.0),
        Battery(at=40.001, id=4, level=0.15),
        Setting(at=45.5, id=5, name="away"),
        Person(at=50.2, id=6, person="anna", change="leaves"),
    ]
    senses += [
        Face(
            at=14.0 + 0.0973 * i,
            id=100 + i,
            person="anna",
            valence=0.4,
            arousal=0.2,
            confidence=0.8,
            looking=0.9,
        )
        for i in range(80)
    ]
    return senses


@pytest.mark.parametrize("rate", [10.0, 200.0])
def test_the_same_events_give_the_same_feelings_at_any_tick_rate(rate: float) -> None:
    """Between senses and to 1e-9, compared at every tenth of a second."""
    reference = {round(m.at, 6): numbers(m.person, m.pet) for m in rehearse(cat(), a_day(), 70.0)}
    compared = 0
    for moment in rehearse(cat(), a_day(), 70.0, rate=rate):
        expected = reference.get(round(moment.at, 6))
        if expected is not None and round(moment.at * 10.0, 6) == round(moment.at * 10.0):
            assert numbers(moment.person, moment.pet) == pytest.approx(expected, abs=1e-9)
            compared += 1
    assert compared > 600


def test_silence_is_noticed_at_its_own_time_and_at_no_tick_rate() -> None:
    slow = [e for m in rehearse(cat(), [], 2000.0, rate=0.5) for e in m.events]
    fast = [e for m in rehearse(cat(), [], 2000.0, rate=10.0) for e in m.events]
    assert [(e.name, e.at) for e in slow] == [(e.name, e.at) for e in fast]
    assert [e.at for e in slow if e.name == "left_alone"] == [300.0, 900.0]


def test_what_happens_at_one_instant_has_no_order() -> None:
    events = [
        Event(at=1.0, id=1, name="praised", person="anna"),
        Event(at=1.0, id=2, name="hit", person="anna", zone="back"),
        Event(at=1.0, id=3, name="patted", person="anna", zone="head"),
        Event(at=1.0, id=4, name="loud_noise"),
    ]
    results = []
    for order in permutations(events):
        mind = cat()
        mind.feel((), (), 0.0, 0.02)
        mind.feel(order, (), 1.0, 1.0)
        results.append(numbers(*mind.feel((), (), 2.0, 1.0)))
    for result in results:
        assert result == pytest.approx(results[0], abs=1e-12)


def after(events: Sequence[Event], until: float) -> Affect:
    mind = cat()
    mind.feel((), (), 0.0, 0.02)
    for event in events:
        mind.feel((event,), (), event.at, 0.1)
    return mind.feel((), (), until, 0.1)[1]


def test_reinforcing_causes_combine_as_a_soft_maximum() -> None:
    praised = Event(at=1.0, name="praised", person="anna")
    smiled = Event(at=1.0, name="smiled_at", person="anna")
    one, other = (after([event], 3.0).emotions["joy"] for event in (praised, smiled))
    both = after([praised, smiled], 3.0).emotions["joy"]
    assert max(one, other) < both < min(1.0, one + other)


def test_one_cause_counts_once() -> None:
    once = after([Event(at=1.0, name="sadness_seen", person="anna")], 3.0).emotions["concern"]
    thrice = after(
        [Event(at=1.0 + 0.2 * i, name="sadness_seen", person="anna") for i in range(3)], 3.0
    ).emotions["concern"]
    assert thrice == pytest.approx(once, rel=0.02)


def test_sadness_outlasts_joy_and_anger_which_outlast_the_short_ones() -> None:
    """Verduyn & Lavrijsen 2015: each stirred alike, seconds until it shows half as much as at its
    peak."""
    lasts = {}
    for name in EMOTIONS:
        table = TABLE.model_copy(
            update={
                "events": {
                    "it": TABLE.events["praised"].model_copy(update={"emotions": {name: 0.8}})
                }
            }
        )
        mind = cat(table=table)
        mind.feel((), (), 0.0, 0.1)
        mind.feel((Event(at=0.1, name="it"),), (), 0.1, 0.1)
        course = [mind.feel((), (), 0.1 + 0.1 * i, 0.1)[1].emotions[name] for i in range(1, 6000)]
        peak = course.index(max(course))
        lasts[name] = next(
            i for i, level in enumerate(course) if i > peak and level < 0.5 * course[peak]
        )
    assert lasts["sadness"] >= lasts["joy"] >= lasts["anger"]
    assert lasts["anger"] > max(lasts["fear"], lasts["disgust"], lasts["surprise"])


def test_a_stroke_lifts_the_mood_and_calms() -> None:
    before = last(cat(), [], 1.0).pet
    stroked = last(cat(), touch("head", 1.0, 61.0), 61.0).pet
    assert stroked.mood.pleasure > before.mood.pleasure + 0.05
    assert stroked.valence > before.valence + 0.4
    assert stroked.arousal < before.arousal
    assert stroked.emotions["contentment"] > 0.3


def test_a_stroke_is_felt_within_a_second() -> None:
    assert last(cat(), touch("head", 1.0, 2.0), 1.6).pet.emotions["contentment"] > 0.25


def test_the_best_stroke_is_slow() -> None:
    levels = [
        last(cat(), touch("neck", 1.0, 3.0, speed=v), 3.0).pet.emotions["contentment"]
        for v in (0.003, 0.03, 0.4)
    ]
    assert levels[1] > levels[0] > 0.0
    assert levels[1] > levels[2] > 0.0


def test_a_disliked_zone_is_unpleasant() -> None:
    assert last(cat(), touch("belly", 1.0, 6.0), 6.0).pet.valence < 0.0
    assert last(cat(), touch("cheeks", 1.0, 6.0), 6.0).pet.valence > 0.5


def test_against_the_fur_is_not_liked() -> None:
    assert last(cat(), touch("neck", 1.0, 6.0, along_fur=-0.9), 6.0).pet.valence < 0.0


def test_ten_equal_touches_wear_off_and_a_pause_brings_them_back() -> None:
    bouts: tuple[tuple[GestureName, float], ...] = (("pat", 0.3), ("stroke", 3.0))
    for gesture, seconds in bouts:
        begins = [5.0 * i + 1.0 for i in range(10)] + [400.0]
        senses = [g for begin in begins for g in touch("head", begin, begin + seconds, gesture)]
        name = "patted" if gesture == "pat" else "stroked"
        answers = responses(senses, name)
        first, tenth, rested = answers[0], answers[9], answers[10]
        assert tenth < 0.7 * first, gesture
        assert rested > 0.9 * first, gesture


def responses(senses: Sequence[AnySense], name: str) -> list[float]:
    """How far each bout of an event would stir joy, were it alone: the height of its answer."""
    mind = cat()
    heights: list[float] = []
    bout = -10.0
    for moment in rehearse(mind, senses, senses[-1].at + 1.0):
        for event in moment.events:
            if event.name == name:
                rule = TABLE.events[name]
                answer = mind.feelings.habituation.answer(
                    (event.name, event.zone, event.person), rule, event.at
                )
                if event.at - bout > 1.0:
                    heights.append(answer)
                else:
                    heights[-1] = min(heights[-1], answer)
                bout = event.at
    return heights


def test_something_else_breaks_habituation() -> None:
    events = [Event(at=1.0 + 2.0 * i, name="patted", zone="head", person="anna") for i in range(10)]
    key = ("patted", "head", "anna")
    mind = cat()
    for event in events:
        mind.feel((event,), (), event.at, 2.0)
    worn = mind.feelings.habituation.answer(key, TABLE.events["patted"], 20.0)
    mind.feel((Event(at=20.0, name="loud_noise"),), (), 20.0, 1.0)
    assert mind.feelings.habituation.answer(key, TABLE.events["patted"], 20.0) > worn + 0.1


def test_what_hurts_counts_more_each_time() -> None:
    mind = cat()
    answers = []
    for i in range(4):
        answers.append(
            mind.feelings.habituation.answer(("hit", "back", "bob"), TABLE.events["hit"], 10.0 * i)
        )
        mind.feel((Event(at=10.0 * i, name="hit", zone="back", person="bob"),), (), 10.0 * i, 10.0)
    assert answers == sorted(answers)
    assert 1.2 < answers[-1] <= 2.0


def test_bliss_turns_to_enough_and_a_pause_of_minutes_drains_it() -> None:
    mind = cat()
    at = {
        round(m.at, 1): m.pet for m in rehearse(mind, touch("back", 1.0, 181.0), 400.0, rate=10.0)
    }
    assert at[20.0].enough < 0.4
    assert at[20.0].valence > 0.4
    assert at[181.0].enough > 0.6
    assert at[181.0].valence < at[20.0].valence
    assert at[181.0].emotions["anger"] > 0.1
    assert at[360.0].enough < 0.25


def test_trust_and_a_liked_zone_put_off_enough() -> None:
    def enough(zone: ZoneName, trust: float) -> float:
        known = Remembered(people={"someone": {"trust": trust, "familiarity": 0.5}})
        return last(
            a_mind(TABLE, CAT, remembered=known), touch(zone, 1.0, 61.0), 61.0, rate=10.0
        ).pet.enough

    assert enough("head", 0.9) < enough("head", 0.3) < enough("back", 0.3) < enough("belly", 0.3)


def sad_face(person: str = "anna", seconds: float = 20.0, **shown: Any) -> list[Face]:
    felt: dict[str, Any] = {"valence": -0.6, "arousal": -0.3, **shown}
    return [
        Face(at=1.0 + 0.1 * i, id=10 + i, person=person, confidence=0.8, looking=0.8, **felt)
        for i in range(int(seconds * 10))
    ]


def test_sadness_is_met_with_closeness_and_calm() -> None:
    before = last(cat(), [], 1.0).pet
    pet = last(cat(), sad_face(), 20.0).pet
    assert pet.emotions["concern"] > 0.4
    assert pet.arousal < before.arousal
    assert pet.mood.arousal < before.mood.arousal
    assert before.valence - 0.15 < pet.valence < before.valence, "not pleased, and hardly troubled"


@pytest.mark.parametrize(
    "shown",
    [
        {"valence": -0.6, "arousal": -0.3},
        {"valence": -0.7, "arousal": 0.8},
        {"probabilities": {"afraid": 0.9}},
        {"probabilities": {"angry": 0.9}},
    ],
)
def test_nothing_mirrors_distress(shown: dict[str, Any]) -> None:
    calm = last(cat(), [], 20.0).pet
    pet = last(cat(), sad_face(**{"valence": None, "arousal": None, **shown}), 20.0).pet
    for name in ("fear", "anger", "disgust", "sadness", "loneliness"):
        assert pet.emotions[name] <= calm.emotions[name] + 1e-9
    assert pet.mood.arousal <= calm.mood.arousal


def test_an_anxious_cat_is_less_pleased_and_more_aroused() -> None:
    """Mehrabian's N is stability; here it is neuroticism, and the signs are turned over."""
    easy, anxious = (home_of(Temperament(neuroticism=n), 0.3) for n in (0.1, 0.9))
    assert anxious[0] < easy[0]
    assert anxious[1] > easy[1]


def test_the_night_makes_sleepy_and_an_empty_battery_hungry() -> None:
    def energy(hour: float, battery: float) -> float:
        senses: list[AnySense] = [Battery(at=0.5, id=1, level=battery)]
        return last(cat(hour=hour), senses, 3600.0 * 2, rate=0.2).pet.drives["energy"]

    assert energy(1.0, 1.0) < energy(12.0, 1.0) - 0.1
    assert energy(12.0, 0.05) < energy(12.0, 1.0) - 0.1


def test_being_alone_lowers_company_and_stirs_a_little_loneliness_that_does_not_grow_for_ever() -> (
    None
):
    course = [m.pet for m in rehearse(cat(), [], 12 * 3600.0, rate=0.1)]
    assert course[-1].drives["company"] < 0.3
    assert max(pet.emotions["loneliness"] for pet in course) < 0.5
    assert course[-1].emotions["sadness"] < 0.1


def test_a_drive_is_pleasant_in_the_middle_and_a_burden_on_either_side() -> None:
    def after_hours(company: float) -> Affect:
        mind = cat()
        mind.feelings.drives.levels[1] = company
        return mind.feel((), (), 120.0, 120.0)[1]

    lonely, well, crowded = (after_hours(level) for level in (0.02, 0.575, 0.99))
    assert lonely.emotions["loneliness"] > 0.2 > well.emotions["loneliness"]
    assert well.emotions["contentment"] > max(
        lonely.emotions["contentment"], crowded.emotions["contentment"]
    )
    assert crowded.emotions["disgust"] > well.emotions["disgust"]
    assert well.valence > max(lonely.valence, crowded.valence)


def test_what_the_pet_does_fills_its_drives() -> None:
    bored, explored = cat(), cat()
    explored.feel((), (), 0.0, 0.1)
    explored.did("explore")
    levels = [mind.feel((), (), 300.0, 0.1)[1].drives["curiosity"] for mind in (bored, explored)]
    assert levels[1] > levels[0] + 0.3


def test_trust_is_slow_and_capped_for_a_day() -> None:
    mind = cat()
    before = last(mind, [], 0.0).pet.bond.trust
    for hour in range(10):
        for second in range(0, 600, 10):
            at = 1.0 + 3600.0 * hour + second
            mind.feel((Event(at=at, name="praised", person="someone"),), (), at, 10.0)
    gained = mind.feelings.bonds.trust("someone") - before
    assert 0.02 < gained <= 1.5 * TABLE.bond.gain


def test_a_hit_costs_trust_that_strangers_share_a_little() -> None:
    mind = cat()
    hit = Event(at=1.0, name="hit", zone="back", person="bob")
    mind.feel((hit,), (), 1.0, 1.0)
    bonds = mind.feelings.bonds
    assert bonds.trust("bob") < bonds.trust("a new face") < TABLE.bond.trust


def test_a_pet_that_is_touched_well_comes_to_trust_and_the_hand_that_hit_is_liked_less() -> None:
    mind = cat()
    moment = last(mind, touch("head", 1.0, 301.0), 301.0, rate=10.0)
    assert moment.pet.bond.trust > 0.305
    assert moment.pet.bond.familiarity > 0.01
    feelings = mind.feelings
    assert feelings.tastes.of("someone", "head") > 0.0
    mind.feel((Event(at=302.0, name="hit", zone="head", person="someone"),), (), 302.0, 1.0)
    assert feelings.tastes.of("someone", "head") < 0.0


def test_a_soothing_stroke_shortens_fear() -> None:
    hit = touch("back", 1.0, 1.1, "hit", pressure=0.95)
    alone = last(cat(), hit, 12.0).pet.emotions["fear"]
    soothed = last(cat(), [*hit, *touch("head", 4.0, 12.0, "hold")], 12.0).pet.emotions["fear"]
    assert soothed < 0.75 * alone


def test_a_hit_breaks_bliss() -> None:
    senses = [*touch("head", 1.0, 8.0), *touch("head", 8.5, 8.6, "hit", pressure=0.95)]
    before, after_it = (last(cat(), senses, t).pet for t in (8.4, 11.0))
    assert after_it.emotions["contentment"] < 0.3 * before.emotions["contentment"]
    assert after_it.valence < -0.3


def test_advice_is_bounded_and_gone_within_minutes() -> None:
    thoughts = [
        Thought(
            at=1.0 + i,
            id=i + 1,
            asked=0.9 + i,
            about=500 + i,
            expires=100.0,
            nudges={"pleasure": 0.2, "company": -0.2},
        )
        for i in range(30)
    ]
    plain = last(cat(), [], 31.0).pet
    nudged = last(cat(), thoughts, 31.0).pet
    assert 0.1 < nudged.mood.pleasure - plain.mood.pleasure <= 0.2 + 1e-9
    assert -0.2 - 1e-9 <= nudged.drives["company"] - plain.drives["company"] < -0.1
    later, plain_later = (last(cat(), s, 600.0, rate=10.0).pet for s in (thoughts, []))
    assert later.mood.pleasure == pytest.approx(plain_later.mood.pleasure, abs=1e-3)


def test_the_newest_reasons_come_first_and_are_at_most_five() -> None:
    mind = cat()
    names = ("praised", "called", "shown", "play_asked", "smiled_at", "patted", "greeted")
    for i, name in enumerate(names):
        mind.feel(
            (Event(at=1.0 + i, id=10 + i, name=name, person="anna", zone="head"),), (), 1.0 + i, 1.0
        )
    because = mind.feel((), (), 8.5, 0.5)[1].because
    assert len(because) == 5
    assert list(because) == sorted(because, reverse=True)
    assert because[0] == 16


def test_other_files_are_adopted_and_the_feelings_carry_on() -> None:
    mind = cat()
    before = last(mind, touch("head", 1.0, 10.0), 10.0).pet
    timid = Personality(name="timid", temperament=Temperament(neuroticism=1.0))
    mind.adopt(personality=timid, appraisals=TABLE.model_copy(deep=True))
    now = mind.feel((), (), 10.02, 0.02)[1]
    assert now.emotions["contentment"] == pytest.approx(before.emotions["contentment"], abs=0.02)
    assert now.mood.pleasure == pytest.approx(before.mood.pleasure, abs=0.01)


def test_two_minds_with_the_same_senses_feel_the_same_to_the_bit() -> None:
    one = [
        numbers(m.person, m.pet) + [e.id for e in m.events] for m in rehearse(cat(), a_day(), 60.0)
    ]
    two = [
        numbers(m.person, m.pet) + [e.id for e in m.events] for m in rehearse(cat(), a_day(), 60.0)
    ]
    assert one == two
