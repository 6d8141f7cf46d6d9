"""The chain behind one change of one actuator, as typed links: command ← mover ← node ← scores ←
feelings ← events ← samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from moggy.messages import Mover
from moggy.vocabulary import MoverLayer
from moggy.why.felt import FeltChange, in_words
from moggy.why.weighing import Weighing
from moggy.why.words import behavior_in_words

SourceLayer: TypeAlias = Literal[MoverLayer, "board", "unknown"]
"""What moved an actuator: a layer of movers; the board by itself; or the journal does not say."""
WITHIN: Mapping[MoverLayer, str] = {
    "breath": "breath: its phase goes on, paced by arousal and purr",
    "idle": "spontaneous: small shifts by its own chance",
    "blink": "spontaneous: a blink by its own chance",
    "waking": "waking: from the rest pose to its first posture",
}
"""Layer that nothing but the body itself drives → its inner cause."""
GAZES: Mapping[str, str] = {
    "person": "the gaze at the person",
    "touch": "the gaze at the hand",
    "around": "the gaze around",
    "away": "the gaze away from the person",
    "none": "the gaze ahead",
}


@dataclass(frozen=True, slots=True)
class OutputChange:
    """The last link: what was commanded, and what went over the wire. Angles in rad, levels 0..1,
    rate in Hz."""

    output: str
    at: float
    before: float | str | None
    after: float | str | None
    sent: float | None = None
    by_board: bool = False
    """The board did it by itself, whatever was commanded."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MoverSource:
    """Something that moves actuators, and all that led to it; the same for everything that it
    moves."""

    layer: SourceLayer
    name: str
    at: float
    """When it began, in seconds on the pet's clock."""
    node: NodeLink | None = None
    weighing: Weighing | None = None
    felt: tuple[FeltChange, ...] = ()
    """What moved the feelings that led here, the most telling first."""
    because: tuple[int, ...] = ()
    """Ids from which `causes` of the answer go back to the samples."""
    within: tuple[str, ...] = ()
    """Names of the inner causes, such as `drive curiosity`."""
    holes: tuple[str, ...] = ()
    """What is missing of the chain; empty when every link is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One change of an output and what it goes back to."""

    change: OutputChange
    source: MoverSource
    others: tuple[Mover, ...] = ()
    """What else moves it, weaker."""
    carried: bool = False
    """Whether what moved it is over and the limiter carries the movement on to its end."""
    holes: tuple[str, ...] = ()

    def sentence(self) -> str:
        """The chain for people, down to the three strongest feelings and inner causes."""
        change, source = self.change, self.source
        mover = named(source.layer, source.name)
        if self.carried:
            mover = f"the limiter carries on what {mover} began"
        return f"{_moves(change)}: {mover}{_decided(source)}."


def named(layer: SourceLayer, name: str) -> str:
    """What moves, in words: «the motion greet», «the gaze at the hand»."""
    match layer:
        case "posture" | "motion":
            return f"the {layer} {name.replace('_', ' ')}"
        case "reflex":
            return f"the reflex movement {name.replace('_', ' ')}"
        case "reaction":
            return f"the small answer to {name.replace('_', ' ')}"
        case "gaze":
            return GAZES.get(name, f"the gaze {name}")
        case "mood":
            return "the show of its feeling"
        case "voice":
            return f"the call {name.replace('_', ' ')}"
        case "board":
            return f"the board in {name}"
        case "unknown":
            return name or "something unknown"
        case "idle":
            return "a small shift"
        case "blink":
            return "a blink"
        case "waking":
            return "the waking"
        case "breath" | "purr":
            return f"the {layer}"


def _moves(change: OutputChange) -> str:
    if isinstance(change.after, str):
        return f"{change.output} goes from {change.before or 'nothing'} to {change.after}"
    if change.before is None or isinstance(change.before, str) or change.after is None:
        return f"{change.output} is {change.after}"
    sent = f" ({change.sent:.5f} on the wire)" if change.sent is not None else ""
    return f"{change.output} goes from {change.before:.5f} to {change.after:.5f}{sent}"


def _decided(source: MoverSource) -> str:
    parts = []
    if source.node is not None:
        node = source.node
        parts.append(
            f"of {behavior_in_words(node.behavior)} (since {node.since:.2f} s: {node.why})"
        )
    if source.weighing is not None:
        parts.append(source.weighing.sentence())
    if source.felt:
        felt = [f"{each.feeling} {each.by:+.2f} by {in_words(each.cause)}" for each in source.felt]
        parts.append("felt " + ", ".join(felt[:3]))
    if source.within:
        parts.append("from within: " + ", ".join(source.within[:3]))
    return "".join(f"; {part}" if n else f", {part}" for n, part in enumerate(parts))
