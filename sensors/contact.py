"""One contact of a hand: where it is, how it moves and presses, over the last second."""

from __future__ import annotations

import math
from collections import deque

from moggy.messages import Place
from moggy.sensors.gestures import Features
from moggy.vocabulary import ZoneName

WINDOW = 1.0
"""s that path and straightness look back"""
SPEED_WINDOW = 0.4
"""s that speed looks back: the centre of pressure on pads 8 cm apart sticks and slips, over less it
is not steady"""
PULSE_WINDOW = 1.5
"""s that pulses and turns look back"""
SMOOTHING = 0.05
"""s, of the place"""
STILL = 0.004
"""m that the hand must move before it has moved: a hand that rests trembles, and pads are noisy"""
TURN = 0.006
"""m that the hand must come back before it counts as a turn"""
SWELL = 0.3
"""share of the peak by which pressure must fall and rise again to count as a new pulse"""
SLAP_WINDOW = 0.06
"""s after contact in which its rise is measured"""


class _Turns:
    """Counts when a number turns back by more than a little: a zigzag filter."""

    __slots__ = ("extreme", "sign")

    def __init__(self, value: float) -> None:
        self.extreme = value
        self.sign = 0

    def step(self, value: float, least: float) -> int:
        """+1 when it turned upwards, −1 downwards, 0 when it did not turn."""
        off = value - self.extreme
        if self.sign == 0:
            if off > least or off < -least:
                self.sign = 1 if off > 0.0 else -1
                self.extreme = value
            return 0
        if off * self.sign > 0.0:
            self.extreme = value
        elif off * self.sign < -least:
            self.sign = -self.sign
            self.extreme = value
            return self.sign
        return 0


class PressureTrace:
    """Where the hand went and how it pressed; outlives a short lift of the hand, so that pats are
    seen as pats."""

    def __init__(self, at: float, place: Place | None, pressure: float) -> None:
        self.at = at
        self.place = place
        self.path = 0.0
        self._anchor = place
        self.steps: deque[tuple[float, Place, float]] = deque()
        self.turned: deque[float] = deque()
        self.pulsed: deque[float] = deque((at,))
        self._axes: tuple[_Turns, ...] | None = None
        self._swell = _Turns(pressure)
        self._top = pressure
        if place is not None:
            self._begin(at, place)

    def _begin(self, at: float, place: Place) -> None:
        self.place = self._anchor = place
        self._axes = tuple(_Turns(v) for v in place)
        self.steps.append((at, place, self.path))

    def again(self, at: float, place: Place | None, pressure: float) -> None:
        """The hand is back after a short lift."""
        self.pulsed.append(at)
        self._swell = _Turns(pressure)
        self._top = pressure
        self.follow(at, place)

    def press(self, at: float, pressure: float) -> None:
        if pressure > self._top:
            self._top = pressure
        if self._swell.step(pressure, SWELL * self._top) > 0:
            self.pulsed.append(at)

    def follow(self, at: float, place: Place | None) -> None:
        if place is None:
            return
        if self.place is None or self._axes is None:
            self.at = at
            self._begin(at, place)
            return
        dt = at - self.at
        self.at = at
        if dt <= 0.0:
            return
        share = 1.0 - math.exp(-dt / SMOOTHING)
        x0, y0, z0 = self.place
        self.place = new = (
            x0 + (place[0] - x0) * share,
            y0 + (place[1] - y0) * share,
            z0 + (place[2] - z0) * share,
        )
        moved = math.dist(new, self._anchor or new)
        if moved > STILL:
            self.path += moved
            self._anchor = new
        for axis, value in zip(self._axes, new, strict=True):
            if axis.step(value, TURN):
                self.turned.append(at)
        steps = self.steps
        steps.append((at, new, self.path))
        while steps[0][0] < at - WINDOW:
            steps.popleft()

    def forget(self, now: float) -> None:
        for times in (self.turned, self.pulsed):
            while times and times[0] < now - PULSE_WINDOW:
                times.popleft()

    def _before(self, at: float) -> tuple[float, Place, float]:
        return next((step for step in self.steps if step[0] >= at), self.steps[-1])

    def speed(self, now: float) -> float | None:
        """m/s along the skin; None where no place is known."""
        if not self.steps:
            return None
        then = self._before(now - SPEED_WINDOW)
        span = now - then[0]
        return (self.path - then[2]) / span if span >= 0.06 else 0.0

    def straightness(self, now: float) -> tuple[float, float | None]:
        """Path of the last second in m, and net way / path (None where it hardly moved)."""
        if not self.steps or self.place is None:
            return 0.0, None
        first = self._before(now - WINDOW)
        path = self.path - first[2]
        return path, math.dist(first[1], self.place) / path if path > 0.015 else None

    def along(self, now: float) -> float:
        """1 from head to tail, −1 against the fur, by the way of the last moments; 1 where it does
        not move."""
        if not self.steps or self.place is None:
            return 1.0
        then = self._before(now - SPEED_WINDOW)[1]
        way = math.dist(then, self.place)
        return max(-1.0, min(1.0, (then[0] - self.place[0]) / way)) if way > 0.004 else 1.0


class Contact:
    """One touch from its first sample to its last."""

    __slots__ = (
        "area",
        "because",
        "began",
        "checked",
        "last",
        "measured",
        "moved",
        "n",
        "peak",
        "pressure",
        "rise",
        "slapped",
        "told",
        "trace",
        "zone",
    )

    def __init__(self, at: float, zone: ZoneName, trace: PressureTrace, measured: bool) -> None:
        self.began = self.last = at
        self.zone = zone
        self.trace = trace
        self.measured = measured
        """Whether its place is known better than by zone."""
        self.moved = measured
        """Whether its motion is known: one pad, or a zone, does not tell a hand that strokes there
        from one that lies."""
        self.pressure = self.area = 0.0
        self.peak = 0.0
        self.rise = 0.0
        self.n = 0
        self.told = -1.0
        self.slapped = -1.0
        self.checked = False
        self.because: list[int] = []

    def sample(self, at: float, pressure: float, area: float, source: int) -> None:
        self.last = at
        self.n += 1
        share = max(
            0.06, 1.0 / self.n
        )  # a plain mean at first, then over about the last third of a second
        self.pressure += (pressure - self.pressure) * share
        self.area += (area - self.area) * share
        if pressure > self.peak:
            self.peak = pressure
            age = at - self.began
            if age <= SLAP_WINDOW:
                self.rise = pressure / (
                    age + 0.02
                )  # 20 ms: the contact began at some time since the last sample
        self.because.append(source)

    def features(self, now: float, ended: bool) -> Features:
        self.trace.forget(now)
        path, straightness = self.trace.straightness(now)
        span = min(PULSE_WINDOW, max(0.5, now - self.began))
        turns, pulses = len(self.trace.turned), max(1, len(self.trace.pulsed))
        return Features(
            duration=self.last - self.began,
            ended=ended,
            pulses=pulses,
            rise=self.rise,
            peak=self.peak,
            pressure=self.pressure,
            area=self.area,
            speed=self.trace.speed(now) if self.moved else None,
            path=path,
            straightness=straightness if self.moved else None,
            reversals=turns / span,
            frequency=max(0.5 * turns, pulses - 1.0) / span,
        )
