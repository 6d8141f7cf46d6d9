"""Which of eight gestures a hand makes, as probabilities from a dozen features of a contact: naive
Bayes with bell curves.

The features are those that tell these gestures apart on a touch skin: duration, pulses, rise, peak
and mean pressure, area, path, straightness, speed, reversals, dominant frequency. The table of
patterns is written by hand and was not fitted to recordings of people; `python -m bench
perceive_touch` says how well it does on simulated hands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from moggy.vocabulary import GESTURES, GestureName, ZoneName


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """One contact so far. None: not measured (a zone alone has no speed)."""

    duration: float
    """Seconds since the contact began."""
    ended: bool
    pulses: int
    """Contacts and swells of pressure at this place in the last 1.5 s, at least 1."""
    rise: float
    """1/s, from the beginning to the peak of the first 60 ms."""
    peak: float
    """Highest pressure, 0..1."""
    pressure: float
    """Mean pressure, 0..1."""
    area: float | None
    """Mean share of a palm, 0..1."""
    speed: float | None
    """m/s over the last 0.4 s."""
    path: float
    """m that the centre of pressure moved in the last second."""
    straightness: float | None
    """Distance between the ends of that path / its length, 0..1; None below 15 mm."""
    reversals: float
    """Turns back a second."""
    frequency: float
    """Hz: the faster of turning back and forth, and swelling."""
    moved: bool | None = None
    """Whether the accelerometer felt a jolt when it began; None: there is no accelerometer."""

    unsteady: float = 0.0
    """Standard deviation of the pressure / its mean."""


class Bell(NamedTuple):
    """What one measure looks like in one gesture."""

    centre: float
    width: float


class GesturePattern(NamedTuple):
    """What one gesture looks like, measure by measure; `measures_of` gives the same measures."""

    duration: Bell
    """ln of s."""
    pulses: Bell
    """ln of their number."""
    peak: Bell
    """0..1."""
    area: Bell
    """ln of the share of a palm."""
    speed: Bell
    """ln of m/s + 0.005."""
    straightness: Bell
    """0..1."""
    frequency: Bell
    """ln of Hz + 1."""
    pressure: Bell
    """0..1."""


GROWING = 2
"""The first measures, duration and pulses, still grow while a contact lasts: that one of them is
small then says nothing against a gesture."""

PATTERNS: Final[Mapping[GestureName, GesturePattern]] = {
    "hold": GesturePattern(
        duration=Bell(1.00, 0.65),
        pulses=Bell(0.0, 0.30),
        peak=Bell(0.45, 0.25),
        area=Bell(-0.75, 0.80),
        speed=Bell(-5.0, 0.55),
        straightness=Bell(0.5, 0.6),
        frequency=Bell(0.2, 0.5),
        pressure=Bell(0.42, 0.20),
    ),
    "tap": GesturePattern(
        duration=Bell(-2.0, 0.5),
        pulses=Bell(0.5, 0.60),
        peak=Bell(0.24, 0.14),
        area=Bell(-2.20, 0.70),
        speed=Bell(-4.8, 0.8),
        straightness=Bell(0.5, 0.6),
        frequency=Bell(0.9, 0.7),
        pressure=Bell(0.20, 0.12),
    ),
    "pat": GesturePattern(
        duration=Bell(-1.7, 0.5),
        pulses=Bell(0.7, 0.65),
        peak=Bell(0.44, 0.20),
        area=Bell(-1.10, 0.80),
        speed=Bell(-4.5, 1.0),
        straightness=Bell(0.5, 0.6),
        frequency=Bell(1.1, 0.6),
        pressure=Bell(0.38, 0.20),
    ),
    "poke": GesturePattern(
        duration=Bell(-1.1, 0.6),
        pulses=Bell(0.1, 0.35),
        peak=Bell(0.66, 0.18),
        area=Bell(-2.70, 0.50),
        speed=Bell(-4.9, 0.6),
        straightness=Bell(0.5, 0.6),
        frequency=Bell(0.3, 0.5),
        pressure=Bell(0.52, 0.18),
    ),
    "hit": GesturePattern(
        duration=Bell(-2.3, 0.5),
        pulses=Bell(0.0, 0.40),
        peak=Bell(0.90, 0.10),
        area=Bell(-1.10, 0.90),
        speed=Bell(-4.0, 1.4),
        straightness=Bell(0.5, 0.6),
        frequency=Bell(0.4, 0.7),
        pressure=Bell(0.80, 0.17),
    ),
    "stroke": GesturePattern(
        duration=Bell(0.35, 0.65),
        pulses=Bell(0.0, 0.40),
        peak=Bell(0.38, 0.18),
        area=Bell(-1.10, 0.65),
        speed=Bell(-2.6, 0.8),
        straightness=Bell(0.9, 0.25),
        frequency=Bell(0.3, 0.35),
        pressure=Bell(0.36, 0.18),
    ),
    "scratch": GesturePattern(
        duration=Bell(0.5, 0.8),
        pulses=Bell(0.9, 0.80),
        peak=Bell(0.50, 0.20),
        area=Bell(-1.70, 0.80),
        speed=Bell(-2.3, 0.8),
        straightness=Bell(0.25, 0.25),
        frequency=Bell(1.7, 0.35),
        pressure=Bell(0.45, 0.17),
    ),
    "tickle": GesturePattern(
        duration=Bell(0.5, 0.8),
        pulses=Bell(1.1, 0.80),
        peak=Bell(0.16, 0.10),
        area=Bell(-1.80, 0.80),
        speed=Bell(-2.7, 0.9),
        straightness=Bell(0.35, 0.30),
        frequency=Bell(1.6, 0.45),
        pressure=Bell(0.13, 0.07),
    ),
}
"""Our judgement; widths are large, since people differ. `python -m bench perceive_touch` says how
well they fit simulated hands."""

PRIORS: Final[Mapping[GestureName, float]] = {
    "hold": 0.22,
    "tap": 0.09,
    "pat": 0.12,
    "poke": 0.06,
    "hit": 0.02,
    "stroke": 0.31,
    "scratch": 0.12,
    "tickle": 0.06,
}
"""How often each gesture is met, before anything is measured. Our judgement."""

INDEPENDENCE = 0.6
"""Weight of each measure's vote: measures partly say the same, and at 1 the probabilities would be
overconfident."""
PASSING_S = 0.6
"""Seconds that a contact lasts at least that is taken for a stroke without its motion: a hand that
passes sooner is felt on the next pad. Our choice."""
STEADY = 0.15
"""Standard deviation of the pressure / its mean up to which a hand may lie still: it trembles."""
UNSTEADY_VOTE = 20.0
"""Nats against a hold for each unit beyond that. Our choice."""
UNMOVED_VOTE = 6.0
"""Nats against a hit where the accelerometer felt no jolt: a body that is hit moves. Our choice."""
LARGEST_VOTE = 6.0
"""The most that one measure may say against a gesture, in nats: one odd number is no proof."""
LEAST_DURATION_S = 0.02
"""s; a shorter contact is taken to last as long: one sample."""
LEAST_AREA = 0.02
"""Share of a palm; a smaller area is taken for this."""
SPEED_OFFSET = 0.005
"""m/s added before the logarithm."""
LASTING_VOTE = 6.0
"""Nats against pats and taps where a hand presses and eases without leaving for PASSING_S: each of
them is a contact of its own. Our choice."""
RHYTHM_S = 0.4
"""Seconds that a single contact lasts at least that has a rhythm: below it one pat cannot be told
from the first of several. Our choice."""
SETTLES_S = 0.4
"""Seconds of a contact until its gesture is believed and holds on. Our choice, as are the next
two: `python -m bench touch_answers` counts how often a gesture changes."""
NEWS_SHARE = 0.4
"""Share of what is seen now in what is believed, five times a second."""
HOLDS_ON = 0.2
"""Probability by which another gesture must be likelier than the one that is believed."""
STROKED_ZONES: Final[frozenset[ZoneName]] = frozenset(("back", "head", "neck", "cheeks", "chin"))
"""Where people stroke a cat: a touch that lasts is more likely a stroke than a hold here."""
STILL_OR_NOT: Final[Mapping[GestureName, GestureName]] = {"hold": "stroke", "stroke": "hold"}
"""Gestures that differ by whether the hand moves."""
HIT_INDEX: Final = GESTURES.index("hit")
HOLD_INDEX: Final = GESTURES.index("hold")
PAT_INDEX: Final = GESTURES.index("pat")
TAP_INDEX: Final = GESTURES.index("tap")
STROKE_INDEX: Final = GESTURES.index("stroke")


class GestureBelief:
    """What a hand is taken to do: once it is settled, another gesture must be clearly likelier for
    a while, so that the word does not change to and fro."""

    __slots__ = ("chances", "held")

    def __init__(self) -> None:
        self.chances: dict[GestureName, float] = {}
        self.held: GestureName | None = None
        """The gesture that holds on."""

    def see(self, seen: Features, zone: ZoneName) -> dict[GestureName, float]:
        """The probabilities that are believed after this look at a contact; a short contact that
        has ended is judged as a whole."""
        now, held = probabilities(seen, zone), self.held
        if held is None or (seen.ended and seen.duration < SETTLES_S):
            believed = now
        else:
            other = STILL_OR_NOT.get(held)
            if seen.speed is None and other is not None and now[other] > now[held]:
                # Nothing tells whether the hand moves on: it goes on with what it did.
                now = {**now, other: now[held], held: now[other]}
            before = self.chances
            believed = {n: before[n] + (p - before[n]) * NEWS_SHARE for n, p in now.items()}
        self.chances = dict(believed)
        if held is not None:
            believed[held] += HOLDS_ON
        likeliest: GestureName = max(believed, key=lambda name: believed[name])
        if seen.duration >= SETTLES_S or seen.ended:
            self.held = likeliest
        total = sum(believed.values())
        return {name: round(p / total, 4) for name, p in believed.items()}


def probabilities(seen: Features, zone: ZoneName) -> dict[GestureName, float]:
    """How likely each of the eight gestures is, to four decimals; sums to 1."""
    values = measures_of(seen)
    scores = [
        math.log(PRIORS[name]) + INDEPENDENCE * _fit(PATTERNS[name], values, seen.ended)
        for name in GESTURES
    ]
    scores[HOLD_INDEX] -= min(LARGEST_VOTE, UNSTEADY_VOTE * max(0.0, seen.unsteady - STEADY))
    if seen.pulses > 2 and seen.duration > PASSING_S:
        scores[PAT_INDEX] -= LASTING_VOTE
        scores[TAP_INDEX] -= LASTING_VOTE
    if seen.moved is False:
        scores[HIT_INDEX] -= UNMOVED_VOTE
    if seen.speed is None:
        scores = _without_motion(scores, seen, zone)
    top = max(scores)
    weights = [math.exp(s - top) for s in scores]
    total = sum(weights)
    return {name: round(w / total, 4) for name, w in zip(GESTURES, weights, strict=True)}


def measures_of(seen: Features) -> tuple[float | None, ...]:
    """The measures of a contact in the order of GesturePattern; None: not measured."""
    return (
        math.log(max(seen.duration, LEAST_DURATION_S)),
        math.log(seen.pulses),
        seen.peak,
        None if seen.area is None else math.log(max(seen.area, LEAST_AREA)),
        None if seen.speed is None else math.log(seen.speed + SPEED_OFFSET),
        seen.straightness,
        None if seen.pulses == 1 and seen.duration < RHYTHM_S else math.log1p(seen.frequency),
        seen.pressure,
    )


def _fit(pattern: GesturePattern, values: tuple[float | None, ...], ended: bool) -> float:
    """Log-likelihood of the measures in a gesture, up to a constant."""
    total = 0.0
    for i, (bell, value) in enumerate(zip(pattern, values, strict=True)):
        if value is None:
            continue
        off = (value - bell.centre) / bell.width
        if i < GROWING and off < 0.0 and not ended:
            continue
        vote = min(0.5 * off * off, LARGEST_VOTE)
        total -= vote + (math.log(bell.width) if i >= GROWING else 0.0)
    return total


def _without_motion(scores: list[float], seen: Features, zone: ZoneName) -> list[float]:
    """Scores where no speed is measured and holding looks like stroking: lean to one of them by
    zone, pressure and area."""
    if seen.pulses > 2 or (seen.ended and seen.duration < PASSING_S):
        return scores
    lean = 0.5 if zone in STROKED_ZONES else -0.8
    lean -= 4.0 * max(0.0, seen.peak - 0.5) + 2.0 * max(0.0, (seen.area or 0.0) - 0.6)
    both = max(scores[HOLD_INDEX], scores[STROKE_INDEX])
    out = list(scores)
    out[STROKE_INDEX], out[HOLD_INDEX] = both + 0.5 * lean, both - 0.5 * lean
    return out
