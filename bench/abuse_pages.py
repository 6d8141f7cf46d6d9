"""Pages that attack the studio, and files that are saved in the owner's folder meanwhile: whether
the cat lives, and the longest gaps between its ticks.

    python -m bench abuse_pages                          the pages
    python -m bench abuse_pages --attack "400 motions saved at once"

A living cat (`moggy sim` without a browser, the firmware in MicroPython) is attacked by a page, or
by somebody who saves files, in a process of its own, one attack after the other, with as long a
pause between them. Figures are gaps from the end of one tick to the end of the next, in ms; a tick
is due every 20. Attacks are compared with the pauses of the same run. MB and files are the memory
and the descriptors that the cat's process has at the end of the attack.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

from bench.gaps import gaps, longest, p99, slow, verdict
from bench.page_attacks import NAMES, SAVED
from moggy.assemble import simulator
from moggy.messages import Tick, Trouble

SECONDS = 6.0
"""Seconds of one attack, and of the pause after it."""
WARM_UP = 15.0
"""Seconds for the board and the workers to start."""


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


def taken() -> str:
    """MB of memory and descriptors that this process has now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    size = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return f"{size:6.0f}{len(os.listdir('/proc/self/fd')):6}"


def attacks(place: str, watch: Watch, names: Sequence[str], seconds: float) -> bool:
    """Run these attacks; prints a line for each, and returns whether all stayed within the bars."""
    print(
        f"{'attack':36}{'sent':>8}{'p99 ms':>9}{'longest':>9}{'MB':>6}{'files':>6}   first said",
        flush=True,
    )
    sleep(WARM_UP)
    print(f"{'before them':36}{'':26}{taken()}", flush=True)
    pauses: list[float] = []
    found: dict[str, list[float]] = {}
    for name in names:
        begun = monotonic()
        sleep(seconds)
        pauses += gaps(watch.moments, begun, monotonic())
        begun, known = monotonic(), len(watch.said)
        done = subprocess.run(
            [sys.executable, "-m", "bench.page_attacks", place, name, str(seconds)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        held = taken()
        found[name] = each = gaps(watch.moments, begun, monotonic())
        sent = done.stdout.strip() or done.stderr.strip()[-60:]
        said = "; ".join(watch.said[known:])[:100]
        figures = f"{p99(each):9.1f}{longest(each):9.1f}{held}"
        print(f"{name:36}{sent:>8}{figures}   {said}", flush=True)
    pauses.sort()
    print(f"{'pauses between them':36}{'':8}{p99(pauses):9.1f}{longest(pauses):9.1f}")
    missed = slow(found, pauses)
    print(verdict(missed))
    return not missed


def main() -> int:
    """Print what each attack did; returns 1 where a bar is missed or the cat died."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seconds", type=float, default=SECONDS, help="of one attack")
    options.add_argument(
        "--attack", choices=(*NAMES, *SAVED), action="append", help="only this one"
    )
    given = options.parse_args()
    watch = Watch()
    with tempfile.TemporaryDirectory() as own:
        os.environ["MOGGY_HOME"] = own  # files are saved
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
