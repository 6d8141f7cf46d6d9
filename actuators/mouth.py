"""The jaw moves with the voice: it opens as wide and as long as the call that is heard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from moggy.actuators.calls import seconds_of, shape_of
from moggy.actuators.mix import Mix, MixSource
from moggy.messages import Call

OPENS = 0.3
"""Share of a call in which the jaw opens; it shuts slowly, as in me-aow."""
SHUTS_FROM = 0.45
"""Place in a call (0..1) from which the jaw shuts."""


class Sounding(NamedTuple):
    """A call that still sounds."""

    begun: float
    seconds: float
    widest: float
    """rad."""
    source: MixSource


class Mouth:
    """Opens the jaw for the calls that sound."""

    def __init__(self) -> None:
        self.pitch = 1.0
        """The voice's factor on the pitch: a high voice calls shorter."""
        self._calls: list[Sounding] = []

    def lay(self, mix: Mix, calls: Sequence[Call], now: float, dt: float) -> None:
        """Open the jaw as far as a motion has not opened it already. `calls` begin now."""
        for call in calls:
            widest = shape_of(call.name).mouth * (0.6 + 0.5 * call.loudness)
            source = mix.source("voice", call.name, call.because)
            self._calls.append(Sounding(now, seconds_of(call, self.pitch), widest, source))
        if not self._calls:
            return
        jaw = mix.values.get("jaw", 0.0)
        for begun, seconds, widest, source in self._calls:
            place = (now - begun + dt) / seconds
            opened = min(1.0, place / OPENS)
            shut = max(0.0, (1.0 - place) / (1.0 - SHUTS_FROM))
            wide = widest * (opened if place < SHUTS_FROM else shut)
            mix.add("jaw", max(0.0, wide - jaw), source)
        self._calls = [each for each in self._calls if now - each.begun < each.seconds]
