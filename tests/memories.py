"""A memory with people and a diary, as the tests of its file have it."""

from __future__ import annotations

from pathlib import Path

from moggy.brain.memory import Episode, Remembered, awake

KNOWN = Remembered(
    day=12.5,
    strangers=0.4,
    people={f"person {n}": {"trust": 0.6, "familiarity": 0.4} for n in range(30)},
    zones={"person 1": {"neck": 0.2, "belly": -0.3}},
    mood={"pleasure": 0.3},
    drives={"company": 0.6},
    arrivals={"person 1": (0.0,) * 40 + (0.5,) + (0.0,) * 7},
    quiet=(0.0,) * 22 + (0.5, 0.4),
)
TOLD = [Episode(day=0.1 * n, hour=18.1, person=f"person {n}", what="arrived") for n in range(40)]


def write(path: Path, key: Path | None = None) -> None:
    """Keep them in a file."""
    memory, _ = awake(path, key)
    memory.keep(KNOWN, TOLD)
    memory.close()
