"""When the slow readers of words are asked, what they are told, and how their answers join what was
read before; no model needed."""

from __future__ import annotations

import math

import pytest

from moggy.brain.language import prompts, refine
from moggy.brain.language.ask import Asker, Recent, question_of
from moggy.brain.language.model import ADVICE, nudges
from moggy.brain.language.question import Question, Situation
from moggy.brain.language.reading import UNSURE
from moggy.meanings import Meaning, taken
from moggy.messages import (
    Affect,
    AnySense,
    Command,
    Decision,
    Event,
    Gesture,
    PersonEstimate,
    Probabilities,
    Thought,
    Tick,
    Words,
)
from moggy.vocabulary import CLASS_PRIOR, CLASSES, DIMENSIONS, DRIVES, LARGEST_ADVICE

WEIGHTS = {
    "own": 1.0,
    "feelings": 1.0,
    "wish": 2.0,
    "no_wish": 0.5,
    "to_pet": 0.5,
    "wish_from": 0.5,
    "away_from": 0.5,
    "sarcasm_from": 0.3,
}
MEANINGS = (
    *(Meaning("comment", "none", name, 0, "none") for name in CLASSES),
    Meaning("play", "pet", "happy", 1, "play"),
    Meaning("call", "pet", "neutral", 0, "call"),
    Meaning("angry_report", "about", "angry", -1, "none"),
    Meaning("sarcasm", "pet", "angry", -1, "none"),
)
"""The seven classes, and what may be said to a pet."""


def scored(*, base: float = 0.0, **kinds: float) -> list[float]:
    """A score for each of MEANINGS by kind or feeling."""
    return [kinds.get(m.kind, kinds.get(m.feeling, base)) for m in MEANINGS]


def tick(at: float, *understood: AnySense, events: tuple[Event, ...] = ()) -> Tick:
    return Tick(
        at=at,
        n=int(at * 50),
        understood=understood,
        events=events,
        person=PersonEstimate(
            probabilities={"neutral": 0.2, "sad": 0.8}, confidence=0.7, unsure=False
        ),
        pet=Affect(),
        decision=Decision(at=at, behavior="loaf"),
        commanded=Command(at=at),
    )


def said(text: str, at: float = 1.0, id: int = 5) -> Words:
    return Words(
        at=at,
        id=id,
        text=text,
        probabilities=dict.fromkeys(CLASSES, 1 / 7),
        valence=-0.2,
        arousal=0.1,
        intent="call",
        confidence=0.6,
    )


def test_words_make_a_question_with_what_was_read_at_once() -> None:
    question = question_of(tick(1.0, said("come on")), Recent())
    assert question is not None
    assert (question.text, question.about, question.asked, question.intent, question.valence) == (
        "come on",
        5,
        1.0,
        "call",
        -0.2,
    )
    assert question.expires > question.asked


def test_no_words_no_question() -> None:
    assert question_of(tick(1.0), Recent()) is None
    assert question_of(tick(1.0, Words(at=1.0, valence=0.3)), Recent()) is None


def test_the_situation_tells_what_happened_before_but_not_these_words() -> None:
    asker = Asker()
    asker(
        tick(
            1.0,
            Gesture(at=1.0, zone="back", gesture="stroke", phase="during"),
            events=(Event(at=1.0, name="hit"),),
        )
    )
    question = asker(tick(1.5, said("sorry", 1.5), events=(Event(at=1.5, name="scolded"),)))
    assert question is not None
    assert question.situation.before == (("hit", 0.5),)
    assert question.situation.touch == "stroke"
    assert question.situation.ago("hit", "poked") == 0.5
    assert question.situation.ago("stroked") == math.inf
    assert (question.situation.person_looks, question.situation.person_sure) == ("sad", 0.7)


def test_old_events_are_forgotten() -> None:
    asker = Asker()
    asker(tick(1.0, events=(Event(at=1.0, name="hit"),)))
    question = asker(tick(500.0, said("hello", 500.0)))
    assert question is not None
    assert question.situation.before == ()


def test_a_second_reader_waits_for_the_first_and_is_told_its_answer() -> None:
    asker = Asker(after="embedding", patience=0.5)
    assert asker(tick(1.0, said("come on"))) is None
    assert asker(tick(1.1)) is None
    answer = Thought(
        at=1.2,
        person="someone",
        asked=1.0,
        about=5,
        expires=7.0,
        source="embedding",
        valence=0.6,
        probabilities={"happy": 1.0},
        intent="play",
    )
    question = asker(tick(1.2, answer))
    assert question is not None
    assert (question.valence, question.intent, question.asked, question.probabilities) == (
        0.6,
        "play",
        1.0,
        {"happy": 1.0},
    )
    assert question.read_by == "embedding"
    assert asker(tick(1.3, answer)) is None


def test_a_second_reader_does_not_wait_for_ever() -> None:
    asker = Asker(after="embedding", patience=0.5)
    asker(tick(1.0, said("come on")))
    assert asker(tick(1.4)) is None
    question = asker(tick(1.5))
    assert question is not None
    assert question.valence == -0.2


def feelings(question: Question, scores: list[float]) -> Probabilities:
    return taken(MEANINGS, refine.joined(question, MEANINGS, scores, WEIGHTS)).probabilities


def intent(question: Question, scores: list[float]) -> str | None:
    return refine.thought(
        question, source="x", meanings=MEANINGS, scores=scores, weights=WEIGHTS
    ).intent


def test_two_readings_that_agree_are_surer_than_either() -> None:
    happy = {name: 0.6 if name == "happy" else 0.4 / 6 for name in CLASSES}
    scores = scored(happy=2.0)
    both = feelings(Question(text="x", probabilities=happy), scores)
    alone = feelings(Question(text="x"), scores)
    assert both["happy"] > max(alone["happy"], happy["happy"])
    assert sum(both.values()) == pytest.approx(1.0)


def test_a_reading_before_that_says_nothing_changes_nothing() -> None:
    scores = scored(sad=1.0, play=0.5)
    usual = Question(text="x", probabilities=dict(CLASS_PRIOR))
    assert feelings(usual, scores) == pytest.approx(feelings(Question(text="x"), scores))


def test_a_wish_that_was_found_before_speaks_for_itself() -> None:
    before = Question(text="x", intent="play", confidence=0.9)
    unsure, other = scored(play=2.4, base=0.0, call=2.0), scored(call=9.0)
    assert intent(before, unsure) == "play"
    assert intent(Question(text="x"), unsure) == "none"
    assert intent(before, other) == "call", "a model that is very sure is believed"
    assert intent(Question(text="x"), scored(call=4.0)) == "call"
    assert intent(Question(text="x", confidence=0.9), scored(call=2.0)) == "none"


def test_whom_it_was_meant_for_before_counts() -> None:
    even = scored(angry_report=2.0, call=2.0, base=-3.0)
    told = [
        refine.thought(
            Question(text="x", to_pet=to_pet),
            source="x",
            meanings=MEANINGS,
            scores=even,
            weights=WEIGHTS,
        ).to_pet
        for to_pet in (0.05, None, 0.95)
    ]
    assert None not in told
    assert told == sorted(told, key=lambda p: p or 0.0)
    assert told[0] != told[2]


def test_what_may_be_sarcastic_is_unsure_and_wants_nothing() -> None:
    thought = refine.thought(
        Question(text="x"),
        source="x",
        meanings=MEANINGS,
        scores=scored(play=6.0, sarcasm=5.8),
        weights=WEIGHTS,
    )
    assert (thought.intent, thought.confidence < UNSURE) == ("none", True)
    assert abs(thought.valence or 0.0) < 0.1


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_an_answer_that_is_no_number_is_dropped(bad: float) -> None:
    with pytest.raises(ValueError, match="not a number"):
        intent(Question(text="x"), [bad, *scored()[1:]])
    with pytest.raises(ValueError, match="not a number"):
        nudges([bad] + [0.0] * (len(ADVICE) - 1))


def test_whatever_the_model_says_the_answer_is_within_its_bounds() -> None:
    for size in (0.0, 1.0, 1e6, -1e6):
        thought = refine.thought(
            Question(text="x", to_pet=1.0, valence=1.0, confidence=1.0),
            source="smollm2",
            meanings=MEANINGS,
            scores=[size * (-1) ** k for k in range(len(MEANINGS))],
            weights=WEIGHTS,
        )
        assert thought.probabilities is not None
        assert all(0.0 <= p <= 1.0 for p in thought.probabilities.values())
        assert -1.0 <= (thought.valence or 0.0) <= 1.0
        assert 0.0 <= (thought.to_pet or 0.0) <= 1.0
        moved = nudges([size * (-1) ** k for k in range(len(ADVICE))])
        assert all(abs(by) <= LARGEST_ADVICE for by in moved.values())
        assert set(moved) <= {*DIMENSIONS, *DRIVES}


def test_what_is_usual_moves_nothing() -> None:
    assert nudges([0.0] * len(ADVICE)) == {}
    assert {name for moves in ADVICE.values() for name in moves} <= {*DIMENSIONS, *DRIVES}


def test_a_gentle_answer_calms_and_an_afraid_one_unsettles() -> None:
    names = list(ADVICE)
    gentle = nudges([2.0 if name == "gentle" else 0.0 for name in names])
    afraid = nudges([2.0 if name == "afraid" else 0.0 for name in names])
    assert gentle["arousal"] < 0.0 < afraid["arousal"]
    assert afraid["pleasure"] < 0.0


def test_the_prompt_tells_the_situation_in_sentences() -> None:
    seen = Situation(
        before=(("hit", 2.0), ("stroked", 5.0), ("arrived", 8.0), ("stroked", 90.0)),
        person_looks="sad",
        person_sure=0.8,
    )
    text = prompts.judging(Question(text='he said "no"\n\nand left', situation=seen))
    assert text.startswith("The cat was just hit. The cat was just stroked. The person looks sad.")
    assert text.endswith("The person says: \"he said 'no' and left\" The cat feels")


def test_a_long_text_makes_a_short_prompt() -> None:
    assert len(prompts.judging(Question(text="word " * 20_000))) < 500
