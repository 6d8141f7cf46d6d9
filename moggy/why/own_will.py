"""What a board does by itself, as a recorded life tells of it: it holds, lies down, goes limp, and
moves joints that nobody commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moggy.vocabulary import BoardState
from moggy.why.chain import MoverSource, OutputChange
from moggy.why.ledger import Ledger

BY_ITSELF: Mapping[BoardState, str] = {
    "hold": "the board: its setpoints stopped coming, so it holds still",
    "rest": "the board: no setpoints for longer, so it lies down",
    "limp": "the board: without setpoints, or just switched on, its servos are limp",
    "stopped": "the board: an emergency stop",
    "fault": "the board: a fault of its own",
    "stopping": "the board: it ends the pulses, and a servo driver has not yet acknowledged it",
}
"""State in which the board does not follow the command → why."""


class OwnWill:
    """`take` the senses of every tick; then `changes` and `source` are about the newest."""

    def __init__(self) -> None:
        self.changes: list[OutputChange] = []
        self.source = MoverSource(
            layer="board", name="", at=0.0, holes=("the board has said nothing",)
        )
        self._state = ""
        self._driven: dict[str, float] = {}

    def take(
        self, senses: Sequence[Mapping[str, Any]], beside: Sequence[int], ledger: Ledger
    ) -> None:
        """`beside`: ids of what else may have led to it, a stop by hand or a lost link."""
        self.changes.clear()
        for sense in senses:
            if sense["kind"] == "board":
                self._hear(sense, beside, ledger)

    def _hear(self, sense: Mapping[str, Any], beside: Sequence[int], ledger: Ledger) -> None:
        state, at = sense["state"], sense["at"]
        if state != self._state:
            because = (sense["id"], *beside)
            self.source = MoverSource(
                layer="board",
                name=state,
                at=at,
                because=because,
                within=(BY_ITSELF[state],) if state in BY_ITSELF else (),
                holes=ledger.holes(because),
            )
            change = OutputChange("board", at, self._state or None, state, by_board=True)
            self.changes.append(change)
            self._state = state
        if sense["joints"]:
            if state in BY_ITSELF:
                self._note_driven(sense["joints"], at)
            self._driven = dict(sense["joints"])

    def _note_driven(self, joints: Mapping[str, float], at: float) -> None:
        """Joints that the board moves while it does not follow the command."""
        for name, angle in joints.items():
            before = self._driven.get(name, angle)
            if angle != before:
                change = OutputChange(f"driven {name}", at, before, angle, by_board=True)
                self.changes.append(change)
