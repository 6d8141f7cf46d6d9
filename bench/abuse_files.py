"""Files as nobody should write them: shipped files with mistakes in them, saved as the studio saves
them and lived with, or read as a life begins with them; and lines of senses.

    python -m bench abuse_files                one minute
    python -m bench abuse_files --minutes 30

Every input must be taken or refused with its file and line. Prints how many were tried, what
escaped (a traceback, with the seed that makes the input again) and which took the longest.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any

from moggy import overlay
from moggy.assemble import begin, born
from moggy.behaviors.law_scene import LawScene
from moggy.behaviors.laws import LawMonitor, Laws
from moggy.body import Body
from moggy.config import Files, Invalid, compose
from moggy.designs import SCHEMAS, check_laws, save, sensors_of
from moggy.messages import Edited, Touch
from moggy.personality import Personality
from moggy.pet import Start
from moggy.sense_file import BadScript
from moggy.sim.day import Day, senses_of
from moggy.sim.script import read_script
from moggy.yaml_file import read_yaml, written

NASTY = (
    *("[", "{", "}", "]", ": ", "- ", "? ", "&a ", "*a", "!!bool ", "!x ", "<<: *a", "%YAML 1.1\n"),
    *("'", '"', "|", ">", "@", "`", "#", "\t", "\n", "\r", "---\n", "...\n", ",", "\\", "{{", "}}"),
    *("\x00", "\x1b", "\x85", "\u2028", "\ufeff", "\ud800", "\u0301" * 50, "é", "🐈", "\uffff"),
    *("0b_", "0o_", "0x_", "-0b", "1_", "_1", "1__0", "0o8", "+", "1e", ".e1", "1:2:3", "0b2"),
    *(".nan", "-.inf", "1e999", "1e308", "-1", "0x", "9" * 400, "null", "~", "true", "2020-01-01"),
    *("[" * 500, "- " * 500, "{a: " * 500, "(" * 500, "not " * 200, "x" * 5000, "&b [*b, *b]"),
)
"""What is put into a text."""
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 10**30, 1e308, -1e-308, "", " ", "x", "x.y", "a b", "{", "{x}"),
    *("1 +", "((", "0 * calm", "ran.x", "event.hit", "é" * 300, "extends", [], {}, [[]], [{}]),
    *(
        {"": ""},
        {"id": "x"},
        {"id": 3},
        [None],
        [1, "a", {}],
        {"kind": "utility"},
        {"a": {"b": []}},
    ),
)
"""What is put in the place of a value."""
LINE = {"at": 1.0, "kind": "touch", "zone": "back", "pressure": 0.4}


@cache
def shipped() -> dict[str, str]:
    """Name → whole text of every file that people write."""
    files = Files()
    return {name: files.shown(name) for name in files.all()}


def mistaken(rng: random.Random, kinds: Collection[str]) -> tuple[str, str]:
    """The name of a shipped file of one of these kinds, and a text to be saved for it: with
    mistakes of typing, or with other data than it should hold. Mostly near to what is right."""
    name = rng.choice([name for name in shipped() if name.partition("/")[0] in kinds])
    text = shipped()[name]
    if rng.random() < 0.3:
        text = f"extends: {Path(name).stem}\n" + _part(rng, text)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        text = rng.choice((_mistyped, _mistyped, _misstructured))(rng, text)
    return name, text


def _part(rng: random.Random, text: str) -> str:
    """Some of the keys of a text."""
    data = read_yaml("text", text)
    keys = [key for key in data if key not in ("name", "about") and rng.random() < 0.3]
    return written({key: deepcopy(data[key]) for key in keys}) if keys else ""


def _mistyped(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    n = rng.randrange(len(lines))
    other = rng.choice(rng.choice(list(shipped().values())).split("\n"))
    at = rng.randrange(len(text) + 1)
    match rng.randrange(8):
        case 0:
            return text[:at] + rng.choice(NASTY) + text[at:]
        case 1:
            return text[:at] + text[at + rng.randrange(1, 40) :]
        case 2:
            return text[:at]
        case 3:
            lines[n] = " " * rng.randrange(8) + lines[n].lstrip()
        case 4:
            lines.insert(n, lines[rng.randrange(len(lines))])
        case 5:
            lines[n] = other
        case 6:
            key, colon, _ = lines[n].partition(":")
            lines[n] = f"{key}{colon} {rng.choice(NASTY)}"
        case _:
            del lines[n]
    return "\n".join(lines)


def _misstructured(rng: random.Random, text: str) -> str:
    """Other data: a value, a key or an item is replaced, moved or left out."""
    try:
        data = deepcopy(read_yaml("text", text))
    except Invalid:
        return _mistyped(rng, text)
    places = list(_places(data))
    if not places:
        return text
    container, key = rng.choice(places)
    there, other = rng.choice(places)
    match rng.randrange(5):
        case 0:
            container[key] = deepcopy(rng.choice(VALUES))
        case 1:
            container[key] = deepcopy(there[other])
        case 2:
            del container[key]
        case 3 if isinstance(container, dict):
            container[rng.choice(("id", "kind", "extends", "x", 3, None, f"{key}s"))] = (
                container.pop(key)
            )
        case _:
            data[rng.choice(("options", "reflexes", "change", "remove", "renamed", "let", "x"))] = (
                deepcopy(rng.choice((*VALUES, there[other], [there[other]], {str(key): there})))
            )
    return written(data)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every mapping or list in a value, with each of its keys or indices."""
    steps = value if isinstance(value, dict) else range(len(value))
    for step in steps:
        yield value, step
        if isinstance(value[step], dict | list):
            yield from _places(value[step])


def mistaken_senses(rng: random.Random) -> bytes:
    """A file of senses with a mistake in one of its lines."""
    values = (*VALUES, 1785400000.0, "bakc", [0.1] * 3, {"back": 1.0}, [[0.0, 0.1, 0.2]] * 33)
    kinds = ("touch", "face", "posture", "words", "acceleration", "person", "motion", "edited")
    data: dict[Any, Any] = {**LINE, "kind": rng.choice(kinds)}
    for _ in range(rng.randrange(4)):
        data[rng.choice((*LINE, "position", "pads", "x", "text", "person", "id", "landmarks"))] = (
            rng.choice(values)
        )
    line = json.dumps(data).encode()
    at = rng.randrange(len(line) + 1)
    for _ in range(rng.randrange(3)):
        nasty = rng.choice(NASTY).encode("utf-8", "surrogatepass")
        wrong = rng.choice((nasty, b"\xfc", b"\xff\xfe", b"NaN", b"1e999", b"[" * 2000, b""))
        line = line[:at] + wrong + line[at + rng.randrange(4) :]
    return json.dumps(LINE).encode() + b"\n" + line + b"\n"


@dataclass(slots=True)
class Tried:
    """What came of the inputs of one kind."""

    what: str
    taken: int = 0
    refused: int = 0
    escaped: list[str] = field(default_factory=list)
    """Seed and traceback of each exception that was no refusal."""
    slowest: float = 0.0
    """Seconds of the input that took the longest."""
    slowest_seed: int = 0

    def one(self, seed: int, attack: Callable[[random.Random], object]) -> None:
        """Try the input of a seed."""
        began = perf_counter()
        try:
            attack(random.Random(seed))
            self.taken += 1
        except (Invalid, BadScript) as error:
            # A refusal names the file and the line.
            named = ":" in str(error) and getattr(error, "line", 1) >= 1
            self.refused += named
            if not named:
                self.escaped.append(f"seed {seed}: refused without its place: {error}"[:300])
        except Exception as error:
            calls = traceback.format_tb(error.__traceback__, limit=-3)
            self.escaped.append(f"seed {seed}: {error!r:.300}\n{''.join(calls)}")
        took = perf_counter() - began
        if took > self.slowest:
            self.slowest, self.slowest_seed = took, seed

    def __str__(self) -> str:
        tried = self.taken + self.refused + len(self.escaped)
        return (
            f"{self.what}: {tried} tried, {self.taken} taken, {self.refused} refused, "
            f"{len(self.escaped)} escaped; slowest {self.slowest:.2f} s (seed {self.slowest_seed})"
        )


@cache
def cat() -> Start:
    """The pet whose files are edited."""
    return begin(Files(), seed=1, hour=10.0)


def saves(folder: Path) -> Callable[[random.Random], object]:
    """An attack: a mistaken text is saved as the studio does it, into an owner's empty folder. A
    pet takes what was saved, and is stroked for a second."""
    files = Files(folder)

    def attack(rng: random.Random) -> object:
        name, text = mistaken(rng, SCHEMAS)
        try:
            texts = save(files, cat(), name, text)
        finally:
            (folder / name).unlink(missing_ok=True)
        pet = born(cat())
        edits = [Edited(at=0.0, file=file, text=text) for file, text in texts.items()]
        for n in range(50):
            touch = Touch(at=0.02 * n, zone="back", pressure=0.4)
            tick = pet.tick(0.02 * n, [*edits, touch] if n == 5 else [touch])
            if tick.refused:
                raise AssertionError(f"saved, but refused: {tick.refused}")
        return tick

    return attack


def loads(rng: random.Random) -> object:
    """An attack: a mistaken body, day or file of laws is read."""
    name, text = mistaken(rng, ("body", "days", "laws"))
    texts = Files().texts(name, text)
    match name.partition("/")[0]:
        case "body":
            return sensors_of(name, texts), compose(name, texts, Body)
        case "days":
            body = Files().load("body/cat.yaml", Body)
            return list(islice(senses_of(Day.of_file(name, texts), body), 1000))
    laws, start = compose(name, texts, Laws), cat()
    check_laws(overlay.compose(name, texts), overlay.compose(start.tree, start.files))
    return LawMonitor(laws, LawScene(Personality(name="cat"), 10.0))


def scripts(folder: Path) -> Callable[[random.Random], object]:
    """An attack: a file of senses with a mistake is read."""
    body = Files().load("body/cat.yaml", Body)
    path = folder / "senses.jsonl"

    def attack(rng: random.Random) -> object:
        path.write_bytes(mistaken_senses(rng))
        return read_script(path, body)

    return attack


def tried_for(
    minutes: float,
    seed: int,
    attacks: Sequence[tuple[Tried, Callable[[random.Random], object], float]],
) -> int:
    """Try each attack for its share of the time, from this seed on, and print what came of it;
    returns 1 where something escaped."""
    for tried, attack, share in attacks:
        end, this = monotonic() + 60.0 * minutes * share, seed
        while monotonic() < end:
            tried.one(this, attack)
            this += 1
        print(tried, flush=True)
        for each in tried.escaped[:10]:
            print(each)
    return int(any(tried.escaped for tried, _, _ in attacks))


def main() -> int:
    """Run the bench; 1 where something escaped."""
    parser = argparse.ArgumentParser(prog="python -m bench abuse_files", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0, help="of the first input")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return tried_for(
            given.minutes,
            given.seed,
            [
                (Tried("designers' files"), saves(Path(folder) / "own"), 0.6),
                (Tried("bodies, days, laws"), loads, 0.2),
                (Tried("senses"), scripts(Path(folder)), 0.2),
            ],
        )
