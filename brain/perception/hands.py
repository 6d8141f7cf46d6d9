"""What is usual for a hand and for a skin: how firmly, how fast and in which rhythm it touches, as
running quantiles. A touch says more of a person the farther it is from what is usual for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final, Literal, NamedTuple

from moggy.messages import Gesture, Probabilities
from moggy.vocabulary import CLASSES, EVERYBODY, PEOPLE

Measure = Literal["pressure", "speed", "pace"]

PRIOR: Final[Mapping[Measure, tuple[float, ...]]] = {
    "pressure": (0.24, 0.36, 0.44, 0.60),
    "speed": (0.03, 0.08, 0.12, 0.25),
    "pace": (0.5, 1.0, 1.6, 2.8),
}
"""Touches that a new skin is taken to have felt: pressure 0..1, m/s of strokes, contacts a second.
Our choice; they stand for a median of 0.4 and 0.6 as the firmest of ten."""
REMEMBERED: Final = 40
"""Touches that are remembered of each hand and skin. Our choice."""
PAUSE_S: Final = 3.0
"""Seconds between the beginnings of two contacts from which they have no rhythm. Our choice."""
LEAST_SPREAD: Final[Mapping[Measure, float]] = {"pressure": 0.15, "speed": 0.3, "pace": 0.3}
"""Least distance of the ninth tenth from the median, in medians: a hand that is all alike is no
proof."""
PRIOR_WEIGHT: Final = 2.0
"""Touches after which a median is as near to what was felt as to the prior. Our choice."""
LEAST_MEDIAN: Final = 0.01
"""Smallest median, of any measure: a smaller one is taken for this."""
FARTHEST: Final = 3.0
"""The most that one touch may be away from the usual, in distances of the ninth tenth."""
ROUGH_PER: Final = 0.2
"""How much less pleasant a person seems for each such distance beyond the ninth tenth."""
LEAN_PER: Final = 0.2
"""The same for each distance from the median, up to 1 either way: a light hand seems kinder. Our
choice, so that it outweighs by how much gestures differ in the table."""
QUICK_PER: Final = 0.22
"""How much more aroused for each distance of speed, rhythm or pressure above the median."""
TENSE: Final = 1.5
"""Arousal for each unit of roughness of a hand that holds; one that moves has a third of it."""
ANGRY: Final[Probabilities] = {"angry": 0.7, "afraid": 0.15, "disgusted": 0.1, "surprised": 0.05}
"""What the part of a touch that is rough says of the class: Hertenstein et al. 2006 (Emotion 6,
528–533), where anger is told by pressing, hitting and shaking."""


class Usual:
    """The latest values of one measure. Until there are some, those of `prior` stand for them; then
    it says no more than how far they spread about what was felt."""

    __slots__ = ("prior", "seen")

    def __init__(self, prior: Sequence[float]) -> None:
        self.prior = tuple(prior)
        self.seen: deque[float] = deque(maxlen=REMEMBERED)

    def quantile(self, share: float) -> float:
        """The value below which such a share, 0..1, of all lies."""
        moved = self._moved()
        values = sorted((*(moved * value for value in self.prior), *self.seen))
        at = share * (len(values) - 1)
        low = int(at)
        high = min(low + 1, len(values) - 1)
        return values[low] + (values[high] - values[low]) * (at - low)

    def _moved(self) -> float:
        """How many times the median of what was felt is that of the prior; 1 at first."""
        n = len(self.seen)
        if not n:
            return 1.0
        times = max(median(self.seen), LEAST_MEDIAN) / max(median(self.prior), LEAST_MEDIAN)
        return float(times ** (n / (n + PRIOR_WEIGHT)))

    def away(self, value: float, least: float) -> float:
        """How far a value is from the median, in distances of the ninth tenth from it, which is at
        least `least` medians."""
        middle = max(self.quantile(0.5), LEAST_MEDIAN)
        spread = max(least * middle, self.quantile(0.9) - middle)
        return max(-FARTHEST, min(FARTHEST, (value - middle) / spread))


class HandManner(NamedTuple):
    """How a touch differs from the usual ones; 0: not at all, 1: as one in ten."""

    firm: float
    quick: float

    @property
    def rough(self) -> float:
        """0..0.4: how rough it is for this hand on this skin."""
        return ROUGH_PER * max(0.0, self.firm - 1.0)

    def valence(self, usual: float) -> float:
        """What the touch says of the person's valence, where its gesture usually says `usual`."""
        return max(-1.0, min(1.0, usual - self.rough - LEAN_PER * max(-1.0, min(1.0, self.firm))))

    def arousal(self, usual: float, holds: bool) -> float:
        """The same of the arousal; `holds`: the hand does not move, and firm means tense."""
        tense = self.rough * (TENSE if holds else TENSE / 3.0)
        quick = max(-1.0, min(1.0, self.quick)) + max(-1.0, min(1.0, self.firm))
        return max(-1.0, min(1.0, usual + tense + QUICK_PER * quick))

    def probabilities(self, usual: Probabilities) -> Probabilities:
        """The same of the classes."""
        if not usual or not self.rough:
            return usual
        return {
            name: (1.0 - self.rough) * usual.get(name, 0.0) + self.rough * ANGRY.get(name, 0.0)
            for name in CLASSES
        }


class Hands:
    """What is usual for each person's hand, and for the skin under all of them. A hand that is new
    is taken for one that is usual on this skin. Kept while the pet is awake, and nowhere else."""

    def __init__(self) -> None:
        self._skin = {measure: Usual(prior) for measure, prior in PRIOR.items()}
        self._people: dict[str, dict[Measure, Usual]] = {}
        self._began: dict[str, tuple[float, float]] = {}
        """Person → when the latest contact began, s, and its pace."""

    @property
    def known(self) -> frozenset[str]:
        """Whose hands it knows; the longest ago are dropped."""
        return frozenset(self._people)

    def forget(self, person: str) -> None:
        """Drop what is usual for a person, or for EVERYBODY and so for the skin."""
        forgotten = tuple(self._people) if person == EVERYBODY else (person,)
        for name in forgotten:
            self._people.pop(name, None)
            self._began.pop(name, None)
        if person == EVERYBODY:
            for usual in self._skin.values():
                usual.seen.clear()

    def begins(self, person: str, at: float) -> None:
        """A contact of a person begins at `at`, s."""
        self._hand(person)
        before = self._began.get(person)
        gap = at - before[0] if before else PAUSE_S
        self._began[person] = (at, 1.0 / gap if 0.0 < gap < PAUSE_S else 0.0)

    def manner(self, person: str, gesture: Gesture) -> HandManner:
        """How a gesture differs from what is usual for this person here; its end is remembered."""
        hand = self._hand(person)
        values: dict[Measure, float] = {"pressure": gesture.pressure}
        if gesture.gesture == "stroke" and gesture.speed > 0.0:
            values["speed"] = gesture.speed
        pace = self._began.get(person, (0.0, 0.0))[1]
        if pace:
            values["pace"] = pace
        away = {name: hand[name].away(x, LEAST_SPREAD[name]) for name, x in values.items()}
        if gesture.phase == "end":
            for name, value in values.items():
                hand[name].seen.append(value)
                self._skin[name].seen.append(value)
        quick = [away[name] for name in ("speed", "pace") if name in away]
        return HandManner(away["pressure"], max(quick, default=0.0))

    def _hand(self, person: str) -> dict[Measure, Usual]:
        """What is usual for a person's hand; the one that was felt longest ago is dropped."""
        hand = self._people.pop(person, None)
        if hand is None:
            hand = {
                measure: Usual([usual.quantile(n / (len(usual.prior) - 1)) for n in range(4)])
                for measure, usual in self._skin.items()
            }
        self._people[person] = hand
        if len(self._people) > PEOPLE:
            oldest = next(iter(self._people))
            del self._people[oldest]
            self._began.pop(oldest, None)
        return hand
