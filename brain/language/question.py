"""What the slow readers of words are asked: the text, what was made of it at once, and the
situation in which it was said."""

from __future__ import annotations

from dataclasses import dataclass, field

from moggy.messages import Probabilities
from moggy.vocabulary import SOMEONE, Intent

PATIENCE = 6.0
"""Seconds after which an answer no longer counts: a conversation has moved on, and facts.md gives a
whole answer 2 s at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What went on while something was said, in numbers and in the names of events."""

    before: tuple[tuple[str, float], ...] = ()
    """(event, seconds ago), newest first, of the last two minutes."""
    touch: str | None = None
    """The gesture that goes on: stroke, hit, …"""
    person_valence: float = 0.0
    person_arousal: float = 0.0
    person_sure: float = 0.0
    """How the person seemed before, −1..1, and how sure that was, 0..1."""
    pet_valence: float = 0.0
    pet_arousal: float = 0.0
    trust: float = 0.3

    def ago(self, *names: str) -> float:
        """Seconds since the newest of these events; infinite where none happened lately."""
        return min(
            (seconds for name, seconds in self.before if name in names), default=float("inf")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A job for a slow reader. The first reading comes along, so that each refines the one before."""

    text: str
    lang: str = "en"
    person: str = SOMEONE
    asked: float = 0.0
    """When it was said, on the pet's clock; s."""
    about: int = 0
    """Id of the Words."""
    expires: float = PATIENCE
    read_by: str = "words"
    """Who read it before."""
    probabilities: Probabilities = field(default_factory=dict)
    """Of the reading before; empty: nothing was read yet."""
    valence: float = 0.0
    arousal: float = 0.0
    intent: Intent = "none"
    confidence: float = 0.0
    situation: Situation = Situation()
