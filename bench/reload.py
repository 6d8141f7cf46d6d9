"""How long a living pet takes to take over a file that a designer has saved: `python -m bench
reload`.

Each shipped file is changed by a comment, parsed and checked aside as the watcher does it, and
taken in one tick of a pet that has lived for a few seconds. What counts is that whole tick, in CPU
time, the best of a few.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from time import process_time_ns

from moggy.assemble import SCHEMAS, begin, born
from moggy.config import Files
from moggy.messages import Edited
from moggy.watch import check_aside

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
        text = f"{start.files[file]}\n# edited {n}\n"
        check_aside(file, text, SCHEMAS)
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
    worst: dict[str, tuple[float, str]] = {}
    for personality, file in shipped():
        kind = file.partition("/")[0]
        worst[kind] = max(worst.get(kind, (0.0, "")), (takes(personality, file), file))
    for kind, (ms, file) in worst.items():
        print(
            f"{kind}: at most {ms:.1f} ms of CPU to take over an edited file "
            f"({file}; at most {MOST_MS:g})"
        )
    return 0 if all(ms <= MOST_MS for ms, _ in worst.values()) else 1


if __name__ == "__main__":
    if main():
        sys.exit("slower than it should be")
