"""The shipped tree, driven by handmade moments: what a cat does when, and what it never does."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_trees.common import Status

from moggy.behaviors import nodes
from moggy.behaviors.decider import Decider
from moggy.behaviors.tree import Tree
from moggy.config import SHIPPED, load, parse
from moggy.messages import (
    Affect,
    Bond,
    Context,
    Decision,
    Event,
    FeltTouch,
    Gesture,
    Mood,
    PersonEstimate,
)
from moggy.personality import LIKES_TOUCH, Personality, Quiet, Temperament
from moggy.vocabulary import (
    CLASSES,
    DRIVES,
    EMOTIONS,
    EVENTS,
    GESTURE_EVENTS,
    GESTURES,
    SETTINGS,
    ZONES,
    Drive,
    Emotion,
    GestureName,
    SettingName,
    ZoneName,
)

HERE = PersonEstimate(person="anna", present=True, attention=0.3, confidence=0.6, unsure=False)
CALM: Mapping[Drive, float] = {
    "energy": 0.65,
    "company": 0.5,
    "play": 0.5,
    "comfort": 0.5,
    "curiosity": 0.5,
}


@cache
def shipped() -> Tree:
    return load(SHIPPED["trees"] / "cat.yaml", Tree)


class Cat:
    """A decider at 10 Hz, and the moment it is in: change what you like, then let it go on."""

    def __init__(
        self, personality: Personality | None = None, *, seed: int = 1, hour: float = 12.0
    ) -> None:
        self.decider = Decider(
            shipped(), personality or Personality(name="average"), random.Random(seed)
        )
        self.at, self.hour = 0.0, hour
        self.person = HERE
        self.emotions: dict[Emotion, float] = {}
        self.drives: Mapping[Drive, float] = CALM
        self.mood, self.bond, self.enough, self.arousal = (
            Mood(),
            Bond(trust=0.5, familiarity=0.4),
            0.0,
            0.0,
        )
        self.settings: frozenset[SettingName] = frozenset()
        self.stroke: tuple[ZoneName, GestureName, float] | None = None
        self.battery = 1.0
        self.felt: FeltTouch | None = None
        self.ids = iter(range(1, 10**9))

    def touch(self, zone: ZoneName, gesture: GestureName = "stroke") -> None:
        self.stroke = (zone, gesture, self.at)

    def goes_on(self, seconds: float, *events: str) -> list[Decision]:
        made = []
        for n in range(round(seconds * 10)):
            self.at += 0.1
            gesture = None
            if self.stroke is not None:
                zone, kind, since = self.stroke
                gesture = Gesture(
                    at=self.at,
                    id=next(self.ids),
                    zone=zone,
                    gesture=kind,
                    speed=0.05,
                    duration=self.at - since,
                )
                self.felt = felt(gesture)
            pet = Affect(
                emotions={**dict.fromkeys(EMOTIONS, 0.0), **self.emotions},
                drives=self.drives,
                mood=self.mood,
                bond=self.bond,
                touch=self.felt,
                enough=self.enough,
                arousal=self.arousal,
            )
            heard = (
                tuple(Event(at=self.at, id=next(self.ids), name=name) for name in events)
                if n == 0
                else ()
            )
            context = Context(
                at=self.at,
                dt=0.1,
                hour=(self.hour + self.at / 3600) % 24,
                person=self.person,
                pet=pet,
                events=heard,
                gesture=gesture,
                battery=self.battery,
                settings=self.settings,
            )
            made.append(self.decider.decide(context))
        return made

    def does(self, seconds: float, *events: str) -> set[str]:
        return {decision.behavior for decision in self.goes_on(seconds, *events)}


LIKINGS: Mapping[ZoneName, float] = LIKES_TOUCH
ROUGH: Mapping[GestureName, float] = {"poke": 0.6, "hit": 1.0}


def felt(gesture: Gesture) -> FeltTouch:
    """As the brain would feel that touch by somebody whom it trusts."""
    liking = LIKINGS[gesture.zone]
    rough = ROUGH.get(gesture.gesture, 0.0)
    good = 0.0 if rough else max(0.0, min(1.0, (liking + 0.5) / 1.4))
    bad = max(rough, -1.2 * liking)
    return FeltTouch(
        at=gesture.at,
        event=GESTURE_EVENTS[gesture.gesture],
        zone=gesture.zone,
        liking=liking,
        good=good,
        bad=bad,
    )


def motions(decision: Decision) -> set[str]:
    return {play.motion for play in decision.plays}


# ── A hand ──


def test_a_good_stroke_brings_a_purr_within_a_second() -> None:
    cat = Cat()
    cat.goes_on(20)
    cat.touch("neck")
    first = next(n for n, decision in enumerate(cat.goes_on(2)) if decision.purr > 0)
    assert 2 <= first <= 8


def test_whatever_it_does_a_good_stroke_makes_it_purr_and_the_hand_is_a_cause() -> None:
    cat = Cat()
    cat.goes_on(1, "arrived")
    before = next(cat.ids)
    cat.touch("cheeks")
    made = cat.goes_on(1)
    assert made[-1].purr > 0
    assert any(id > before for id in made[-1].because)


def test_the_sentence_says_where_how_long_and_how_pleasant() -> None:
    cat = Cat()
    cat.touch("neck")
    decision = cat.goes_on(4)[-1]
    assert decision.why == "purrs along: stroked on the neck for 4.0 s, which is pleasant (86 %)"
    assert decision.numbers == {
        "touch.seconds": pytest.approx(4.0, abs=0.5),
        "touch.good": pytest.approx(0.86, abs=0.01),
    }


def test_a_pause_between_two_strokes_does_not_stop_the_purr() -> None:
    cat = Cat()
    for _ in range(6):
        cat.touch("back")
        cat.goes_on(1.2)
        cat.stroke = None
        last = cat.goes_on(0.4)
    assert all(decision.purr > 0 for decision in last)


def test_the_purr_grows_with_contentment() -> None:
    levels = []
    for contentment in (0.0, 0.8):
        cat = Cat()
        cat.emotions = {"contentment": contentment}
        cat.touch("head")
        levels.append(cat.goes_on(3)[-1].purr)
    assert levels[1] > levels[0] + 0.2


def test_a_sleeping_cat_that_is_stroked_wakes_and_purrs() -> None:
    cat = Cat(hour=1.0)
    cat.drives = {**CALM, "energy": 0.1}
    assert cat.goes_on(20)[-1].behavior == "sleep"
    cat.touch("cheeks")
    assert cat.goes_on(1)[-1].purr > 0


def test_a_long_petting_has_more_than_one_answer() -> None:
    cat = Cat()
    cat.emotions = {"contentment": 0.5, "affection": 0.5}
    cat.touch("cheeks")
    assert {"purr_along", "lean_in", "knead"} <= cat.does(60)


def test_a_hand_in_the_wrong_place_is_shrunk_from_without_a_purr() -> None:
    cat = Cat()
    cat.touch("belly")
    made = cat.goes_on(5)
    assert made[-1].behavior == "shrink_away"
    assert not any(decision.purr for decision in made)


def test_the_ladder_of_enough_is_climbed_in_order() -> None:
    cat = Cat()
    cat.touch("neck")
    first: dict[str, float] = {}
    for n in range(300):
        cat.enough = n / 290
        decision = cat.goes_on(0.1)[0]
        for rung in motions(decision) | ({"silence"} if decision.purr == 0 and n > 20 else set()):
            first.setdefault(rung, cat.at)
    rungs = [
        "silence",
        "tail_twitch",
        "skin_ripple",
        "ears_back",
        "ears_flat",
        "turn_to_hand",
        "nip",
    ]
    assert all(first[a] < first[b] for a, b in pairwise(rungs)), first


def test_even_when_it_has_enough_at_once_it_warns_before_it_nips() -> None:
    cat = Cat()
    cat.touch("neck")
    cat.enough = 1.0
    seen = [motions(decision) for decision in cat.goes_on(6)]
    assert (
        next(n for n, played in enumerate(seen) if "tail_twitch" in played)
        < next(n for n, played in enumerate(seen) if "nip" in played) - 15
    )


def test_a_hit_is_answered_at_once_with_a_flinch_and_a_hiss_and_no_purr_for_ten_seconds() -> None:
    cat = Cat()
    cat.touch("neck")
    assert cat.goes_on(3)[-1].purr > 0
    made = cat.goes_on(0.5, "hit")
    assert made[0].behavior == "flinch"
    cat.emotions = {"fear": 0.7}
    made += cat.goes_on(9.4)
    assert any(call.name == "hiss" for decision in made for call in decision.calls)
    assert not any(decision.purr for decision in made)
    assert made[-1].behavior == "hide"


# ── People ──


def test_a_friend_who_comes_is_greeted_with_a_trill() -> None:
    made = Cat().goes_on(2, "arrived")
    assert made[0].behavior == "greet"
    assert "tail_up" in motions(made[-1])
    assert made[0].because[0] == 1


def test_somebody_sad_is_met_with_closeness_a_slow_purr_and_one_murmur() -> None:
    cat = Cat()
    cat.goes_on(5)
    cat.person = PersonEstimate(
        present=True, valence=-0.7, confidence=0.7, unsure=False, probabilities={"sad": 0.8}
    )
    made = cat.goes_on(20, "sadness_seen")
    assert made[-1].behavior == "comfort_person"
    assert 0 < made[-1].purr <= 0.4
    called = [call for decision in made for call in decision.calls]
    assert [call.name for call in called] == ["murmur"], "it begs for nothing"
    assert called[0].loudness < 0.4


def test_somebody_angry_is_given_room() -> None:
    cat = Cat()
    cat.person = PersonEstimate(
        present=True,
        valence=-0.7,
        arousal=0.7,
        confidence=0.7,
        unsure=False,
        probabilities={"angry": 0.8},
    )
    made = cat.goes_on(20, "anger_seen")
    assert {decision.behavior for decision in made[5:]} == {"keep_distance"}
    assert made[-1].gaze == "away"


def test_somebody_it_cannot_read_is_watched_with_the_head_tilted() -> None:
    cat = Cat()
    cat.drives = {**CALM, "company": 0.6}
    cat.person = PersonEstimate(present=True, attention=0.4, unsure=True)
    made = cat.goes_on(30)
    assert "watch" in {decision.behavior for decision in made}
    assert "head_tilt" in {name for decision in made for name in motions(decision)}


@pytest.mark.parametrize("asked", ["sent_off", "away"])
def test_a_cat_that_is_sent_off_keeps_away_even_when_it_is_lonely(asked: str) -> None:
    cat = Cat()
    cat.drives = {**CALM, "company": 0.0, "play": 0.0}
    cat.emotions = {"loneliness": 0.8, "affection": 0.7}
    if asked == "away":
        cat.settings = frozenset({"away"})
    done = cat.does(300, "sent_off")
    assert not done & {"ask_for_company", "beg_play", "head_bunt", "follow_person", "greet", "play"}


COMES = {"ask_for_company", "beg_play", "head_bunt", "greet", "play", "chase_tail", "explore"}


@pytest.mark.parametrize("by", ["hours", "habit", "hand"])
def test_in_quiet_hours_it_comes_to_nobody_who_does_not_turn_to_it(by: str) -> None:
    """The owner's hours, an hour in which it is usually sent off, or asked for by hand."""
    cat = Cat(
        Personality(name="nights", quiet=Quiet(hours=(22.0, 7.0))) if by == "hours" else None,
        hour=23.0 if by == "hours" else 14.0,
    )
    cat.drives = {**CALM, "company": 0.0, "play": 0.0, "curiosity": 0.1}
    cat.emotions = {"loneliness": 0.8, "affection": 0.7}
    if by == "hand":
        cat.settings = frozenset({"quiet"})
    begin = ("quiet_usual",) if by == "habit" else ()
    done = cat.does(600, *begin)
    assert not done & COMES
    assert ("retire" in done) == (by == "habit")
    assert not cat.does(60, "arrived") & COMES
    assert "greet" in cat.does(20, "greeted"), "who turns to it is answered"


def test_a_usual_quiet_hour_ends_when_it_is_over_or_somebody_turns_to_it() -> None:
    lonely = {**CALM, "company": 0.05}
    for event, until in (("called", 400), (None, 4000)):
        cat = Cat(hour=14.0)
        cat.drives = lonely
        assert "ask_for_company" not in cat.does(300, "quiet_usual")
        assert "ask_for_company" in (cat.does(until, event) if event else cat.does(until))


def test_a_frightened_cat_never_comes_of_its_own_accord() -> None:
    cat = Cat()
    cat.emotions = {"fear": 0.5, "affection": 0.8, "loneliness": 0.8}
    cat.drives = {**CALM, "company": 0.0, "play": 0.0}
    assert not cat.does(120, "arrived") & {
        "ask_for_company",
        "beg_play",
        "head_bunt",
        "follow_person",
        "greet",
        "play",
        "comfort_person",
    }


def test_a_cat_asks_for_company_once_and_then_leaves_it() -> None:
    cat = Cat()
    cat.goes_on(5)
    cat.drives = {**CALM, "company": 0.1}
    made = cat.goes_on(150)
    begins = [b for a, b in pairwise(made) if b.behavior == "ask_for_company" != a.behavior]
    assert len(begins) == 1


# ── Quiet ──


def calls_in(cat: Cat, minutes: int) -> list[float]:
    cat.drives = {**CALM, "company": 0.1, "play": 0.1}
    return [
        call.loudness
        for _ in range(minutes)
        for decision in cat.goes_on(60)
        for call in decision.calls
    ]


def test_it_keeps_to_its_budget_of_calls_that_nobody_asked_for() -> None:
    few = Personality.model_validate({"name": "few", "quiet": {"hours": None, "budget": 2}})
    many = Personality.model_validate({"name": "many", "quiet": {"hours": None, "budget": 60}})
    assert len(calls_in(Cat(few), 20)) <= 2 < len(calls_in(Cat(many), 20))


def test_in_quiet_hours_it_calls_nobody() -> None:
    assert calls_in(Cat(hour=23.0), 20) == []


def test_no_call_is_louder_than_its_owner_allows() -> None:
    soft = Personality.model_validate({"name": "soft", "quiet": {"loudest": 0.3}})
    cat = Cat(soft)
    made = cat.goes_on(3, "hit") + cat.goes_on(60) + cat.goes_on(5, "arrived", "called")
    assert 0 < max(call.loudness for decision in made for call in decision.calls) <= 0.3


def test_a_wordless_kitten_calls_only_when_it_is_hurt() -> None:
    kitten = load(SHIPPED["personalities"] / "kitten.yaml", Personality)
    assert calls_in(Cat(kitten), 20) == []
    assert any(decision.calls for decision in Cat(kitten).goes_on(2, "hit"))


# ── The body ──


def test_the_stop_button_stops_everything_until_it_is_released() -> None:
    cat = Cat()
    cat.touch("neck")
    cat.goes_on(3)
    cat.settings = frozenset({"stop"})
    made = cat.goes_on(30)
    assert {decision.behavior for decision in made} == {"stop"}
    assert not any(decision.purr or decision.calls for decision in made)
    cat.settings = frozenset()
    assert cat.goes_on(1)[-1].behavior != "stop"


def test_a_low_battery_is_rested() -> None:
    cat = Cat()
    cat.battery = 0.05
    assert cat.goes_on(2, "battery_low")[-1].behavior == "save_strength"


def test_at_night_it_sleeps() -> None:
    cat = Cat(hour=2.0)
    cat.person = PersonEstimate()
    cat.drives = {**CALM, "energy": 0.5}
    assert cat.goes_on(200)[-1].behavior == "sleep"


# ── The engine ──


def test_the_same_moments_and_seed_give_the_same_decisions() -> None:
    def life(seed: int) -> list[Decision]:
        cat = Cat(seed=seed)
        cat.drives = {**CALM, "company": 0.2, "play": 0.2}
        return (
            cat.goes_on(60, "arrived")
            + cat.goes_on(60, "called", "praised")
            + cat.goes_on(30, "hit")
        )

    assert life(3) == life(3)
    assert life(3) != life(4)


@pytest.fixture
def lives(monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """How many more times each leaf began than it ended."""
    open_: dict[int, int] = {}

    class Watched(nodes.Behave):
        def initialise(self) -> None:
            open_[id(self)] = open_.get(id(self), 0) + 1
            super().initialise()

        def terminate(self, new_status: Status) -> None:
            if open_.get(id(self), 0):
                open_[id(self)] -= 1
            super().terminate(new_status)

    monkeypatch.setattr("moggy.behaviors.build.Behave", Watched)
    return open_


def test_whatever_begins_is_ended_and_only_one_runs(lives: dict[int, int]) -> None:
    cat = Cat()
    cat.drives = {**CALM, "company": 0.2, "play": 0.1}
    for event in (
        "arrived",
        "called",
        "hit",
        "shaken",
        "praised",
        "loud_noise",
        "play_asked",
        "put_down",
        "scolded",
    ):
        for _ in range(8):
            cat.goes_on(1.0, event)
            assert sum(lives.values()) == 1
    cat.decider.close()
    assert sum(lives.values()) == 0


def test_after_an_edit_the_running_behaviour_goes_on_by_its_id() -> None:
    cat = Cat()
    cat.touch("neck")
    before = cat.goes_on(4)[-1]
    cat.decider.adopt(tree=shipped().model_copy(update={"about": "edited"}), now=cat.at)
    after = cat.goes_on(0.1)[-1]
    assert (after.behavior, after.since) == (before.behavior, before.since)
    assert {play.started for play in before.plays} <= {play.started for play in after.plays}


def test_a_behaviour_that_the_edit_takes_away_is_ended_properly(lives: dict[int, int]) -> None:
    small = parse(
        "small.yaml",
        "name: small\n"
        "root: {kind: utility, id: choose, fallback: rest, "
        "options: [{id: rest, do: {why: rests}}]}",
        Tree,
    )
    cat = Cat()
    cat.touch("neck")
    cat.goes_on(4)
    cat.decider.adopt(tree=small, now=cat.at)
    assert sum(lives.values()) == 0
    assert cat.goes_on(1)[-1].behavior == "rest"


def test_another_personality_takes_over_without_a_break() -> None:
    cat = Cat()
    cat.touch("neck")
    before = cat.goes_on(4)[-1]
    cat.decider.adopt(
        personality=load(SHIPPED["personalities"] / "shy.yaml", Personality), now=cat.at
    )
    assert cat.goes_on(0.1)[-1].since == before.since


def test_cooldowns_and_budgets_survive_an_edit() -> None:
    cat = Cat()
    cat.drives = {**CALM, "company": 0.1}
    assert "ask_for_company" in cat.does(60)
    cat.decider.adopt(tree=shipped().model_copy(update={"about": "edited"}), now=cat.at)
    assert "ask_for_company" not in cat.does(60)


unit = st.floats(0.0, 1.0)
signed = st.floats(-1.0, 1.0)
affects = st.builds(
    Affect,
    emotions=st.fixed_dictionaries(dict.fromkeys(EMOTIONS, unit)),
    drives=st.fixed_dictionaries(dict.fromkeys(DRIVES, unit)),
    mood=st.builds(Mood, pleasure=signed, arousal=signed, dominance=signed),
    bond=st.builds(Bond, trust=unit, familiarity=unit),
    enough=unit,
    valence=signed,
    arousal=signed,
)
people = st.builds(
    PersonEstimate,
    present=st.booleans(),
    valence=signed,
    arousal=signed,
    confidence=unit,
    unsure=st.booleans(),
    conflict=unit,
    attention=unit,
    probabilities=st.fixed_dictionaries(dict.fromkeys(CLASSES, unit)),
)
gestures = st.builds(
    Gesture,
    at=st.just(0.0),
    id=st.just(1),
    zone=st.sampled_from(ZONES),
    gesture=st.sampled_from(GESTURES),
    speed=st.floats(0, 5),
    pressure=unit,
    along_fur=signed,
)


class DrawnMoment(NamedTuple):
    """What hypothesis draws of one moment."""

    pet: Affect
    person: PersonEstimate
    events: list[str]
    gesture: Gesture | None
    settings: frozenset[SettingName]
    dt: float
    """Seconds since the moment before."""
    hour: float
    battery: float
    charging: bool


moments = st.builds(
    DrawnMoment,
    pet=affects,
    person=people,
    events=st.lists(st.sampled_from(sorted(EVENTS)), max_size=3),
    gesture=st.none() | gestures,
    settings=st.frozensets(st.sampled_from(SETTINGS)),
    dt=st.floats(0.01, 60.0),
    hour=st.floats(0, 24, exclude_max=True),
    battery=unit,
    charging=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(moments, min_size=1, max_size=12), st.integers(0, 2**31))
def test_in_any_moment_there_is_exactly_one_behaviour_with_a_reason(
    drawn: Sequence[DrawnMoment], seed: int
) -> None:
    decider = Decider(shipped(), Personality(name="any"), random.Random(seed))
    at, hurt = 0.0, -99.0
    for moment in drawn:
        at += moment.dt
        if {"hit", "squeezed"} & set(moment.events):
            hurt = at
        decision = decider.decide(
            Context(
                at=at,
                dt=moment.dt,
                hour=moment.hour,
                person=moment.person,
                pet=moment.pet,
                events=tuple(Event(at=at, id=n, name=name) for n, name in enumerate(moment.events)),
                gesture=replace(moment.gesture, at=at) if moment.gesture else None,
                battery=moment.battery,
                charging=moment.charging,
                settings=moment.settings,
            )
        )
        assert decision.behavior
        assert decision.why
        assert "{" not in decision.why
        assert decision.path[0] == "cat"
        assert 0.0 <= decision.purr <= 1.0
        assert decision.purr == 0.0 or at - hurt > 10.0
        assert all(0.0 < call.loudness <= 1.0 for call in decision.calls)
        assert all(a.score >= b.score for a, b in pairwise(decision.scores))
        assert sum(play.layer == "posture" for play in decision.plays) <= 1
    decider.close()


# ── Trust, and groups of events ──


@pytest.mark.parametrize(("trust", "greets"), [(0.0, False), (0.3, True)])
def test_it_greets_nobody_whom_it_does_not_trust_at_all(trust: float, greets: bool) -> None:
    outgoing = Temperament(extraversion=1.0, agreeableness=1.0, neuroticism=0.0)
    cat = Cat(Personality(name="outgoing", temperament=outgoing, appetite={"greet": 2.0}))
    cat.bond = Bond(trust=trust, familiarity=0.4)
    cat.goes_on(1)
    assert ("greet" in cat.does(6, "arrived", "greeted")) is greets


def test_a_behaviour_that_asks_for_a_group_goes_back_to_its_event() -> None:
    cat = Cat()
    cat.goes_on(1)
    before = next(cat.ids)
    cat.emotions = {"fear": 0.5}
    hides = [each for each in cat.goes_on(4, "shaken") if each.behavior == "hide"]
    assert before + 1 in hides[0].because
