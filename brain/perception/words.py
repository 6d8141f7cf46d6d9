"""What words ask of the pet: praised, scolded, called, comfort_asked, … A thought about the same
words refines and never doubles them."""

from __future__ import annotations

from moggy.brain.perception.expressions import AGAIN, chances_of
from moggy.messages import Probabilities, Thought, Words
from moggy.vocabulary import INTENT_EVENTS, SEEN_EVENTS, PersonClass

FELT_IN_WORDS: tuple[PersonClass, ...] = ("sad", "angry", "afraid")
"""Feelings in words that are events of their own."""
SAD, SURE = 0.5, 0.35
"""Probability of sadness, anger or fear in words that is an event; and the confidence that it
takes."""
KEPT = 64
"""Words for which a thought may still come."""


class Speaking:
    """Remembers which events the last words have already been."""

    def __init__(self) -> None:
        self._told: dict[int, set[str]] = {}
        self._felt: dict[tuple[str, str], float] = {}

    def words(self, words: Words, confidence: float, at: float) -> list[tuple[str, float]]:
        """(event, strength) of words just heard."""
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
        """(event, strength) of what these words had not been taken for yet."""
        told = self._told.setdefault(thought.about, set()) if thought.about else set()
        found = []
        if (
            thought.intent is not None
            and thought.intent in INTENT_EVENTS
            and thought.confidence > SURE
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
        if confidence < SURE:
            return []
        found = []
        for name in FELT_IN_WORDS:
            chance = chances.get(name, 0.0)
            if chance > SAD and at - self._felt.get((person, name), -1e9) >= AGAIN:
                self._felt[person, name] = at
                found.append((SEEN_EVENTS[name], chance * confidence))
        return found
