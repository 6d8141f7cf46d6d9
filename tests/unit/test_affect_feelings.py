"""The feelings as a whole: what they publish, what draws them, what they take over and forget."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from moggy.brain.appraisals import Appraisals, Rule
from moggy.brain.feeling_shapes import DriveShape, MoodShape, Tendency
from moggy.messages import InnerCause
from moggy.personality import Personality, Temperament
from moggy.vocabulary import DRIVES, EMOTIONS
from tests.feelings import PLAIN, RESTING, TOUCH, event, feelings, stirred


def test_advice_is_bounded_told_fades_and_stays_within_the_ranges() -> None:
    felt = feelings({})
    felt.mood.at = [0.1, 0.95, -0.95]
    felt.drives.levels[DRIVES.index("play")] = 0.95
    felt.drives.levels[DRIVES.index("comfort")] = 0.05
    given: Sequence[tuple[str, float]] = (
        ("pleasure", 0.15),
        ("pleasure", 0.15),
        ("arousal", 0.2),
        ("dominance", -0.2),
        ("play", 0.15),
        ("comfort", -0.9),
        ("company", 0.1),
    )
    felt.take([event("advised", id=4, feeling=name, by=by) for name, by in given], 0.0)
    pet = felt.publish("anna")
    assert (pet.mood.pleasure, pet.mood.arousal, pet.mood.dominance) == pytest.approx((0.3, 1, -1))
    assert (pet.drives["play"], pet.drives["comfort"]) == (1.0, 0.0)
    assert pet.drives["company"] == pytest.approx(0.6)
    assert (pet.stirred[0].feeling, pet.stirred[0].by, pet.stirred[0].event) == (
        "pleasure",
        0.15,
        4,
    )
    felt.flow(60.0)
    assert felt.publish("anna").mood.pleasure == pytest.approx(0.1 + 0.2 * math.exp(-1.0))
    assert felt.publish("anna").drives["company"] == pytest.approx(0.5 + 0.1 * math.exp(-1.0))
    felt.flow(5000.0)
    assert felt.publish("anna").mood.pleasure == 0.1


@pytest.mark.parametrize("name", ["pleasure", "arousal", "dominance", "play"])
def test_advice_moves_only_what_it_names(name: str) -> None:
    felt = feelings({})
    felt.mood.at = [0.1, 0.2, 0.3]
    felt.take([event("advised", id=4, feeling=name, by=0.15)], 0.0)
    pet = felt.publish("anna")
    mood = {"pleasure": 0.1, "arousal": 0.2, "dominance": 0.3}
    before: dict[str, float] = mood | {str(drive): 0.5 for drive in DRIVES}
    now = {part: getattr(pet.mood, part) for part in mood}
    now |= {str(drive): level for drive, level in pet.drives.items()}
    assert now == pytest.approx({**before, name: before[name] + 0.15})


def test_valence_and_arousal_are_what_mood_emotions_and_energy_add_up_to() -> None:
    felt = feelings({"praised": {"emotions": {"joy": 0.5}}})
    felt.mood.at = [0.2, 0.1, 0.0]
    felt.drives.levels[DRIVES.index("energy")] = 0.9
    felt.take([event("praised")], 0.0)
    felt.flow(1.0)
    pet = felt.publish("anna")
    assert pet.valence == pytest.approx(math.tanh(0.2 + 0.8 * pet.emotions["joy"]))
    assert pet.arousal == pytest.approx(math.tanh(0.1 + 0.4 * pet.emotions["joy"] + 0.3 * 0.4))


def test_where_nothing_changes_the_same_feelings_are_published() -> None:
    felt = feelings({"praised": {"mood": {"pleasure": 0.1}}})
    first = felt.publish("anna")
    assert felt.publish("anna") is first
    assert felt.publish("bob").bond.trust == 0.3
    assert felt.publish("anna").bond.trust == 0.6
    felt.take([event("praised")], 0.0)
    moved = felt.publish("anna")
    assert [stir.feeling for stir in moved.stirred] == ["mood.pleasure"]
    assert moved.mood.pleasure > first.mood.pleasure
    assert felt.publish("anna").stirred == ()
    assert felt.publish("anna") is felt.publish("anna")


def test_the_mood_is_drawn_by_strong_emotions_once_a_second() -> None:
    """By the square of their level: half as strong draws a quarter as much."""
    felt = feelings({"praised": {"emotions": {"joy": 1.0}}}, mood=MoodShape(draws=100.0))
    felt.take([event("praised")], 0.0)
    felt.flow(1.0)
    level = felt.emotions.levels[EMOTIONS.index("joy")]
    felt.beat(1.0, 0.0)
    weight = level * level / 100.0
    for i, (returns, place) in enumerate(((2400.0, 0.8), (900.0, 0.4), (3600.0, 0.0))):
        rate = 1.0 / returns + weight
        goal = weight * place / rate
        assert felt.mood.at[i] == pytest.approx(goal * (1.0 - math.exp(-rate)))
    assert felt.publish("anna").mood.pleasure == felt.mood.at[0]


def test_a_person_in_distress_makes_concerned_and_calm() -> None:
    felt = feelings({})
    felt.mood.at = [0.0, 0.5, 0.0]
    felt.publish("anna")
    felt.beat(1.0, 0.5)
    stir = felt.publish("anna").stirred[0]
    share = 1.0 - math.exp(-0.25)
    assert (stir.feeling, stir.cause) == ("concern", InnerCause(of="care"))
    assert stir.by == pytest.approx(0.35 * share ** (1 / 3))
    weight = 0.8 * 0.5 / 180.0
    places = ((2400.0, 0.0, 0.0), (900.0, 0.5, -0.45), (3600.0, 0.0, 0.0))
    for i, (returns, home, place) in enumerate(places):
        rate = 1.0 / returns + weight
        goal = weight * place / rate
        assert felt.mood.at[i] == pytest.approx(goal + (home - goal) * math.exp(-rate))
    calm = feelings({})
    calm.beat(1.0, 0.0)
    assert calm.mood.at == [0.0, 0.0, 0.0]


def test_every_five_seconds_drives_move_by_what_it_does_and_stir_their_emotions() -> None:
    lonely = {**RESTING, "company": DriveShape(rests=0.2, low=0.4, lacking={"loneliness": 0.8})}
    felt = feelings(
        {},
        drives=lonely,
        behaviors={"explore": {"play": 0.3}},
        bond={"forgives": 1.0, "trust": 0.3},
    )
    felt.publish("anna")
    felt.doing = "explore"
    felt.slow_beat(5.0, 12.0, 1.0)
    pushed = 0.5 + 0.3 * 5.0 / 60.0 * 0.5
    keep = math.exp(-5.0 / (3600.0 * 4.0))
    assert felt.drives.levels[DRIVES.index("play")] == pytest.approx(0.5 + (pushed - 0.5) * keep)
    stir = felt.publish("anna").stirred[0]
    share = 1.0 - math.exp(-5.0 / 20.0)
    assert (stir.feeling, stir.cause) == ("loneliness", InnerCause(of="company", level="little"))
    assert stir.by == pytest.approx(0.8 * 0.5 * share ** (1 / 3))
    assert felt.bonds.trust("anna") == pytest.approx(0.3 + 0.3 * math.exp(-5.0 / 86400.0))
    felt.doing = "sleep"
    felt.slow_beat(10.0, 12.0, 1.0)
    assert felt.drives.levels[DRIVES.index("play")] < pushed


def test_what_it_does_stirs_emotions_while_it_does_it() -> None:
    keen = {**PLAIN, "joy": Tendency(threshold=0.0, temperament={"extraversion": 0.5})}
    play = {"play": {"play": 0.3, "emotions": {"joy": 0.4}}}
    felt = feelings({}, behaviors=play, emotions=keen)
    felt.emotions.adopt(keen, Temperament(extraversion=1.0))
    felt.publish("anna")
    felt.doing = "play"
    felt.beat(1.0, 0.0)
    stir = felt.publish("anna").stirred[0]
    share = 1.0 - math.exp(-1.0 / 4.0)
    assert (stir.feeling, stir.cause) == ("joy", InnerCause(of="doing", behavior="play"))
    assert stir.by == pytest.approx(1.5 * 0.4 * share ** (1 / 3))
    for second in range(2, 60):
        felt.flow(1.0)
        felt.beat(float(second), 0.0)
    level = felt.publish("anna").emotions["joy"]
    assert 0.5 < level < 0.6, "no more than the table says"
    felt.doing = "sleep"
    felt.publish("anna")
    felt.beat(60.0, 0.0)
    assert felt.publish("anna").stirred == ()


def test_the_gain_of_an_emotion_counts_for_drives_too() -> None:
    lonely = {**RESTING, "company": DriveShape(rests=0.2, low=0.4, lacking={"loneliness": 0.5})}
    keen = {**PLAIN, "loneliness": Tendency(threshold=0.0, temperament={"extraversion": 0.5})}
    felt = feelings({}, drives=lonely, emotions=keen)
    felt.emotions.adopt(keen, Temperament(extraversion=1.0))
    felt.slow_beat(5.0, 12.0, 1.0)
    share = 1.0 - math.exp(-5.0 / 20.0)
    stir = felt.publish("anna").stirred[0]
    assert stir.by == pytest.approx(1.5 * 0.5 * 0.5 * share ** (1 / 3))


def test_reasons_fade_with_the_slow_beats() -> None:
    felt = feelings({"praised": {"emotions": {"joy": 0.3}}})
    felt.take([event("praised", id=7)], 0.0)
    assert felt.publish("anna").because == (7,)
    felt.slow_beat(1000.0, 12.0, 1.0)
    assert felt.publish("anna").because == ()


def test_mood_and_drives_of_before_are_recalled_within_their_ranges() -> None:
    felt = feelings({})
    felt.recall({"pleasure": 0.3, "arousal": -3.0}, {"play": 0.9, "comfort": 7.0, "energy": -1.0})
    assert felt.mood.at == [0.3, -1.0, 0.0]
    assert felt.drives.levels == [0.0, 0.5, 0.9, 1.0, 0.5]
    assert felt.publish("anna").mood.pleasure == 0.3


def test_what_is_forgotten_is_told_with_its_event() -> None:
    rules = {"patted": {"touch": True, "wears": 0.3}}
    felt = feelings(rules, likings={"anna": {"head": 0.2}})
    felt.take([event("patted", zone="head")], 0.0)
    felt.publish("anna")
    felt.forget("anna", "anna", 77)
    pet = felt.publish("anna")
    told = {stir.feeling: (stir.by, stir.event) for stir in pet.stirred}
    assert told["trust"] == pytest.approx((-0.3, 77))
    assert told["familiarity"] == pytest.approx((-0.2, 77))
    assert pet.bond.trust == 0.3
    assert felt.tastes.of("anna", "head") == 0.0
    rule = Rule.model_validate(rules["patted"])
    assert felt.habituation.answer(("patted", "head", "anna"), rule, 0.0) == 1.0


def test_another_table_and_character_are_used_from_now_on() -> None:
    felt = feelings(TOUCH)
    felt.publish("anna")
    table = Appraisals.model_validate(
        {
            "emotions": {**PLAIN, "interest": Tendency(temperament={"neuroticism": 1.0})},
            "drives": {**RESTING, "play": DriveShape(rests=1.0, hours=0.1)},
            "events": {"stroked": {"touch": True, "emotions": {"interest": 0.5}, "pleases": 0.1}},
            "mood": {"temperament": 0.6},
            "behaviors": {"explore": {"curiosity": 0.3}},
            "enough": {"sours": [0.1, 0.2]},
            "bond": {"trust": 0.9},
        }
    )
    timid = Personality(
        name="timid", temperament=Temperament(neuroticism=1.0), likes_touch={"paws": 0.9}
    )
    felt.adopt(table, timid)
    assert felt.mood.home[1] == pytest.approx(0.6 * 0.57)
    assert stirred(felt, event("stroked", zone="paws"))["interest"] == pytest.approx(1.0)
    felt.doing = "explore"
    felt.slow_beat(5.0, 12.0, 1.0)
    assert felt.drives.levels[DRIVES.index("play")] > 0.505
    assert felt.drives.levels[DRIVES.index("curiosity")] > 0.51
    felt.enough.level = 0.3
    assert felt.enough.soured() == 1.0
    felt.bonds.forget("all")
    assert felt.bonds.strangers == 0.9
