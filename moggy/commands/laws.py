"""`moggy laws`: checks the design laws over recorded lives, or over random ones made for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from moggy import overlay
from moggy.assemble import begin, born, in_virtual_time, simulated_body
from moggy.behaviors.law_scene import LawScene
from moggy.behaviors.laws import LawMonitor, Laws, Violation, violations
from moggy.body import Body
from moggy.commands.progress import progress
from moggy.commands.terminal import Shown, styled, warn
from moggy.config import Files, Invalid, compose, path_texts
from moggy.designs import check_laws, know_sensors, sensors_of
from moggy.home import home
from moggy.journal import read_start
from moggy.journal_reading import as_written, tick_of
from moggy.personality import Personality
from moggy.pet import Start
from moggy.sim.day import senses_of
from moggy.sim.random_day import random_day
from moggy.unreadable import readable

WRITE_LAWS = "`moggy schema laws` says what may stand in one, behaviors/laws/cat.yaml shows some"
"""How to get a file of laws."""


def check(
    journals: Sequence[Path],
    *,
    days: int,
    seconds: float,
    personality: str,
    seed: int,
    file: Path | None,
) -> int:
    """Check the journals, or `days` random days of `seconds` each; prints what is broken. Returns 0
    when no law is, else 1. Raises Invalid where the laws are not valid, or ask for a behaviour that
    a tree which they are held against does not have; NotAJournal."""
    files = Files(home())
    know_sensors(files)
    texts = path_texts(readable(file, WRITE_LAWS)) if file else files.texts("laws/cat.yaml")
    name = next(iter(texts))
    laws = compose(name, texts, Laws)
    asked = overlay.compose(name, texts)
    for path in journals:
        tree = tree_of(path)
        try:
            check_laws(asked, tree)
        except Invalid as error:
            raise ValueError(f"{error}; so it is with the tree of {path}") from error
    if not journals:
        check_laws(asked, overlay.compose("trees/cat.yaml", files.texts("trees/cat.yaml")))
    found = [(str(path), violation) for path in journals for violation in of_journal(path, laws)]
    lives = len(journals)
    if not journals:
        lives = days
        with progress("living random days", days) as advance:
            for n in range(days):
                found += [
                    (f"random day {seed + n}", violation)
                    for violation in of_random_day(files, laws, seed + n, seconds, personality)
                ]
                advance(n + 1)
    _print(laws, found, lives)
    return 1 if found else 0


def tree_of(path: Path) -> overlay.Composition:
    """The tree of a recorded life. Raises NotAJournal."""
    with as_written(path):
        start = read_start(path)
        return overlay.compose(start.tree, start.files)


def scene_of(start: Start) -> LawScene:
    """What laws can ask about a life that begins so, before its first tick."""
    return LawScene(compose(start.personality, start.files, Personality), start.hour)


def of_journal(path: Path, laws: Laws) -> list[Violation]:
    """What a recorded life broke. Raises NotAJournal."""
    with as_written(path) as reading:
        start = read_start(path)
        sensors_of(start.body, start.files)
        ticks = (tick_of(path, entry) for entry in reading.ticks(warn))
        return violations(laws, scene_of(start), ticks)


def of_random_day(
    files: Files, laws: Laws, seed: int, seconds: float, personality: str
) -> list[Violation]:
    """What the life of a random day broke; the same seed gives the same day and the same life."""
    body = files.load("body/cat.yaml", Body)
    day = random_day(seed, seconds, body)
    start = begin(files, seed=seed, hour=day.hour, personality=personality)
    monitor = LawMonitor(laws, scene_of(start))
    found: list[Violation] = []
    in_virtual_time(
        born(start),
        senses_of(day, body),
        seconds,
        body=simulated_body(body),
        listeners=[lambda tick, sent: found.extend(monitor.see(tick))],
    ).run()
    return found


def _print(laws: Laws, found: Sequence[tuple[str, Violation]], lives: int) -> None:
    console = Shown()
    for where, violation in found[:60]:
        console.print(
            styled(
                (violation.law, "red"),
                f" in {where} at {violation.at:.2f} s,"
                f" while it did {violation.behavior}: {violation.says}",
            )
        )
    broken = Counter(violation.law for _, violation in found)
    console.print(
        f"{len(laws.laws)} laws over {lives} lives: "
        + ("none broken" if not found else f"{len(broken)} broken, {len(found)} times")
    )
