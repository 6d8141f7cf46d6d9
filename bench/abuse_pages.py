"""Pages that attack the studio: whether the cat lives, and the longest gaps between its ticks.

A living cat (`moggy sim` without a browser, the firmware in MicroPython) is attacked by a page in a
process of its own, one attack after the other, with as long a pause between them. Figures are gaps
from the end of one tick to the end of the next, in ms; a tick is due every 20. Attacks are compared
with the pauses of the same run. MB and files are the memory and the descriptors that the cat's
process has at the end of the attack.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

from bench.page_attacks import NAMES
from moggy.assemble import simulator
from moggy.messages import Tick, Trouble

SECONDS = 6.0
"""Seconds of one attack, and of the pause after it."""
WARM_UP = 15.0
"""Seconds for the board and the workers to start."""
P99_RATIO = 1.5
"""Bar: 99th percentile of the gaps under attack over that of the pauses."""
LONGEST_MS = 100.0
"""Bar: ms of the longest gap under attack."""


class Watch:
    """A listener: when each tick was over, and what was said of troubles."""

    def __init__(self) -> None:
        self.moments: list[float] = []
        self.said: list[str] = []

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        self.moments.append(monotonic())
        self.said += [
            f"{sense.part}: {sense.message}"
            for sense in tick.senses
            if isinstance(sense, Trouble) and sense.message
        ]

    def gaps(self, begin: float, end: float) -> list[float]:
        """Gaps between ticks from one moment to another, in ms, ascending."""
        moments = [moment for moment in self.moments if begin <= moment < end]
        return sorted((b - a) * 1000.0 for a, b in pairwise(moments))


def taken() -> str:
    """MB of memory and descriptors that this process has now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    size = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return f"{size:6.0f}{len(os.listdir('/proc/self/fd')):6}"


def p99(gaps: Sequence[float]) -> float:
    """The 99th percentile of ascending gaps."""
    return gaps[int(0.99 * (len(gaps) - 1))] if gaps else float("inf")


def attacks(place: str, watch: Watch, names: Sequence[str], seconds: float) -> bool:
    """Run these attacks; prints a line for each, and returns whether all stayed within the bars."""
    print(
        f"{'attack':36}{'sent':>8}{'p99 ms':>9}{'longest':>9}{'MB':>6}{'files':>6}   first said",
        flush=True,
    )
    sleep(WARM_UP)
    print(f"{'before them':36}{'':26}{taken()}", flush=True)
    pauses: list[float] = []
    found: list[tuple[str, list[float]]] = []
    for name in names:
        begun = monotonic()
        sleep(seconds)
        pauses += watch.gaps(begun, monotonic())
        begun, known = monotonic(), len(watch.said)
        done = subprocess.run(
            [sys.executable, "-m", "bench.page_attacks", place, name, str(seconds)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        held = taken()
        gaps = watch.gaps(begun, monotonic())
        found.append((name, gaps))
        sent = done.stdout.strip() or done.stderr.strip()[-60:]
        said = "; ".join(watch.said[known:])[:100]
        figures = f"{p99(gaps):9.1f}{gaps[-1]:9.1f}{held}"
        print(f"{name:36}{sent:>8}{figures}   {said}", flush=True)
    pauses.sort()
    print(f"{'pauses between them':36}{'':8}{p99(pauses):9.1f}{pauses[-1]:9.1f}")
    slow = [
        name for name, gaps in found if p99(gaps) > P99_RATIO * p99(pauses) or gaps[-1] > LONGEST_MS
    ]
    print(
        f"bars: p99 {P99_RATIO:g} times that of the pauses, longest {LONGEST_MS:g} ms: "
        + (f"missed by {', '.join(slow)}" if slow else "held")
    )
    return not slow


def main() -> int:
    """Print what each attack did; returns 1 where a bar is missed or the cat died."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=SECONDS, help="of one attack")
    options.add_argument("--attack", choices=NAMES, action="append", help="only this one")
    given = options.parse_args()
    watch = Watch()
    with tempfile.TemporaryDirectory() as own:
        os.environ["MOGGY_HOME"] = own  # the pages save files
        return lives_on(watch, given.attack or NAMES, given.seconds)


def lives_on(watch: Watch, names: Sequence[str], seconds: float) -> int:
    """Let a cat live through these attacks; returns as `main`."""
    life = simulator(
        personality="cat", seed=1, hour=12.0, board="auto", studio_port=0, remember=False,
        record=None, listeners=[watch],
    )  # fmt: skip
    place = urlsplit(life.address).netloc
    result: list[bool] = []

    def run() -> None:
        try:
            result.append(attacks(place, watch, names, seconds))
        finally:
            life.loop.stop()

    threading.Thread(target=run, name="attacks", daemon=True).start()
    life.loop.run()
    print("the cat lives" if result else "THE CAT DIED")
    return 0 if result and result[0] else 1


if __name__ == "__main__":
    sys.exit(main())
