"""What a slow reader of words is asked: the text, the first reading of it, and the situation in
which it was said."""

from __future__ import annotations

from dataclasses import dataclass, field

from moggy.messages import Probabilities
from moggy.vocabulary import SOMEONE, GestureName, Intent, PersonClass

PATIENCE = 6.0
"""Seconds after which an answer no longer counts, since the conversation has moved on. Our choice:
the embedding answers within 0.1 s and the language model within 1 s on an idle machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What went on while something was said, in numbers and in the names of events."""

    before: tuple[tuple[str, float], ...] = ()
    """(event, seconds ago) of the last two minutes, newest first."""
    touch: GestureName | None = None
    """The gesture that goes on."""
    person_looks: PersonClass = "neutral"
    """The likeliest feeling of the person before the words."""
    person_sure: float = 0.0
    """How sure the estimate of the person was, 0..1; 0 where it was unsure."""
    pet_valence: float = 0.0
    """Valence of the pet, −1..1."""
    pet_arousal: float = 0.0
    """Arousal of the pet, −1..1."""
    trust: float = 0.3
    """Trust of the pet in this person, 0..1."""

    def ago(self, *names: str) -> float:
        """Seconds since the newest of these events; infinite where none is in `before`."""
        return min(
            (seconds for name, seconds in self.before if name in names), default=float("inf")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A job for a slow reader. It carries the reading before, which the reader refines."""

    text: str
    lang: str = "en"
    """ISO 639-1 code of the language."""
    person: str = SOMEONE
    """Who said it."""
    asked: float = 0.0
    """When it was said, in seconds on the pet's clock."""
    about: int = 0
    """Id of the Words message."""
    expires: float = PATIENCE
    """Until when an answer counts, in seconds on the pet's clock."""
    read_by: str = "words"
    """The reader whose reading comes along."""
    probabilities: Probabilities = field(default_factory=dict)
    """Class of feeling → probability by that reader; empty where nothing was read yet."""
    valence: float = 0.0
    """Valence by that reader, −1..1."""
    arousal: float = 0.0
    """Arousal by that reader, −1..1."""
    intent: Intent = "none"
    """The wish by that reader."""
    to_pet: float | None = None
    """How surely that reader takes it for said to the pet, 0..1; None: it did not tell."""
    confidence: float = 0.0
    """How sure that reader is, 0..1."""
    situation: Situation = Situation()
