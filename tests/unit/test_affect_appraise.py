"""From an event and its rule to changes of the feelings, in numbers, on tables of one rule."""

from __future__ import annotations

import math
from typing import Any

import pytest

from moggy.brain.affect import Feelings
from moggy.brain.affect.reasons import FADES_S, FAINT
from moggy.brain.appraisals import Rule
from moggy.brain.feeling_shapes import MoodShape, Tendency
from moggy.messages import EventCause
from moggy.personality import Personality, Temperament
from moggy.vocabulary import DRIVES
from tests.feelings import PLAIN, TOUCH, event, feelings, stirred

# ── Welcome and unwelcome touch ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("zone", "joy", "anger"),
    [("head", 1.0, 0.0), ("back", 0.9 / 1.4, 0.0), ("tail", 0.1 / 1.4, 0.48), ("paws", 0.0, 1.0)],
)
def test_a_touch_pleases_by_how_its_zone_is_liked(zone: str, joy: float, anger: float) -> None:
    found = stirred(feelings(TOUCH), event("stroked", zone=zone))
    assert found.get("joy", 0.0) == pytest.approx(0.8 * joy)
    assert found.get("anger", 0.0) == pytest.approx(0.6 * anger)


@pytest.mark.parametrize(("trust", "liking"), [(0.3, 0.4), (0.15, 0.1), (0.0, -0.2), (0.9, 0.4)])
def test_low_trust_sours_a_touch(trust: float, liking: float) -> None:
    felt = feelings(TOUCH, people={"bob": {"trust": trust}})
    found = stirred(felt, event("stroked", zone="back", person="bob"))
    assert found["joy"] == pytest.approx(0.8 * (liking + 0.5) / 1.4)
    assert found.get("anger", 0.0) == pytest.approx(0.6 * max(0.0, -1.2 * liking))
    touch = felt.publish("bob").touch
    assert touch is not None
    assert touch.liking == pytest.approx(liking)


def test_what_was_learnt_of_a_hand_is_added_and_the_sum_stays_within_bounds() -> None:
    learnt = {"bob": {"back": -0.3, "head": 0.3, "paws": -0.3}}
    felt = feelings(TOUCH, people={"bob": {"trust": 0.5}, "eve": {"trust": 0.0}}, likings=learnt)

    def liking(zone: str | None, person: str) -> float:
        felt.take([event("stroked", zone=zone, person=person)], 0.0)
        touch = felt.publish(person).touch
        assert touch is not None
        return touch.liking

    assert liking("back", "bob") == pytest.approx(0.1)
    assert liking("head", "bob") == 1.0
    assert liking("paws", "bob") == -1.0
    assert liking("paws", "eve") == -1.0
    assert liking("neck", "eve") == pytest.approx(-0.6)


def test_arms_without_a_zone_are_liked_a_little_and_leave_no_touch() -> None:
    felt = feelings(TOUCH)
    found = stirred(felt, event("stroked"))
    assert found["joy"] == pytest.approx(0.8 * 0.8 / 1.4)
    assert felt.publish("anna").touch is None


def test_the_felt_touch_says_how_pleasant_and_how_unpleasant_it_was() -> None:
    rules = {**TOUCH, "hit": {"hurts": 0.7}, "poked": {"touch": True, "hurts": 0.5}}
    felt = feelings(rules)

    def goodbad(name: str, zone: str, strength: float = 1.0) -> tuple[float, float]:
        felt.take([event(name, at=3.0, zone=zone, strength=strength)], 3.0)
        touch = felt.publish("anna").touch
        assert touch is not None
        assert (touch.at, touch.zone) == (3.0, zone)
        return touch.good, touch.bad

    assert goodbad("stroked", "head", 0.5) == pytest.approx((0.45, 0.0))
    assert goodbad("stroked", "tail") == pytest.approx((0.9 * 0.1 / 1.4, 0.48))
    assert goodbad("hit", "head", 0.5) == pytest.approx((0.0, 0.35))
    assert goodbad("poked", "paws", 0.1) == pytest.approx((0.0, 1.0))


def test_what_is_neither_pleasant_nor_painful_is_felt_as_neither() -> None:
    felt = feelings({"touched": {"touch": True, "emotions": {"interest": 0.2}}})
    felt.take([event("touched", zone="head")], 0.0)
    touch = felt.publish("anna").touch
    assert touch is not None
    assert (touch.event, touch.good, touch.bad) == ("touched", 0.0, 0.0)


def test_a_hand_that_arrives_is_felt_and_one_that_goes_is_not() -> None:
    rules = {"touched": {"touch": True}, "released": {"mood": {"pleasure": 0.1}}}
    felt = feelings(rules)
    felt.take([event("touched", at=1.0, zone="paws")], 1.0)
    touch = felt.publish("anna").touch
    assert touch is not None
    assert (touch.zone, touch.good, touch.bad) == ("paws", 0.0, 1.0)
    felt.take([event("released", at=2.0, zone="head")], 2.0)
    assert felt.publish("anna").touch == touch


def test_enough_turns_a_liked_touch_unwelcome() -> None:
    felt = feelings(TOUCH)
    felt.enough.level = 0.7
    found = stirred(felt, event("stroked", zone="head"))
    assert felt.enough.soured() == pytest.approx(0.5)
    assert found["joy"] == pytest.approx(0.4)
    assert found["anger"] == pytest.approx(0.3)


# ── Strength, dose, habituation ──────────────────────────────────────────────────────────────────


def test_an_event_stirs_by_its_strength_which_counts_within_0_and_1() -> None:
    rules = {"praised": {"emotions": {"joy": 0.5}}}
    for strength, counts in ((0.4, 0.4), (7.0, 1.0), (-1.0, 0.0)):
        found = stirred(feelings(rules), event("praised", strength=strength))
        assert found.get("joy", 0.0) == pytest.approx(0.5 * counts)


def test_what_goes_on_stirs_a_share_by_its_seconds_and_what_happens_by_its_dose() -> None:
    rules = {
        "stroked": {"ongoing": True, "rise": 2.0, "emotions": {"joy": 0.5}},
        "praised": {"emotions": {"joy": 0.5}},
    }
    share = 1.0 - math.exp(-0.5)
    found = stirred(feelings(rules), event("stroked", dose=1.0))
    assert found["joy"] == pytest.approx(0.5 * share ** (1 / 3))
    assert stirred(feelings(rules), event("praised", dose=0.25))["joy"] == pytest.approx(
        0.5 * 0.25 ** (1 / 3)
    )
    assert stirred(feelings(rules), event("praised", dose=9.0))["joy"] == pytest.approx(0.5)
    assert stirred(feelings(rules), event("praised", dose=-1.0)) == {}


def test_a_repeated_kindness_wears_off_and_a_repeated_nuisance_does_not() -> None:
    rules = {"patted": {**TOUCH["stroked"], "wears": 0.3, "recovers": 1e4}}
    felt = feelings(rules)
    kind, nuisance = [], []
    for n in range(6):
        at = 1000.0 * n
        felt.take([event("patted", at=at, zone="head")], at)
        felt.take([event("patted", at=at, zone="paws")], at)
        told = {stir.feeling: stir.by for stir in felt.publish("anna").stirred}
        kind.append(told["joy"])
        nuisance.append(told["anger"])
        felt.flow(1000.0)
    assert kind[-1] < 0.5 * kind[0]
    assert nuisance[-1] == pytest.approx(nuisance[0], rel=1e-3)


def test_a_good_mood_strengthens_what_is_pleasant_and_weakens_what_is_not() -> None:
    rules = {"praised": {"emotions": {"joy": 0.5, "anger": 0.5}}}
    felt = feelings(rules, mood=MoodShape(congruence=0.4))
    felt.mood.at[0] = 0.5
    found = stirred(felt, event("praised"))
    assert found["joy"] == pytest.approx(0.5 * (1.0 + 0.4 * 0.5 * 0.8))
    assert found["anger"] == pytest.approx(0.5 * (1.0 - 0.4 * 0.5 * 0.5))


def test_the_temperaments_gain_scales_what_is_stirred() -> None:
    lively = {**PLAIN, "joy": Tendency(threshold=0.0, temperament={"extraversion": 0.5})}
    felt = feelings({"praised": {"emotions": {"joy": 0.4}}}, emotions=lively)
    assert stirred(felt, event("praised"))["joy"] == pytest.approx(0.4)
    outgoing = Personality(name="o", temperament=Temperament(extraversion=1.0))
    felt = feelings({"praised": {"emotions": {"joy": 0.4}}}, emotions=lively)
    felt.emotions.adopt(lively, outgoing.temperament)
    assert stirred(felt, event("praised"))["joy"] == pytest.approx(0.6)


# ── Calming ──────────────────────────────────────────────────────────────────────────────────────

SOOTHING = {
    "hit": {"emotions": {"fear": 0.8}},
    "held": {"ongoing": True, "calms": {"fear": 0.5}},
    "soft_voice": {"calms": {"fear": 0.3}},
}


def calmed(*doses: float, **given: Any) -> float:
    """The share of a fear that is left after being held for so many seconds each."""
    felt = feelings(SOOTHING)
    felt.take([event("hit")], 0.0)
    before = stirred(felt)
    assert before == {}
    taken = [-stirred(felt, event("held", dose=dose, **given))["fear"] for dose in doses]
    return 1.0 - sum(taken) / 0.8


def test_calming_counts_by_its_seconds() -> None:
    assert calmed(1.0) == pytest.approx(0.5)
    assert calmed(0.5) == pytest.approx(0.5**0.5)
    assert calmed(0.5, 0.5) == pytest.approx(0.5)
    assert calmed(3.0) == pytest.approx(0.125)


def test_calming_counts_by_its_strength() -> None:
    assert calmed(1.0, strength=0.5) == pytest.approx(0.75)
    felt = feelings(SOOTHING)
    felt.take([event("hit")], 0.0)
    stirred(felt)
    assert stirred(felt, event("held", dose=1.0, strength=0.0)) == {}


def test_what_calms_at_one_instant_adds_up_and_comes_before_what_stirs() -> None:
    felt = feelings(SOOTHING)
    felt.take([event("hit")], 0.0)
    found = stirred(felt, event("held", dose=1.0), event("soft_voice"))
    assert found["fear"] == pytest.approx(-0.8 * (1.0 - 0.5 * 0.7))
    felt = feelings(SOOTHING)
    felt.take([event("held", dose=1.0), event("hit", person="bob")], 0.0)
    felt.flow(1.0)
    assert felt.publish("anna").emotions["fear"] > 0.75


def test_an_event_to_which_it_is_sensitised_calms_no_more_than_its_share() -> None:
    for part in (0.95, 0.3):
        felt = feelings({**SOOTHING, "praised": {"calms": {"fear": part}, "sharpens": 0.5}})
        felt.take([event("hit")], 0.0)
        for _ in range(5):
            felt.habituation.happened(("praised", None, "anna"), Rule(sharpens=0.5), 1.0, 1.0, 0.0)
        assert stirred(felt, event("praised"))["fear"] == pytest.approx(-0.8 * part)


# ── Mood, drives, bonds ──────────────────────────────────────────────────────────────────────────


def test_an_event_pushes_mood_and_drives_and_a_minute_of_what_goes_on_as_one_event() -> None:
    effect = {"mood": {"pleasure": 0.2, "arousal": -0.1}, "drives": {"company": 0.3, "play": -0.2}}
    for rule, dose in (({**effect}, 1.0), ({**effect, "ongoing": True}, 60.0)):
        felt = feelings({"praised": rule})
        told = stirred(felt, event("praised", dose=dose, strength=0.5))
        assert felt.mood.at == pytest.approx([0.1, -0.05, 0.0])
        assert felt.drives.levels[DRIVES.index("company")] == pytest.approx(0.5 + 0.15 * 0.5)
        assert felt.drives.levels[DRIVES.index("play")] == pytest.approx(0.5 - 0.1 * 0.5)
        assert told == pytest.approx(
            {"mood.pleasure": 0.1, "mood.arousal": -0.05, "drive.company": 0.15, "drive.play": -0.1}
        )


def test_all_events_of_an_instant_push_mood_and_drives_only_so_far() -> None:
    rules = {"praised": {"mood": {"pleasure": 0.3, "arousal": -0.3}, "drives": {"play": -0.3}}}
    felt = feelings(rules)
    felt.take([event("praised", id=n, dose=4.0) for n in range(3)], 0.0)
    assert felt.mood.at == pytest.approx([0.5, -0.5, 0.0])
    assert felt.drives.levels[DRIVES.index("play")] == 0.0
    felt.take([event("praised", dose=1.0), event("praised", dose=0.5)], 0.0)
    assert felt.mood.at[0] == pytest.approx(0.5 + 0.45 * 0.5)


def test_drives_are_filled_no_further_than_full() -> None:
    felt = feelings({"praised": {"drives": {"play": 0.3}}})
    felt.take([event("praised", dose=20.0)], 0.0)
    assert felt.drives.levels[DRIVES.index("play")] == 1.0


def test_trust_and_familiarity_move_with_the_person_who_did_it() -> None:
    rules = {"praised": {"trust": 0.05, "familiarity": 0.1}, "scolded": {"trust": -0.1}}
    felt = feelings(rules)
    assert stirred(felt, event("praised"), event("praised", dose=0.5)) == {"trust": 0.025}
    assert felt.bonds.trust("anna") == pytest.approx(0.6 + 0.075 * 0.4)
    assert felt.bonds.familiarity("anna") == pytest.approx(0.2 + 0.15 * 0.8)
    felt.take([event("scolded", person="bob")], 0.0)
    assert felt.bonds.trust("bob") == pytest.approx(felt.bonds.strangers, abs=0.05)
    assert felt.bonds.trust("bob") < 0.3
    before = felt.bonds.known()
    felt.take([event("praised", person=None)], 0.0)
    assert felt.bonds.known() == before


def test_familiarity_alone_moves_too() -> None:
    felt = feelings({"called": {"familiarity": 0.1}})
    felt.take([event("called")], 0.0)
    assert felt.bonds.familiarity("anna") == pytest.approx(0.28)


# ── Enough, tastes ───────────────────────────────────────────────────────────────────────────────


def test_touch_adds_to_enough_by_the_skin_and_what_hurts_by_its_strength() -> None:
    rules = {"stroked": {"touch": True, "enough": 0.1}, "shaken": {"enough": 0.1}}
    slow = 1.0 - 0.8 * 0.6
    found = stirred(feelings(rules), event("stroked", zone="head", dose=2.0))
    assert found["enough"] == pytest.approx(0.2 * 0.164 * slow)
    found = stirred(feelings(rules), event("shaken", strength=0.4))
    assert found["enough"] == pytest.approx(0.1 * 0.7 * slow)
    cross = feelings(rules)
    cross.mood.at[0] = -0.5
    for _ in range(2):
        assert stirred(cross, event("shaken"))["enough"] == pytest.approx(0.1 * slow * 1.2)


def test_a_hand_that_was_welcome_is_liked_better_and_one_that_hurt_less() -> None:
    rules = {
        "stroked": {"touch": True, "ongoing": True},
        "patted": {"touch": True},
        "hit": {"trust": -0.1},
        "praised": {"trust": 0.1},
    }

    def learnt(name: str, zone: str | None = "head", **given: Any) -> float:
        felt = feelings(rules)
        felt.take([event(name, zone=zone, **given)], 0.0)
        return felt.tastes.of("anna", zone)

    assert learnt("stroked", dose=60.0) == pytest.approx(0.003)
    assert learnt("patted") == pytest.approx(0.0015)
    assert learnt("patted", dose=0.5) == pytest.approx(0.00075)
    assert learnt("patted", "paws") == pytest.approx(-0.3 * 0.06)
    assert learnt("hit") == pytest.approx(-0.3 * 0.06)
    assert learnt("praised") == 0.0
    welcome, bad = 0.1 / 1.4, 0.48
    assert learnt("stroked", "tail", dose=60.0) == pytest.approx(
        0.3 * 0.01 * welcome * (1.0 - bad) - 0.3 * 0.12 * bad
    )
    felt = feelings(rules)
    felt.take([event("hit"), event("patted", zone="head", person=None)], 0.0)
    assert felt.tastes.known() == {}


# ── Cases ────────────────────────────────────────────────────────────────────────────────────────


def case(when: dict[str, Any], felt: Feelings | None = None, **given: Any) -> float:
    """How far a case with this condition holds, 0..1."""
    rule = {"also": [{"when": when, "emotions": {"joy": 1.0}}]}
    felt = felt or feelings({"praised": rule})
    return stirred(felt, event("praised", **given)).get("joy", 0.0)


def test_a_case_holds_in_its_zones_and_for_its_people() -> None:
    assert case({}) == 1.0
    assert case({"zone": ["head", "chin"]}, zone="head") == 1.0
    assert case({"zone": ["head", "chin"]}, zone="back") == 0.0
    assert case({"zone": ["head"]}) == 0.0
    assert case({"person": ["anna"]}) == 1.0
    assert case({"person": ["bob"]}) == 0.0


@pytest.mark.parametrize(
    ("value", "holds"),
    [(0.4, 1.0), (0.6, 1.0), (0.35, 0.5), (0.65, 0.5), (0.25, 0.0), (0.75, 0.0), (0.68, 0.2)],
)
def test_a_range_fades_out_over_a_tenth(value: float, holds: float) -> None:
    felt = feelings({"praised": {"also": [{"when": {"play": [0.4, 0.6]}, "emotions": {"joy": 1}}]}})
    felt.drives.levels[DRIVES.index("play")] = value
    assert case({}, felt) == pytest.approx(holds, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trust", 0.6),
        ("familiarity", 0.2),
        ("liking", 0.9),
        ("strength", 1.0),
        ("enough", 0.3),
        ("pleasure", 0.11),
        ("arousal", 0.22),
        ("dominance", 0.33),
        ("energy", 0.44),
        ("curiosity", 0.55),
    ],
)
def test_a_condition_asks_for_the_state_that_it_names(name: str, value: float) -> None:
    def prepared(low: float, high: float) -> Feelings:
        when = {name: [low, high]}
        felt = feelings({"praised": {"also": [{"when": when, "emotions": {"joy": 1.0}}]}})
        felt.mood.at = [0.11, 0.22, 0.33]
        felt.drives.levels[DRIVES.index("energy")] = 0.44
        felt.drives.levels[DRIVES.index("curiosity")] = 0.55
        felt.enough.level = 0.3
        return felt

    assert case({}, prepared(value - 1e-6, value + 1e-6), zone="head") > 0.99
    assert case({}, prepared(value - 0.5, value - 0.2), zone="head") == 0.0
    assert case({}, prepared(value + 0.2, value + 0.5), zone="head") == 0.0


def test_the_ranges_of_a_case_all_count() -> None:
    both = {"when": {"play": [0.6, 1.0], "energy": [0.55, 1.0]}, "emotions": {"joy": 1.0}}
    felt = feelings({"praised": {"also": [both]}})
    felt.drives.levels[DRIVES.index("play")] = 0.54
    assert case({}, felt) == pytest.approx(0.4 * 0.5)


# ── Causes ───────────────────────────────────────────────────────────────────────────────────────


def test_what_moved_a_feeling_is_told_with_its_event_and_whether_it_was_unwelcome() -> None:
    felt = feelings(TOUCH)
    felt.publish("anna")
    felt.take([event("stroked", zone="tail", id=9)], 0.0)
    told = {stir.feeling: stir for stir in felt.publish("anna").stirred}
    cause = EventCause(event="stroked", zone="tail", person="anna")
    assert (told["joy"].cause, told["joy"].event) == (cause, 9)
    assert told["anger"].cause == EventCause(
        event="stroked", zone="tail", person="anna", unwelcome=True
    )


def test_the_reasons_are_the_events_that_moved_most_welcome_and_unwelcome_together() -> None:
    felt = feelings({**TOUCH, "praised": {"emotions": {"joy": 0.3}}, "called": {}})
    felt.take(
        [event("called", id=1), event("praised", id=2), event("stroked", zone="paws", id=3)], 0
    )
    assert felt.publish("anna").because == (3, 2)
    felt.take([], 1000.0)
    assert felt.publish("anna").because == ()


def test_a_reason_lasts_by_how_much_it_moved() -> None:
    felt = feelings({"praised": {"emotions": {"joy": 0.3}}})
    felt.take([event("praised", id=2)], 0.0)
    lasts = FADES_S * math.log(0.3 / FAINT)
    for now, reasons in ((lasts - 1.0, (2,)), (lasts + 1.0, ())):
        felt.take([], now)
        assert felt.publish("anna").because == reasons


def test_an_unknown_event_moves_nothing() -> None:
    felt = feelings({})
    assert stirred(felt, event("praised")) == {}
