"""Damaged journals and memories: bits flipped, parts zeroed, cut out, doubled, cut off; and
journals whose checksums are right and whose messages say something else.

    python -m bench abuse_records                one minute, and one for the flips
    python -m bench abuse_records --minutes 30

Then every single bit of a memory's first page is flipped, however long that takes.

Every reader of a journal must name the file and go on with what is whole; a pet must wake with any
memory file, or be told why it cannot, with what is damaged kept under another name. Prints how many
copies were tried, what escaped (with the seed that makes the copy again) and the slowest one.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, redirect_stderr, suppress
from copy import deepcopy
from functools import cache, partial
from io import StringIO
from pathlib import Path
from shutil import rmtree
from typing import Any

import orjson
from pydantic import ValidationError

import moggy
from bench.abuse_files import Tried, tried_for
from moggy.assemble import lived_again
from moggy.behaviors.laws import Laws
from moggy.brain.memory import (
    Broken,
    Episode,
    Memory,
    Remembered,
    awake,
    encrypt,
)
from moggy.commands.laws import of_journal
from moggy.commands.memory import as_json, sentences
from moggy.commands.why import inputs_of
from moggy.config import Files, compose
from moggy.export import export
from moggy.journal import SCHEMA, TICK, Incomplete, NotAJournal, read_ticks
from moggy.mcap_file import McapWriter
from moggy.mcap_reader import read_mcap
from moggy.why.answer import changes, coverage, why

LIFE_S = 12.0
"""Seconds of the life whose journal is damaged."""
CRAFTED = 0.5
"""Share of the journals whose checksums are right; our choice."""
FAST = Path("/dev/shm")
"""Where the copies are made if it is there: each is synced to the disk, which a disk takes 50 ms
for."""
PEOPLE = 30
"""People whom the memory that is damaged knows."""


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """A copy with up to 64 faults, at places of the seed's choice."""
    data = bytearray(whole)
    for _ in range(chance.choice((1, 1, 4, 64))):
        at = chance.randrange(len(data)) if data else 0
        length = chance.choice((1, 8, 700, 30_000))
        match chance.choice(("flip", "flip", "zero", "noise", "cut", "twice", "end")):
            case "flip" if data:
                data[at] ^= 1 << chance.randrange(8)
            case "zero":
                data[at : at + length] = bytes(len(data[at : at + length]))
            case "noise":
                data[at : at + length] = chance.randbytes(len(data[at : at + length]))
            case "cut":
                del data[at : at + length]
            case "twice":
                data[at:at] = data[at : at + length]
            case "end":
                del data[at:]
    return bytes(data)


def nested(levels: int, *, named: bool) -> Any:
    """A list in a list in a list …, or so with mappings."""
    value: Any = 1
    for _ in range(levels):
        value = {"a": value} if named else [value]
    return value


STRANGE: Sequence[Callable[[], Any]] = [
    *[partial(nested, levels, named=named) for levels in (1, 5, 900) for named in (True, False)],
    *[
        partial(deepcopy, value)
        for value in (
            None, True, 0, -1, 2**63, 0.5, -5.0, 1e308, 1e-320, "", "x" * 1000, "\0", "NaN", [], {},
            [None], {"": 1}, [1] * 1000, {"id": 1}, {"-": ["a"]}, {"-": 5}, "touch", "words",
        )
    ],
]  # fmt: skip
"""What may stand anywhere in a message."""
DEEPEST = 20
"""Levels of a message down to which something is replaced: a nested value within another one would
be deeper than Python's JSON can write (1000). A tick has seven."""


def otherwise(data: bytes, chance: random.Random) -> bytes:
    """A JSON message with up to five values that are others, gone, or more."""
    value = orjson.loads(data)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        inside, key = chance.choice([*_places(value)] or [({"": value}, "")])
        how = chance.random()
        if how < 0.15:
            del inside[key]
        elif how < 0.3 and isinstance(inside, dict):
            inside[chance.choice(("at", "id", "kind", "n", "-"))] = chance.choice(STRANGE)()
        else:
            inside[key] = chance.choice(STRANGE)()
    return json.dumps(value).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(mapping or list, key or index) of everything in a value, down to the level DEEPEST."""
    waiting = [(value, 1)]
    while waiting:
        inside, level = waiting.pop()
        keys = list(inside) if isinstance(inside, dict) else range(len(inside))
        for key in keys:
            yield inside, key
            if isinstance(inside[key], dict | list) and level < DEEPEST:
                waiting.append((inside[key], level + 1))


def crafted(whole: Path, copy: Path, chance: random.Random) -> None:
    """Write a copy of a journal in which a message or the start says something else."""
    found = [each for each in read_mcap(whole, print) if each.attached or each.topic == TICK]
    odd = chance.choice([n for n, each in enumerate(found) if not each.attached] + [0])
    found[odd] = found[odd]._replace(data=otherwise(found[odd].data, chance))
    written = McapWriter(copy)
    try:
        channel = written.channel(TICK, "moggy.Ticks", SCHEMA)
        for each in found:
            if each.attached:
                written.attach(each.topic, each.data)
            else:
                written.add(channel, each.at, each.data)
                written.flush()
    except BaseException:
        written.abandon()
        raise
    written.finish()


@cache
def laws() -> Laws:
    """Of the shipped cat."""
    return compose("laws/cat.yaml", Files().texts("laws/cat.yaml"), Laws)


def readers(path: Path) -> Sequence[Callable[[], object]]:
    """Everything that reads a journal."""
    return (
        lambda: moggy.Life.read(path),
        lambda: list(lived_again(path)),
        lambda: of_journal(path, laws()),
        lambda: list(changes(path)),
        lambda: coverage(path, inputs_of),
        lambda: why(path, inputs_of, LIFE_S / 2.0),
        lambda: export(path, path.with_name("tables"), "csv", every=0.5),
    )


def journals(folder: Path) -> Callable[[random.Random], object]:
    """An attack: a damaged journal is read by all that read one."""
    path = folder / "life.mcap"
    moggy.live(moggy.Pet(seed=3), moggy.random_day(3, LIFE_S)).save(path)
    whole, copy = path.read_bytes(), folder / "copy.mcap"

    def attack(chance: random.Random) -> object:
        if chance.random() < CRAFTED:
            crafted(path, copy, chance)
        else:
            copy.write_bytes(damaged(whole, chance))
        told: list[str] = []
        ticks = 0
        with suppress(NotAJournal):
            ticks = sum(1 for _ in read_ticks(copy, told.append))
        unnamed = [message for message in told if copy.name not in message]
        if unnamed:
            raise AssertionError(f"said without the file's name: {unnamed[0]}")
        for read in chance.sample(readers(copy), 2):
            # A reader that is a command says every damage there; it would bury the report.
            with suppress(NotAJournal, Incomplete), redirect_stderr(StringIO()):
                try:
                    read()
                except ValueError as error:
                    if copy.name not in str(error) or isinstance(error, ValidationError):
                        raise
        return ticks

    return attack


def look(path: Path, key: Path | None = None) -> None:
    """Look into a memory as its owner does, where it can be opened."""
    with suppress(Broken), closing(Memory(path, key)) as memory:
        sentences(memory)
        as_json(memory)


def wake(path: Path, key: Path | None = None) -> tuple[Remembered | None, str]:
    """What a pet that wakes with this memory knows, and what it is told of the file. Raises Broken
    where it cannot, AssertionError where what it learns then is not kept whole."""
    memory, note = awake(path, key)
    with closing(memory):
        known = memory.load()
        came = Episode(day=12.9, hour=18.1, person="ida", what="arrived")
        memory.keep(Remembered(day=13.0, people={"ida": {"trust": 0.5}}), [came])
    with closing(Memory(path, key)) as again:
        kept = again.load()
        if kept is None or "ida" not in kept.people or again.damaged:
            raise AssertionError("what it learnt was not kept whole")
    return known, note


def memories(folder: Path, *, encrypted: bool) -> Callable[[random.Random], object]:
    """An attack: a pet wakes with a damaged memory, and its owner looks into it."""
    key, first = folder / "memory.key", folder / "first" / "memory.db"
    memory, _ = awake(first, key)
    people = {f"person {n}": {"trust": 0.6, "familiarity": 0.4} for n in range(PEOPLE)}
    episodes = [
        Episode(day=0.1 * n, hour=18.1, person="person 1", what="arrived") for n in range(9)
    ]
    memory.keep(Remembered(day=12.5, people=people), episodes)
    memory.close()
    if encrypted:
        encrypt(first, key)
    whole = first.read_bytes()

    def attack(chance: random.Random) -> object:
        place = folder / "copy"
        rmtree(place, ignore_errors=True)
        place.mkdir()
        copy = place / "memory.db"
        copy.write_bytes(damaged(whole, chance))
        look(copy, key)
        with suppress(Broken):
            wake(copy, key)
        return None

    return attack


def bits_in_use(whole: bytes) -> list[int]:
    """Numbers of the bits of a plain memory's first page, which holds the header and the schema,
    without those of its unused middle (https://www.sqlite.org/fileformat.html#b_tree_pages)."""
    cells, begin = (int.from_bytes(whole[at : at + 2], "big") for at in (103, 105))
    used = (*range(108 + 2 * cells), *range(begin, int.from_bytes(whole[16:18], "big")))
    return [8 * byte + bit for byte in used for bit in range(8)]


def flip(whole: bytes, bit: int, copy: Path) -> None:
    """Look into, and wake with, a plain memory with one bit flipped. Raises AssertionError where
    the pet has to live without; it may where a bit of the version says that a newer pet wrote."""
    rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir()
    data = bytearray(whole)
    data[bit // 8] ^= 1 << bit % 8
    copy.write_bytes(data)
    look(copy)
    try:
        wake(copy)
    except Broken as error:
        if "was written by a newer pet" not in str(error):
            raise AssertionError(f"the pet lives without a memory: {error}") from error


def flips(folder: Path) -> int:
    """Try every bit of the first page, one at a time, and print what came of it; returns 1 where
    something escaped."""
    tried = Tried("bits of a memory's first page")
    first, copy = folder / "first" / "memory.db", folder / "flip" / "memory.db"
    awake(first)[0].close()
    whole = first.read_bytes()
    for bit in bits_in_use(whole):
        tried.one(bit, partial(_flip_for, whole, bit, copy))
    print(tried, *tried.escaped[:10], sep="\n", flush=True)
    return int(bool(tried.escaped))


def _flip_for(whole: bytes, bit: int, copy: Path, _: random.Random) -> None:
    flip(whole, bit, copy)


def main() -> int:
    """Run the bench; 1 where something escaped."""
    parser = argparse.ArgumentParser(
        prog="python -m bench abuse_records",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0, help="of the first copy")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=FAST if FAST.is_dir() else None) as name:
        folder = Path(name)
        for part in ("plain", "encrypted"):
            (folder / part).mkdir()
        attacks = [
            (Tried("journals"), journals(folder), 0.6),
            (Tried("memories"), memories(folder / "plain", encrypted=False), 0.2),
            (Tried("encrypted memories"), memories(folder / "encrypted", encrypted=True), 0.2),
        ]
        escaped = tried_for(given.minutes, given.seed, attacks)
        return flips(folder / "flips") or escaped
