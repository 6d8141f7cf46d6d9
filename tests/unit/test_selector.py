"""Choosing: inertia, dwell, cooldown, tiredness, and the lane above it all. Small trees, one rule
each."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from py_trees.common import Status

from moggy.behaviors.decider import Decider
from moggy.behaviors.tree import Tree
from moggy.config import parse
from moggy.messages import Affect, Context, Decision, Event, Gesture, PersonEstimate
from moggy.personality import Personality, Temperament
from moggy.vocabulary import GestureName, ZoneName
from tests.feelings import emotions

STEADY = Personality(name="steady", temperament=Temperament(impulsiveness=0.0))
PLAIN = "ageing: 0, repetition: 0, dwell: [0, 1000]"
A = (
    "id: a, base: 1, terms: [{of: emotion.joy}], "
    f"do: {{why: 'does a ({{emotion.joy}})'}}, {PLAIN}"
)
B = f"id: b, base: 1, terms: [{{of: emotion.anger}}], do: {{why: 'does b'}}, {PLAIN}"
REST = "id: rest, base: 0.01, do: {why: 'rests'}"


def tree(*options: str, lane: str = "", rest: str = REST) -> Tree:
    """A utility selector over options in YAML's short form; `rest` is its fallback."""
    lines = [f"      - {{{option}}}" for option in (rest, *options)]
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
        self.around: dict[str, Any] = {}
        """What else the contexts hold from now on."""

    def goes_on(
        self, seconds: float = 0.1, *, events: Sequence[Event] = (), **levels: float
    ) -> Decision:
        for n in range(max(1, round(seconds * 10))):
            self.at += 0.1
            pet = Affect(emotions=emotions(**levels))
            heard = tuple(events) if n == 0 else ()
            around = {"person": PersonEstimate(), **self.around}
            context = Context(at=self.at, dt=0.1, hour=12.0, pet=pet, events=heard, **around)
            decision = self.decider.decide(context)
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
    decision = life.goes_on(1.0, joy=0.5, anger=0.8)
    assert decision.behavior == "b"
    assert [score.id for score in decision.scores] == ["b", "a", "rest"], "what it left too"


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


def test_the_dwell_counts_from_when_it_began() -> None:
    life = Life(tree(with_(A, dwell="[5, 1000]"), B))
    life.goes_on(20.0, anger=0.5)
    life.goes_on(1.0, joy=0.9, anger=0.1)
    refused = life.goes_on(2.0, joy=0.1, anger=0.9).scores[0].refused
    assert refused is not None
    assert refused.by == "dwell"
    assert refused.short == pytest.approx(6.5 - 2.5, abs=0.6)


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


def test_a_reflex_that_gave_way_is_over_and_has_its_whole_time_when_it_comes_again() -> None:
    life = Life(tree(A, lane=LANE))
    life.goes_on(1.5, joy=0.9, events=happened("loud_noise"))
    life.goes_on(joy=0.9, events=happened("hit"))
    assert life.decider._moment.ended["startle"] == pytest.approx(1.6)
    assert life.goes_on(2.0, joy=0.9).behavior == "a"
    life.goes_on(joy=0.9, events=happened("loud_noise"))
    assert life.goes_on(1.8, joy=0.9).behavior == "startle"
    assert life.goes_on(0.3, joy=0.9).behavior == "a"


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


# ── In numbers ───────────────────────────────────────────────────────────────────────────────────


def impulsive(share: float) -> Personality:
    return Personality(name="any", temperament=Temperament(impulsiveness=share))


@pytest.mark.parametrize(("share", "patience", "near"), [(0.0, 1.3, 0.02), (1.0, 0.7, 0.22)])
def test_impulsiveness_shortens_the_dwell_and_widens_what_is_near_the_best(
    share: float, patience: float, near: float
) -> None:
    life = Life(tree(with_(A, dwell="[5, 1000]"), B), impulsive(share))
    life.goes_on(joy=0.5)
    changes = next(n for n in range(1, 100) if life.goes_on(joy=0.4, anger=0.9).behavior == "b")
    assert changes / 10 == pytest.approx(5.0 * patience, abs=0.55)
    drawn = [
        Counter(
            Life(tree(A, B), impulsive(share), seed).goes_on(joy=0.5, anger=anger).behavior
            for seed in range(300)
        )["b"]
        for anger in (0.5 * (1.0 - 1.05 * near), 0.5 * (1.0 - 0.95 * near), 0.5 * (1.0 - near / 2))
    ]
    assert drawn[0] == 0
    assert drawn[1] == pytest.approx(300 / (1.0 + math.exp(1.9)), abs=15)
    assert drawn[2] == pytest.approx(300 / (1.0 + math.exp(1.0)), abs=20)


def settled() -> Life:
    """It does `a`, and has just weighed what else it might do."""
    life = Life(tree(A, B))
    life.goes_on(0.2, joy=0.5)
    return life


def test_it_looks_again_twice_a_second_and_at_once_when_something_happens() -> None:
    life = settled()
    assert [life.goes_on(joy=0.1, anger=0.9).behavior for _ in range(5)] == ["a"] * 4 + ["b"]
    (event,) = happened("called")
    part = replace(event, dose=0.2)
    for heard, expected in ((event, "b"), (part, "a"), (replace(part, urgent=True), "b")):
        assert settled().goes_on(joy=0.1, anger=0.9, events=[heard]).behavior == expected


@pytest.mark.parametrize(
    "changed",
    [
        {"settings": frozenset({"lap"})},
        {"charging": True},
        {"person": PersonEstimate(present=True)},
        {"gesture": Gesture(at=0.0, zone="back", gesture="stroke")},
    ],
)
def test_it_looks_again_when_a_hand_a_person_or_a_setting_comes(changed: dict[str, Any]) -> None:
    life = settled()
    life.around = changed
    assert life.goes_on(joy=0.1, anger=0.9).behavior == "b"
    after = [life.goes_on(joy=0.9, anger=0.1).behavior for _ in range(8)]
    assert after.index("a") in (4, 5), "nothing is new: half a second later"


def test_another_zone_or_gesture_of_the_hand_is_something_new_and_the_same_is_not() -> None:
    def hand(zone: ZoneName, gesture: GestureName) -> dict[str, Any]:
        return {"gesture": Gesture(at=0.0, zone=zone, gesture=gesture)}

    for changed, expected in (
        (hand("back", "stroke"), "a"),
        (hand("neck", "stroke"), "b"),
        (hand("back", "pat"), "b"),
        ({}, "b"),
    ):
        life = Life(tree(A, B))
        life.around = hand("back", "stroke")
        life.goes_on(0.2, joy=0.5)
        life.around = changed
        assert life.goes_on(joy=0.1, anger=0.9).behavior == expected


def test_exactly_the_hysteresis_better_is_not_enough() -> None:
    life = Life(tree(A, B))
    life.goes_on(joy=0.5)
    assert life.goes_on(1.0, joy=0.5, anger=0.574).behavior == "a"
    assert life.goes_on(1.0, joy=0.5, anger=0.577).behavior == "b"


def test_two_that_both_interrupt_do_not_take_turns_without_inertia() -> None:
    both = [with_(option, dwell="[5, 1000]", interrupts="emotion.fear > 0.5") for option in (A, B)]
    life = Life(tree(*both))
    life.goes_on(joy=0.5, fear=0.9)
    assert life.goes_on(1.0, joy=0.5, anger=0.55, fear=0.9).behavior == "a"
    assert life.goes_on(1.0, joy=0.5, anger=0.9, fear=0.9).behavior == "b"


def test_only_a_better_one_interrupts() -> None:
    life = Life(tree(A, with_(B, interrupts="emotion.fear > 0.5")))
    life.goes_on(joy=0.5)
    assert life.goes_on(1.0, joy=0.5, anger=0.4, fear=0.9).behavior == "a"
    assert life.goes_on(1.0, joy=0.5, anger=0.51, fear=0.9).behavior == "b"


def test_what_has_no_score_any_more_ends_once_its_dwell_is_over() -> None:
    life = Life(tree(with_(A, dwell="[3, 1000]")))
    life.goes_on(joy=0.5)
    made = [life.goes_on().behavior for _ in range(50)]
    assert made.index("rest") == pytest.approx(39, abs=5)
    assert set(made[:30]) == {"a"}


def test_the_scores_are_told_anew_once_a_second_and_the_running_one_is_always_among_them() -> None:
    many = [
        f"id: o{n}, base: 1, terms: [{{of: emotion.anger}}], do: {{why: 'does it'}}, {PLAIN}"
        for n in range(9)
    ]
    life = Life(tree(with_(A, dwell="[60, 1000]"), *many))
    life.goes_on(joy=0.9)
    told = [life.goes_on(joy=0.9, anger=0.0).scores for _ in range(40)]
    anew = [n for n, (a, b) in enumerate(pairwise(told)) if a is not b]
    assert {b - a for a, b in pairwise(anew)} <= {10, 11}
    assert len(anew) >= 3
    refused = life.goes_on(1.0, joy=0.1, anger=0.9).scores
    assert [score.id for score in refused[:8]] == [f"o{n}" for n in range(8)]
    assert [score.id for score in refused[8:]] == ["a"]
    assert {score.refused and score.refused.by for score in refused[:8]} == {"dwell"}


def test_its_feedback_says_what_was_chosen_or_kept_and_why() -> None:
    life = Life(tree(A, B))
    node = life.decider._built.nodes["choose"]
    life.goes_on(joy=0.5)
    assert node.feedback_message == "chose a (0.50)"
    life.goes_on(1.0, joy=0.5, anger=0.545)
    assert node.feedback_message == "stays with a (0.50); b refused by hysteresis: 0.03"
    idle = "id: rest, terms: [{of: emotion.sadness}], do: {why: 'rests'}"
    bored = Life(tree(A, rest=idle))
    assert bored.goes_on().behavior == "rest"
    said = bored.decider._built.nodes["choose"].feedback_message
    assert said == "nothing speaks for anything: rest"
    rash = Life(tree(A, B), impulsive(1.0))
    rash.goes_on(joy=0.9, anger=0.9)
    assert "of 2 near the best" in rash.decider._built.nodes["choose"].feedback_message


def test_the_cause_of_what_goes_on_is_renewed_while_it_is_wanted() -> None:
    option = "id: a, base: 1, terms: [{of: event.called}], do: {why: 'does a'}, " + PLAIN
    life = Life(tree(option))
    assert life.goes_on(events=[Event(at=0.1, id=4, name="called")]).because == (4,)
    again = Event(at=0.2, id=5, name="called")
    assert life.goes_on(events=[again]).because == (5,)


def test_the_fallback_is_not_begun_anew_within_a_tick() -> None:
    """It ends at once, nothing else has a score: then nothing runs."""
    quick = "id: rest, base: 0.01, do: {kind: when, that: 'false'}"
    text = (
        "name: t\nroot:\n  kind: utility\n  id: choose\n  fallback: rest\n  options:\n"
        f"    - {{{quick}}}\n"
    )
    life = Life(parse("t.yaml", text, Tree))
    assert life.goes_on().behavior == "idle"
    assert life.decider._built.root.status is Status.FAILURE
    assert life.decider._built.root.feedback_message == "no option can run"


def test_a_reflex_that_runs_begins_anew_a_second_after_it_was_set_off() -> None:
    lane = '    - {id: flinch, on: [hit], do: {why: "flinches", lasts: 3}}\n'
    life = Life(tree(A, lane=lane))
    life.goes_on(5.0, joy=0.9)
    began = life.goes_on(joy=0.9, events=happened("hit")).since
    assert life.goes_on(0.5, joy=0.9, events=happened("hit")).since == began
    life.goes_on(0.6, joy=0.9)
    again = life.goes_on(joy=0.9, events=happened("hit")).since
    assert again > began + 1.0
    assert life.goes_on(2.5, joy=0.9).behavior == "flinch", "for three seconds from then on"
    assert life.goes_on(0.6, joy=0.9).behavior == "a"


def test_a_reflex_without_an_event_goes_on_while_it_may() -> None:
    lane = (
        '    - {id: flinch, on: [hit], do: {why: "flinches", lasts: 1}}\n'
        '    - {id: freeze, whenever: emotion.fear > 0.8, do: {why: "freezes", lasts: 1}}\n'
    )
    life = Life(tree(A, lane=lane))
    assert life.goes_on(joy=0.9).behavior == "a"
    assert life.goes_on(joy=0.9, fear=0.9).behavior == "freeze"
    assert life.goes_on(joy=0.9, fear=0.9, events=happened("hit")).behavior == "flinch"
    assert life.goes_on(1.5, joy=0.9, fear=0.9).behavior == "freeze"
    assert life.goes_on(1.5, joy=0.9).behavior == "a"


def test_what_a_reflex_ends_is_over_and_begins_again_afterwards() -> None:
    life = Life(tree(with_(A, cooldown="5"), lane=LANE))
    before = life.goes_on(joy=0.9)
    lane = life.decider._built.nodes["lane"]
    assert lane.feedback_message == "no reflex"
    life.goes_on(joy=0.9, events=happened("hit", 0.9))
    assert lane.feedback_message == "flinch set off (0.90)"
    assert life.decider._moment.ended == {"a": pytest.approx(0.2)}
    assert life.goes_on(2.0, joy=0.9).behavior == "rest"
    after = life.goes_on(4.0, joy=0.9)
    assert after.behavior == "a"
    assert after.since > before.since + 5.0
    assert "flinch" in life.decider._moment.ended


def test_closed_in_the_middle_of_a_reflex_it_is_ended() -> None:
    life = Life(tree(A, lane=LANE))
    life.goes_on(joy=0.9, events=happened("hit"))
    life.decider.close()
    assert life.decider._moment.ended["flinch"] == pytest.approx(0.1)
    assert life.decider._built.root.status is Status.INVALID
