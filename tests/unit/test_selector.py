"""Choosing: inertia, dwell, cooldown, tiredness, and the lane above it all. Small trees, one rule
each."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from moggy.behaviors.decide import Decider
from moggy.behaviors.tree import Tree
from moggy.config import parse
from moggy.messages import Affect, Context, Decision, Event, PersonEstimate
from moggy.personality import Personality, Temperament
from tests.feelings import emotions

STEADY = Personality(name="steady", temperament=Temperament(impulsiveness=0.0))
PLAIN = "ageing: 0, repetition: 0, dwell: [0, 1000]"
A = (
    "id: a, base: 1, terms: [{of: emotion.joy}], "
    f"do: {{why: 'does a ({{emotion.joy}})'}}, {PLAIN}"
)
B = f"id: b, base: 1, terms: [{{of: emotion.anger}}], do: {{why: 'does b'}}, {PLAIN}"
REST = "id: rest, base: 0.01, do: {why: 'rests'}"


def tree(*options: str, lane: str = "") -> Tree:
    """A utility selector over options in YAML's short form; `rest` is its fallback."""
    lines = [f"      - {{{option}}}" for option in (REST, *options)]
    text = "name: test\nroot:\n  kind: reflexes\n  id: lane\n  lane:\n" + (lane or "    []\n")
    text += (
        "  below:\n    kind: utility\n    id: choose\n    fallback: rest\n    options:\n"
        + "\n".join(lines)
    )
    return parse("test.yaml", text, Tree)


def with_(option: str, **settings: str) -> str:
    """The same option with something else set."""
    for name, value in settings.items():
        parts = (
            [part for part in option.split(", ") if not part.startswith(f"{name}:")]
            if name != "dwell"
            else [option.replace("[0, 1000]", value)]
        )
        option = ", ".join(parts if name == "dwell" else [*parts, f"{name}: {value}"])
    return option


class Life:
    """A decider with its clock, ticked at 10 Hz."""

    def __init__(self, tree: Tree, personality: Personality = STEADY, seed: int = 1) -> None:
        self.decider = Decider(tree, personality, random.Random(seed))
        self.at = 0.0

    def goes_on(
        self, seconds: float = 0.1, *, events: Sequence[Event] = (), **levels: float
    ) -> Decision:
        for n in range(max(1, round(seconds * 10))):
            self.at += 0.1
            pet = Affect(emotions=emotions(**levels))
            heard = tuple(events) if n == 0 else ()
            decision = self.decider.decide(
                Context(
                    at=self.at, dt=0.1, hour=12.0, person=PersonEstimate(), pet=pet, events=heard
                )
            )
        return decision


def test_the_best_runs() -> None:
    assert Life(tree(A, B)).goes_on(joy=0.8, anger=0.2).behavior == "a"


def test_scores_come_best_first_with_the_terms_that_made_them() -> None:
    scores = Life(tree(A, B)).goes_on(joy=0.8, anger=0.2).scores
    assert [score.id for score in scores] == ["a", "b", "rest"]
    assert scores[0].score == pytest.approx(0.8)
    assert scores[0].terms == {"emotion.joy": pytest.approx(0.8), "base": 1.0}


def test_a_little_better_is_not_enough_to_switch_and_the_refusal_is_kept() -> None:
    life = Life(tree(A, B))
    life.goes_on(joy=0.5)
    decision = life.goes_on(2.0, joy=0.5, anger=0.55)
    assert decision.behavior == "a"
    assert decision.scores[0].id == "b"
    refused = decision.scores[0].refused
    assert refused is not None
    assert refused.by == "hysteresis"
    assert refused.short == pytest.approx(0.5 * 1.15 - 0.55)


def test_much_better_is_enough() -> None:
    life = Life(tree(A, B))
    life.goes_on(joy=0.5)
    assert life.goes_on(1.0, joy=0.5, anger=0.8).behavior == "b"


def test_the_minimum_dwell_is_kept_and_the_refusal_says_how_long() -> None:
    life = Life(tree(with_(A, dwell="[5, 1000]"), B))
    life.goes_on(joy=0.5)
    decision = life.goes_on(2.0, joy=0.1, anger=0.9)
    assert decision.behavior == "a"
    refused = decision.scores[0].refused
    assert refused is not None
    assert refused.by == "dwell"
    assert 2.0 < refused.short < 5.0
    assert life.goes_on(6.0, joy=0.1, anger=0.9).behavior == "b"


def test_impulsive_pets_keep_to_a_thing_for_less_long() -> None:
    life = Life(
        tree(with_(A, dwell="[5, 1000]"), B),
        Personality(name="rash", temperament=Temperament(impulsiveness=1.0)),
    )
    life.goes_on(joy=0.5)
    assert life.goes_on(4.5, joy=0.1, anger=0.9).behavior == "b"


def test_an_option_that_interrupts_need_not_wait() -> None:
    life = Life(tree(with_(A, dwell="[5, 1000]"), with_(B, interrupts="emotion.anger > 0.8")))
    life.goes_on(joy=0.5)
    assert life.goes_on(0.6, joy=0.5, anger=0.7).behavior == "a"
    assert life.goes_on(0.6, joy=0.5, anger=0.9).behavior == "b"


def test_after_its_longest_dwell_a_behaviour_tires() -> None:
    life = Life(tree(with_(A, dwell="[0, 4]"), B))
    assert life.goes_on(3.0, joy=0.9, anger=0.5).behavior == "a"
    assert life.goes_on(4.0, joy=0.9, anger=0.5).behavior == "b"


def test_a_cooldown_keeps_a_behaviour_away() -> None:
    life = Life(tree(with_(A, cooldown="30"), B))
    life.goes_on(joy=0.9)
    life.goes_on(1.0, anger=0.9)
    assert life.goes_on(20.0, joy=0.9, anger=0.1).behavior == "b"
    assert life.goes_on(15.0, joy=0.9, anger=0.1).behavior == "a"


def test_what_ran_lately_is_less_likely_and_recovers() -> None:
    life = Life(tree(with_(A, repetition="1", recovery="60"), B))
    life.goes_on(joy=0.9)
    life.goes_on(1.0, anger=0.9)
    assert life.goes_on(2.0, joy=0.6, anger=0.4).behavior == "b"
    assert life.goes_on(200.0, joy=0.6, anger=0.4).behavior == "a"


def test_what_has_to_wait_long_gains_a_little_until_it_has_its_turn() -> None:
    life = Life(tree(A, with_(B, ageing="0.9")))
    assert "b" not in {life.goes_on(joy=0.6, anger=0.5).behavior for _ in range(300)}
    assert "b" in {life.goes_on(joy=0.6, anger=0.5).behavior for _ in range(6000)}


def test_an_option_whose_condition_fails_is_not_weighed() -> None:
    life = Life(tree(with_(A, when="emotion.fear < 0.1"), B))
    decision = life.goes_on(joy=0.9, anger=0.2, fear=0.5)
    assert decision.behavior == "b"
    assert "a" not in [score.id for score in decision.scores]


def test_where_nothing_has_a_score_the_fallback_runs() -> None:
    assert Life(tree(A, B)).goes_on().behavior == "rest"


def test_a_behaviour_that_ends_hands_over_in_the_same_tick() -> None:
    short = with_(A, do="{why: 'does a', lasts: 1}", cooldown="60")
    life = Life(tree(short, B))
    seen = [life.goes_on(joy=0.9, anger=0.3).behavior for _ in range(15)]
    assert seen[:9] == ["a"] * 9
    assert seen[12:] == ["b"] * 3


def test_an_option_that_fails_at_once_leaves_its_place_to_the_next_best() -> None:
    never = (
        "id: never, base: 1, terms: [{of: emotion.joy}], do: {kind: sequence, "
        "children: [{kind: when, that: 'false'}, {why: 'never seen'}]}"
    )
    assert Life(tree(never, B)).goes_on(joy=0.9, anger=0.3).behavior == "b"


def test_a_sequence_goes_step_by_step_under_one_behaviour() -> None:
    steps = "[{why: 'first', lasts: 1}, {kind: wait, lasts: 1}, {why: 'last'}]"
    life = Life(
        tree(f"id: a, terms: [{{of: emotion.joy}}], do: {{kind: sequence, children: {steps}}}")
    )
    said = [life.goes_on(joy=0.9) for _ in range(30)]
    assert {decision.behavior for decision in said} == {"a"}
    assert [decision.path[-1] for decision in said[::12]] == ["a.1", "a.2", "a.3"]
    assert said[-1].why == "last"


def test_near_equals_are_chosen_by_the_seed_and_mostly_the_better() -> None:
    rash = Personality(name="rash", temperament=Temperament(impulsiveness=1.0))
    chosen = Counter(
        Life(tree(A, B), rash, seed).goes_on(joy=0.9, anger=0.85).behavior for seed in range(200)
    )
    assert 100 < chosen["a"] < 190
    assert [
        Life(tree(A, B), rash, 7).goes_on(joy=0.9, anger=0.85).behavior for _ in range(5)
    ].count("a") in (0, 5)


def test_a_steady_pet_takes_the_best() -> None:
    chosen = Counter(
        Life(tree(A, B), STEADY, seed).goes_on(joy=0.9, anger=0.8).behavior for seed in range(50)
    )
    assert chosen == {"a": 50}


def test_appetite_and_temperament_bend_the_scores() -> None:
    keen = Personality(name="keen", appetite={"b": 3.0})
    assert Life(tree(A, B), keen).goes_on(joy=0.6, anger=0.4).behavior == "b"
    loud = Personality(name="loud", temperament=Temperament(extraversion=1.0))
    decision = Life(tree(A, with_(B, bend="{extraversion: 1}")), loud).goes_on(joy=0.6, anger=0.4)
    assert decision.behavior == "b"
    assert decision.scores[0].terms["temperament"] == pytest.approx(2.718, abs=0.001)


def test_terms_may_be_averaged_or_the_greatest_taken() -> None:
    both = "terms: [{of: emotion.joy}, {of: emotion.anger, weight: 0.5}]"
    for combine, score in (("product", 0.8 * 0.7), ("mean", (0.8 + 0.2) / 1.5), ("max", 0.8)):
        option = f"id: x, base: 1, ageing: 0, combine: {combine}, {both}, do: {{why: 'does x'}}"
        assert Life(tree(option)).goes_on(joy=0.8, anger=0.4).scores[0].score == pytest.approx(
            score
        )


LANE = """\
    - {id: flinch, on: [hit], threshold: 0.2, habituates: 0.5, do: {why: "flinches", lasts: 1}}
    - {id: startle, on: [loud_noise], do: {why: "startles", lasts: 2}}
"""


def happened(name: str, strength: float = 1.0) -> list[Event]:
    return [Event(at=0.0, id=9, name=name, strength=strength)]


def test_a_reflex_comes_before_all_else_and_names_its_event() -> None:
    life = Life(tree(with_(A, dwell="[60, 1000]"), lane=LANE))
    life.goes_on(joy=0.9)
    decision = life.goes_on(joy=0.9, events=happened("hit"))
    assert decision.behavior == "flinch"
    assert decision.because[0] == 9
    assert life.goes_on(1.2, joy=0.9).behavior == "a"


def test_a_weak_event_sets_off_nothing() -> None:
    assert Life(tree(A, lane=LANE)).goes_on(joy=0.9, events=happened("hit", 0.1)).behavior == "a"


def test_the_more_urgent_reflex_wins_and_the_less_urgent_one_waits() -> None:
    life = Life(tree(A, lane=LANE))
    assert life.goes_on(joy=0.9, events=happened("loud_noise")).behavior == "startle"
    assert life.goes_on(joy=0.9, events=happened("hit")).behavior == "flinch"
    assert life.goes_on(joy=0.9, events=happened("loud_noise")).behavior == "flinch"


def test_a_reflex_gets_weaker_when_it_is_set_off_again_and_again_and_recovers() -> None:
    life = Life(tree(A, lane=LANE))
    answers = [
        life.goes_on(2.0, joy=0.9) and life.goes_on(joy=0.9, events=happened("hit", 0.6)).behavior
        for _ in range(6)
    ]
    assert answers[0] == "flinch"
    assert answers[-1] == "a"
    life.goes_on(600.0, joy=0.9)
    assert life.goes_on(joy=0.9, events=happened("hit", 0.6)).behavior == "flinch"
