"""`moggy replay`: compares a recorded life with the same life lived again, or with a changed
pet's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from moggy.assemble import FOLDERS, lived_again, mistake_of_value, with_file, with_value
from moggy.commands.damaged import Damage
from moggy.commands.progress import progress
from moggy.commands.terminal import Shown, styled
from moggy.config import Files, Invalid
from moggy.designs import designs, sensors_of
from moggy.home import home, private_file
from moggy.journal import Incomplete, read_start, read_ticks
from moggy.journal_parts import Gap
from moggy.journal_reading import as_written
from moggy.pet import Start
from moggy.replay import COMPARED, Relived, first_difference
from moggy.yaml_file import read_yaml


class Otherwise(NamedTuple):
    """A moment from which on the pet does something else."""

    at: float
    was: str
    now: str
    why: str


class Pleasure(NamedTuple):
    """Pleasure of the mood, as recorded and as lived again, −1..1."""

    at: float
    was: float
    now: float


@dataclass(slots=True)
class Difference:
    """What the pet did differently when it lived again."""

    ticks: int = 0
    same: int = 0
    """Ticks that are the same to the bit."""
    first: dict[str, tuple[float, str]] = field(default_factory=dict)
    """Field of a tick → when it first differed, and how."""
    doings: list[Otherwise] = field(default_factory=list)
    moods: list[Pleasure] = field(default_factory=list)

    def note(self, relived: Relived) -> None:
        """Compare one tick."""
        self.ticks += 1
        self.same += not relived.differs
        for name in relived.differs:
            if name not in self.first:
                self.first[name] = (
                    relived.was.at,
                    first_difference(relived.was.data[name], relived.now[name], name),
                )
        was, now = relived.was.data["decision"], relived.now["decision"]
        if was["behavior"] != now["behavior"] and (
            not self.doings or self.doings[-1][1:3] != (was["behavior"], now["behavior"])
        ):
            self.doings.append(
                Otherwise(relived.was.at, was["behavior"], now["behavior"], now["why"])
            )
        self.moods.append(
            Pleasure(
                relived.was.at,
                relived.was.data["pet"]["mood"]["pleasure"],
                relived.now["pet"]["mood"]["pleasure"],
            )
        )


def replay(journal: Path, swaps: Sequence[str], sets: Sequence[str], plot: Path | None) -> int:
    """Live the journal again and print what differs; `plot` is where a plot of the mood goes.
    Returns 0 when an unchanged replay is exact or a changed one ran, 1 when an unchanged one
    differs or the journal is not whole. Raises NotAJournal, or ValueError for a change that is
    none."""
    damage = Damage()
    with as_written(journal):
        start = read_start(journal)
        sensors_of(start.body, start.files)
        total = sum(1 for _ in read_ticks(journal, damage))
    change = _change(swaps, sets)
    try:
        changed = change(start)
    except Invalid:
        with as_written(journal):
            designs(start)
        raise
    difference = Difference()
    with as_written(journal), progress("living it again", total) as advance:
        try:
            for relived in lived_again(journal, change):
                difference.note(relived)
                advance(difference.ticks)
        except Incomplete as error:
            damage(Gap(error))
    if not difference.ticks:
        return damage.end()
    console = Shown()
    if plot is not None:
        _plot(difference, plot)
        console.print(f"plot: {plot}")
    if changed == start:
        differs = _exact(console, difference, start.version, whole=not damage.missing)
        return damage.end() or differs
    _differs(console, difference)
    return damage.end()


def _exact(console: Shown, difference: Difference, version: str, *, whole: bool) -> int:
    if difference.same == difference.ticks:
        exact = "exact" if whole else f"exact up to {difference.moods[-1].at:.2f} s"
        console.print(
            f"{exact}: {difference.ticks} ticks,"
            " every feeling and every command the same to the bit"
        )
        return 0
    console.print(
        styled(
            ("differs", "red"),
            f" in {difference.ticks - difference.same} of {difference.ticks} ticks"
            f" (recorded by moggy {version}):",
        )
    )
    for name in COMPARED:
        if name in difference.first:
            at, what = difference.first[name]
            console.print(f"  {name} from {at:.2f} s: {what}")
    return 1


def _differs(console: Shown, difference: Difference) -> None:
    if difference.same == difference.ticks:
        console.print(f"no difference in {difference.ticks} ticks")
        return
    for name in COMPARED:
        if name in difference.first and name != "moved":
            at, what = difference.first[name]
            console.print(f"{name} differs from {at:.2f} s: {what}")
    if difference.doings:
        console.print("It does otherwise:")
    for at, was, now, sentence in difference.doings[:40]:
        console.print(styled(f"  {at:8.2f} s  {was} → ", (now, "bold"), f": {sentence}"))


def _change(swaps: Sequence[str], sets: Sequence[str]) -> Callable[[Start], Start]:
    """`personality=shy` puts another file in the recorded one's place; `appraisals.KEY=VALUE`
    changes one value."""
    files = Files(home())

    def change(start: Start) -> Start:
        for swap in swaps:
            kind, _, name = (part.strip() for part in swap.partition("="))
            if kind not in FOLDERS or not name:
                raise ValueError(f"--with {swap}: should read {'|'.join(FOLDERS)}=NAME")
            start = with_file(start, kind, name, files)
        designs(start)
        changed = start
        for assignment in sets:
            changed = _with_set(changed, assignment)
        try:
            designs(changed)
        except Invalid as error:
            for assignment in sets:
                _check_set(start, assignment)
            given = " ".join(f"--set {assignment}" for assignment in sets)
            raise ValueError(f"{given}: {mistake_of_value(changed, error)}") from error
        return changed

    return change


def _with_set(start: Start, assignment: str) -> Start:
    """The start with one value changed, not yet checked. Raises ValueError that names the option,
    for the user has not seen the files that it is put into."""
    key, _, value = (part.strip() for part in assignment.partition("="))
    if not value:
        raise ValueError(f"--set {assignment}: should read KIND.KEY=VALUE")
    try:
        return with_value(start, key, read_yaml("value", f"value: {value}")["value"])
    except Invalid as error:
        raise ValueError(f"--set {assignment}: {error.message}") from error
    except ValueError as error:
        raise ValueError(f"--set {assignment}: {error}") from error


def _check_set(start: Start, assignment: str) -> None:
    """Raises ValueError where the value is wrong even without what else is set."""
    changed = _with_set(start, assignment)
    try:
        designs(changed)
    except Invalid as error:
        raise ValueError(f"--set {assignment}: {mistake_of_value(changed, error)}") from error


def _plot(difference: Difference, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
    ats = [mood.at for mood in difference.moods]
    axes.plot(ats, [mood.was for mood in difference.moods], label="as recorded")
    axes.plot(ats, [mood.now for mood in difference.moods], label="now", linestyle="--")
    axes.set(xlabel="s", ylabel="pleasure of its mood", ylim=(-1, 1))
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = BytesIO()  # first, since not every format can be drawn
    figure.savefig(picture, dpi=120, format=path.suffix[1:] or None)
    with private_file(path) as file:
        file.write(picture.getvalue())
    plt.close(figure)
