"""Who is there, and who of them has the pet's attention: who spoke to it last, or looks at it from
close by."""

from __future__ import annotations

import math
from collections.abc import Sequence

from moggy.messages import Face, Person, Posture, Voice, Words
from moggy.vocabulary import NOBODY, SOMEONE

"""No person; and one who is not known by name."""
SPOKEN, SEEN, CAME = (1.0, 20.0), (0.7, 3.0), (0.5, 10.0)
"""Salience and the seconds in which it fades to 37 %: of words, of a look from close by, of an
arrival."""
KEEPS = 0.15
"""By how much another must be more salient to draw the attention away."""
STAYS = 60.0
"""Seconds for which somebody who was not seen to come still counts as present after the last sign.
"""


class _Noticed:
    __slots__ = ("arrived", "bearing", "looking", "salience", "seen", "signs")

    def __init__(self) -> None:
        self.arrived = False
        self.bearing: tuple[float, float] | None = None
        self.looking = 0.0
        self.seen = self.signs = -1e9
        self.salience: dict[tuple[float, float], tuple[float, float]] = {}


class Attention:
    """Knows everybody by the signs they give."""

    def __init__(self) -> None:
        self.attended = NOBODY
        self._people: dict[str, _Noticed] = {}

    def notice(self, sense: Face | Posture | Voice | Words | Person, at: float) -> None:
        """One sign of a person."""
        if isinstance(sense, Voice) and not is_voice(sense):
            return
        one = self._people.get(sense.person)
        if one is None:
            one = self._people[sense.person] = _Noticed()
            if len(self._people) > 64:
                del self._people[min(self._people, key=lambda name: self._people[name].signs)]
        one.signs = at
        if isinstance(sense, Person):
            one.arrived = sense.change == "arrives"
            if one.arrived:
                one.salience[CAME] = (CAME[0], at)
            else:
                one.signs = -1e9
                one.salience.clear()
                one.looking, one.bearing = 0.0, None
        elif isinstance(sense, Words):
            one.salience[SPOKEN] = (SPOKEN[0], at)
        elif isinstance(sense, Face):
            near = 1.0 / (1.0 + 0.3 * (1.0 if sense.distance is None else sense.distance))
            one.salience[SEEN] = (SEEN[0] * (0.4 + 0.6 * sense.looking) * near, at)
            one.looking, one.seen = sense.looking, at
            one.bearing = sense.bearing or one.bearing
        self._choose(at)

    def touched(self, at: float) -> str:
        """A hand is on the pet: whose, as far as one can tell."""
        if not self.present(self.attended, at):
            self._choose(at)
        name = self.attended if self.present(self.attended, at) else SOMEONE
        one = self._people.get(name)
        if one is None:
            one = self._people[name] = _Noticed()
        one.signs = at
        one.salience[SPOKEN] = (SPOKEN[0], at)
        self._choose(at)
        return self.attended

    def somebody(self, at: float) -> str:
        """Who an unnamed sign comes from: the one named person who is there, if there is just one."""
        named = [name for name in self._people if name != SOMEONE and self.present(name, at)]
        return named[0] if len(named) == 1 else SOMEONE

    def present(self, person: str, now: float) -> bool:
        one = self._people.get(person)
        return one is not None and (one.arrived or now - one.signs < STAYS)

    def anybody(self, now: float) -> Sequence[str]:
        return [name for name in self._people if self.present(name, now)]

    def looking(self, person: str, now: float) -> float:
        """0..1: how much they attend to the pet; fades within seconds of being out of sight."""
        one = self._people.get(person)
        if one is None:
            return 0.0
        spoken = one.salience.get(SPOKEN)
        words = 0.0 if spoken is None else 0.6 * math.exp(-(now - spoken[1]) / 8.0)
        return max(words, one.looking * math.exp(-max(0.0, now - one.seen) / SEEN[1]))

    def bearing(self, person: str, now: float) -> tuple[float, float] | None:
        one = self._people.get(person)
        return None if one is None or now - one.seen > 5.0 else one.bearing

    def _choose(self, now: float) -> None:
        best, most = NOBODY, 0.0
        for name, one in self._people.items():
            salience = max(
                (
                    height * math.exp(-(now - at) / fades[1])
                    for fades, (height, at) in one.salience.items()
                ),
                default=0.0,
            )
            salience += KEEPS if name == self.attended else 0.0
            if salience > most and self.present(name, now):
                best, most = name, salience
        if best != NOBODY:
            self.attended = best


def is_voice(sense: Voice) -> bool:
    """Somebody's, not a noise."""
    return sense.pitch is not None or sense.valence is not None or sense.probabilities is not None
