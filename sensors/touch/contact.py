"""One contact of a hand: where it is, how it moves and how it presses, over the last second or so.
Pressures are 0..1."""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

from moggy.messages import Place
from moggy.sensors.touch.gestures import Features, GestureBelief
from moggy.vocabulary import ZoneName

PATH_WINDOW_S = 1.0
"""Seconds over which path and straightness are measured."""
SPEED_WINDOW_S = 0.4
"""Seconds over which speed is measured: the centre of pressure on pads 8 cm apart sticks and slips,
and over less time it is not steady."""
LEAST_SPEED_WINDOW_S = 0.06
"""Seconds of a contact before its speed is measured; until then it is 0."""
PULSE_WINDOW_S = 1.5
"""Seconds over which pulses and turns are counted."""
PULSE_WINDOW_AT_FIRST_S = 0.5
"""Seconds by which they are divided at least, so that the first of them is no high frequency."""
SMOOTHING_S = 0.05
"""Time constant of the smoothed place, s."""
STILL_M = 0.004
"""m that a hand must move before it has moved: a hand at rest trembles, and pads are noisy."""
LANDS_S = 0.08
"""Seconds in which a hand lands: pad after pad is pressed, which is no motion along the skin."""
TURN_M = 0.006
"""m that a hand must come back before that counts as a turn."""
LEAST_PATH_M = 0.015
"""m of path below which straightness is not measured."""
SWELL = 0.25
"""Share of the highest pressure by which it must fall and rise again to count as a new pulse."""
SLAP_WINDOW_S = 0.06
"""Seconds after the beginning of a contact in which its rise is measured."""
SAMPLE_S = 0.02
"""Seconds between two samples: a contact began at some time since the one before its first."""
MEAN_SHARE = 0.06
"""Share of each sample in the mean pressure and area, and in how unsteady it is: about the last
third of a second, at 50 samples a second."""
PRESSES_S = 0.16
"""Seconds in which a hand presses until its pressure is that of the gesture."""
LIFTS_SAMPLES = 4
"""Samples in which a hand lifts: so old is what is told of how steadily it pressed."""
SEEN_SHARE = 0.5
"""Share of the last samples that must show the place finely, so that a speed is known."""


class PathStep(NamedTuple):
    """Where a hand was, and the m that it had moved until then."""

    at: float
    place: Place
    path: float


class ZigzagFilter:
    """Tells when a value turns back by more than a given amount."""

    __slots__ = ("extreme", "sign")

    def __init__(self, value: float) -> None:
        self.extreme = value
        self.sign = 0

    def step(self, value: float, least: float) -> int:
        """Take the next value: 1 when it turned upwards, −1 downwards, 0 when it did not turn."""
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
    """Where a hand went and how it pressed. It outlives a short lift of the hand."""

    def __init__(self, at: float, place: Place | None, pressure: float) -> None:
        self.at = at
        self.place = place
        self.path = 0.0
        self._anchor = place
        self.steps: deque[PathStep] = deque()
        self.belief = GestureBelief()
        self.turned: tuple[deque[float], ...] = (deque(), deque(), deque())
        """When it turned back, s, along each axis."""
        self.pulsed: deque[float] = deque((at,))
        self._axes: tuple[ZigzagFilter, ...] | None = None
        self._swell = ZigzagFilter(pressure)
        self._top = pressure
        if place is not None:
            self._begin(at, place)

    def _begin(self, at: float, place: Place) -> None:
        self.place = self._anchor = place
        self._axes = tuple(ZigzagFilter(v) for v in place)
        self.steps.append(PathStep(at, place, self.path))

    def again(self, at: float, place: Place | None, pressure: float) -> None:
        """Go on after a short lift of the hand."""
        self.pulsed.append(at)
        self._swell = ZigzagFilter(pressure)
        self._top = pressure
        self.follow(at, place)

    def press(self, at: float, pressure: float) -> None:
        """Take one sample of pressure."""
        if pressure > self._top:
            self._top = pressure
        if self._swell.step(pressure, SWELL * self._top) > 0:
            self.pulsed.append(at)

    def follow(self, at: float, place: Place | None, landed: bool = True) -> None:
        """Take one sample of the place, in m of the body's frame; None: it is not known. While a
        hand has not `landed` it does not move."""
        if place is None:
            return
        if not landed:
            self.at = at
            self._begin(at, place)
            return
        if self.place is None or self._axes is None:
            self.at = at
            self._begin(at, place)
            return
        dt = at - self.at
        self.at = at
        if dt <= 0.0:
            return
        share = 1.0 - math.exp(-dt / SMOOTHING_S)
        x0, y0, z0 = self.place
        self.place = new = (
            x0 + (place[0] - x0) * share,
            y0 + (place[1] - y0) * share,
            z0 + (place[2] - z0) * share,
        )
        moved = math.dist(new, self._anchor or new)
        if moved > STILL_M:
            self.path += moved
            self._anchor = new
        for axis, value, turned in zip(self._axes, new, self.turned, strict=True):
            if axis.step(value, TURN_M):
                turned.append(at)
        steps = self.steps
        steps.append(PathStep(at, new, self.path))
        while steps[0].at < at - PATH_WINDOW_S:
            steps.popleft()

    def forget(self, now: float) -> None:
        """Drop pulses and turns that are too long ago."""
        for times in (*self.turned, self.pulsed):
            while times and times[0] < now - PULSE_WINDOW_S:
                times.popleft()

    def _since(self, at: float) -> PathStep:
        """The first step at or after a moment; the last where there is none."""
        return next((step for step in self.steps if step.at >= at), self.steps[-1])

    def speed(self, now: float) -> float | None:
        """m/s along the skin; None where no place is known."""
        if not self.steps:
            return None
        then = self._since(now - SPEED_WINDOW_S)
        span = now - then.at
        return (self.path - then.path) / span if span >= LEAST_SPEED_WINDOW_S else 0.0

    def straightness(self, now: float) -> tuple[float, float | None]:
        """Path of the last second in m, and the distance between its ends / path, 0..1 (None where
        it hardly moved)."""
        if not self.steps or self.place is None:
            return 0.0, None
        first = self._since(now - PATH_WINDOW_S)
        path = self.path - first.path
        return path, math.dist(first.place, self.place) / path if path > LEAST_PATH_M else None

    def along(self, now: float) -> float:
        """1 from head to tail to −1 against the fur, by the last moments; 1 where it does not
        move."""
        if not self.steps or self.place is None:
            return 1.0
        then = self._since(now - SPEED_WINDOW_S).place
        way = math.dist(then, self.place)
        return max(-1.0, min(1.0, (then[0] - self.place[0]) / way)) if way > STILL_M else 1.0


class Contact:
    """One touch from its first sample to its last."""

    __slots__ = (
        "area",
        "because",
        "began",
        "checked",
        "last",
        "level",
        "measured",
        "n",
        "peak",
        "pressure",
        "rise",
        "seen",
        "slapped",
        "told",
        "trace",
        "unsteady",
        "variance",
        "zone",
    )

    def __init__(self, at: float, zone: ZoneName, trace: PressureTrace, measured: bool) -> None:
        self.began = self.last = at
        self.zone = zone
        self.trace = trace
        self.measured = measured
        """Whether its place is known better than by zone."""
        self.seen = 0.0
        """Share of the last samples that showed its place finely."""
        self.pressure = 0.0
        self.area: float | None = None
        self.level: float | None = None
        self.variance = 0.0
        """Mean and variance of the pressure, since the hand has pressed."""
        self.unsteady: deque[float] = deque((0.0,), maxlen=LIFTS_SAMPLES)
        """Standard deviation of the pressure / its mean, oldest first."""
        self.peak = 0.0
        self.rise = 0.0
        self.n = 0
        self.told = -1.0
        self.slapped = -1.0
        self.checked = False
        self.because: list[int] = []

    def _speed(self, now: float) -> float | None:
        """m/s. None: on one pad, or with a zone alone, a hand that strokes cannot be told from one
        that lies still."""
        speed = self.trace.speed(now)
        return speed if speed or self.seen >= SEEN_SHARE else None

    def sample(
        self, at: float, pressure: float, area: float | None, fine: bool, source: int
    ) -> None:
        """Take one sample; `fine`: whether motion shows in its place, `source`: the id of its
        sense."""
        self.last = at
        self.n += 1
        share = max(MEAN_SHARE, 1.0 / self.n)  # a plain mean at first
        self.seen += (float(fine) - self.seen) * share
        self.pressure += (pressure - self.pressure) * share
        if at - self.began > PRESSES_S:
            off = pressure - (pressure if self.level is None else self.level)
            self.level = pressure - off * (1.0 - MEAN_SHARE)
            self.variance += (off * off - self.variance) * MEAN_SHARE
            self.unsteady.append(math.sqrt(self.variance) / self.level if self.level else 0.0)
        if area is not None:
            self.area = area if self.area is None else self.area + (area - self.area) * share
        if pressure > self.peak:
            self.peak = pressure
            age = at - self.began
            if age <= SLAP_WINDOW_S:
                self.rise = pressure / (age + SAMPLE_S)
        self.because.append(source)

    def features(self, now: float, ended: bool, jolted: bool | None) -> Features:
        """What tells gestures apart, as it is now. `jolted`: whether the body moved when it began;
        None: nobody knows."""
        self.trace.forget(now)
        path, straightness = self.trace.straightness(now)
        speed = self._speed(now)
        span = min(PULSE_WINDOW_S, max(PULSE_WINDOW_AT_FIRST_S, now - self.began))
        turns, pulses = max(map(len, self.trace.turned)), max(1, len(self.trace.pulsed))
        return Features(
            duration=self.last - self.began,
            ended=ended,
            pulses=pulses,
            rise=self.rise,
            peak=self.peak,
            pressure=self.pressure,
            area=self.area,
            speed=speed,
            path=path,
            straightness=None if speed is None else straightness,
            reversals=turns / span,
            frequency=max(0.5 * turns, pulses - 1.0) / span,
            moved=jolted,
            unsteady=self.unsteady[0],
        )
