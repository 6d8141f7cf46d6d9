"""Adds up what all layers ask of each joint in a tick. It remembers what changed each joint lately,
so that every movement has a named cause."""

from __future__ import annotations

from collections.abc import Iterable

from moggy.messages import Mover
from moggy.vocabulary import MoverLayer

SLIGHT_RAD = 2e-4
"""rad a tick; a smaller change is not counted, since it moves nothing that one could see."""
LAG_S = 0.6
"""Seconds for which a change goes on to move the body, since the limiter takes its time."""
ORDER_STANDS_S = 0.1
"""Seconds for which the order of a joint's movers stands before it is worked out again."""


class MixSource:
    """Something that writes on the sheet; made by `Mix.source`, one for each layer and name."""

    __slots__ = ("mover",)

    def __init__(self, mover: Mover) -> None:
        self.mover = mover
        """As it stands in `Tick.moved`."""


class Mix:
    """Targets of one tick: `values` joint → rad, `cover` joint → how much of it a motion has taken
    for itself, 0..1."""

    __slots__ = (
        *("cover", "values"),
        *("_last", "_lately", "_movers", "_now", "_order", "_sources", "_until"),
    )

    def __init__(self, joints: Iterable[str]) -> None:
        self.values: dict[str, float] = dict.fromkeys(joints, 0.0)
        self.cover: dict[str, float] = {}
        self._sources: dict[tuple[MoverLayer, str], MixSource] = {}
        self._last: dict[str, dict[MixSource, float]] = {joint: {} for joint in self.values}
        """Joint → source → what it accounts for, rad."""
        self._lately: dict[str, dict[MixSource, tuple[float, float]]] = {
            joint: {} for joint in self.values
        }
        """Joint → source → when it changed the joint last (s), and by how much (rad)."""
        self._order: dict[str, list[MixSource]] = {}
        self._until: dict[str, float] = dict.fromkeys(self.values, -1.0)
        """Joint → until when the order of its sources stands, s."""
        self._movers: dict[str, tuple[Mover, ...]] = {}
        self._now = 0.0

    def source(self, layer: MoverLayer, name: str, because: tuple[int, ...] = ()) -> MixSource:
        """The source of a name, which from now on goes back to the events and senses of these
        ids."""
        source = self._sources.get((layer, name))
        if source is None:
            source = MixSource(Mover(layer=layer, name=name, because=because))
            self._sources[layer, name] = source
        elif source.mover.because != because:
            source.mover = Mover(layer=layer, name=name, because=because)
            for joint, lately in self._lately.items():
                if source in lately:
                    self._movers.pop(joint, None)
        return source

    def begin(self, now: float) -> None:
        """Begin the tick at `now`, s."""
        self._now = now
        self.cover.clear()

    def add(self, joint: str, angle: float, source: MixSource) -> None:
        """Put `angle` (rad) on top of what is there. A joint that the body lacks is passed over."""
        values = self.values
        if joint in values:
            values[joint] += angle
            last = self._last[joint]
            change = angle - last[source] if source in last else angle
            if change > SLIGHT_RAD or change < -SLIGHT_RAD:
                self._changed(joint, angle, change, source)

    def note(self, joint: str, share: float, source: MixSource) -> None:
        """The source now accounts for `share` (rad) of the joint's angle; remembered if that
        changed."""
        last = self._last[joint]
        change = share - last[source] if source in last else share
        if change > SLIGHT_RAD or change < -SLIGHT_RAD:
            self._changed(joint, share, change, source)

    def _changed(self, joint: str, share: float, change: float, source: MixSource) -> None:
        self._last[joint][source] = share
        lately = self._lately[joint]
        if source not in lately:
            self._until[joint] = -1.0
        lately[source] = (self._now, change if change > 0.0 else -change)

    def moved(self, joints: Iterable[str], otherwise: Mover) -> dict[str, tuple[Mover, ...]]:
        """What moves each of these joints, strongest first; `otherwise` where nothing does."""
        return {joint: self.movers(joint) or (otherwise,) for joint in joints}

    def movers(self, joint: str) -> tuple[Mover, ...]:
        """What moves the joint now, strongest first; empty where nothing ever did."""
        if self._now >= self._until[joint]:
            self._put_in_order(joint)
        movers = self._movers.get(joint)
        if movers is None:
            movers = self._movers[joint] = tuple([each.mover for each in self._order[joint]])
        return movers

    def _put_in_order(self, joint: str) -> None:
        """Done when a source joins those of a joint, and every ORDER_STANDS_S."""
        lately = self._lately[joint]
        oldest = self._now - LAG_S
        order = [source for source, (at, _) in lately.items() if at >= oldest]
        order.sort(key=lambda source: lately[source][1], reverse=True)
        if not order and lately:
            # Nobody pulls any more and the joint is still on its way: the last who did.
            order = [max(lately, key=lambda source: lately[source])]
        if len(order) < len(lately):
            self._lately[joint] = {source: lately[source] for source in order}
            last = self._last[joint]
            for source in [source for source, share in last.items() if share == 0.0]:
                del last[source]
        self._until[joint] = self._now + ORDER_STANDS_S
        if order != self._order.get(joint):
            self._order[joint] = order
            self._movers.pop(joint, None)
