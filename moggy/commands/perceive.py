"""`moggy perceive`: what the senses make of an input, as a table or as JSON lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import typer
from rich.table import Table

from moggy.commands.terminal import Shown, say

Reader = Callable[[Path], Iterable[Mapping[str, Any]]]
"""A file → rows of what it says."""


def perceive_words(texts: Sequence[str], lang: str, tiers: str, as_json: bool) -> None:
    """What each text says; `texts` "-" reads one a line from standard input, and `tiers` are joined
    by commas, or "all". Raises ValueError for a line that is not UTF-8."""
    from moggy.brain.language import read_texts
    from moggy.sensors.words import understand

    given = _lines(sys.stdin.buffer) if list(texts) == ["-"] else list(texts)
    wanted = None if tiers == "all" else [tier.strip() for tier in tiers.split(",")]
    _print(read_texts(given, lang, wanted, first=understand), as_json, first="text")


def _lines(stream: Iterable[bytes]) -> list[str]:
    """The lines of standard input as texts."""
    texts = []
    for n, line in enumerate(stream, 1):
        try:
            texts.append(line.rstrip(b"\r\n").decode("utf-8"))
        except UnicodeDecodeError as error:
            raise ValueError(
                f"standard input:{n}: byte {line[error.start]:#04x} is not UTF-8;"
                " convert it first: iconv -f latin1 -t utf-8"
            ) from error
    return texts


def perceive_files(kind: str, inputs: Sequence[Path], as_json: bool) -> int:
    """What each file says, in turn: `kind` is "face", "posture" or "touch". One that cannot be read
    is named, and the others go on. Returns 0 when all could be read, else 1."""
    from moggy.sensors import read_files as perceive

    touch = partial(perceive.perceive_touch, guesses=_guesses())
    readers: dict[str, Reader] = {
        "face": perceive.perceive_face,
        "posture": perceive.perceive_posture,
        "touch": touch,
    }
    reader = readers[kind]
    failed = 0
    for path in inputs:
        try:
            _print(({"input": str(path), **row} for row in reader(path)), as_json, first="at")
        except BrokenPipeError:
            raise
        except (ValueError, OSError) as error:
            failed = 1
            say(f"moggy: {error}", color="red", err=True)
    return failed


def _guesses() -> dict[str, tuple[float, float]]:
    """What each gesture says of the person, as the pet's own table has it."""
    from moggy.brain.appraisals import Appraisals
    from moggy.config import Files
    from moggy.home import home

    table = Files(home()).load("appraisals/cat.yaml", Appraisals)
    return {name: (guess.valence, guess.arousal) for name, guess in table.gestures.items()}


def _print(rows: Iterable[Mapping[str, Any]], as_json: bool, *, first: str) -> None:
    if as_json:
        for row in rows:
            typer.echo(orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY))
        return
    table = Table(first, "valence", "arousal", "most likely", "confidence", "also", box=None)
    for row in rows:
        likely = sorted((row.get("probabilities") or {}).items(), key=lambda pair: -pair[1])[:2]
        names = ", ".join(f"{name} {share:.0%}" for name, share in likely)
        also = [
            str(row[key])
            for key in ("gesture", "zone", "intent", "source")
            if row.get(key) not in (None, "none")
        ]
        table.add_row(
            _short(row.get(first, "")),
            _number(row.get("valence")),
            _number(row.get("arousal")),
            f"unsure ({names})" if row.get("unsure") else names,
            _number(row.get("confidence")),
            " ".join(also),
        )
    Shown().print(table)


def _short(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)[:60]


def _number(value: Any) -> str:
    return "–" if value is None else f"{value:+.2f}"
