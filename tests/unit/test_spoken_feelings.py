"""What people feel by their words, faces and voices becomes an event of the pet's own, graded, and
a slower reading corrects it."""

from __future__ import annotations

import random

import pytest

from bench.rehearse import a_mind, last, rehearse
from moggy.behaviors.moment import NEVER, Moment
from moggy.brain.appraisals import Appraisals
from moggy.config import Files
from moggy.messages import (
    Affect,
    AnySense,
    Context,
    Event,
    Face,
    PersonEstimate,
    Probabilities,
    Thought,
    Voice,
    Words,
)
from moggy.personality import Personality
from moggy.vocabulary import CLASS_PLACES, PersonClass

TABLE = Files().load("appraisals/cat.yaml", Appraisals)
CAT = Personality(name="cat")


def events(senses: list[AnySense], until: float = 3.0) -> list[Event]:
    mind = a_mind(TABLE, CAT)
    return [event for moment in rehearse(mind, senses, until) for event in moment.events]


def likely(feeling: PersonClass, chance: float) -> Probabilities:
    return {feeling: 1.0} if feeling == "neutral" else {feeling: chance, "neutral": 1.0 - chance}


def words(feeling: PersonClass, chance: float = 0.9, at: float = 1.0, **more: object) -> Words:
    place = CLASS_PLACES[feeling]
    values: dict[str, object] = {
        "probabilities": likely(feeling, chance),
        "valence": chance * place.valence,
        "arousal": chance * place.arousal,
        "confidence": chance,
        "intent": "none",
        **more,
    }
    return Words(at=at, id=7, person="anna", text="…", **values)  # type: ignore[arg-type]


def thought(feeling: PersonClass, chance: float = 0.9, at: float = 1.2, **more: object) -> Thought:
    said = words(feeling, chance)
    values: dict[str, object] = {
        "probabilities": said.probabilities,
        "valence": said.valence,
        "arousal": said.arousal,
        "confidence": chance,
        **more,
    }
    return Thought(
        at=at,
        id=9,
        person="anna",
        about=7,
        asked=1.0,
        expires=9.0,
        **values,  # type: ignore[arg-type]
    )


def heard(*senses: AnySense) -> list[tuple[str, float]]:
    """What it hears, beside that somebody is there."""
    found = ((e.name, round(e.strength, 2)) for e in events(list(senses)))
    return [(name, strength) for name, strength in found if name != "arrived"]


def felt(*senses: AnySense, at: float = 2.5) -> Affect:
    return last(a_mind(TABLE, CAT), list(senses), at).pet


@pytest.mark.parametrize(
    ("feeling", "to_it", "about"),
    [
        ("happy", "loved", "happiness_seen"),
        ("angry", "anger_at_pet", "anger_told"),
        ("disgusted", "disgust_at_pet", "disgust_seen"),
        ("sad", "sadness_seen", "sadness_seen"),
        ("afraid", "fear_seen", "fear_seen"),
        ("surprised", "surprise_seen", "surprise_seen"),
    ],
)
def test_every_sure_feeling_in_words_is_an_event_by_whom_it_is_meant_for(
    feeling: PersonClass, to_it: str, about: str
) -> None:
    assert [name for name, _ in heard(words(feeling, to_pet=1.0))] == [to_it]
    assert [name for name, _ in heard(words(feeling, to_pet=0.1))] == [about]
    assert heard(words(feeling, 0.3, to_pet=1.0)) == [], "nothing is sure"
    assert heard(words("neutral", to_pet=1.0)) == []


def test_calm_contentment_is_told_from_gladness() -> None:
    calm = words("happy", 0.5, valence=0.4, arousal=-0.15, confidence=0.8)
    assert [name for name, _ in heard(calm)] == ["calm_seen"]
    faces: list[AnySense] = [
        Face(at=1.0 + 0.1 * i, id=i + 1, person="anna", valence=0.4, arousal=-0.2, confidence=0.8)
        for i in range(10)
    ]
    assert [name for name, _ in heard(*faces)] == ["calm_seen"]


def test_a_voice_takes_the_same_road_as_a_face() -> None:
    def voices(feeling: PersonClass, confidence: float) -> list[AnySense]:
        shown = likely(feeling, 0.9)
        return [
            Voice(
                at=1.0 + 0.1 * i,
                id=i + 1,
                person="anna",
                level=-20.0,
                pitch=180.0,
                probabilities=shown,
                confidence=confidence,
            )
            for i in range(10)
        ]

    assert "happiness_seen" in dict(heard(*voices("happy", 0.8)))
    assert "disgust_seen" in dict(heard(*voices("disgusted", 0.8)))
    assert "disgust_seen" not in dict(heard(*voices("disgusted", 0.2)))
    faces: list[AnySense] = [
        Face(at=1.0, id=1, person="anna", probabilities=likely("disgusted", 0.9), confidence=0.9)
    ]
    assert "disgust_seen" in dict(heard(*faces))


def test_it_is_graded_by_how_sure_and_how_surely_it_is_meant_for_the_pet() -> None:
    grades = [
        dict(heard(words("angry", chance, to_pet=meant)))["anger_at_pet"]
        for chance, meant in ((0.6, 0.6), (0.6, 1.0), (0.8, 1.0), (0.97, 1.0))
    ]
    assert grades == sorted(grades)
    assert grades[-1] > 2.5 * grades[0]
    mild, hard = (felt(words("angry", chance, to_pet=1.0)) for chance in (0.6, 0.97))
    assert 0.0 < mild.emotions["fear"] < 0.2 < 0.35 < hard.emotions["fear"]


def test_kind_words_please_harsh_ones_hurt_and_a_report_is_cared_about() -> None:
    before = felt().valence
    assert felt(words("happy", to_pet=0.9)).valence > before + 0.3
    for feeling in ("angry", "disgusted"):
        assert felt(words(feeling, to_pet=0.9)).valence < before - 0.1
    told = felt(words("angry", to_pet=0.1))
    assert told.emotions["concern"] > 0.1 > told.emotions["fear"]
    glad = felt(words("happy", to_pet=0.1))
    assert glad.emotions["interest"] > 0.2
    sad = felt(words("sad", to_pet=0.9))
    assert sad.emotions["concern"] > 0.3
    assert before - 0.15 < sad.valence <= before, "concern, not pleasure"


def test_words_of_comfort_please_though_nobody_is_glad() -> None:
    comfort = words("neutral", 1.0, valence=0.35, arousal=0.0, to_pet=0.9, confidence=0.8)
    assert felt(comfort).valence > felt().valence + 0.1
    order = words("neutral", 1.0, valence=0.1, arousal=0.0, to_pet=0.9, confidence=0.8)
    assert heard(order) == []


def test_what_is_told_of_others_asks_nothing_of_the_pet() -> None:
    quoted = Words(at=1.0, id=7, text="…", intent="scold", confidence=0.8, to_pet=0.05)
    assert heard(quoted) == []
    for to_pet in (None, 0.8):
        scold = Words(at=1.0, id=7, text="…", intent="scold", confidence=0.8, to_pet=to_pet)
        assert [name for name, _ in heard(scold)] == ["scolded"]
    report = Words(at=1.0, id=7, text="…", intent="comfort_me", confidence=0.8, to_pet=0.05)
    assert [name for name, _ in heard(report)] == ["comfort_asked"]


def test_a_slower_reading_of_the_same_words_is_not_counted_twice() -> None:
    once = felt(words("happy", 0.9, to_pet=1.0))
    twice = felt(words("happy", 0.9, to_pet=1.0), thought("happy", 0.92))
    assert twice.valence == pytest.approx(once.valence, abs=1e-6)
    assert twice.bond == once.bond


def test_a_surer_reading_strengthens_what_was_taken_lightly() -> None:
    light = heard(words("happy", 0.6, to_pet=1.0), thought("happy", 0.95))
    assert light == [("loved", 0.36), ("loved", 0.9)]
    lightly = felt(words("happy", 0.6, to_pet=1.0), thought("happy", 0.95))
    assert felt(words("happy", 0.6, to_pet=1.0)).valence < lightly.valence
    assert lightly.valence <= felt(words("happy", 0.95, to_pet=1.0)).valence + 1e-6


def test_a_contrary_reading_takes_the_first_one_back() -> None:
    found = events([words("angry", 0.8, to_pet=1.0), thought("happy", 0.9)])
    assert [(e.name, e.takes_back) for e in found] == [
        ("arrived", ""), ("anger_at_pet", ""), ("misheard", "anger_at_pet"), ("loved", "")
    ]  # fmt: skip
    corrected = felt(words("angry", 0.8, to_pet=1.0), thought("happy", 0.9))
    praised = felt(words("happy", 0.9, to_pet=1.0))
    assert corrected.emotions["fear"] < 0.01
    assert corrected.valence == pytest.approx(praised.valence, abs=0.08)
    assert corrected.mood.pleasure == pytest.approx(praised.mood.pleasure, abs=0.01)
    neutral = felt(words("angry", 0.8, to_pet=1.0), thought("neutral", 0.9))
    assert neutral.valence == pytest.approx(felt().valence, abs=0.03)


def test_who_was_meant_may_be_corrected_too() -> None:
    found = heard(words("angry", 0.8, to_pet=0.8), thought("angry", 0.8, to_pet=0.1))
    assert [name for name, _ in found] == ["anger_at_pet", "misheard", "anger_told"]


def test_an_unsure_reading_corrects_nothing() -> None:
    found = heard(words("angry", 0.9, to_pet=1.0), thought("happy", 0.3))
    assert [name for name, _ in found] == ["anger_at_pet"]


def test_a_wish_that_was_misheard_is_taken_back() -> None:
    said = words("neutral", 0.9, intent="scold")
    found = heard(said, thought("neutral", 0.9, intent="call"))
    assert [name for name, _ in found] == ["scolded", "misheard", "called"]
    kept = heard(said, thought("neutral", 0.9, intent="scold"))
    assert [name for name, _ in kept] == ["scolded"]


def test_the_tree_forgets_what_was_taken_back() -> None:
    moment = Moment(CAT, random.Random(1), {})
    scolded = Event(at=1.0, id=1, name="scolded")
    misheard = Event(at=1.2, id=2, name="misheard", takes_back="scolded")

    def lived(at: float, event: Event) -> float:
        moment.take(
            Context(
                at=at, dt=0.1, hour=10.0, person=PersonEstimate(), pet=Affect(), events=(event,)
            )
        )
        return moment.since("scolded")

    assert lived(1.1, scolded) == pytest.approx(0.1)
    assert lived(1.3, misheard) == NEVER


def test_the_same_feeling_again_counts_when_it_grows() -> None:
    again = words("angry", 0.8, at=2.0, to_pet=1.0)
    worse = words("angry", 0.97, at=2.5, to_pet=1.0)
    found = heard(words("angry", 0.75, to_pet=1.0), again, worse)
    assert [strength for _, strength in found] == [0.56, 0.94]


def test_an_unsure_thought_takes_back_kind_words_and_nothing_else() -> None:
    doubt = thought("happy", confidence=0.29, intent="none")
    kind = events([words("happy", intent="praise", to_pet=0.9), doubt])
    assert {e.name for e in kind} >= {"praised", "loved", "misheard"}
    harsh = events([words("angry", intent="scold", to_pet=0.9), doubt])
    assert "misheard" not in {e.name for e in harsh}
