"""The jaw moves with the voice: it opens as wide and as long as the call that is heard."""

from __future__ import annotations

from collections.abc import Sequence

from moggy.actuators.calls import SHAPES
from moggy.actuators.mix import Mix
from moggy.messages import Call


class Mouth:
    """Calls that still sound."""

    def __init__(self) -> None:
        self._calls: list[tuple[float, float, float, str]] = []

    def lay(self, mix: Mix, calls: Sequence[Call], now: float, dt: float) -> None:
        """Open the jaw as far as a motion has not opened it already."""
        for call in calls:
            shape = SHAPES.get(call.name, SHAPES["meow"])
            widest = shape.mouth * (0.6 + 0.5 * call.loudness)
            self._calls.append((now, shape.lasts(call.valence, call.arousal), widest, call.name))
        if not self._calls:
            return
        jaw = mix.values.get("jaw", 0.0)
        for begun, seconds, widest, name in self._calls:
            place = (now - begun + dt) / seconds
            # Opens in the first third, shuts slowly: me-aow.
            wide = widest * (
                min(1.0, place / 0.3) if place < 0.45 else max(0.0, (1.0 - place) / 0.55)
            )
            mix.add("jaw", max(0.0, wide - jaw), name)
        self._calls = [each for each in self._calls if now - each[0] < each[1]]
