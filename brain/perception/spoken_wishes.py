"""What words ask of the pet becomes an event: praised, scolded, called, comfort_asked and the like.

A thought about the same words may add events, and never repeats one.
"""

from __future__ import annotations

from moggy.brain.perception.shown_feelings import AGAIN_S, chances_of
from moggy.messages import Probabilities, Thought, Words
from moggy.vocabulary import INTENT_EVENTS, SEEN_EVENTS, PersonClass

FELT_IN_WORDS: tuple[PersonClass, ...] = ("sad", "angry", "afraid")
"""Feelings in words that are events of their own."""
FELT_FROM = 0.5
"""Probability of such a feeling from which it is an event."""
SURE_FROM = 0.35
"""Confidence that it takes, and that a wish in a thought takes."""
KEPT = 64
"""Utterances for which a thought may still come."""


class SpokenWishes:
    """Remembers which events the latest words were taken for."""

    def __init__(self) -> None:
        self._told: dict[int, set[str]] = {}
        self._felt: dict[tuple[str, str], float] = {}

    def words(self, words: Words, confidence: float, at: float) -> list[tuple[str, float]]:
        """(event, strength) of words just heard, at `at` (s)."""
        found = []
        if words.intent is not None and words.intent in INTENT_EVENTS:
            found.append((INTENT_EVENTS[words.intent], min(1.0, 0.5 + 0.5 * confidence)))
        found += self._feeling(
            words.person,
            chances_of(words.valence, words.arousal, words.probabilities),
            confidence,
            at,
        )
        self._told[words.id] = {name for name, _ in found}
        if len(self._told) > KEPT:
            del self._told[next(iter(self._told))]
        return found

    def thought(self, thought: Thought) -> list[tuple[str, float]]:
        """(event, strength) of what a slow answer adds to what its words were taken for."""
        told = self._told.setdefault(thought.about, set()) if thought.about else set()
        found = []
        if (
            thought.intent is not None
            and thought.intent in INTENT_EVENTS
            and thought.confidence > SURE_FROM
            and INTENT_EVENTS[thought.intent] not in told
        ):
            found.append((INTENT_EVENTS[thought.intent], min(1.0, 0.3 + 0.6 * thought.confidence)))
        chances = chances_of(thought.valence, thought.arousal, thought.probabilities)
        found += [
            (name, s)
            for name, s in self._feeling(thought.person, chances, thought.confidence, thought.at)
            if name not in told
        ]
        told.update(name for name, _ in found)
        return found

    def _feeling(
        self, person: str, chances: Probabilities, confidence: float, at: float
    ) -> list[tuple[str, float]]:
        if confidence < SURE_FROM:
            return []
        found = []
        for name in FELT_IN_WORDS:
            chance = chances.get(name, 0.0)
            if chance > FELT_FROM and at - self._felt.get((person, name), -1e9) >= AGAIN_S:
                self._felt[person, name] = at
                found.append((SEEN_EVENTS[name], chance * confidence))
        return found
