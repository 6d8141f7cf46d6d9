"""A board's faults in words: what each means, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

CLEAR = "then clear it (`moggy board clear`, or the studio's button)"


class Fault(NamedTuple):
    """A fault in words."""

    means: str
    do: str


FAULTS: Mapping[str, Fault] = {
    "servos": Fault(
        "the servo board does not answer, so no joint moves",
        f"check its supply and the wires SDA, SCL and ground, {CLEAR}",
    ),
    "touch": Fault(
        "the touch chip does not answer, so it feels no hand",
        "check its wires SDA, SCL and 3.3 V; restart the board if it does not come back",
    ),
    "imu": Fault(
        "the accelerometer does not answer, so it feels neither lifts nor falls",
        "check its wires SDA, SCL and 3.3 V; restart the board if it does not come back",
    ),
    "battery": Fault(
        "the battery is empty, so every servo is limp",
        f"charge it, {CLEAR}",
    ),
    "overrun": Fault(
        "the board was late for its tick of 10 ms",
        "if it comes back: use fewer joints, or report it with the output of `moggy board status`",
    ),
    "watchdog": Fault(
        "the firmware hung and its watchdog restarted it",
        "if it comes back: report it with the output of `moggy board log`",
    ),
}
"""Name of a fault, as in `wire.FAULTS` → its words."""
STUCK_PAD = "stuck pad "
"""What a board's report puts before the name of a pad that is masked."""


def in_words(fault: str) -> str:
    """A fault of a board's report as a sentence, with what to do."""
    if fault.startswith(STUCK_PAD):
        return (
            f"the touch pad {fault.removeprefix(STUCK_PAD)} shows a touch that never ends and is "
            "ignored: take away what lies on it, dry it, check its wire"
        )
    known = FAULTS.get(fault)
    return f"{known.means}: {known.do}" if known else fault


def all_in_words(faults: Sequence[str]) -> str:
    """Several faults as one text; empty where there are none."""
    return "; ".join([in_words(fault) for fault in faults])
