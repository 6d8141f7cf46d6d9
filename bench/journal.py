"""How large a journal is for an hour of life, and what writing and reading a tick costs, and
how large its largest chunk is.

    python -m bench journal            a quiet life, the demo day, a random day
    python -m bench journal --seconds 600

The hour is what a life of some minutes adds, times its share of an hour, with what every part of a
recording begins with. `before` is what the same lives took before ticks were written by what
changed; the exit code is 1 where an hour is more than a third of that.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import moggy
from moggy.journal import read_ticks
from moggy.mcap_file import LEAD
from moggy.mcap_reader import MESSAGE, read_mcap

BEFORE = {"quiet": 45.8, "demo": 68.5, "random": 66.4}
"""MB an hour of the same lives, measured in the same way at commit 689695d."""
SHARE = 1 / 3
"""Of that, at most; our choice."""


def written(life: moggy.Life, path: Path) -> tuple[int, float]:
    """Bytes of a life's journal, and CPU seconds to write it."""
    before = time.process_time()
    life.save(path)
    return path.stat().st_size, time.process_time() - before


def largest_chunk(path: Path) -> int:
    """Bytes of the largest chunk of a journal, unpacked."""
    sizes = Counter[int]()
    for found in read_mcap(path, print):
        if not found.attached:
            sizes[found.byte] += LEAD.size + MESSAGE.size + len(found.data)
    return max(sizes.values(), default=0)


def main() -> int:
    """Print a line for each life; returns 1 where one takes too much."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seconds", type=float, default=180.0, help="of quiet and random life")
    seconds = options.parse_args().seconds
    pet = moggy.Pet(seed=1)
    lives: dict[str, Callable[[], moggy.Life]] = {
        "quiet": lambda: moggy.live(pet, [], seconds),
        "demo": lambda: moggy.live(pet, moggy.day("demo")),
        "random": lambda: moggy.live(pet, moggy.random_day(3, seconds)),
    }
    status = 0
    print(
        "life     MB an hour  before  share   B a tick   µs to write   µs to read"
        "  KB of the largest chunk"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "life.mcap"
        begin, _ = written(moggy.live(pet, [], 0.02), path)
        for name, lived in lives.items():
            life = lived()
            size, spent = written(life, path)
            ticks, began = len(life.ticks), time.process_time()
            read = sum(1 for _ in read_ticks(path))
            took = time.process_time() - began
            hour = ((size - begin) / (ticks / 50.0) * 3600.0 + begin) / 1e6
            share = hour / BEFORE[name]
            status |= share > SHARE or read != ticks
            print(
                f"{name:8} {hour:10.1f} {BEFORE[name]:7.1f} {share:6.2f}"
                f" {(size - begin) / ticks:10.0f} {1e6 * spent / ticks:13.0f}"
                f" {1e6 * took / ticks:12.0f} {largest_chunk(path) / 1e3:24.0f}"
            )
    return status


if __name__ == "__main__":
    sys.exit(main())
