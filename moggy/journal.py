"""The journal of a life, an MCAP file: what the life began with, and every tick whole. Foxglove
opens it, and `moggy replay` lives it again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from struct import error as StructError  # what mcap raises for a file cut in the middle of a number
from types import TracebackType
from typing import Any

import orjson
from mcap.exceptions import McapError
from mcap.reader import NonSeekingReader
from mcap.records import Attachment, Message
from mcap.stream_reader import StreamReader
from mcap.writer import CompressionType, Writer
from pydantic import TypeAdapter, ValidationError

from moggy.messages import SENSES, AnySense, Tick, sense_of
from moggy.pet import Start
from moggy.unreadable import why_unreadable
from moggy.vocabulary import nearest

TICK = "/tick"
"""Topic of the ticks."""
START = "start.json"
"""Name of the attachment that holds the Start."""
CHUNK = 80 * 1024
"""Bytes that are compressed and written together, and that a crash may cost: about a third of a
second of life, with 4.9 kB of JSON a tick (`moggy demo`)."""

TICKS: TypeAdapter[Tick] = TypeAdapter(Tick)
STARTS: TypeAdapter[Start] = TypeAdapter(Start)
RECORD_ONE = (
    "`moggy demo --out out/demo` records out/demo/journal.mcap, `moggy sim --record FILE` a life"
)
"""How to get a journal."""
FIELDS = tuple(Tick.__dataclass_fields__)


class NotAJournal(ValueError):
    """The file is not a journal of a pet, or is broken before its first tick."""


@cache
def _schema(kinds: tuple[str, ...]) -> bytes:
    """JSON schema of a tick with senses of these kinds; making it takes a tenth of a second."""
    return orjson.dumps(TICKS.json_schema(mode="serialization"))


class Lasting:
    """Encodes a part of a tick as JSON only when it is another object than before: decision and
    feelings change ten times a second, not fifty."""

    __slots__ = ("_json", "_part")

    def __init__(self) -> None:
        self._part: object = None
        self._json = orjson.Fragment(b"null")

    def json(self, part: object) -> orjson.Fragment:
        """`part` as JSON."""
        if part is not self._part:
            self._part, self._json = part, orjson.Fragment(orjson.dumps(part))
        return self._json


class Encoder:
    """Writes a tick and what was sent to the body as one line of JSON, as the journal keeps it."""

    def __init__(self) -> None:
        self._lasting = [(name, Lasting()) for name in ("decision", "person", "pet", "commanded")]
        self._moved = defaultdict[str, Lasting](Lasting)
        self._sent = Lasting()

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> bytes:
        """`sent` is joint → rad as it went over the wire."""
        parts = {name: getattr(tick, name) for name in FIELDS}
        for name, lasting in self._lasting:
            parts[name] = lasting.json(parts[name])
        parts["moved"] = {
            output: self._moved[output].json(movers) for output, movers in tick.moved.items()
        }
        return orjson.dumps({"tick": parts, "sent": self._sent.json(sent)})


class Journal:
    """A listener that writes every tick. Close it, or use it in a `with`; after a crash the file is
    readable up to the last chunk."""

    def __init__(self, path: Path, start: Start) -> None:
        """Begin the file. Raises OSError where it cannot be written."""
        self._file = path.open("wb")
        self._writer = Writer(self._file, chunk_size=CHUNK, compression=CompressionType.ZSTD)
        self._writer.start(profile="", library="moggy")
        data = orjson.dumps(start)
        self._writer.add_attachment(
            create_time=0, log_time=0, name=START, media_type="application/json", data=data
        )
        schema_id = self._writer.register_schema(
            name="moggy.Tick", encoding="jsonschema", data=_schema(tuple(SENSES))
        )
        self._channel = self._writer.register_channel(
            topic=TICK, message_encoding="json", schema_id=schema_id
        )
        self._file.flush()
        self._encode = Encoder()

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        self.write(tick.at, tick.n, self._encode(tick, sent))

    def write(self, at: float, n: int, line: bytes) -> None:
        """Write tick number `n` of second `at`, given as an Encoder has written it."""
        stamp = round(at * 1e9)
        self._writer.add_message(
            channel_id=self._channel, log_time=stamp, publish_time=stamp, sequence=n, data=line
        )

    def close(self) -> None:
        """Write the rest and the index."""
        if not self._file.closed:
            self._writer.finish()  # type: ignore[no-untyped-call]  # mcap leaves it untyped
            self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Entry:
    """One recorded tick."""

    at: float
    """Seconds on the pet's clock."""
    data: dict[str, Any]
    """The Tick as it stands in the file."""
    sent: dict[str, float]
    """Joint → rad, as it was sent over the wire."""

    @property
    def senses(self) -> tuple[AnySense, ...]:
        """What was heard. Raises NotAJournal for a sense whose package is not here."""
        for heard in self.data["senses"]:
            if heard["kind"] not in SENSES:
                raise NotAJournal(
                    f"at {self.at:g} s it has a sense of the kind {heard['kind']!r}, which no"
                    f" sensor here brings{nearest(heard['kind'], SENSES)}"
                )
        return tuple(map(sense_of, self.data["senses"]))

    @property
    def tick(self) -> Tick:
        """The tick as it was."""
        return TICKS.validate_python(self.data)


def read_start(path: Path) -> Start:
    """What the life began with. Raises NotAJournal where there is no such file, or it does not
    say."""
    try:
        with path.open("rb") as file:
            for record in StreamReader(file).records:
                if isinstance(record, Attachment) and record.name == START:
                    return STARTS.validate_json(record.data)
    except OSError as error:
        raise NotAJournal(why_unreadable(path, error, RECORD_ONE)) from error
    except ValidationError as error:
        said = f"what it began with is not as this version writes it: {error.errors()[0]['msg']}"
        raise NotAJournal(f"{path}: not a journal of this version ({said}); {RECORD_ONE}") from None
    except (McapError, EOFError, StructError) as error:
        raise NotAJournal(f"{path}: not a journal of a pet; {RECORD_ONE}") from error
    raise NotAJournal(f"{path}: not a journal of a pet (it has no {START}); {RECORD_ONE}")


def read_ticks(path: Path) -> Iterator[Entry]:
    """Every tick in order; those that are whole, of a file that a crash has cut short. Raises
    NotAJournal where there is none and the file is no journal."""
    read_start(path)
    with path.open("rb") as file:
        messages = NonSeekingReader(file).iter_messages(topics=[TICK], log_time_order=False)
        while True:
            try:
                item = next(messages, None)
            except (McapError, EOFError, StructError):
                return
            if item is None:
                return
            yield _entry(item[2])


def _entry(message: Message) -> Entry:
    data = orjson.loads(message.data)
    return Entry(data["tick"]["at"], data["tick"], data["sent"])
