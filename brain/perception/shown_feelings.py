"""A person's feeling becomes an event when it begins to show in a face or a voice, not at every
frame: smiled_at, sadness_seen, looked_at and the like."""

from __future__ import annotations

import math
from collections.abc import Mapping

from moggy.messages import Face, Probabilities
from moggy.vocabulary import CLASS_PLACES, SEEN_EVENTS, PersonClass, SeenFeeling

SMOOTH_S = 0.35
"""Seconds over which frames are averaged (time constant). Our choice, as are the next: a smile of
half a second counts, a flicker between two frames does not."""
GAP_S = 2.0
"""Seconds without a face after which averaging begins anew."""
SHOWS = 0.5
"""Probability at which a feeling begins to show."""
GONE = 0.3
"""Probability below which a feeling no longer shows."""
AGAIN_S = 6.0
"""Seconds before the same feeling of the same person is an event again."""
LOOKS_FROM = 0.7
"""`looking` of a face, 0..1, from which the person looks at the pet."""
LOOKS_AWAY = 0.4
"""`looking` below which they look away."""
CROSS: frozenset[SeenFeeling] = frozenset(("angry", "disgusted"))
"""Feelings with which kind words are not believed."""
FOLLOWED = 64
"""People whose face, or voice, is followed; the first of them is dropped first."""

CONTENT_VALENCE = (0.1, 0.3, 0.55, 0.75)
"""Valence from which somebody may be calm and content, from which they wholly are, up to which, and
beyond which they are glad instead."""
CALM_AROUSAL = (0.0, 0.2)
"""Arousal up to which they are wholly calm, and beyond which they are not."""

TELLABLE: tuple[PersonClass, ...] = ("neutral", "happy", "sad", "angry")
"""Classes that valence and arousal alone tell apart: *afraid* and *disgusted* lie beside *angry*
(moggy/vocabulary.py, CLASS_PLACES)."""


class ShownHistory:
    """What one person's face, or voice, shows over time."""

    __slots__ = ("at", "looked", "looking", "said", "shows", "smooth")

    def __init__(self) -> None:
        self.at = -1e9
        self.smooth: dict[SeenFeeling, float] = dict.fromkeys(SEEN_EVENTS, 0.0)
        self.shows: set[SeenFeeling] = set()
        self.said: dict[str, float] = {}
        self.looking = False
        self.looked = -1e9

    def began(
        self, chances: Mapping[SeenFeeling, float], confidence: float, at: float
    ) -> list[tuple[SeenFeeling, float]]:
        """(feeling, strength) of what begins to show in this frame, at `at` (s)."""
        gap = at - self.at
        share = 1.0 if gap > GAP_S else 1.0 - math.exp(-max(gap, 0.02) / SMOOTH_S)
        self.at = at
        found = []
        for name in SEEN_EVENTS:
            chance = self.smooth[name] = (
                self.smooth[name]
                + (chances.get(name, 0.0) * confidence - self.smooth[name]) * share
            )
            if name in self.shows:
                if chance < GONE:
                    self.shows.discard(name)
            elif chance > SHOWS:
                self.shows.add(name)
                if at - self.said.get(name, -1e9) >= AGAIN_S:
                    self.said[name] = at
                    found.append((name, min(1.0, chance + 0.2)))
        return found

    def is_cross(self, at: float) -> bool:
        """Whether anger or disgust shows at `at` (s)."""
        return at - self.at <= GAP_S and not self.shows.isdisjoint(CROSS)

    def looks(self, face: Face, at: float) -> bool:
        """Whether they begin to look at the pet."""
        if self.looking:
            if face.looking < LOOKS_AWAY:
                self.looking = False
            return False
        if face.looking > LOOKS_FROM:
            self.looking = True
            if at - self.looked >= AGAIN_S:
                self.looked = at
                return True
        return False


def history_of(people: dict[str, ShownHistory], person: str) -> ShownHistory:
    """What a person showed; a new history where there is none."""
    found = people.get(person)
    if found is None:
        found = people[person] = ShownHistory()
        if len(people) > FOLLOWED:
            del people[next(iter(people))]
    return found


def felt_chances(
    valence: float | None, arousal: float | None, probabilities: Probabilities | None
) -> dict[SeenFeeling, float]:
    """Probabilities of what may be seen: the classes, and *calm*, which takes its share of *happy*
    and *neutral*."""
    found = chances_of(valence, arousal, probabilities)
    chances: dict[SeenFeeling, float] = dict(found.items())
    if valence is None or arousal is None:
        return chances
    begins, wholly, until, glad = CONTENT_VALENCE
    content = min(ramp(valence, begins, wholly), ramp(valence, glad, until))
    calm = content * ramp(arousal, CALM_AROUSAL[1], CALM_AROUSAL[0])
    if calm > 0.0:
        happy = chances.get("happy", 0.0)
        chances["calm"] = calm * (happy + chances.get("neutral", 0.0))
        chances["happy"] = happy * (1.0 - calm)
    return chances


def ramp(x: float, zero: float, one: float) -> float:
    """0 at `zero`, 1 at `one`, straight between."""
    return max(0.0, min(1.0, (x - zero) / (one - zero)))


def chances_of(
    valence: float | None, arousal: float | None, probabilities: Probabilities | None
) -> Probabilities:
    """Probabilities of the classes. From valence and arousal (−1..1) alone, one class of TELLABLE:
    the one whose place is nearest, as far as the valence reaches towards it."""
    if probabilities:
        total = sum(probabilities.values())
        return {name: p / total for name, p in probabilities.items()} if total > 0.0 else {}
    if valence is None:
        return {}

    def distance(name: PersonClass) -> float:
        place = CLASS_PLACES[name]
        return math.hypot(
            valence - place.valence, 0.0 if arousal is None else arousal - place.arousal
        )

    nearest = min(TELLABLE, key=distance)
    reach = 1.0 if nearest == "neutral" else valence / CLASS_PLACES[nearest].valence
    return {nearest: min(1.0, reach)}
