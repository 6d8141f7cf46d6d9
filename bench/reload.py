"""How long a running pet takes to take over a file that a designer has saved.

Each shipped file is changed in its sentence about itself, parsed and checked aside as the watcher
does it, and taken in one tick of a pet that has lived for a few seconds. That whole tick is timed
in CPU time, and the best of a few counts.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from time import process_time_ns

from moggy.assemble import begin, born
from moggy.config import Files, with_value
from moggy.designs import designs
from moggy.messages import Edited

MOST_MS = 20.0
"""Most milliseconds of CPU that the tick may take: one period of the loop at 50 Hz."""
ROUNDS = 5
"""How often each file is taken over; the best counts."""


def takes(personality: str, file: str) -> float:
    """Milliseconds of CPU of the tick that takes over the file, the best of ROUNDS."""
    start = begin(Files(), seed=1, hour=10.0, personality=personality)
    pet = born(start)
    for n in range(250):
        pet.tick(n / 50, ())
    times = []
    for n in range(250, 250 + ROUNDS):
        text = with_value(start.files[file], "about", f"edited {n}")
        designs(start, {**start.files, file: text})
        began = process_time_ns()
        tick = pet.tick(n / 50, (Edited(at=n / 50, file=file, text=text),))
        times.append((process_time_ns() - began) / 1e6)
        if tick.refused:
            raise SystemExit(f"{file} was refused: {tick.refused[0]}")
    return min(times)


def shipped() -> Iterator[tuple[str, str]]:
    """(who lives, which file): every personality, and the cat's tree, table and motions."""
    start = begin(Files(), seed=1, hour=10.0)
    for name in Files().names("personalities"):
        yield name.removeprefix("personalities/").removesuffix(".yaml"), name
    yield "cat", start.tree
    yield "cat", start.appraisals
    yield from (("cat", name) for name in start.files if name.startswith("motions/"))


def main() -> int:
    """Print the slowest file of each kind; 1 where one takes longer than MOST_MS, else 0."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    worst: dict[str, tuple[float, str]] = {}
    for personality, file in shipped():
        kind = file.partition("/")[0]
        worst[kind] = max(worst.get(kind, (0.0, "")), (takes(personality, file), file))
    for kind, (ms, file) in worst.items():
        print(
            f"{kind}: at most {ms:.1f} ms of CPU to take over an edited file "
            f"({file}; at most {MOST_MS:g})"
        )
    if all(ms <= MOST_MS for ms, _ in worst.values()):
        return 0
    print("slower than it should be")
    return 1
