"""The links of a chain: what decided between two scores, what a behaviour reads, and what goes back
to a sample."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from moggy.assemble import begin
from moggy.commands.why import inputs_of
from moggy.config import Files
from moggy.journal import Entry
from moggy.messages import EventCause, InnerCause
from moggy.why.felt import in_words
from moggy.why.ledger import KEPT_S, Ledger
from moggy.why.repertoire import BehaviorInputs
from moggy.why.weighing import weighed
from moggy.why.words import behavior_in_words, term_in_words


def read(tree: str) -> Mapping[str, BehaviorInputs]:
    """What the behaviours of a tree read, beside feelings that ask for no behaviour of it."""
    start = begin(Files(), seed=1, hour=10.0)
    feelings = re.sub(r"^behaviors:\n(?:  .*\n|\n)+", "", start.files[start.appraisals], flags=re.M)
    files = {**start.files, start.tree: tree, start.appraisals: feelings}
    return inputs_of(replace(start, files=files))


def decision(behavior: str, *scores: dict[str, Any]) -> dict[str, Any]:
    return {"behavior": behavior, "path": ["cat", "choose", behavior], "scores": list(scores)}


def score(name: str, value: float, **terms: float) -> dict[str, Any]:
    return {"id": name, "score": value, "terms": terms}


def test_the_term_that_decided_is_the_one_that_parts_winner_and_runner_up_most() -> None:
    found = weighed(
        decision(
            "purr",
            score("purr", 0.8, good=0.8, base=1.0),
            score("greet", 0.07, arrived=0.1, base=0.7),
        ),
        "option",
    )
    assert found is not None
    assert (found.how, found.runner_up, found.term, found.ours, found.theirs) == (
        "outscored",
        "greet",
        "arrived",
        None,
        0.1,
    )
    assert (
        found.sentence()
        == "purr 0.80 beats greet 0.07, most of all since arrived leaves that only 0.10"
    )


def test_a_base_may_decide_too() -> None:
    found = weighed(
        decision("flee", score("flee", 1.5, fear=1.0, base=1.5), score("loaf", 0.2, base=0.2)),
        "option",
    )
    assert found is not None
    assert (found.term, found.ours, found.theirs) == ("base", 1.5, 0.2)


def test_terms_that_are_not_multiplied_count_as_one_by_the_strongest() -> None:
    hide = score("hide", 0.9, fear=0.03, hit=0.6, base=1.5)
    found = weighed(
        decision("hide", hide, score("loaf", 0.9 / 0.6 / 1.5 * 0.1, base=0.1)), "option"
    )
    assert found is not None
    assert (found.how, found.term) == ("outscored", "base")


@pytest.mark.parametrize(
    ("refusal", "how", "term"),
    [
        ("dwell", "inertia", "dwell"),
        ("hysteresis", "inertia", "hysteresis"),
        (None, "near the best", "seeded"),
    ],
)
def test_a_winner_with_the_lower_score_had_inertia_or_luck(
    refusal: str | None, how: str, term: str
) -> None:
    refused = None if refusal is None else {"by": refusal, "short": 1.0}
    better = {**score("play", 0.5, base=0.5), "refused": refused}
    found = weighed(decision("sit", better, score("sit", 0.4, base=0.4)), "option")
    assert found is not None
    assert (found.how, found.runner_up) == (how, "play")
    assert found.term.startswith(term)


def test_a_reflex_and_a_fallback_are_not_weighed_but_an_option_needs_its_scores() -> None:
    for role in ("reflex", "fallback"):
        found = weighed(decision("it"), role)
        assert found is not None
        assert found.how == role
    assert weighed(decision("it"), "option") is None
    assert weighed(decision("it", score("other", 0.3, base=0.3)), "option") is None


def test_every_behaviour_of_the_shipped_tree_is_read_with_its_role() -> None:
    inputs = inputs_of(begin(Files(), seed=1, hour=10.0))
    assert len(inputs) > 40
    assert {name for name, each in inputs.items() if each.role == "reflex"} == {
        "stop",
        "brace",
        "flinch",
        "freeze",
        "startle",
    }
    assert [name for name, each in inputs.items() if each.role == "fallback"] == ["loaf"]
    assert "event.hit" in inputs["flinch"].conditions


def test_words_of_the_trees_own_are_spelt_out() -> None:
    nap = read(
        "name: sleepy\n"
        "let: {night: 'between(hour, 22, 6)', tired: night and drive.energy < 0.3}\n"
        "root: {kind: utility, fallback: nap, options: [{id: nap, when: tired, do: {why: naps}}]}\n"
    )["nap"]
    assert nap.conditions == ("drive.energy", "hour")
    assert nap.within({"drives": {"energy": 0.25}}) == ("drive energy 0.25", "time of day")
    assert nap.role == "fallback"


def test_what_reads_only_the_world_has_no_inner_cause_and_what_reads_nothing_is_disposed() -> None:
    inputs = read(
        "name: two\nroot: {kind: utility, fallback: a, options: [{id: a, do: {why: sits}}, "
        "{id: b, when: event.hit > 0.1 and touch.on, do: {why: flees}}]}\n"
    )
    assert inputs["a"].within({}) == ("disposition",)
    assert inputs["b"].within({}) == ()


def test_a_cause_of_a_feeling_has_words() -> None:
    stroked = EventCause(event="stroked", zone="tail_base", person="anna", unwelcome=True)
    assert in_words(stroked) == "stroked on the tail base by anna, unwelcome"
    assert in_words(EventCause(event="loud_noise")) == "loud noise"
    assert in_words(InnerCause(of="company", level="little")) == "little company"
    assert in_words(InnerCause(of="care")) == "care"
    assert in_words(InnerCause(of="doing", behavior="play_alone")) == "what it does: play alone"


def tick(at: float, **parts: list[dict[str, Any]]) -> Entry:
    data = {name: parts.get(name, []) for name in ("senses", "understood", "evidence", "events")}
    return Entry(at, data, {})


def sample(number: int, at: float = 0.0) -> dict[str, Any]:
    return {"id": number, "at": at, "kind": "battery"}


def event(number: int, *because: int, name: str = "patted", at: float = 0.0) -> dict[str, Any]:
    return {
        "id": number,
        "at": at,
        "name": name,
        "zone": None,
        "person": None,
        "because": list(because),
    }


def test_an_event_is_whole_when_all_behind_it_is_there() -> None:
    ledger = Ledger()
    ledger.note(
        tick(
            0.0,
            senses=[sample(1)],
            events=[
                event(2, 1),
                event(3, 1, 99),
                event(4),
                event(5, 3),
                event(6, name="left_alone"),
            ],
        )
    )
    assert ledger.whole((1, 2, 6))
    assert [hole.split()[0] for hole in ledger.holes((1, 2, 3, 4, 5, 6, 7))] == [
        "#3",
        "#4",
        "#5",
        "#7",
    ]
    assert [cause.id for cause in ledger.chain((2,))] == [2, 1]


def test_an_hour_is_followed_without_keeping_what_every_sample_said() -> None:
    ledger = Ledger()
    for second in range(3600):
        numbers = range(second * 100 + 1, second * 100 + 100)
        ledger.note(
            tick(float(second), senses=[sample(number, float(second)) for number in numbers])
        )
    ledger.note(tick(3600.0, events=[event(400_000, 1, 359_999, at=3600.0)]))
    assert len(ledger.found) < (KEPT_S + 60.0) * 100
    assert ledger.whole((400_000,))


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("touch.good", "how pleasant the touch is"),
        ("emotion.fear", "fear"),
        (
            "max(rise(drive.energy, 0.42, 0.12), if(night, 0.75 * rise(drive.energy, 1, 0.5), 0))",
            "its need for energy or night",
        ),
        ("max(emotion.interest, event.looked_at)", "interest or what happened: looked at"),
        ("repetition", "having done so lately"),
        ("0.5", "0.5"),
    ],
)
def test_a_term_is_named_in_words(term: str, words: str) -> None:
    assert term_in_words(term) == words


def test_a_step_of_a_behaviour_is_named_in_words() -> None:
    assert behavior_in_words("purr_along") == "purr along"
    assert behavior_in_words("play.2") == "play, step 2"
