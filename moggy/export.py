"""A journal as tables for other tools: its ticks, events, decisions with their sentences, and the
scores of all that was weighed; as CSV, or as Parquet where pyarrow is there."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypedDict, get_type_hints

from moggy.home import home, private_file
from moggy.journal import Entry, read_start
from moggy.journal_reading import as_written, tick_of
from moggy.life import row_of
from moggy.mcap_file import Told
from moggy.sensor_package import fit_sensors
from moggy.unreadable import named

Row: TypeAlias = Mapping[str, Any]
Columns: TypeAlias = Mapping[str, type]
"""Name of a column → float, int, str or bool."""
TABLES = ("ticks", "events", "decisions", "scores")
"""Names of the tables; each becomes a file."""
BATCH = 10_000
"""Lines of a Parquet file that are written at a time; our choice."""


class EventRow(TypedDict):
    """A line of the events."""

    at: float
    id: int
    name: str
    zone: str
    person: str
    strength: float
    dose: float
    urgent: bool
    because: str
    behavior: str


class DecisionRow(TypedDict):
    """A line of the decisions."""

    at: float
    behavior: str
    path: str
    why: str
    numbers: str
    because: str


class ScoreRow(TypedDict):
    """A line of the scores."""

    at: float
    chosen: str
    option: str
    score: float
    refused_by: str
    short: float
    terms: str


class Sheet(Protocol):
    """A file that takes the lines of a table, and is one of no lines where none come."""

    def write(self, row: Row) -> None:
        """Add a line, with the columns of the table."""
        ...

    def finish(self) -> None:
        """Write the rest. Raises OSError."""
        ...


class CsvSheet:
    """A CSV file with a line of names, for its owner's eyes only."""

    def __init__(self, path: Path, columns: Columns, closing: ExitStack) -> None:
        """`closing` ends the file; where that is by an error, nothing is left. Raises OSError."""
        self._path = path
        file = closing.enter_context(private_file(path, "w", encoding="utf-8", newline=""))
        self._file = file
        self._writer = csv.DictWriter(file, list(columns), extrasaction="ignore")
        with named(path):
            self._writer.writeheader()

    def write(self, row: Row) -> None:
        with named(self._path):
            self._writer.writerow(row)

    def finish(self) -> None:
        with named(self._path):
            self._file.flush()


def pyarrow() -> tuple[Any, Any]:
    """The package and its part for Parquet. Raises ValueError where it is missing."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise ValueError(
            "Parquet needs the package pyarrow: `pip install pyarrow`; or use --csv"
        ) from None


class ParquetSheet:
    """A Parquet file, for its owner's eyes only."""

    def __init__(self, path: Path, columns: Columns, closing: ExitStack) -> None:
        """As a CsvSheet. Raises OSError; ValueError where pyarrow is missing."""
        self._arrow, parquet = pyarrow()
        self._path = path
        self._file = closing.enter_context(private_file(path))
        arrow = {float: "float64", int: "int64", str: "string", bool: "bool"}
        self._schema = self._arrow.schema([(name, arrow[kind]) for name, kind in columns.items()])
        self._rows: list[Row] = []
        with named(path):
            self._writer = parquet.ParquetWriter(self._file, self._schema)

    def write(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) == BATCH:
            with named(self._path):
                self._write()

    def finish(self) -> None:
        with named(self._path):
            self._write()
            self._writer.close()
            self._file.flush()

    def _write(self) -> None:
        self._writer.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
        self._rows = []


SHEETS: Mapping[str, type[CsvSheet] | type[ParquetSheet]] = {
    "csv": CsvSheet,
    "parquet": ParquetSheet,
}
"""Kind of file → what writes it."""


def export(
    journal: Path, folder: Path, kind: str, *, every: float = 0.0, told: Told | None = None
) -> dict[str, int]:
    """Write the tables of a journal into a folder; gives the number of lines of each.

    `every`: seconds between two lines of the ticks, 0 for all; the other tables are whole in any
    case. What is damaged is `told`. Raises NotAJournal, OSError, which names the table, and
    ValueError where a package is missing; then no table is left.
    """
    if kind == "parquet":
        pyarrow()  # Before anything is read or made.
    counts = dict.fromkeys(TABLES, 0)
    due, weighed, behavior = float("-inf"), -1.0, ""
    with ExitStack() as closing, as_written(journal) as reading:
        sheets: dict[str, Sheet] = {}
        start = read_start(journal)
        fit_sensors(start.body, start.files, home() / "sensors")
        for entry in reading.ticks(told):
            if not sheets:
                first = row_of(tick_of(journal, entry))
                sheets = _sheets(folder, kind, first, closing)
            decision = entry.data["decision"]
            rows: list[tuple[str, Row]] = [("events", row) for row in _events(entry)]
            if entry.at >= due - 1e-6:
                due = entry.at + every
                rows.append(("ticks", row_of(tick_of(journal, entry))))
            if decision["behavior"] != behavior:
                behavior = decision["behavior"]
                rows.append(("decisions", _decision(decision)))
            if decision["at"] != weighed:
                weighed = decision["at"]
                rows += [("scores", row) for row in _scores(decision)]
            for table, row in rows:
                counts[table] += 1
                sheets[table].write(row)
        for sheet in sheets.values():
            sheet.finish()
    return counts


def _sheets(folder: Path, kind: str, tick: Row, closing: ExitStack) -> dict[str, Sheet]:
    """The table's files; that of the ticks has the columns of `tick`."""
    folder.mkdir(parents=True, exist_ok=True)
    columns: dict[str, Columns] = {
        "ticks": {name: type(value) for name, value in tick.items()},
        "events": get_type_hints(EventRow),
        "decisions": get_type_hints(DecisionRow),
        "scores": get_type_hints(ScoreRow),
    }
    return {
        table: SHEETS[kind](folder / f"{table}.{kind}", columns[table], closing) for table in TABLES
    }


def _events(entry: Entry) -> Iterator[EventRow]:
    for event in entry.data["events"]:
        yield {
            "at": event["at"],
            "id": event["id"],
            "name": event["name"],
            "zone": event["zone"] or "",
            "person": event["person"] or "",
            "strength": event["strength"] * 1.0,
            "dose": event["dose"] * 1.0,
            "urgent": event["urgent"],
            "because": _ids(event["because"]),
            "behavior": entry.data["decision"]["behavior"],
        }


def _decision(decision: Mapping[str, Any]) -> DecisionRow:
    return {
        "at": decision["at"],
        "behavior": decision["behavior"],
        "path": "/".join(decision["path"]),
        "why": decision["why"],
        "numbers": _pairs(decision["numbers"]),
        "because": _ids(decision["because"]),
    }


def _scores(decision: Mapping[str, Any]) -> Iterator[ScoreRow]:
    for score in decision["scores"]:
        refused = score["refused"] or {"by": "", "short": 0.0}
        yield {
            "at": decision["at"],
            "chosen": decision["behavior"],
            "option": score["id"],
            "score": score["score"] * 1.0,
            "refused_by": refused["by"],
            "short": refused["short"] * 1.0,
            "terms": _pairs(score["terms"]),
        }


def _ids(because: Sequence[int]) -> str:
    return " ".join(map(str, because))


def _pairs(numbers: Mapping[str, float]) -> str:
    return " ".join(f"{name}={value:g}" for name, value in numbers.items())
