"""Hands that hit, shake and scratch, as raw samples of the skin and the accelerometer over time."""

from __future__ import annotations

import math
from collections.abc import Iterator

from moggy.clock import RATE
from moggy.messages import Acceleration, AnySense, Place, Touch


def blow(position: Place, strength: float) -> list[tuple[float, AnySense]]:
    """A slap: (s since it began, sample of the skin or the accelerometer)."""
    peak = 0.6 + 0.4 * strength
    samples: list[tuple[float, AnySense]] = [
        (delay, Touch(at=0.0, pressure=pressure, area=0.5, position=position))
        for delay, pressure in ((0.0, peak), (0.06, 0.4 * peak), (0.08, 0.0))
    ]
    side = -1.0 if position[1] > 0 else 1.0
    for delay, jolt in ((0.0, 2.2), (0.04, -1.2), (0.06, 0.4), (0.08, 0.0)):
        pushed = Acceleration(at=0.0, y=side * jolt * strength, z=1.0 - 0.5 * jolt * strength)
        samples.append((delay, pushed))
    return sorted(samples, key=lambda sample: sample[0])


def shaking(at: float, strength: float, rate: float, seconds: float) -> Iterator[AnySense]:
    """Hands that shake the body from side to side: `strength` in g at most, `rate` in Hz."""
    for n in range(round(seconds * RATE)):
        swing = math.sin(2 * math.pi * rate * n / RATE)
        yield Acceleration(
            at=at + n / RATE, x=0.2 * strength * swing, y=strength * swing, gyro=(2.0 * swing, 0, 0)
        )
    yield Acceleration(at=at + seconds)


def rubbing(
    at: float, place: Place, pressure: float, area: float, rate: float, reach: float, seconds: float
) -> Iterator[AnySense]:
    """Fingers that move to and fro along the body: `reach` m to each side, `rate` times a second.
    They press harder on the way back, as fingers that curl do."""
    for n in range(max(1, round(seconds * RATE))):
        swing = math.sin(2 * math.pi * rate * n / RATE)
        yield Touch(
            at=at + n / RATE,
            position=(place[0] + reach * swing, place[1], place[2]),
            pressure=min(1.0, pressure * (1.0 + 0.25 * swing)),
            area=area,
        )
    yield Touch(at=at + seconds, pressure=0.0)
