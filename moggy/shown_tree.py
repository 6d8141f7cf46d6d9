"""A living tree as it is shown: what stands in it, said once, and what it weighs now, said again
and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

Curve: TypeAlias = Literal["linear", "logistic", "gaussian", "step"]
Loses: TypeAlias = Literal[
    "", "reflex", "condition", "never", "cooldown", "term", "dwell", "hysteresis", "score"
]
"""Why an option does not run; empty where it does."""
Status: TypeAlias = Literal["idle", "running", "success", "failure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTerm:
    """One input of an option, and the curve that bends it."""

    of: str
    curve: Curve
    numbers: Annotated[
        Mapping[str, float], Field(description="of the curve, with the keys of the file")
    ]
    weight: Annotated[float, Field(description="0..1")]
    floor: Annotated[float, Field(description="0..1, the curve's lowest value")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNode:
    """A node of the tree, as its file says it."""

    id: str
    parent: Annotated[str, Field(description="id; empty for the root")]
    kind: str
    slot: Annotated[
        Literal["", "option", "reflex"], Field(description="what it is to the node above")
    ]
    about: str
    when: Annotated[str, Field(description="its condition; empty where it has none")]
    on: Annotated[Sequence[str], Field(description="events that set a reflex off")] = ()
    base: Annotated[float | None, Field(description="of an option, up to 3")] = None
    combine: str = ""
    terms: Sequence[ShownTerm] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedNow:
    """An option at this moment; of a reflex its sensitivity and its condition."""

    score: Annotated[
        float, Field(description="as last weighed, 0 where it cannot run; a reflex: 0..1")
    ]
    would: Annotated[float, Field(description="what it would score if it could run")]
    loses: Loses
    short: Annotated[
        float,
        Field(description="of cooldown and dwell: s to wait; of hysteresis and score: what lacks"),
    ]
    why: Annotated[Sequence[str], Field(description="what of its condition does not hold")]
    inputs: Annotated[Sequence[float], Field(description="of its terms, before the curve")]
    factors: Annotated[Mapping[str, float], Field(description="on the score, besides the terms")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNow:
    """What a tree weighs at one moment."""

    edition: Annotated[
        int, Field(description="another where the tree is another: ask for it again")
    ]
    statuses: Annotated[
        Mapping[str, Status], Field(description="by id; of those that are not idle")
    ] = field(default_factory=dict)
    weighed: Annotated[
        Mapping[str, WeighedNow],
        Field(description="by id; a page gets what is not as it was"),
    ] = field(default_factory=dict)
