"""Design laws: none is broken in random lives, and each one finds the breach that was planted for
it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from moggy.behaviors.law_scene import LawScene
from moggy.behaviors.laws import Laws, violations
from moggy.commands.laws import of_random_day
from moggy.config import Files, Invalid, parse
from moggy.messages import (
    Affect,
    Call,
    Command,
    Decision,
    Event,
    PersonEstimate,
    Probabilities,
    Purr,
    Setting,
    Tick,
)
from moggy.personality import Personality, Quiet
from tests.feelings import emotions

LAWS = Files().load("laws/cat.yaml", Laws)
CAT = Personality(name="cat", quiet=Quiet(hours=None))
SHIPPED = sorted(
    name.removeprefix("personalities/").removesuffix(".yaml")
    for name in Files().names("personalities")
)
Change = Callable[[float], dict[str, Any]]


def life(change: Change, seconds: float = 4.0) -> list[Tick]:
    """A quiet life, otherwise: `change` says what is not as usual at a moment."""
    ticks = []
    for n in range(round(seconds * 10)):
        at = n / 10
        usual = {
            "person": PersonEstimate(),
            "pet": Affect(),
            "decision": Decision(at=at, behavior="loaf", since=0.0, why="loafs"),
            "commanded": Command(at=at, pose={"head_pan": 0.0 if n % 2 else 0.01}),
        }
        ticks.append(Tick(at=at, n=n, **{**usual, **change(at)}))
    return ticks


def does(behavior: str, *, since: float = 0.0, why: str = "planted", **rest: Any) -> Change:
    return lambda at: {"decision": Decision(at=at, behavior=behavior, since=since, why=why, **rest)}


def feels(enough: float = 0.0, arousal: float = 0.0, **levels: float) -> Change:
    pet = Affect(enough=enough, arousal=arousal, emotions=emotions(**levels))
    return lambda at: {"pet": pet}


def once(name: str, at_once: float = 0.5) -> Change:
    return lambda at: {"events": (Event(at=at, name=name),) if abs(at - at_once) < 0.01 else ()}


def calls(name: str = "meow", loudness: float = 0.2) -> Change:
    return lambda at: {"calls": (Call(at=at, name=name, loudness=loudness),)}


def purrs(at: float) -> dict[str, Any]:
    return {"commanded": Command(at=at, purr=Purr(level=0.5))}


def wants_to_purr(at: float) -> dict[str, Any]:
    return {"decision": Decision(at=at, behavior="purr_along", why="planted", purr=0.6)}


def set_(name: Any) -> Change:
    return lambda at: {"understood": (Setting(at=at, name=name),) if at < 0.05 else ()}


def sees(likely: Probabilities) -> Change:
    return lambda at: {
        "person": PersonEstimate(present=True, probabilities=likely, confidence=0.9, unsure=False)
    }


def leaps(at: float) -> dict[str, Any]:
    return {"commanded": Command(at=at, pose={"head_pan": at * 20.0})}


def stiff(at: float) -> dict[str, Any]:
    return {"commanded": Command(at=at, pose={"head_pan": 0.0})}


def all_of(*changes: Change) -> Change:
    def change(at: float) -> dict[str, Any]:
        return {key: value for each in changes for key, value in each(at).items()}

    return change


def fickle(at: float) -> dict[str, Any]:
    return {
        "decision": Decision(
            at=at, behavior=f"b{at}", since=at if round(at * 10) % 2 else 0.0, why="planted"
        )
    }


def rings(at: float) -> dict[str, Any]:
    return {"calls": (Call(at=at, name="meow"),) if round(at * 10) % 2 else ()}


PLANTED: dict[str, tuple[Change, float]] = {
    "no_purr_after_a_hit": (all_of(once("hit"), does("flinch"), purrs), 4.0),
    "no_purr_when_enough": (all_of(feels(enough=0.8), wants_to_purr), 4.0),
    "no_purr_in_fear": (all_of(feels(fear=0.9), wants_to_purr), 4.0),
    "quiet_hours": (all_of(set_("quiet"), calls(loudness=0.8)), 4.0),
    "quiet_hours_alone": (all_of(set_("quiet"), does("ask_for_company")), 4.0),
    "usual_quiet_alone": (all_of(once("quiet_usual"), does("head_bunt")), 6.0),
    "fear_does_not_approach": (all_of(feels(fear=0.8), does("greet")), 4.0),
    "hurt_does_not_approach": (all_of(once("hit"), does("lean_in")), 4.0),
    "sent_off_stays_away": (all_of(once("sent_off"), does("follow_person")), 8.0),
    "away_asks_for_nothing": (all_of(set_("away"), does("ask_for_company")), 4.0),
    "no_begging_of_the_sad": (all_of(sees({"sad": 0.9}), does("beg_play")), 4.0),
    "no_distress_mirrored": (all_of(once("sadness_seen"), feels(arousal=0.9)), 6.0),
    "a_hit_is_answered": (once("hit"), 4.0),
    "a_fall_is_answered": (once("falling"), 4.0),
    "stop_means_stop": (set_("stop"), 4.0),
    "no_call_when_stopped": (all_of(set_("stop"), does("stop"), calls()), 4.0),
    "a_hiss_has_a_cause": (calls("hiss"), 4.0),
    "a_growl_has_a_cause": (calls("growl"), 4.0),
    "calls_in_bounds": (rings, 10.0),
    "startle_is_short": (does("startle"), 5.0),
    "flinch_is_short": (does("flinch"), 5.0),
    "play_ends": (does("play"), 302.0),
    "hiding_ends": (does("hide"), 302.0),
    "not_fickle": (fickle, 20.0),
    "sleeper_is_quiet": (all_of(does("sleep"), calls()), 4.0),
    "always_a_reason": (does("loaf", why=""), 2.0),
    "gentle_speed": (leaps, 2.0),
    "touch_is_noticed": (all_of(once("touched"), stiff), 4.0),
}


def test_there_are_at_least_twenty_laws_and_each_has_its_planted_breach() -> None:
    assert len(LAWS.laws) >= 20
    assert {law.id for law in LAWS.laws} == set(PLANTED)


def test_a_quiet_life_breaks_none() -> None:
    assert violations(LAWS, LawScene(CAT, 12.0), life(lambda at: {}, 10.0)) == []


@pytest.mark.parametrize("law", [law.id for law in LAWS.laws])
def test_a_planted_breach_is_found(law: str) -> None:
    change, seconds = PLANTED[law]
    assert law in {
        found.law for found in violations(LAWS, LawScene(CAT, 12.0), life(change, seconds))
    }


@pytest.mark.parametrize(
    ("seed", "personality"), [*enumerate(SHIPPED, 61), (11, "cat"), (12, "cat")]
)
def test_a_random_life_breaks_none(seed: int, personality: str) -> None:
    """Every shipped personality through a day of its own."""
    assert of_random_day(Files(), LAWS, seed, 120.0, personality) == []


def test_a_law_that_asks_what_there_is_not_names_the_likely_one() -> None:
    with pytest.raises(Invalid, match=r"did you mean 'emotion\.fear'"):
        parse("laws.yaml", "laws:\n  - {id: x, says: y, never: emotion.feer > 1}\n", Laws)


def test_a_law_of_two_shapes_is_refused() -> None:
    with pytest.raises(Invalid, match="law x: give"):
        parse(
            "laws.yaml",
            "laws:\n  - {id: x, says: y, never: purr > 1, longest: 3, of: call}\n",
            Laws,
        )
