"""The journal of a life: MCAP files that hold what the life began with, every tick whole, and flat
topics for other tools. `moggy replay` lives it again, Foxglove opens it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from moggy import wire
from moggy.board_config import CDEG_A_RAD
from moggy.clock import DAY_S, LONGEST_GAP_S
from moggy.journal_parts import Following, Gap, parts
from moggy.mcap_file import McapWriter, Told
from moggy.mcap_reader import Found, read_mcap
from moggy.messages import SENSES, AnySense, Tick, sense_of
from moggy.pet import Start
from moggy.tick_delta import change, changed, without_words
from moggy.topics import FIXED, Flat, joints_topic
from moggy.unreadable import why_unreadable
from moggy.vocabulary import nearest

TICK = "/tick"
"""Topic of the ticks."""
START = "start.json"
"""Name of the attachment that holds the Start."""
GOES_ON = "goes_on.json"
"""Name of the attachment of a part that ended because a further one began."""
TOGETHER = 25
"""Ticks in one message of the topic; our choice."""
CHUNK_S = 0.9
"""Seconds of life that are compressed and written together, and that a crash may cost."""
CHUNK_BYTES = 2**20
"""Bytes of ticks, as an Encoder writes them, after which that happens sooner: a flood of words
makes no chunk that is too large to be read (`moggy.mcap_reader.LARGEST_CHUNK`); our choice."""
KEY_S = 5.0
"""Seconds after which a tick is written whole again, and so what damage may cost; our choice."""
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "moggy.Ticks",
    "description": "Ticks one after the other, each as what has changed since the one before"
    " (moggy/tick_delta.py); the first of a key message is whole.",
    "type": "object",
    "properties": {
        "n": {"type": "integer", "minimum": 0, "description": "number of the first tick"},
        "key": {"type": "boolean"},
        "ticks": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["n", "key", "ticks"],
}
"""Of the messages of the topic."""

TICKS: TypeAdapter[Tick] = TypeAdapter(Tick)
STARTS: TypeAdapter[Start] = TypeAdapter(Start)
RECORD_ONE = (
    "`moggy demo --out out/demo` records out/demo/journal.mcap, `moggy sim --record FILE` a life"
)
"""How to get a journal."""
FIELDS = tuple(Tick.__dataclass_fields__)
LISTS = ("senses", "understood", "events", "evidence", "calls", "refused")
SHAPE = {
    "at": float,
    **dict.fromkeys(LISTS, list),
    **dict.fromkeys(("person", "pet", "decision", "commanded", "moved"), dict),
}
"""Field of a tick → what it is in JSON."""
LAST_AT_S = 10.0 * 365.0 * DAY_S
"""Latest second of a tick: no life lasts longer. Our choice."""
KEYS = 512
"""Keys of one object of a tick; the largest, a pose, has one a joint. Our choice."""
LONGEST_TEXT = 10_000
"""Characters of a text in a decision; a why-sentence has some hundred. Our choice."""
UNLIKE = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError,
    MemoryError, SystemError,
)  # fmt: skip
"""What those raise who meet something else than a journal has; orjson SystemError for too little
memory."""


class Incomplete(ValueError):
    """Ticks are missing, so what comes behind them cannot be lived again."""


class NoTick(Gap):
    """A sentence that says that no tick can be read."""

    __slots__ = ()


class NotAJournal(ValueError):
    """The file is not a journal of a pet, or is broken before its first tick."""


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
    """A listener that writes every tick into one file. Close it, or use it in a `with`; after a
    crash the file is readable but for the last second."""

    def __init__(self, path: Path, start: Start, *, words: bool = False) -> None:
        """Begin the file, which only its owner may read. Without `words` it keeps what people's
        words meant, and not the words. Raises OSError where it cannot be written."""
        self._mcap = McapWriter(path)
        self._words, self._start = words, orjson.dumps(start)
        self._closed = self._twice = False
        self.unwritten = 0
        """Ticks that do not stand in the file yet."""
        try:
            self._tick = self._mcap.channel(TICK, "moggy.Ticks", SCHEMA)
            self._channels = {
                topic.name: self._mcap.channel(topic.name, topic.title, topic.schema)
                for topic in FIXED
            }
            self._mcap.attach(START, self._start)
        except BaseException:
            self._mcap.abandon()
            raise
        self._encode, self._flat = Encoder(), Flat()
        self._last: dict[str, Any] = {}
        self._batch: list[dict[str, Any]] = []
        self._first = self._next = self._waiting = 0
        self._key = True
        self._key_due = self._flush_due = float("-inf")

    @property
    def size(self) -> int:
        """Bytes that stand in the file."""
        return self._mcap.size

    @property
    def there(self) -> bool:
        """Whether the file's name still leads to it. Raises OSError."""
        return self._mcap.there

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        self.write(self._encode(tick, sent))

    def write(self, line: bytes) -> None:
        """Write a tick, given as an Encoder has written it. Raises OSError: what stands in the file
        then can be read, and nothing more may be written."""
        entry = orjson.loads(line)
        tick, sent = entry["tick"], entry["sent"]
        at, n = tick["at"], tick.pop("n")
        if not self._words:
            without_words(tick)
        if at >= self._flush_due or self._waiting > CHUNK_BYTES:
            self._take_batch()
            self._mcap.flush()
            if self.unwritten:
                self._begin_again()
            self.unwritten, self._waiting, self._flush_due = 0, 0, at + CHUNK_S
        self._waiting += len(line)
        if self._batch and n != self._next:
            self._take_batch()
        if not self._batch:
            self._first, self._at = n, at
            self._key = n != self._next or at >= self._key_due or not self._last
            if self._key:
                self._key_due, self._last = at + KEY_S, {}
        self._next = n + 1
        tick["sent"] = change(as_sent(tick["commanded"]["pose"]), sent)
        # What moves the joints is said when they are moved, every other tick.
        tick["still"] = not tick["moved"]
        tick["moved"] = tick["moved"] or self._last.get("moved", {})
        self._batch.append(change(self._last, tick))
        self._last = tick
        self.unwritten += 1
        if len(self._batch) == TOGETHER:
            self._take_batch()
        stamp = round(at * 1e9)
        for topic, message in self._flat(tick, sent):
            self._mcap.add(self._channel(topic, sent), stamp, message, n)

    def close(self, *, goes_on: bool = False) -> None:
        """Write the rest and the index; `goes_on`: also that a further part follows. Raises
        OSError; the file is closed all the same."""
        if not self._closed:
            self._closed = True
            try:
                self._take_batch()
                self._mcap.flush()
                self.unwritten = 0
                self._begin_again()
                if goes_on:
                    self._mcap.attach(GOES_ON, orjson.dumps({"n": self._next}))
            except BaseException:
                self._mcap.abandon()
                raise
            self._mcap.finish()

    def abandon(self) -> None:
        """Close the file as it is, after an OSError."""
        if not self._closed:
            self._closed = True
            self._mcap.abandon()

    def _begin_again(self) -> None:
        """Write what the life began with a second time, behind the first second: damage at one
        place does not make the whole unreadable, also where the brain is killed."""
        if not self._twice:
            self._mcap.attach(START, self._start)
            self._twice = True

    def _take_batch(self) -> None:
        if self._batch:
            data = orjson.dumps({"n": self._first, "key": self._key, "ticks": self._batch})
            self._mcap.add(self._tick, round(self._at * 1e9), data, self._first)
            self._batch = []

    def _channel(self, topic: str, sent: Mapping[str, float]) -> int:
        if topic not in self._channels:
            joints = joints_topic(list(sent))
            self._channels[topic] = self._mcap.channel(joints.name, joints.title, joints.schema)
        return self._channels[topic]

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def as_sent(pose: Mapping[str, float]) -> dict[str, float]:
    """What goes over the wire for a commanded pose (rad) that lies within all limits: whole
    centidegrees. Of what was sent only the difference from it is kept."""
    half = wire.ANGLE_ZERO + 0.5
    return {
        name: (int(rad * CDEG_A_RAD + half) - wire.ANGLE_ZERO) / CDEG_A_RAD
        for name, rad in pose.items()
    }


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
        """What was heard. Raises NotAJournal for a sense whose package is not here, or that is
        none."""
        for heard in self.data["senses"]:
            if heard["kind"] not in SENSES:
                raise NotAJournal(
                    f"at {self.at:g} s it has a sense of the kind {heard['kind']!r}, which no"
                    f" sensor here brings{nearest(heard['kind'], SENSES)}"
                )
        return tuple(map(self._sense, self.data["senses"]))

    def _sense(self, heard: dict[str, Any]) -> AnySense:
        # A board that spoke before the pet's second 0 is heard again with the same time.
        early = isinstance(heard["at"], float) and heard["at"] < 0.0
        try:
            sense = sense_of({**heard, "at": 0.0} if early else heard)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise NotAJournal(
                f"at {self.at:g} s it has a sense that is none: {where}: {first['msg']}"
            ) from None
        return replace(sense, at=heard["at"]) if early else sense

    @property
    def tick(self) -> Tick:
        """The tick as it was. Raises pydantic.ValidationError for one of another version."""
        return TICKS.validate_python(self.data)


def read_start(path: Path) -> Start:
    """What the life began with. Raises NotAJournal where there is no such file, or it does not
    say."""
    said: list[str] = []
    for part in parts(path):
        if (began := _began(part, said.append)) is not None:
            return _start_of(path, began)
    why = f"; {said[0]}" if said else ""
    raise NotAJournal(f"{path}: not a journal of a pet (it has no {START}{why}); {RECORD_ONE}")


def read_ticks(path: Path, told: Told | None = None) -> Iterator[Entry]:
    """Every tick in order, of all parts. What is damaged or missing is `told`, in a sentence with
    file and place, and what is whole goes on behind it: a Gap for ticks that are missing, a Cut for
    a file that only ends early, NoTick where there is not one. Raises NotAJournal where the file
    cannot be read or has neither a tick nor what the life began with."""
    say = told if told is not None else lambda message: None
    try:
        read_start(path)
    except NotAJournal:
        if not any(True for part in parts(path) for _ in _entries(part, lambda message: None)):
            raise
        say(f"{path}: {START} is not whole in it, so that it cannot be lived again; its ticks are")
    following = Following(say)
    files = parts(path)
    for part in files:
        try:
            if len(files) > 1 and not following.of_this_life(part, _began(part)):
                continue
            following.goes_on = None
            for entry in _entries(part, say, following):
                if following.takes(part, entry.data["n"], entry.at):
                    yield entry
        except NotAJournal as error:
            if len(files) == 1:
                raise
            say(str(error))
    following.end(path)
    if following.empty:
        say(NoTick(f"{path}: no tick in it can be read"))


def _entries(part: Path, told: Told, following: Following | None = None) -> Iterator[Entry]:
    """The ticks of one file; `following` hears where it says that a further part follows."""
    last: dict[str, Any] | None = None
    latest, lived, expected = 0.0, -1, -1
    for found in _records(part, told):
        if found.attached and found.topic == GOES_ON and following is not None:
            following.goes_on = part
        if found.topic != TICK or found.attached:
            continue
        try:
            message = orjson.loads(found.data)
            n, key, ticks = message["n"], message["key"], message["ticks"]
            if key:
                last = {}
            elif n != expected:
                last = None  # what it builds on is lost; the next whole tick comes soon
            for tick in ticks:
                if last is None:
                    break
                last = changed(last, tick, KEYS)
                entry = _entry(n, last)
                if entry.at < latest:
                    raise ValueError(f"{entry.at:g} s comes after {latest:g} s")
                if n == lived + 1 and entry.at - latest > LONGEST_GAP_S:
                    raise ValueError(f"{entry.at:g} s comes right after {latest:g} s")
                yield entry
                latest, lived, n = entry.at, n, n + 1
            expected = message["n"] + len(ticks)
        except UNLIKE as error:
            said = f"{type(error).__name__}: {error}"
            told(
                f"{part}: byte {found.byte}: a tick at {found.at / 1e9:.2f} s is not as a journal"
                f" has it ({said:.200})"
            )
            last, expected = None, -1


def _entry(n: int, kept: dict[str, Any]) -> Entry:
    data = {**kept, "n": n}
    sent = changed(as_sent(data["commanded"]["pose"]), data.pop("sent"), KEYS)
    if data.pop("still"):
        data["moved"] = {}
    for name, kind in SHAPE.items():
        if not isinstance(data[name], kind):
            raise TypeError(f"{name} is {data[name]!r:.40}")
    if not 0.0 <= data["at"] <= LAST_AT_S:
        raise ValueError(f"at is {data['at']!r}; it lies in 0..{LAST_AT_S:,.0f} s")
    for name, value in data["decision"].items():
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise ValueError(
                f"decision.{name} has {len(value):,} characters, over {LONGEST_TEXT:,}"
            )
    return Entry(data["at"], data, sent)


def _records(part: Path, told: Told) -> Iterator[Found]:
    try:
        yield from read_mcap(part, told)
    except OSError as error:
        raise NotAJournal(why_unreadable(part, error, RECORD_ONE)) from error


def _began(part: Path, told: Told = lambda message: None) -> bytes | None:
    """What a part says that the life began with; None where that is not whole in it."""
    for found in _records(part, told):
        if found.attached and found.topic == START:
            return found.data
    return None


def _start_of(path: Path, data: bytes) -> Start:
    try:
        start = STARTS.validate_json(data)
        if not 0.0 <= start.hour <= 24.0:
            raise ValueError(f"hour is {start.hour!r}; it lies in 0..24")
    except ValueError as error:
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        said = f"what it began with is not as this version writes it: {why}"
        raise NotAJournal(f"{path}: not a journal of this version ({said}); {RECORD_ONE}") from None
    return start
