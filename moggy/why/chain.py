"""The chain behind one change of one actuator: command ← mover ← node ← scores ← feelings ← events
← samples, as typed links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from moggy.why.weighing import Weighing

Layer = Literal[
    "posture",
    "motion",
    "reflex",
    "reaction",
    "gaze",
    "mood",
    "breath",
    "idle",
    "blink",
    "voice",
    "purr",
    "waking",
    "board",
    "unknown",
]
"""What moved it. `idle` and `blink` are the small movements of a body that does nothing; `waking`
is the way out of the rest pose."""
WITHIN: Mapping[Layer, str] = {
    "breath": "breath: its phase goes on, paced by arousal and purr",
    "idle": "spontaneous: small shifts by its own chance",
    "blink": "spontaneous: a blink by its own chance",
    "waking": "waking: from the rest pose to its first posture",
}
"""Layer that nothing but the body itself drives → its inner cause."""


@dataclass(frozen=True, slots=True)
class OutputChange:
    """The last link: what was commanded, and what went over the wire. Angles in rad, levels 0..1,
    rate in Hz."""

    output: str
    at: float
    before: float | str | None
    after: float | str | None
    sent: float | None = None


@dataclass(frozen=True, slots=True)
class NodeLink:
    """The behaviour that a movement comes from, and the decision that began it."""

    behavior: str
    path: tuple[str, ...]
    since: float
    decided: float
    """When the decision was made that began it; s."""
    tick: int
    why: str


@dataclass(frozen=True, slots=True)
class Felt:
    """What an event, or something from within, did to a feeling."""

    feeling: str
    by: float
    cause: str
    event: int


@dataclass(frozen=True, slots=True)
class MoverSource:
    """Something that moves actuators, and all that led to it; the same for everything that it
    moves."""

    layer: Layer
    name: str
    at: float
    """When it began."""
    node: NodeLink | None = None
    weighing: Weighing | None = None
    felt: tuple[Felt, ...] = ()
    """What moved the feelings that led here, most telling first."""
    because: tuple[int, ...] = ()
    """Ids from which `causes` of the answer go back to the samples."""
    within: tuple[str, ...] = ()
    """Inner causes, named."""
    holes: tuple[str, ...] = ()
    """What is missing of the chain; empty when every link is there."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One change, explained."""

    change: OutputChange
    source: MoverSource
    others: tuple[str, ...] = ()
    """What else moves it, weaker."""
    carried: bool = False
    """What moved it is over: the limiter carries the movement on to its end."""
    holes: tuple[str, ...] = ()

    def sentence(self) -> str:
        change, source = self.change, self.source
        return f"{_moves(change)}: {_mover(source, self.carried)}{_decided(source)}."


def _moves(change: OutputChange) -> str:
    if isinstance(change.after, str):
        return f"{change.output} goes from {change.before or 'nothing'} to {change.after}"
    if change.before is None or isinstance(change.before, str) or change.after is None:
        return f"{change.output} is {change.after}"
    sent = f" ({change.sent:.5f} on the wire)" if change.sent is not None else ""
    return f"{change.output} goes from {change.before:.5f} to {change.after:.5f}{sent}"


def _mover(source: MoverSource, carried: bool) -> str:
    names = {
        "posture": f"the posture {source.name}",
        "motion": f"the motion {source.name}",
        "reflex": f"the reflex movement {source.name}",
        "reaction": f"the small answer to {source.name}",
        "mood": "ears, tail, lids and pupils show its feeling",
        "voice": f"the call {source.name}",
        "board": f"the board is in {source.name}",
    }
    name = names.get(source.layer, source.name)
    return f"the limiter carries on what {name} began" if carried else name


def _decided(source: MoverSource) -> str:
    parts = []
    if source.node is not None:
        parts.append(
            f"of {source.node.behavior} (since {source.node.since:.2f} s: {source.node.why})"
        )
    if source.weighing is not None:
        parts.append(source.weighing.sentence())
    if source.felt:
        parts.append(
            "felt "
            + ", ".join(
                f"{felt.feeling} {felt.by:+.2f} by {felt.cause}" for felt in source.felt[:3]
            )
        )
    if source.within:
        parts.append("from within: " + ", ".join(source.within[:3]))
    return "".join(f"; {part}" if n else f", {part}" for n, part in enumerate(parts))
