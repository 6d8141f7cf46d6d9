"""Records a day of 24 hours and compares every message of every topic of its journal with its
schema.

    python -m bench whole_day           with a tick every three seconds in quiet hours: a minute
    python -m bench whole_day --full    fifty ticks a second and the firmware all day: half an hour

Every four hours somebody visits for a minute and does what chance says (`moggy.random_day`).
Without `--full` the pet ticks fifty times a second while they are there and for some seconds more,
and every three seconds otherwise; what its board felt of a visit was heard by another pet in a life
with the firmware. In its quiet hours a topic has fewer messages, and none is left out.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from mcap.reader import make_reader

import moggy
from moggy.assemble import begin, body_of, born, in_virtual_time, simulated_body
from moggy.clock import DAY_S, RATE
from moggy.config import Files
from moggy.journal import Journal, as_sent, read_ticks
from moggy.messages import AnySense
from moggy.sim.day import senses_of

HOUR = 7.0
"""Local time of day at second 0; our choice."""
VISIT_S = 60.0
"""Seconds that somebody is there; our choice."""
EVERY_S = 4.0 * 3600.0
"""Seconds from one visit to the next; our choice."""
AFTER_S = 15.0
"""Seconds after a visit in which it still ticks at the full rate; our choice."""
QUIET_S = 3.0
"""Seconds from tick to tick in quiet hours; our choice."""
TOPICS: Final[Mapping[str, str]] = {
    "/tick": "moggy.Ticks",
    "/affect": "moggy.Affect",
    "/person": "moggy.Person",
    "/drives": "moggy.Drives",
    "/decision": "moggy.Decision",
    "/events": "moggy.Event",
    "/joints": "moggy.Joints",
    "/tf": "foxglove.FrameTransform",
    "/log": "foxglove.Log",
}
"""Topic → its schema, of a journal as docs/journal.md describes it."""
ALL_THE_TIME = frozenset(TOPICS) - {"/events", "/log"}
"""Topics that have messages in every hour, also where nothing happens."""
NOT_READ = (b"$ref", b"anyOf", b"allOf", b"$defs")
"""What other tools do not read in a schema."""
KINDS: Final[Mapping[str, Any]] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "integer": int,
    "number": (int, float),
}  # fmt: skip
"""Type of a JSON schema → what it is in Python."""


def wrong(value: Any, schema: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """What in a value is not as a JSON schema says, of those that a journal has."""
    kind = schema["type"]
    if not isinstance(value, KINDS[kind]) or (kind != "boolean" and isinstance(value, bool)):
        yield f"{where} is {value!r}, no {kind}"
    elif kind == "object":
        properties = schema.get("properties")
        if properties is not None:
            yield from (f"{where}.{name} is missing" for name in properties if name not in value)
            yield from (f"{where}.{name} is not named" for name in value if name not in properties)
            for name in properties.keys() & value.keys():
                yield from wrong(value[name], properties[name], f"{where}.{name}")
    elif kind == "array":
        for n, each in enumerate(value):
            yield from wrong(each, schema["items"], f"{where}.{n}")
    elif kind in ("integer", "number") and not (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
    ):
        yield f"{where} is {value}"


@dataclass(slots=True)
class Checked:
    """What was found in a journal."""

    messages: Counter[str] = field(default_factory=Counter)
    """Topic → its messages."""
    hours: dict[int, set[str]] = field(default_factory=dict)
    """Hour of the life → topics with a message in it."""
    mistakes: list[str] = field(default_factory=list)
    """What is not as its schema says, the first hundred."""


def checked(journal: Path) -> Checked:
    """Read a journal with the reader of the format's own makers, with its checksums and its index,
    and compare every message with the schema of its topic."""
    found = Checked()
    schemas: dict[int, Mapping[str, Any]] = {}
    with journal.open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        for schema, channel, message in reader.iter_messages():
            topic = channel.topic
            if channel.id not in schemas:
                assert schema is not None
                schemas[channel.id] = json.loads(schema.data)
                found.mistakes += [f"{topic}: {key!r}" for key in NOT_READ if key in schema.data]
                if (schema.encoding, schema.name) != ("jsonschema", TOPICS.get(topic)):
                    found.mistakes.append(f"{topic}: it is {schema.encoding} {schema.name}")
            found.messages[topic] += 1
            found.hours.setdefault(int(message.log_time // 3_600_000_000_000), set()).add(topic)
            if len(found.mistakes) < 100:
                found.mistakes += wrong(json.loads(message.data), schemas[channel.id], topic)
        summary = reader.get_summary()
    counted = None if summary is None else summary.statistics
    if counted is None or sum(counted.channel_message_counts.values()) != found.messages.total():
        found.mistakes.append(f"its index counts others than the {found.messages.total()} messages")
    return found


def visits() -> Iterator[tuple[float, moggy.Day]]:
    """When somebody comes, in s, and what they do."""
    for n in range(int(DAY_S // EVERY_S)):
        yield (n + 0.5) * EVERY_S, moggy.random_day(n, VISIT_S)


def full_day(journal: Path) -> None:
    """Record the day at the full rate, through the firmware. Raises OSError."""
    start = begin(Files(), seed=1, hour=HOUR)
    shape = body_of(start)
    senses = chain.from_iterable(
        (replace(sense, at=sense.at + come) for sense in senses_of(day, shape))
        for come, day in visits()
    )
    with Journal(journal, start) as written:
        in_virtual_time(
            born(start), senses, DAY_S, body=simulated_body(shape), listeners=[written]
        ).run()


def sparse_day(journal: Path) -> None:
    """Record the day with few ticks in its quiet hours. Raises OSError."""
    start = begin(Files(), seed=1, hour=HOUR)
    pet = born(start)
    with Journal(journal, start) as written:
        for now, heard in moments():
            tick = pet.tick(now, heard)
            written(tick, as_sent(tick.commanded.pose))


def moments() -> Iterator[tuple[float, list[AnySense]]]:
    """(s, what it hears then) of each tick of the sparse day."""
    now = 0.0
    for come, day in visits():
        while now < come:
            yield now, []
            now += QUIET_S
        for tick in moggy.live(moggy.Pet(seed=1), day, VISIT_S + AFTER_S).ticks:
            now = come + tick.at
            yield now, [replace(sense, at=min(now, come + sense.at)) for sense in tick.senses]
        now += 1.0 / RATE
    while now < DAY_S:
        yield now, []
        now += QUIET_S


def check_day(journal: Path, found: Checked) -> list[str]:
    """What of a recorded day is not as it must be, in words."""
    said = list(found.mistakes)
    last = -1.0
    for n, entry in enumerate(read_ticks(journal, said.append)):
        last = entry.at
        if entry.data["n"] != n:
            said.append(f"tick {n} is missing")
            break
    if not DAY_S - QUIET_S <= last < DAY_S:
        said.append(f"its last tick is at {last:g} s")
    for hour in range(24):
        missing = ALL_THE_TIME - found.hours.get(hour, set())
        said += [f"hour {hour}: {topic} has no message" for topic in sorted(missing)]
    return said + [f"{topic} has no message" for topic in TOPICS if not found.messages[topic]]


def main() -> int:
    """Record, compare, print; returns 1 where something is not as it must be."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--full", action="store_true", help="the full rate and the firmware")
    full = options.parse_args().full
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "day.mcap"
        began = perf_counter()
        (full_day if full else sparse_day)(journal)
        lived = perf_counter()
        found = checked(journal)
        said = check_day(journal, found)
        size = journal.stat().st_size / 1e6
    took = perf_counter() - lived
    print(f"24 h recorded in {lived - began:.0f} s ({size:.0f} MB), read in {took:.0f} s")
    for topic in TOPICS:
        print(f"  {topic:10} {found.messages[topic]:9} messages")
    print(f"{len(said)} mistakes in {found.messages.total()} messages")
    for line in said[:20]:
        print(f"  {line}")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
