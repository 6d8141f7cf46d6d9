"""The sheet on which all layers write a joint's angle, and which remembers who changed it lately: nothing moves without a cause."""

from __future__ import annotations

from collections.abc import Iterable

SLIGHT = 2e-4
"""rad a tick; a smaller change moves nothing that one could see"""
LAG = 0.6
"""s; how long a change goes on to move the body, since the limiter takes its time"""


class Mix:
    """Targets of one tick: `values` joint → rad, `cover` joint → how much of it a motion has taken for itself, 0..1."""

    __slots__ = ("_last", "_lately", "_now", "cover", "values")

    def __init__(self, joints: Iterable[str]) -> None:
        self.values: dict[str, float] = dict.fromkeys(joints, 0.0)
        self.cover: dict[str, float] = {}
        self._last: dict[str, dict[str, float]] = {joint: {} for joint in self.values}
        self._lately: dict[str, dict[str, tuple[float, float]]] = {joint: {} for joint in self.values}
        self._now = 0.0

    def begin(self, now: float) -> None:
        self._now = now
        self.cover.clear()

    def add(self, joint: str, angle: float, name: str) -> None:
        """`name` puts `angle` on top. A joint that the body lacks is passed over."""
        if joint in self.values:
            self.values[joint] += angle
            self.note(joint, angle, name)

    def note(self, joint: str, share: float, name: str) -> None:
        """`name` now accounts for `share` of the joint's angle; remembered if that changed."""
        last = self._last[joint]
        change = share - last.get(name, 0.0)
        if change > SLIGHT or change < -SLIGHT:
            last[name] = share
            self._lately[joint][name] = (self._now, change if change > 0.0 else -change)

    def causes(self, joint: str) -> tuple[str, ...]:
        """Who moves the joint now, strongest first."""
        lately = self._lately[joint]
        if len(lately) > 1:
            oldest = self._now - LAG
            fresh = [(change, name) for name, (at, change) in lately.items() if at >= oldest]
            if len(fresh) < len(lately):
                newest = max(lately.items(), key=lambda item: (item[1][0], item[0]))
                self._lately[joint] = {name: lately[name] for _, name in fresh} or dict([newest])
                for name in [name for name, share in self._last[joint].items() if share == 0.0]:
                    del self._last[joint][name]
            if len(fresh) > 1:
                fresh.sort(reverse=True)
                return tuple([name for _, name in fresh])
            return (fresh[0][1],) if fresh else tuple(self._lately[joint])
        return tuple(lately)
