"""Who is there, and who of them has the pet's attention: who spoke or touched last, or looks at it
from close by."""

from __future__ import annotations

import math
from typing import NamedTuple

from moggy.brain.person.presence import Presence
from moggy.messages import Face, Impression, Posture, Voice, Words
from moggy.vocabulary import NOBODY, PEOPLE, SOMEONE


class Sign(NamedTuple):
    """A way of drawing attention: how salient it is at first, and the seconds to fade to 37 %."""

    salience: float
    fades_s: float


SPOKE = Sign(1.0, 20.0)
"""Words, or a touch. Our choice, as are the others."""
LOOKED = Sign(0.7, 3.0)
"""A look from close by, straight at the pet."""
CAME = Sign(0.5, 10.0)
"""An arrival."""
INERTIA = 0.15
"""By how much another person must be more salient to take the attention over."""
PRESENT_S = 60.0
"""Seconds since the last sign for which somebody counts as present who has not arrived."""
BEARING_S = 5.0
"""Seconds since a face was last seen for which its direction is believed."""
SPEAKER_ATTENDS = 0.6
"""How much somebody who has just spoken attends to the pet, seen or not, 0..1."""
SPEAKER_FADES_S = 8.0
"""Seconds in which that fades to 37 %."""
DISTANCE_COST = 0.3
"""A face at 1 / this many metres is half as salient as one at the pet's nose."""
UNKNOWN_DISTANCE_M = 1.0
"""Taken where a face comes without a distance."""


class _Noticed:
    """What is known of one person."""

    __slots__ = ("bearing", "looking", "salience", "seen", "signs")

    def __init__(self) -> None:
        self.bearing: tuple[float, float] | None = None
        self.looking = 0.0
        self.seen = self.signs = -1e9
        self.salience: dict[Sign, tuple[float, float]] = {}
        """Sign → (salience, when it was given, s)."""


class Attention:
    """Follows everybody by the signs they give. All times are seconds on the pet's clock."""

    def __init__(self) -> None:
        self.attended = NOBODY
        """Who has the attention; somebody who left keeps it until another takes it."""
        self.presence = Presence()
        self._people: dict[str, _Noticed] = {}

    def moved(self, person: str, comes: bool, at: float) -> None:
        """Somebody has arrived or left."""
        one = self._known(person)
        one.signs = at
        if comes:
            one.salience[CAME] = (CAME.salience, at)
        else:
            one.signs = -1e9
            one.salience.clear()
            one.looking, one.bearing = 0.0, None
        self._choose(at)

    def notice(self, sense: Face | Posture | Voice | Words | Impression, at: float) -> None:
        """Take one sign of a person. A noise without a voice is none."""
        if isinstance(sense, Voice) and not is_voice(sense):
            return
        one = self._known(sense.person)
        one.signs = at
        if isinstance(sense, Words):
            one.salience[SPOKE] = (SPOKE.salience, at)
        elif isinstance(sense, Face):
            distance = UNKNOWN_DISTANCE_M if sense.distance is None else sense.distance
            near = 1.0 / (1.0 + DISTANCE_COST * distance)
            turned = 0.4 + 0.6 * sense.looking
            one.salience[LOOKED] = (LOOKED.salience * turned * near, at)
            one.looking, one.seen = sense.looking, at
            one.bearing = sense.bearing or one.bearing
        self._choose(at)

    def touched(self, at: float) -> str:
        """A hand is on the pet. Returns whose it is taken to be: the attended person's if present,
        else SOMEONE's."""
        if not self.present(self.attended, at):
            self._choose(at)
        name = self.attended if self.present(self.attended, at) else SOMEONE
        one = self._known(name)
        one.signs = at
        one.salience[SPOKE] = (SPOKE.salience, at)
        self._choose(at)
        return self.attended

    def somebody(self, at: float) -> str:
        """Who a sign without a name comes from: the only named person present, or SOMEONE."""
        named = [name for name in self._people if name != SOMEONE and self.present(name, at)]
        return named[0] if len(named) == 1 else SOMEONE

    def present(self, person: str, now: float) -> bool:
        """Whether a person is there: arrived and not left, or gave a sign within PRESENT_S."""
        one = self._people.get(person)
        if one is None:
            return False
        return now - one.signs < PRESENT_S or self.presence.holds(person)

    def looking(self, person: str, now: float) -> float:
        """0..1: how much a person attends to the pet; fades in seconds when out of sight."""
        one = self._people.get(person)
        if one is None:
            return 0.0
        spoke = one.salience.get(SPOKE)
        words = 0.0
        if spoke is not None:
            words = SPEAKER_ATTENDS * math.exp(-(now - spoke[1]) / SPEAKER_FADES_S)
        return max(words, one.looking * math.exp(-max(0.0, now - one.seen) / LOOKED.fades_s))

    def bearing(self, person: str, now: float) -> tuple[float, float] | None:
        """Yaw and pitch of a person's face, rad; None where it was not seen lately."""
        one = self._people.get(person)
        return None if one is None or now - one.seen > BEARING_S else one.bearing

    def _known(self, person: str) -> _Noticed:
        """What is known of a person; who gave no sign for longest is forgotten."""
        one = self._people.get(person)
        if one is None:
            if len(self._people) >= PEOPLE:
                del self._people[min(self._people, key=lambda name: self._people[name].signs)]
            one = self._people[person] = _Noticed()
        return one

    def _choose(self, now: float) -> None:
        """Give the attention to the most salient person who is present."""
        best, most = NOBODY, 0.0
        for name, one in self._people.items():
            salience = max(
                (
                    height * math.exp(-(now - at) / sign.fades_s)
                    for sign, (height, at) in one.salience.items()
                ),
                default=0.0,
            )
            salience += INERTIA if name == self.attended else 0.0
            if salience > most and self.present(name, now):
                best, most = name, salience
        if best != NOBODY:
            self.attended = best


def is_voice(sense: Voice) -> bool:
    """Whether a sound is somebody's voice (it has a pitch or an estimate) and not a noise."""
    return sense.pitch is not None or sense.valence is not None or sense.probabilities is not None
