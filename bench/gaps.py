"""Gaps between the ticks of a living pet that is attacked, and the bars for them.

A gap is the time from the end of one tick to the end of the next, in ms; a tick is due every 20.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

P99_RATIO = 1.5
"""Bar: 99th percentile of the gaps under attack over that of the pauses of the same run."""
LONGEST_MS = 100.0
"""Bar: ms of the longest gap under attack."""


def gaps(moments: Sequence[float], begin: float, end: float) -> list[float]:
    """From one moment to another, in ms, ascending; `moments` are when ticks were over, s."""
    among = [moment for moment in moments if begin <= moment < end]
    return sorted((b - a) * 1000.0 for a, b in pairwise(among))


def p99(found: Sequence[float]) -> float:
    """The 99th percentile of ascending gaps."""
    return found[int(0.99 * (len(found) - 1))] if found else float("inf")


def longest(found: Sequence[float]) -> float:
    """The last of ascending gaps."""
    return found[-1] if found else float("inf")


def slow(found: Mapping[str, Sequence[float]], pauses: Sequence[float]) -> list[str]:
    """The attacks that miss a bar; all gaps ascend."""
    most = P99_RATIO * p99(pauses)
    return [name for name, each in found.items() if p99(each) > most or longest(each) > LONGEST_MS]


def verdict(names: Sequence[str]) -> str:
    """The bars, and who misses them."""
    return f"bars: p99 {P99_RATIO:g} times that of the pauses, longest {LONGEST_MS:g} ms: " + (
        f"missed by {', '.join(names)}" if names else "held"
    )
