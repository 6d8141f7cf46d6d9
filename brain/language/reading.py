"""Reads texts with the readers that are installed, each refining the one before. `moggy perceive
words` prints the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import NotRequired, Protocol, TypedDict

from moggy import models
from moggy.brain.language.ask import refined
from moggy.brain.language.embedding import Embedding
from moggy.brain.language.head import NoHead
from moggy.brain.language.llama import NoRuntime, Unwell
from moggy.brain.language.model import Judge
from moggy.brain.language.question import Question
from moggy.messages import Probabilities, Thought, Words
from moggy.vocabulary import CLASSES, Advisable, Intent, nearest

TIERS = ("words", "embedding", "model")
"""The readers, from the fastest to the slowest."""
UNSURE = 0.4
"""A reading with less confidence is called unsure: on GoEmotions dev (Demszky et al. 2020) the
likeliest class of the words reader is then wrong more often than right."""

FirstReader = Callable[[Words], Words]
"""The first tier, `moggy.sensors.words.understand`. It is handed in, since brain and sensors do not
import each other."""


class SlowReader(Protocol):
    """The second or the third tier."""

    def answer(self, question: Question) -> Thought:
        """Raises ValueError, TimeoutError or Unwell where there is no answer that can be used."""
        ...


SLOW: Mapping[str, Callable[[], SlowReader]] = {"embedding": Embedding, "model": Judge}
"""What makes each slow reader."""


class TextReading(TypedDict):
    """What was read in one text."""

    text: str
    valence: float
    """Valence of the speaker, −1..1."""
    arousal: float
    """Arousal of the speaker, −1..1."""
    probabilities: Probabilities
    intent: Intent
    to_pet: float | None
    """How surely it is said to the pet and not of something else, 0..1; None: nothing tells."""
    confidence: float
    """How sure the reading is, 0..1."""
    unsure: bool
    source: str
    """The readers that took part: `words+embedding`."""
    milliseconds: float
    nudges: NotRequired[dict[Advisable, float]]
    """What the language model proposes to change in the pet."""
    note: NotRequired[str]
    """What was left out, and why."""


def read_texts(
    texts: Sequence[str],
    lang: str = "",
    tiers: Sequence[str] | None = None,
    *,
    first: FirstReader,
) -> Iterator[TextReading]:
    """A reading of each text, in order.

    `tiers` names the readers of TIERS that take part; None takes every one that is installed.
    Raises ValueError for an unknown name, RuntimeError with the way out where a named one is
    missing.
    """
    wanted = TIERS if tiers is None else tuple(tiers)
    unknown = [name for name in wanted if name not in TIERS]
    if unknown:
        raise ValueError(
            f"there is no reader of words called {unknown[0]!r}{nearest(unknown[0], TIERS)}"
        )
    slow = (
        [make() for name, make in SLOW.items() if name in wanted]
        if tiers is not None
        else list(available()[0].values())
    )
    first(Words(at=0.0, text="hello"))  # loads its data, so that no text is timed with the loading
    for text in texts:
        yield read_text(text, lang, first if "words" in wanted else None, slow)


def available() -> tuple[dict[str, SlowReader], list[str]]:
    """The slow readers that are installed, by name, and a message with the way out for each other
    one."""
    here: dict[str, SlowReader] = {}
    missing = []
    for name, make in SLOW.items():
        try:
            here[name] = make()
        except (models.Missing, models.Corrupt, NoHead, NoRuntime, Unwell) as error:
            missing.append(str(error))
    return here, missing


def read_text(
    text: str, lang: str, first: FirstReader | None, slow: Sequence[SlowReader]
) -> TextReading:
    """One text through the readers, each refining the one before. A slow reader that fails is left
    out and named in the note."""
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
        to_pet=read.to_pet,
        confidence=read.confidence or 0.0,
    )
    moves: dict[Advisable, float] = {}
    sources = ["words"] if first is not None else []
    notes = []
    if len(read.text) != len(text):
        notes.append(f"{len(text):,} characters: only the first {len(read.text)} were read")
    for reader in slow if text.strip() else ():
        try:
            thought = reader.answer(question)
        except (ValueError, TimeoutError, Unwell) as error:
            notes.append(str(error))
            continue
        sources.append(thought.source)
        moves |= thought.nudges
        question = refined(question, thought)
    reading = TextReading(
        text=read.text,
        valence=question.valence,
        arousal=question.arousal,
        probabilities=dict(question.probabilities)
        or dict.fromkeys(CLASSES, round(1.0 / len(CLASSES), 4)),
        intent=question.intent,
        to_pet=question.to_pet,
        confidence=question.confidence,
        unsure=question.confidence < UNSURE,
        source="+".join(sources),
        milliseconds=round(1000.0 * (perf_counter() - began), 3),
    )
    if moves:
        reading["nudges"] = moves
    if notes:
        reading["note"] = "; ".join(notes)
    return reading
