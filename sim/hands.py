"""Hands that hit, shake, scratch and lift, as raw samples of the skin and the accelerometer over
time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

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


class Hands:
    """Hands that hit, lift and put down, as raw samples of skin and accelerometer over time.

    One blow and one lift or descent are under way at a time. Of those that come meanwhile the
    newest follows; the others are merged with it.
    """

    def __init__(self) -> None:
        self._blow, self._carry = _Motion(), _Motion()
        self._next_blow: tuple[Place, float] | None = None
        self._lifted = self._held = False

    @property
    def lifted(self) -> bool:
        """Whether the pet is held, or will be after what is under way."""
        return self._lifted

    def hit(self, position: Place, strength: float) -> None:
        """A slap of 80 ms: pressure on the skin and a jolt of the body; `strength` 0..1."""
        self._next_blow = (position, strength)

    def lift(self) -> None:
        """Up within 0.4 s: first heavier, then lighter; after that it sways in the arms."""
        self._lifted = True

    def put_down(self) -> None:
        """Down within 0.4 s, with a small bump at the floor."""
        self._lifted = False

    def poll(self, now: float) -> list[AnySense]:
        """The samples that are due."""
        if self._carry.over and self._lifted != self._held:
            self._held = self._lifted
            self._carry.begin(going_up() if self._held else coming_down())
        if self._blow.over and self._next_blow is not None:
            self._blow.begin(blow(*self._next_blow))
            self._next_blow = None
        due = [*self._carry.due(now), *self._blow.due(now)]
        if not due and self._held and self._carry.over and self._blow.over:
            return [sway(now)]
        return [replace(sense, at=now) for sense in due]


class _Motion:
    """Samples at their times since the motion began."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, AnySense]] = deque()
        self._begun: float | None = None

    @property
    def over(self) -> bool:
        """Whether no sample is left."""
        return not self._samples

    def begin(self, samples: Iterable[tuple[float, AnySense]]) -> None:
        """Begin with the next `due`: (seconds after that, sample), in order."""
        self._samples.extend(samples)
        self._begun = None

    def due(self, now: float) -> list[AnySense]:
        """The samples of the next instant, if it has come. At most one instant for each tick: when
        ticks are late, a blow takes longer instead of being skipped."""
        if not self._samples:
            return []
        if self._begun is None:
            self._begun = now
        instant = self._samples[0][0]
        due: list[AnySense] = []
        if instant <= now - self._begun + 1e-9:
            while self._samples and self._samples[0][0] == instant:
                due.append(self._samples.popleft()[1])
        return due


def going_up() -> Iterator[tuple[float, AnySense]]:
    """Hands lift the body: (s since they began, sample)."""
    for step in range(20):
        swing = math.sin(2.0 * math.pi * step / 20.0)
        yield (
            step * 0.02,
            Acceleration(at=0.0, z=1.0 + 0.35 * swing, gyro=(0.1, 0.4 * swing, 0.1)),
        )


def coming_down() -> Iterator[tuple[float, AnySense]]:
    """Hands put the body down: (s since they began, sample)."""
    for step in range(20):
        yield step * 0.02, Acceleration(at=0.0, z=1.0 - 0.2 * math.sin(math.pi * step / 20.0))
    for delay, z in ((0.40, 1.5), (0.42, 1.2), (0.44, 0.95), (0.46, 1.0), (0.6, 1.0)):
        yield delay, Acceleration(at=0.0, z=z)


def sway(now: float) -> Acceleration:
    """How arms that hold the pet move it at `now` (s): about one slow swing a second."""
    swing = math.sin(2.0 * math.pi * 0.9 * now)
    return Acceleration(
        at=now, x=0.04 * swing, y=0.03 * swing, z=1.0 + 0.03 * swing,
        gyro=(0.15 * swing, 0.1, 0.05),
    )  # fmt: skip
