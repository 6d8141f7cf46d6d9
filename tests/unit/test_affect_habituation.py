"""Habituation, over-stimulation and reasons in numbers."""

from __future__ import annotations

import math

import pytest

from moggy.brain.affect.habituation import KEPT, Enough, Habituation, Key, sensitivity
from moggy.brain.affect.reasons import FADES_S, FAINT, Reasons
from moggy.brain.appraisals import Rule
from moggy.brain.feeling_shapes import EnoughShape
from moggy.messages import EventCause, InnerCause
from moggy.personality import Temperament

# ── Habituation ──────────────────────────────────────────────────────────────────────────────────

PAT: Key = ("patted", "head", "anna")
WEARS = Rule(wears=0.17, recovers=100.0)
HURTS = Rule(sharpens=0.4, recovers=100.0)
LOUD = Rule(rouses=0.5)


def test_each_event_wears_a_share_of_what_may_wear() -> None:
    """0.85 may wear off; a fifth of it each time here."""
    worn = Habituation()
    assert worn.answer(PAT, WEARS, 0.0) == 1.0
    for times in (1, 2, 3):
        worn.happened(PAT, WEARS, 1.0, 1.0, 0.0)
        assert worn.answer(PAT, WEARS, 0.0) == pytest.approx(1.0 - 0.85 * (1.0 - 0.8**times))
    for _ in range(100):
        worn.happened(PAT, WEARS, 1.0, 1.0, 0.0)
    assert worn.answer(PAT, WEARS, 0.0) == pytest.approx(0.15)


def test_three_seconds_of_what_goes_on_wear_as_one_event_up_to_a_half() -> None:
    strokes = Rule(wears=0.1, recovers=100.0, ongoing=True)
    worn = Habituation()
    for _ in range(6):
        worn.happened(PAT, strokes, 0.5, 1.0, 0.0)
    assert worn.answer(PAT, strokes, 0.0) == pytest.approx(0.9)
    worn.happened(PAT, strokes, 1000.0, 1.0, 0.0)
    assert worn.answer(PAT, strokes, 0.0) == pytest.approx(0.5)


def test_it_recovers_in_its_time_and_wears_on_from_there() -> None:
    worn = Habituation()
    worn.happened(PAT, WEARS, 1.0, 1.0, 5.0)
    left = 0.17 * math.exp(-1.0)
    assert worn.answer(PAT, WEARS, 105.0) == pytest.approx(1.0 - left)
    worn.happened(PAT, WEARS, 1.0, 1.0, 105.0)
    assert worn.answer(PAT, WEARS, 105.0) == pytest.approx(1.0 - left - 0.2 * (0.85 - left))


def test_events_zones_and_people_wear_apart() -> None:
    worn = Habituation()
    worn.happened(PAT, WEARS, 1.0, 1.0, 0.0)
    for other in (("tapped", "head", "anna"), ("patted", "back", "anna"), ("patted", "head", None)):
        assert worn.answer(other, WEARS, 0.0) == 1.0


def test_what_hurts_sharpens_up_to_double_and_dulls_again() -> None:
    worn = Habituation()
    worn.happened(PAT, HURTS, 1.0, 1.0, 0.0)
    assert worn.answer(PAT, HURTS, 0.0) == pytest.approx(1.4)
    worn.happened(PAT, HURTS, 1.0, 1.0, 0.0)
    assert worn.answer(PAT, HURTS, 0.0) == pytest.approx(1.64)
    assert worn.answer(PAT, HURTS, 100.0) == pytest.approx(1.0 + 0.64 * math.exp(-1.0))
    worn.happened(PAT, HURTS, 1.0, 1.0, 100.0)
    sharp = 0.64 * math.exp(-1.0)
    assert worn.answer(PAT, HURTS, 100.0) == pytest.approx(1.0 + sharp + (1.0 - sharp) * 0.4)


def test_something_rousing_breaks_the_habituation_to_everything_else_by_its_strength() -> None:
    worn = Habituation()
    worn.happened(PAT, WEARS, 1.0, 1.0, 0.0)
    worn.happened(("loud_noise", None, None), LOUD, 1.0, 0.6, 0.0)
    assert worn.answer(PAT, WEARS, 0.0) == pytest.approx(1.0 - 0.17 * math.exp(-0.3))
    worn.happened(PAT, WEARS, 1.0, 1.0, 0.0)
    left = 0.17 * math.exp(-0.3)
    assert worn.answer(PAT, WEARS, 0.0) == pytest.approx(1.0 - left - 0.2 * (0.85 - left))


def test_what_rouses_does_not_break_its_own_habituation_and_rouses_less_once_it_has_worn() -> None:
    bang = Rule(rouses=0.5, wears=0.17, recovers=1e4)
    key: Key = ("loud_noise", None, None)
    worn = Habituation()
    worn.happened(PAT, WEARS, 1.0, 1.0, 0.0)
    worn.happened(key, bang, 1.0, 1.0, 0.0)
    assert worn.answer(key, bang, 0.0) == pytest.approx(0.83)
    assert worn.answer(PAT, WEARS, 0.0) == pytest.approx(1.0 - 0.17 * math.exp(-0.5 * 0.83))
    worn.happened(key, bang, 2.5, 1.0, 0.0)  # more than once at a time rouses as once
    now_worn = 1.0 - worn.answer(key, bang, 0.0)
    assert worn.answer(PAT, WEARS, 0.0) == pytest.approx(
        1.0 - 0.17 * math.exp(-0.5 * (0.83 + 1.0 - now_worn))
    )


def test_half_an_event_rouses_half_as_much() -> None:
    worn = Habituation()
    worn.happened(PAT, WEARS, 1.0, 1.0, 0.0)
    worn.happened(("loud_noise", None, None), LOUD, 0.5, 1.0, 0.0)
    assert worn.answer(PAT, WEARS, 0.0) == pytest.approx(1.0 - 0.17 * math.exp(-0.25))


def test_what_neither_wears_nor_rouses_is_not_kept_and_the_longest_unused_goes_first() -> None:
    worn = Habituation()
    worn.happened(PAT, WEARS, 1.0, 1.0, 0.0)
    worn.happened(("touched", "head", "anna"), Rule(), 1.0, 1.0, 0.0)
    assert KEPT == 256
    for n in range(KEPT - 1):
        worn.happened(("patted", "head", str(n)), WEARS, 1.0, 1.0, 0.0)
    worn.happened(PAT, WEARS, 1.0, 1.0, 0.0)
    worn.happened(("patted", "head", "new"), WEARS, 1.0, 1.0, 0.0)
    assert worn.answer(PAT, WEARS, 0.0) < 0.8
    assert worn.answer(("patted", "head", "0"), WEARS, 0.0) == 1.0
    assert worn.answer(("patted", "head", "1"), WEARS, 0.0) < 1.0


def test_a_person_is_forgotten_alone_or_with_all() -> None:
    bob: Key = ("patted", "head", "bob")
    worn = Habituation()
    for key in (PAT, bob):
        worn.happened(key, WEARS, 1.0, 1.0, 0.0)
    worn.forget("anna")
    assert worn.answer(PAT, WEARS, 0.0) == 1.0 > worn.answer(bob, WEARS, 0.0)
    worn.forget("all")
    assert worn.answer(bob, WEARS, 0.0) == 1.0


# ── Enough ───────────────────────────────────────────────────────────────────────────────────────

SHAPE = EnoughShape(drains=80.0, trust=0.5, agreeableness=0.4, sours=(0.4, 0.8))


def enough(level: float = 0.0, **traits: float) -> Enough:
    felt = Enough(SHAPE, Temperament(**traits))
    felt.level = level
    return felt


def added(felt: Enough, trust: float = 0.0, pleasure: float = 0.0) -> float:
    before = felt.level
    felt.add(0.1, trust, pleasure)
    return felt.level - before


def test_skin_that_is_liked_bears_more() -> None:
    assert sensitivity(-1.0) == pytest.approx(1.0)
    assert sensitivity(0.9) == pytest.approx(0.164)


def test_trust_agreeableness_and_a_good_mood_put_it_off() -> None:
    assert added(enough()) == pytest.approx(0.1)
    assert added(enough(), trust=0.5) == pytest.approx(0.075)
    assert added(enough(agreeableness=1.0)) == pytest.approx(0.08)
    assert added(enough(agreeableness=0.0)) == pytest.approx(0.12)
    assert added(enough(), pleasure=-0.5) == pytest.approx(0.12)
    assert added(enough(), pleasure=0.5) == pytest.approx(0.1)


def test_it_sours_by_a_smooth_step_and_then_builds_faster_up_to_one() -> None:
    levels = (0.3, 0.4, 0.5, 0.6, 0.8, 0.9)
    soured = (0.0, 0.0, 0.15625, 0.5, 1.0, 1.0)
    assert [enough(level).soured() for level in levels] == pytest.approx(soured)
    assert added(enough(0.6)) == pytest.approx(0.15)
    assert added(enough(0.95)) == pytest.approx(0.05)


@pytest.mark.parametrize(("neuroticism", "drains"), [(0.5, 80.0), (0.0, 60.0), (1.0, 100.0)])
def test_a_pause_drains_it_later_in_an_anxious_cat(neuroticism: float, drains: float) -> None:
    felt = enough(0.8, neuroticism=neuroticism)
    felt.flow(drains)
    assert felt.level == pytest.approx(0.8 * math.exp(-1.0))


def test_another_shape_is_adopted_and_the_level_stays() -> None:
    felt = enough(0.5)
    felt.adopt(SHAPE.model_copy(update={"trust": 1.0}), Temperament())
    assert felt.level == 0.5
    assert added(felt, trust=1.0) == 0.0


# ── Reasons ──────────────────────────────────────────────────────────────────────────────────────


def cause(person: str) -> EventCause:
    return EventCause(event="praised", person=person)


def test_what_moved_a_feeling_is_told_once_and_trifles_are_not() -> None:
    reasons = Reasons()
    assert reasons.told() == ()
    reasons.note("joy", 0.2, cause("anna"), 7)
    reasons.note("fear", -0.3, InnerCause(of="care"))
    reasons.note("anger", 5e-5, cause("anna"), 8)
    reasons.note("anger", -5e-5, cause("anna"), 9)
    reasons.note("anger", 1.5e-4, cause("anna"), 10)
    told = reasons.told()
    assert [(stir.feeling, stir.by, stir.event) for stir in told] == [
        ("joy", 0.2, 7),
        ("fear", -0.3, 0),
        ("anger", 1.5e-4, 10),
    ]
    assert told[1].cause == InnerCause(of="care")
    assert reasons.told() == ()


def test_the_five_that_moved_most_lately_are_named_newest_first() -> None:
    reasons = Reasons()
    moved = (0.5, 0.1, 0.6, 0.2, 0.7, 0.3, 0.4)
    for n, by in enumerate(moved):
        reasons.give(cause(str(n)), 10 + n, by, float(n))
    reasons.rank(7.0)
    assert reasons.newest == (16, 15, 14, 12, 10)


def test_of_one_instant_the_later_event_comes_first() -> None:
    reasons = Reasons()
    for n in (1, 3, 2):
        reasons.give(cause(str(n)), n, 0.5, 0.0)
    reasons.rank(0.0)
    assert reasons.newest == (3, 2, 1)


def test_a_reason_fades_and_a_cause_that_goes_on_stays_one() -> None:
    reasons = Reasons()
    reasons.give(cause("anna"), 1, 0.5, 0.0)
    reasons.give(cause("bob"), 2, 0.5, 0.0)
    lasts = FADES_S * math.log(0.5 / FAINT)
    reasons.rank(lasts - 1.0)
    assert reasons.newest == (2, 1)
    reasons.give(cause("anna"), 3, 0.0, lasts - 1.0)
    reasons.rank(lasts - 1.0)
    assert reasons.newest == (3, 2)
    reasons.rank(lasts + 1.0)
    assert not reasons.newest


def test_what_goes_on_counts_with_the_stronger_of_what_is_left_and_what_is_new() -> None:
    reasons = Reasons()
    reasons.give(cause("anna"), 1, 0.5, 0.0)
    reasons.give(cause("anna"), 2, 0.01, 45.0)
    left = 0.5 * math.exp(-45.0 / FADES_S)
    reasons.rank(45.0 + FADES_S * math.log(left / FAINT) - 1.0)
    assert reasons.newest == (2,)
    reasons.rank(45.0 + FADES_S * math.log(left / FAINT) + 1.0)
    assert not reasons.newest


def test_what_moved_nearly_nothing_is_no_reason() -> None:
    reasons = Reasons()
    reasons.give(cause("anna"), 1, FAINT * 0.9, 0.0)
    reasons.rank(0.0)
    assert not reasons.newest
