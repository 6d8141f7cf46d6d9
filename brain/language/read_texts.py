"""Reads texts with the best readers that are here, each refining the one before: what `moggy
perceive words` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any, Protocol

from moggy import models
from moggy.brain.language.ask import refined
from moggy.brain.language.embedding import Embedding
from moggy.brain.language.head import NoHead
from moggy.brain.language.llama import NoRuntime, Unwell
from moggy.brain.language.model import Judge
from moggy.brain.language.question import Question
from moggy.messages import Thought, Words
from moggy.vocabulary import CLASSES, Advisable

TIERS = ("words", "embedding", "model")
UNSURE = 0.4
"""A confidence below this is called unsure; as in the first tier."""

First = Callable[[Words], Words]
"""The first tier: `moggy.sensors.words.understand`, handed in since brain and sensors do not know
each other."""


class Slow(Protocol):
    def answer(self, question: Question) -> Thought: ...


SLOW: Mapping[str, Callable[[], Slow]] = {"embedding": Embedding, "model": Judge}


Row = dict[str, Any]


def perceive_words(
    texts: Sequence[str], lang: str = "en", tiers: Sequence[str] | None = None, *, first: First
) -> Iterator[Row]:
    """A row for each text: its estimate, `unsure`, the readers that took part, the time, and a note
    where something was left out. `tiers` None takes every reader that is here; a named one that is
    missing raises with the way out (RuntimeError).
    """
    wanted = TIERS if tiers is None else tuple(tiers)
    unknown = [name for name in wanted if name not in TIERS]
    if unknown:
        raise ValueError(
            f"there is no reader of words called {unknown[0]!r}; there are {', '.join(TIERS)}"
        )
    slow = (
        [make() for name, make in SLOW.items() if name in wanted]
        if tiers is not None
        else list(available()[0].values())
    )
    first(
        Words(at=0.0, text="hello")
    )  # loads what it needs, so that the milliseconds are those of reading
    for text in texts:
        yield chain(text, lang, first if "words" in wanted else None, slow)


def available() -> tuple[dict[str, Slow], list[str]]:
    """The slow readers that are here, by name; and for each that is not, what is missing and the
    way out."""
    here: dict[str, Slow] = {}
    missing = []
    for name, make in SLOW.items():
        try:
            here[name] = make()
        except (models.Missing, NoHead, NoRuntime, Unwell) as error:
            missing.append(str(error))
    return here, missing


def chain(text: str, lang: str, first: First | None, slow: Sequence[Slow]) -> Row:
    """One text through the readers, each refining the one before."""
    began = perf_counter()
    words = Words(at=0.0, text=text, lang=lang)
    read = first(words) if first is not None else words
    question = Question(
        text=read.text,
        lang=lang,
        probabilities=read.probabilities or {},
        valence=read.valence or 0.0,
        arousal=read.arousal or 0.0,
        intent=read.intent or "none",
        confidence=read.confidence or 0.0,
    )
    moves: dict[Advisable, float] = {}
    sources = ["words"] if first is not None else []
    notes = (
        []
        if len(read.text) == len(text)
        else [f"{len(text):,} characters: only the first {len(read.text)} were read"]
    )
    for reader in slow if text.strip() else ():
        try:
            thought = reader.answer(question)
        except (ValueError, TimeoutError, Unwell) as error:
            notes.append(str(error))
            continue
        sources.append(thought.source)
        moves |= thought.nudges
        question = refined(question, thought)
    return {
        "text": read.text,
        "valence": question.valence,
        "arousal": question.arousal,
        "probabilities": dict(question.probabilities)
        or dict.fromkeys(CLASSES, round(1.0 / len(CLASSES), 4)),
        "intent": question.intent,
        "confidence": question.confidence,
        "unsure": question.confidence < UNSURE,
        "source": "+".join(sources),
        "milliseconds": round(1000.0 * (perf_counter() - began), 3),
        **({"nudges": moves} if moves else {}),
        **({"note": "; ".join(notes)} if notes else {}),
    }
