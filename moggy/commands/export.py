"""`moggy export`: a journal as tables; `moggy layout`: how Foxglove shows it."""

from __future__ import annotations

from pathlib import Path

from moggy.commands.damaged import Damage
from moggy.commands.terminal import say
from moggy.export import export as write_tables
from moggy.home import private_file

LAYOUT = Path(__file__).resolve().parent.parent / "foxglove.json"
"""The layout that ships with the package."""


def export(journal: Path, csv: Path | None, parquet: Path | None, every: float) -> int:
    """Write the tables into a folder. Returns 1 where the journal is not whole, else 0. Raises
    NotAJournal, ValueError, OSError."""
    damage = Damage()
    targets = [(path, kind) for path, kind in ((csv, "csv"), (parquet, "parquet")) if path]
    if not targets:
        raise ValueError("say where: --csv FOLDER or --parquet FOLDER")
    for n, (folder, kind) in enumerate(targets):
        counts = write_tables(journal, folder, kind, every=every, told=None if n else damage)
        if damage.empty:
            break
        lines = ", ".join(f"{table}.{kind} ({count} lines)" for table, count in counts.items())
        say(f"written into {folder}: {lines}")
    return damage.end()


def layout(to: Path | None) -> None:
    """Print the layout, or write it to a file."""
    text = LAYOUT.read_text(encoding="utf-8")
    if to is None:
        say(text)
    else:
        with private_file(to, "w", encoding="utf-8") as file:
            file.write(text)
        say(f"written to {to}: in Foxglove, Layouts → Import from file")
