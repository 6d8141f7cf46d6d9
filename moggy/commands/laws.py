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
from moggy.commands.damaged import Damage
from moggy.commands.progress import progress
from moggy.commands.terminal import Shown, styled, warn
from moggy.config import Files, Invalid, compose, path_texts
from moggy.designs import check_laws, know_sensors, sensors_of
from moggy.home import home
from moggy.journal import read_start
from moggy.journal_reading import as_written, tick_of
from moggy.mcap_file import Told
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
    when no law is and the journals are whole, else 1. Raises Invalid where the laws are not valid,
    or ask for a behaviour that a tree which they are held against does not have; NotAJournal."""
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
    damage = Damage()
    found = [
        (str(path), violation) for path in journals for violation in of_journal(path, laws, damage)
    ]
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
    _print(laws, found, lives - damage.empty, "in what of them is whole" if damage.missing else "")
    return damage.end() or (1 if found else 0)


def tree_of(path: Path) -> overlay.Composition:
    """The tree of a recorded life. Raises NotAJournal."""
    with as_written(path):
        start = read_start(path)
        return overlay.compose(start.tree, start.files)


def scene_of(start: Start) -> LawScene:
    """What laws can ask about a life that begins so, before its first tick."""
    return LawScene(compose(start.personality, start.files, Personality), start.hour)


def of_journal(path: Path, laws: Laws, told: Told = warn) -> list[Violation]:
    """What a recorded life broke; what is damaged is `told`. Raises NotAJournal."""
    with as_written(path) as reading:
        start = read_start(path)
        sensors_of(start.body, start.files)
        ticks = (tick_of(path, entry) for entry in reading.ticks(told))
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


def _print(laws: Laws, found: Sequence[tuple[str, Violation]], lives: int, where_read: str) -> None:
    """`lives`: how many have a tick; `where_read`: what of them was looked at, where not all."""
    console = Shown()
    if not lives:
        console.print(f"{len(laws.laws)} laws, and no tick of a life to hold against them")
        return
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
        + (f" {where_read}" if where_read else "")
    )
