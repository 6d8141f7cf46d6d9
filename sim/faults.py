"""Faults of the simulated body: of the wire, the board, its devices and the servos; and a fall. A
script, a day or `moggy sim --fault` says which there are and when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeAlias, cast, get_args

from pydantic import Field

from moggy.senses import Sense, register_sense
from moggy.sim.board.relay import WireFault
from moggy.sim.board.wires import DeviceFault
from moggy.sim.servos import ServoFault
from moggy.sim.world import WorldFault
from moggy.vocabulary import nearest

FaultName: TypeAlias = Literal[WireFault, DeviceFault, ServoFault, WorldFault]
FAULTS: Final[tuple[FaultName, ...]] = get_args(FaultName)
"""Every fault that can be switched on; docs/wire.md says what each does."""
WIRE_FAULTS: Final[tuple[WireFault, ...]] = get_args(WireFault)
DEVICE_FAULTS: Final[tuple[DeviceFault, ...]] = get_args(DeviceFault)

WRITTEN = re.compile(r"(\w+)(?:=([\d.]+)s?)?(?:@([\d.]+)s?)?")
"""How a fault is written on the command line."""


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(Sense):
    """Something of the simulated body breaks, for a while or for good. The pet is not told: it
    notices what its board notices. A real body ignores it."""

    kind: Literal["fault"] = "fault"
    name: Annotated[FaultName, Field(description="what breaks (docs/wire.md)")]
    seconds: Annotated[float | None, Field(gt=0.0, description="how long; none: from then on")] = (
        None
    )


def fault_of(text: str) -> Fault:
    """The fault that is written as NAME[=SECONDS][@START]. Raises ValueError."""
    match = WRITTEN.fullmatch(text.strip())
    try:
        name, seconds, start = match.groups() if match else ("", None, None)
        length = None if seconds is None else float(seconds)
        at = float(start or 0.0)
    except ValueError:
        match = None
    if match is None or length == 0.0:
        raise ValueError(
            f"fault: {text!r:.80} should read NAME=SECONDS@START, such as servos_silent=2@10:"
            " it begins at second 10 and lasts for 2; without =2 it stays"
        )
    if name not in FAULTS:
        known = nearest(name, FAULTS) or f"; there are {', '.join(FAULTS)}"
        raise ValueError(f"fault: there is no {name!r:.80}{known}")
    return Fault(at=at, name=cast(FaultName, name), seconds=length)


def in_order(texts: Iterable[str]) -> list[Fault]:
    """The faults that are written so, in the order of their time. Raises ValueError."""
    return sorted(map(fault_of, texts), key=lambda fault: fault.at)


class FaultPlan:
    """Which faults there are when."""

    def __init__(self) -> None:
        self._spans: list[tuple[float, float, FaultName]] = []
        """(begins, ends, name), s."""

    def add(self, fault: Fault) -> None:
        """Let a fault happen."""
        ends = float("inf") if fault.seconds is None else fault.at + fault.seconds
        self._spans.append((fault.at, ends, fault.name))

    def at(self, now: float) -> frozenset[FaultName]:
        """The faults that there were in the step that ends at `now`, s; also of one that was
        shorter than the step. Those that are over are forgotten."""
        found = frozenset(name for begins, _, name in self._spans if begins <= now + 1e-9)
        self._spans = [span for span in self._spans if span[1] > now + 1e-9]
        return found
