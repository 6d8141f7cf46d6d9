"""A promise with the figure that keeps or breaks it, and how benches print it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Promise(NamedTuple):
    """One line of a report."""

    what: str
    figure: str
    """What was measured, with the bound."""
    kept: bool


def report(measures: Iterable[Callable[[], Promise | list[Promise]]]) -> int:
    """Take each measure and print its promises; returns 1 where one is broken, else 0."""
    broken = False
    for measure in measures:
        found = measure()
        for what, figure, kept in [found] if isinstance(found, Promise) else found:
            print(f"{'ok  ' if kept else 'FAIL'} {what}: {figure}", flush=True)
            broken |= not kept
    return int(broken)
