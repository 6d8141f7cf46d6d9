"""A board's faults in words: what each means, and what to do about it. How each heals:
docs/wire.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

HEALS = (
    "it goes on by itself a while after that, and after three times in ten minutes it waits for "
    "`moggy board clear` or the studio's Clear faults"
)
TRIED = "it is tried again every second"


class FaultWords(NamedTuple):
    """A fault in words: what it means, and what somebody should do about it."""

    means: str
    do: str


FAULT_WORDS: Mapping[str, FaultWords] = {
    "servos": FaultWords(
        "the servo board does not answer, or a dip of its supply has reset it, so no joint moves",
        f"check its supply and its wires SDA, SCL and ground; {HEALS}",
    ),
    "touch": FaultWords(
        "the touch chip does not answer or measures what no hand does, so it feels no hand",
        f"check its wires SDA, SCL, ground and 3.3 V; {TRIED}",
    ),
    "imu": FaultWords(
        "the accelerometer does not answer, is of an unknown kind or gives what cannot be (one "
        "reading again and again, a fall without end), so it feels neither lifts nor falls",
        f"check its wires SDA, SCL, ground and 3.3 V, and its kind (docs/wire.md); {TRIED}",
    ),
    "battery": FaultWords("the battery is empty, so every servo is limp", f"charge it; {HEALS}"),
    "overrun": FaultWords(
        "the board was late for a tick",
        "if it comes back often: use fewer joints, or report it with `moggy board status`",
    ),
    "watchdog": FaultWords(
        "the firmware hung and its watchdog restarted it",
        "clear it (`moggy board clear`, or the studio's Clear faults); if it comes back: report it "
        "with the output of `moggy board log`",
    ),
    "restarts": FaultWords(
        "three times in a row the board has restarted within minutes of its servos' start, as when "
        "the supply dips under their load, so every servo is limp",
        "charge the battery, check the supply and its plugs, then clear it (`moggy board clear`, "
        "or the studio's Clear faults)",
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
            "ignored: take away what lies on it, dry it, check its wire; if it is to stay so, clear"
            " it (`moggy board clear`, or the studio's Clear faults)"
        )
    known = FAULT_WORDS.get(fault)
    return f"{known.means}: {known.do}" if known else fault


def all_in_words(faults: Sequence[str]) -> str:
    """Several faults as one text; empty where there are none."""
    return "; ".join([in_words(fault) for fault in faults])
