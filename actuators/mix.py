"""The sheet on which all layers write a joint's angle, and which remembers who changed it lately:
nothing moves without a cause."""

from __future__ import annotations

from collections.abc import Iterable

SLIGHT = 2e-4
"""rad a tick; a smaller change moves nothing that one could see"""
LAG = 0.6
"""s; how long a change goes on to move the body, since the limiter takes its time"""
FRESH = 0.1
"""s; how long an order of causes stands"""


class Mix:
    """Targets of one tick: `values` joint → rad, `cover` joint → how much of it a motion has taken
    for itself, 0..1."""

    __slots__ = ("_causes", "_last", "_lately", "_now", "_until", "cover", "values")

    def __init__(self, joints: Iterable[str]) -> None:
        self.values: dict[str, float] = dict.fromkeys(joints, 0.0)
        self.cover: dict[str, float] = {}
        self._last: dict[str, dict[str, float]] = {joint: {} for joint in self.values}
        self._lately: dict[str, dict[str, tuple[float, float]]] = {
            joint: {} for joint in self.values
        }
        self._causes: dict[str, tuple[str, ...]] = {}
        self._until: dict[str, float] = dict.fromkeys(joints, -1.0)
        self._now = 0.0

    def begin(self, now: float) -> None:
        self._now = now
        self.cover.clear()

    def add(self, joint: str, angle: float, name: str) -> None:
        """`name` puts `angle` on top. A joint that the body lacks is passed over."""
        values = self.values
        if joint in values:
            values[joint] += angle
            last = self._last[joint]
            change = angle - last[name] if name in last else angle
            if change > SLIGHT or change < -SLIGHT:
                self._changed(joint, angle, change, name)

    def note(self, joint: str, share: float, name: str) -> None:
        """`name` now accounts for `share` of the joint's angle; remembered if that changed."""
        last = self._last[joint]
        change = share - last[name] if name in last else share
        if change > SLIGHT or change < -SLIGHT:
            self._changed(joint, share, change, name)

    def _changed(self, joint: str, share: float, change: float, name: str) -> None:
        self._last[joint][name] = share
        lately = self._lately[joint]
        if name not in lately:
            self._until[joint] = -1.0
        lately[name] = (self._now, change if change > 0.0 else -change)

    def moved(
        self, joints: Iterable[str], otherwise: tuple[str, ...]
    ) -> dict[str, tuple[str, ...]]:
        """The causes of each of these joints; `otherwise` where there is none."""
        now, until, causes = self._now, self._until, self._causes
        return {
            joint: (causes[joint] if now < until[joint] else self.causes(joint)) or otherwise
            for joint in joints
        }

    def causes(self, joint: str) -> tuple[str, ...]:
        """Who moves the joint now, strongest first; put in order anew when somebody joins, and now
        and then."""
        if self._now < self._until[joint]:
            return self._causes[joint]
        lately = self._lately[joint]
        oldest = self._now - LAG
        found = sorted(
            [(change, name) for name, (at, change) in lately.items() if at >= oldest], reverse=True
        )
        if not found and lately:
            # Nobody pulls any more and the joint is still on its way: the last who did.
            _, _, name = max((at, change, name) for name, (at, change) in lately.items())
            found = [(0.0, name)]
        if len(found) < len(lately):
            self._lately[joint] = {name: lately[name] for _, name in found}
            last = self._last[joint]
            for name in [name for name, share in last.items() if share == 0.0]:
                del last[name]
        self._until[joint] = self._now + FRESH
        names = self._causes[joint] = tuple([name for _, name in found])
        return names
