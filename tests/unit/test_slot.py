"""The score of an option and the strength of a reflex, in numbers."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from py_trees.behaviours import Running

from moggy.behaviors.moment import Moment
from moggy.behaviors.slot import OptionSlot, ReflexSlot
from moggy.behaviors.tree import OptionSpec, ReflexSpec
from moggy.behaviors.tree_language import TreeLanguage
from moggy.messages import Affect, Context, Event, Gesture, PersonEstimate, Refusal
from moggy.personality import Personality, Temperament
from tests.feelings import emotions

CAT = Personality(name="cat")
JOY = {"of": "emotion.joy"}
PLAIN = {"base": 1.0, "ageing": 0.0, "repetition": 0.0, "dwell": [0.0, 1000.0]}


class Clock:
    """A moment at which options and reflexes are asked."""

    def __init__(self, personality: Personality = CAT) -> None:
        self.moment = Moment(personality, random.Random(1), {})

    def go(
        self, at: float, *events: Event, gesture: Gesture | None = None, **levels: float
    ) -> None:
        pet = Affect(emotions=emotions(**levels), because=(77,))
        self.moment.take(
            Context(
                at=at,
                dt=0.1,
                hour=12.0,
                person=PersonEstimate(),
                pet=pet,
                events=events,
                gesture=gesture,
            )
        )

    def option(self, **spec: Any) -> OptionSlot:
        given = {"id": "a", "do": {"why": "does a"}, "terms": [JOY], **PLAIN, **spec}
        option = OptionSpec.model_validate(given)
        language, cat = TreeLanguage({}), self.moment.personality
        return OptionSlot(option, Running("a"), self.moment, language, cat)

    def reflex(self, **spec: Any) -> ReflexSlot:
        given = {"id": "flinch", "do": {"why": "flinches"}, "on": ["hit"], **spec}
        reflex = ReflexSpec.model_validate(given)
        return ReflexSlot(reflex, Running("flinch"), self.moment, TreeLanguage({}))


def hit(at: float = 0.0, strength: float = 1.0, id: int = 9, name: str = "hit") -> Event:
    return Event(at=at, id=id, name=name, strength=strength)


# ── Options ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("combine", "score"), [("product", 0.8 * 0.7), ("mean", (0.8 + 0.5 * 0.4) / 1.5), ("max", 0.8)]
)
def test_terms_come_together_by_product_mean_or_maximum(combine: str, score: float) -> None:
    clock = Clock()
    terms = [JOY, {"of": "emotion.anger", "weight": 0.5}]
    option = clock.option(terms=terms, combine=combine, base=2.0)
    clock.go(1.0, joy=0.8, anger=0.4)
    assert option.weigh(False) == option.score == pytest.approx(2.0 * score)
    report = option.report(Refusal(by="dwell", short=3.0))
    assert (report.id, report.score) == ("a", option.score)
    assert report.refused == Refusal(by="dwell", short=3.0)
    anger = 0.7 if combine == "product" else 0.2
    assert report.terms == pytest.approx({"emotion.joy": 0.8, "emotion.anger": anger, "base": 2.0})


@pytest.mark.parametrize("combine", ["product", "mean", "max"])
def test_an_option_without_terms_has_its_base(combine: str) -> None:
    clock = Clock()
    clock.go(1.0)
    assert clock.option(terms=[], combine=combine, base=0.3).weigh(False) == 0.3


def test_in_a_product_one_term_at_zero_is_enough() -> None:
    clock = Clock()
    option = clock.option(terms=[JOY, {"of": "emotion.anger"}])
    clock.go(1.0, joy=0.9)
    assert option.weigh(False) == 0.0
    assert option.wanted


def test_the_temperament_and_the_appetite_bend_the_score_and_are_reported() -> None:
    keen = Personality(
        name="keen", temperament=Temperament(extraversion=1.0, dominance=0.0), appetite={"a": 1.5}
    )
    clock = Clock(keen)
    option = clock.option(bend={"extraversion": 0.5, "dominance": 0.3})
    clock.go(1.0, joy=0.5)
    assert option.weigh(False) == pytest.approx(0.5 * 1.5 * math.exp(0.2))
    terms = option.report().terms
    assert terms["appetite"] == 1.5
    assert terms["temperament"] == pytest.approx(math.exp(0.2))
    plain = Clock().option(bend={"extraversion": 0.5})
    assert set(plain.report().terms) == {"emotion.joy", "base"}


def test_an_option_that_nobody_has_an_appetite_for_never_begins() -> None:
    clock = Clock(Personality(name="sated", appetite={"a": 0.0}))
    option = clock.option()
    clock.go(1.0, joy=0.9)
    assert option.weigh(False) == 0.0
    assert not option.wanted
    assert option.weigh(True) == 0.0
    assert option.wanted, "it runs still: its reason is said anew"


def test_where_its_condition_fails_it_is_not_wanted() -> None:
    clock = Clock()
    option = clock.option(when="emotion.fear < 0.1")
    clock.go(1.0, joy=0.9, fear=0.5)
    assert option.weigh(False) == 0.0
    assert not option.wanted
    clock.go(2.0, joy=0.9)
    assert option.weigh(False) == pytest.approx(0.9)
    assert option.wanted


def ended(clock: Clock, option: OptionSlot, ran: float, joy: float = 0.0) -> None:
    """Let the option run from second 100 for so long."""
    clock.go(100.0, joy=joy)
    option.begin()
    clock.go(100.0 + ran, joy=joy)
    option.end()


def test_within_its_cooldown_it_is_not_weighed_unless_it_runs() -> None:
    clock = Clock()
    option = clock.option(cooldown=30.0)
    clock.go(1.0, joy=0.9)
    assert option.weigh(False) > 0.0
    ended(clock, option, 1.0)
    clock.go(130.9, joy=0.9)
    assert option.weigh(False) == 0.0
    assert option.weigh(True) > 0.0
    clock.go(131.0, joy=0.9)
    assert option.weigh(False) > 0.0


def test_each_time_it_ran_lately_makes_it_less_likely() -> None:
    clock = Clock()
    option = clock.option(repetition=0.5, recovery=60.0)
    ended(clock, option, 1.0, joy=0.8)
    clock.go(101.0, joy=0.8)
    assert option.weigh(False) == pytest.approx(0.8 / 1.5)
    assert option.report().terms["repetition"] == pytest.approx(1.0 / 1.5)
    clock.go(161.0, joy=0.8)
    fades = math.exp(-1.0)
    assert option.weigh(False) == pytest.approx(0.8 / (1.0 + 0.5 * fades))
    option.begin()
    option.end()
    assert option.weigh(False) == pytest.approx(0.8 / (1.0 + 0.5 * (1.0 + fades)))
    assert option.weigh(True) == pytest.approx(0.8)


def test_after_its_longest_time_it_tires_within_a_quarter_of_it() -> None:
    clock = Clock()
    option = clock.option(dwell=[0.0, 40.0])
    clock.go(100.0, joy=1.0)
    option.begin()
    for ran, left in ((40.0, 1.0), (45.0, 0.65), (50.0, 0.3), (500.0, 0.3)):
        clock.go(100.0 + ran, joy=1.0)
        assert option.weigh(True) == pytest.approx(left, abs=1e-6)


def test_with_no_longest_time_at_all_it_tires_at_once() -> None:
    clock = Clock()
    option = clock.option(dwell=[0.0, 0.0])
    clock.go(100.0, joy=1.0)
    option.begin()
    assert option.weigh(True) == 1.0
    clock.go(100.1, joy=1.0)
    assert option.weigh(True) == pytest.approx(0.3)


def test_what_ended_because_it_was_tired_of_it_needs_its_recovery() -> None:
    clock = Clock()
    option = clock.option(dwell=[0.0, 40.0], recovery=60.0)
    ended(clock, option, 45.0, joy=1.0)
    assert option.weigh(False) == pytest.approx(0.65, abs=1e-6)
    clock.go(205.0, joy=1.0)
    assert option.weigh(False) == pytest.approx(1.0 - 0.35 * math.exp(-1.0), abs=1e-6)


def test_what_waits_gains_half_of_its_ageing_in_five_minutes() -> None:
    clock = Clock()
    option = clock.option(ageing=0.4)
    clock.go(300.0, joy=0.5)
    assert option.weigh(False) == pytest.approx(0.5 * 1.2)
    assert option.report().terms["ageing"] == pytest.approx(1.2)
    assert option.weigh(True) == pytest.approx(0.5)
    ended(clock, option, 500.0, joy=0.5)
    clock.go(900.0, joy=0.5)
    assert option.weigh(False) == pytest.approx(0.5 * 1.2)


def test_while_it_runs_it_says_so_and_since_when() -> None:
    clock = Clock()
    option = clock.option()
    clock.go(5.0)
    option.begin()
    assert (option.began, clock.moment.running, clock.moment.running_since) == (5.0, "a", 5.0)
    clock.go(7.0)
    option.end()
    assert clock.moment.running == ""
    assert clock.moment.ended == {"a": 7.0}
    clock.moment.running = "b"
    option.end()
    assert clock.moment.running == "b"


# ── Causes ───────────────────────────────────────────────────────────────────────────────────────


def test_a_choice_goes_back_to_the_events_the_touch_and_the_feelings_that_it_asks_for() -> None:
    clock = Clock()
    stroke = Gesture(at=1.0, id=3, zone="back", gesture="stroke")
    clock.go(1.0, hit(1.0, id=9), hit(1.0, id=8, name="praised"), gesture=stroke)

    def cause(*inputs: str) -> tuple[int, ...]:
        return clock.option(terms=[{"of": name} for name in inputs]).cause()

    assert cause("event.hit") == (9,)
    assert cause("since.praised") == (8,)
    assert cause("count.hit", "event.praised") == (9, 8)
    assert cause("touch.seconds") == (3,)
    assert cause("zone.back") == (3,)
    assert cause("event.hit", "emotion.joy") == (9, 77)
    assert cause("drive.play") == (77,)
    assert cause("hour") == (77,)


def test_an_event_is_a_cause_for_a_minute_and_a_touch_while_it_goes_on() -> None:
    clock = Clock()
    option = clock.option(terms=[{"of": "event.hit"}, {"of": "touch.seconds"}])
    clock.go(1.0, hit(1.0), gesture=Gesture(at=1.0, id=3, zone="back", gesture="stroke"))
    option.begin()
    assert option.because == (3, 9)
    clock.go(61.0)
    assert option.cause() == (9,)
    clock.go(61.1)
    assert option.cause() == (77,)


# ── Carried over ─────────────────────────────────────────────────────────────────────────────────


def test_an_edited_option_goes_on_with_what_the_old_one_did() -> None:
    clock = Clock()
    old = clock.option(dwell=[0.0, 40.0], repetition=0.5, recovery=60.0)
    ended(clock, old, 45.0, joy=1.0)
    new = clock.option(dwell=[0.0, 40.0], repetition=0.5, recovery=60.0)
    assert new.weigh(False) == 1.0
    new.carry(old)
    assert new.weigh(False) == old.weigh(False) < 0.5
    assert (new.began, new.because) == (old.began, old.because)
    clock.go(1000.0, joy=1.0)
    aged = clock.option(ageing=0.5)
    aged.carry(old)
    assert aged._aged() == pytest.approx(1.0 + 0.5 * 855.0 / 1155.0)


# ── Reflexes ─────────────────────────────────────────────────────────────────────────────────────


def test_a_reflex_is_set_off_by_its_events_from_its_threshold_on() -> None:
    clock = Clock()
    reflex = clock.reflex(threshold=0.4)
    for event, answers in ((hit(strength=0.4), True), (hit(strength=0.39), False)):
        clock.go(1.0, event)
        assert reflex.triggered() is answers
    clock.go(1.0, hit(name="praised"))
    assert not reflex.triggered()
    clock.go(1.0)
    assert not reflex.triggered()
    clock.go(1.0, hit(name="praised"), hit(id=12, strength=0.7), hit(name="called"))
    assert reflex.triggered()
    assert (reflex.strength, reflex.by) == (0.7, (12,))
    assert clock.moment.last_event == "hit"


def test_a_reflex_keeps_to_its_condition_and_may_need_no_event() -> None:
    clock = Clock()
    calm = clock.reflex(when="emotion.fear < 0.5")
    clock.go(1.0, hit(), fear=0.9)
    assert not calm.triggered()
    clock.go(1.0, hit(), fear=0.1)
    assert calm.triggered()
    panic = clock.reflex(on=[], whenever="emotion.fear > 0.8")
    clock.go(1.0, fear=0.7)
    assert not panic.triggered()
    clock.go(1.0, fear=0.9)
    assert panic.triggered()
    assert (panic.strength, panic.by) == (1.0, ())


def test_each_time_takes_a_share_of_the_strength_and_it_recovers() -> None:
    clock = Clock()
    reflex = clock.reflex(habituates=0.5, recovery=60.0)

    def strength(at: float) -> float:
        clock.go(at, hit(at))
        assert reflex.triggered()
        return reflex.strength

    assert strength(1.0) == 1.0
    reflex.begin()
    assert strength(1.0) == pytest.approx(0.5)
    reflex.begin()
    assert strength(1.0) == pytest.approx(0.25)
    assert strength(61.0) == pytest.approx(0.5 ** (2.0 * math.exp(-1.0)))
    reflex.begin()
    assert strength(61.0) == pytest.approx(0.5 ** (1.0 + 2.0 * math.exp(-1.0)))


def test_the_event_that_set_it_off_is_its_first_cause() -> None:
    clock = Clock()
    reflex = clock.reflex(when="event.praised < 0.5")
    clock.go(1.0, hit(1.0, id=20), hit(1.0, id=4, name="praised", strength=0.2))
    assert reflex.triggered()
    reflex.begin()
    assert reflex.because == (20, 4)
    assert (reflex.began, clock.moment.running) == (1.0, "flinch")


def test_an_edited_reflex_is_as_habituated_as_the_old_one() -> None:
    clock = Clock()
    old, new = clock.reflex(habituates=0.5), clock.reflex(habituates=0.5)
    clock.go(1.0, hit())
    assert old.triggered()
    old.begin()
    new.carry(old)
    assert (new.strength, new.by, new.began, new.because) == (1.0, (9,), 1.0, old.because)
    assert old.because[0] == 9
    assert new.triggered()
    assert new.strength == 0.5
