"""What repetition does: the same event counts less each time (habituation), what hurts counts more
(sensitisation), and touch adds up to *enough* (over-stimulation).

Kept for each event × zone × person. After Thompson & Spencer 1966 (Psychological Review 73, 16–43):
exponential wear, spontaneous recovery, dishabituation by another strong stimulus, sensitisation.
"""

from __future__ import annotations

import math

from moggy.brain.appraisals import Rule
from moggy.brain.feeling_shapes import EnoughShape
from moggy.personality import Temperament
from moggy.vocabulary import EVERYBODY

SPELL_S = 3.0
"""Seconds of an ongoing event that wear as much as one event. Our choice."""
MOST_WORN_ONGOING = 0.5
"""The largest share of the answer to an ongoing event that wears off. Our choice."""
MOST_WORN = 0.85
"""The largest share of the answer to a momentary event that wears off."""
KEPT = 256
"""Keys remembered at once; the longest unused is forgotten first."""
CROSSNESS = 0.4
"""How much faster touch becomes enough in the worst mood."""

Key = tuple[str, str | None, str | None]
"""event, zone, person"""


class _Worn:
    __slots__ = ("at", "roused", "sharp", "worn")

    def __init__(self, at: float, roused: float) -> None:
        self.at, self.roused = at, roused
        self.worn = self.sharp = 0.0


class Habituation:
    """How much of its answer each repeated event still gets, by event × zone × person."""

    def __init__(self) -> None:
        self._keys: dict[Key, _Worn] = {}
        self._roused = 0.0
        """Sum of all rousing so far. A key notes it after its own share: an event does not
        dishabituate itself."""

    def answer(self, key: Key, rule: Rule, now: float) -> float:
        """Factor on what the event does at `now` (s): below 1 where it wore off, above 1 where it
        was sensitised, at most 2."""
        one = self._keys.get(key)
        if one is None:
            return 1.0
        fade = math.exp(-(now - one.at) / rule.recovers)
        worn = one.worn * fade * math.exp(one.roused - self._roused)
        return (1.0 - worn) * (1.0 + one.sharp * fade)

    def forget(self, person: str) -> None:
        """Drop the habituation to what a person, or EVERYBODY, does."""
        self._keys = {
            key: worn for key, worn in self._keys.items() if person not in (key[2], EVERYBODY)
        }

    def happened(self, key: Key, rule: Rule, dose: float, strength: float, now: float) -> None:
        """Note one event at `now` (s), or `dose` seconds of one that goes on; strength 0..1."""
        if not (rule.wears or rule.sharpens or rule.rouses):
            return
        one = self._keys.pop(key, None) or _Worn(now, self._roused)
        times = dose / SPELL_S if rule.ongoing else dose
        fade = math.exp(-(now - one.at) / rule.recovers)
        worn = one.worn * fade * math.exp(one.roused - self._roused)
        most = MOST_WORN_ONGOING if rule.ongoing else MOST_WORN
        if worn < most:
            worn += (most - worn) * (1.0 - (1.0 - rule.wears / most) ** times)
        one.worn = worn
        sharp = one.sharp * fade
        one.sharp = sharp + (1.0 - sharp) * (1.0 - (1.0 - rule.sharpens) ** times)
        rouse = rule.rouses * strength * min(1.0, times) * (1.0 - worn)
        self._roused += rouse
        one.at, one.roused = now, self._roused
        self._keys[key] = one
        if len(self._keys) > KEPT:
            del self._keys[next(iter(self._keys))]


def sensitivity(liking: float) -> float:
    """How fast touch on skin that is liked so much (−1..1) becomes enough: 1 on the least liked, a
    sixth on the temple (0.9)."""
    return 0.12 + 0.44 * (1.0 - liking)


class Enough:
    """Over-stimulation, one level in 0..1: the same stroke turns from pleasant to unwelcome, by
    zone, trust and temperament; a pause of minutes drains it."""

    def __init__(self, shape: EnoughShape, temperament: Temperament) -> None:
        self.level = 0.0
        self.adopt(shape, temperament)

    def adopt(self, shape: EnoughShape, temperament: Temperament) -> None:
        """Use another shape and another temperament from now on; the level stays."""
        self._shape = shape
        self._drains = 1.0 / (shape.drains * (0.75 + 0.5 * temperament.neuroticism))
        self._patience = 1.0 - shape.agreeableness * (temperament.agreeableness - 0.5)

    def add(self, amount: float, trust: float, pleasure: float) -> None:
        """Add touch: `amount` (scaled by zone), from somebody trusted so much (0..1), in a mood so
        pleasant (−1..1). What has soured builds faster."""
        crossness = 1.0 + CROSSNESS * max(0.0, -pleasure) + self.soured()
        self.level = min(
            1.0,
            self.level + amount * (1.0 - self._shape.trust * trust) * self._patience * crossness,
        )

    def flow(self, dt: float) -> None:
        """Let `dt` seconds pass."""
        if self.level:
            self.level *= math.exp(-dt * self._drains)

    def soured(self) -> float:
        """0..1: how far even a liked touch is unwelcome by now; a smooth step within `sours`."""
        low, high = self._shape.sours
        x = (self.level - low) / (high - low)
        return 0.0 if x <= 0.0 else 1.0 if x >= 1.0 else x * x * (3.0 - 2.0 * x)
