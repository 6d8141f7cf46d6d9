"""Who is there: who was said to come, and who is seen, heard or felt for long enough.

    a face for a second, a voice, a hand, words ──▶ there ──▶ no sign for three minutes ──▶ gone

One rule with hysteresis, over the times of the senses alone, so that it is the same at every tick
rate and in a replay. Whoever a message said to come stays until one says that they leave. How long
each takes is `presence` in the appraisal table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from moggy.brain.feeling_shapes import PresenceShape
from moggy.vocabulary import PEOPLE, SOMEONE

SignKind: TypeAlias = Literal["face", "still", "voice", "touch", "words", "other"]
"""By what somebody is noticed. Words and what a designer's sensor says count at once. `still` (a
face that has not moved or blinked yet) and `other` (a body without a face) keep somebody there but
bring nobody; the time of a still face counts once it moves."""
LONGEST_STEP_S = 0.4
"""Seconds that one sign may add, however long ago the last was: two single mistakes of the face
finder, a second apart, are nobody. Our choice: four looks at their usual pace."""

_LASTING: tuple[SignKind, ...] = ("face", "voice", "touch")
"""What brings somebody when it lasts."""


class _Sensed(NamedTuple):
    """How long somebody has been sensed in one way."""

    seconds: float
    at: float
    """Of the latest sign, s."""


class Presence:
    """Follows who is there. All times are seconds on the pet's clock."""

    def __init__(self) -> None:
        self.shape = PresenceShape()
        self._stated: set[str] = set()
        self._noticed: dict[str, float] = {}
        """Who is there by the senses → their latest sign."""
        self._sensed: dict[tuple[str, SignKind], _Sensed] = {}

    @property
    def there(self) -> set[str]:
        """Everybody who is there."""
        return self._stated | self._noticed.keys()

    def holds(self, person: str) -> bool:
        """Whether a person is there."""
        return person in self._noticed or person in self._stated

    @property
    def due(self) -> float:
        """When somebody may next be gone."""
        return min(self._noticed.values(), default=float("inf")) + self.shape.leaves

    def said(self, person: str, comes: bool, at: float) -> bool:
        """A message says that somebody comes or leaves. False where that is no news."""
        news = comes != self.holds(person)
        self._noticed.pop(person, None)
        if comes:
            self._stated.add(person)
        else:
            self._stated.discard(person)
            # Whoever is still in sight then does not come back by that.
            for name in (person, SOMEONE):
                for kind in _LASTING:
                    self._sensed[name, kind] = _Sensed(float("-inf"), at)
        return news

    def sign(self, person: str, kind: SignKind, at: float) -> bool:
        """Take a sign of a person. Returns whether they arrive by it. A sign without a name is that
        of somebody who is there already, if anybody is."""
        if person in self._noticed:
            self._noticed[person] = max(at, self._noticed[person])
            return False
        if person in self._stated:
            return False
        if person == SOMEONE and self.there:
            for name in self._noticed:
                self._noticed[name] = max(at, self._noticed[name])
            return False
        if len(self._noticed) >= PEOPLE or not self._enough(person, kind, at):
            return False
        self._noticed[person] = at
        return True

    def named(self, person: str) -> bool:
        """Whether the unnamed one who was noticed turns out to be `person`, who has just come."""
        return person != SOMEONE and self._noticed.pop(SOMEONE, None) is not None

    def gone(self, until: float) -> Iterator[tuple[str, float]]:
        """Who is gone by `until` and since when, earliest first."""
        while until >= self.due:
            person = min(self._noticed, key=lambda name: self._noticed[name])
            at = self._noticed.pop(person) + self.shape.leaves
            for kind in _LASTING:
                self._sensed.pop((person, kind), None)
            yield person, at

    def _enough(self, person: str, kind: SignKind, at: float) -> bool:
        """Whether somebody has now been sensed for long enough in this way."""
        moves, kind = kind != "still", "face" if kind == "still" else kind
        if kind not in _LASTING:
            return kind == "words"
        needs: float = getattr(self.shape, kind)
        before = self._sensed.get((person, kind))
        seconds = 0.0
        if before is not None and at - before.at <= self.shape.gap:
            seconds = before.seconds + min(max(0.0, at - before.at), LONGEST_STEP_S)
        self._sensed[person, kind] = _Sensed(seconds, at)
        if len(self._sensed) > 3 * PEOPLE:
            del self._sensed[min(self._sensed, key=lambda key: self._sensed[key].at)]
        return moves and seconds >= needs - 1e-9
