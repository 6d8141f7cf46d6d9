"""MCAP files (https://mcap.dev/spec) that survive a full disk, a crash and damage.

Everything is written in whole records: where the disk refuses one, the file ends with the one
before.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import orjson
import zstandard
from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import (
    Attachment,
    AttachmentIndex,
    Channel,
    Chunk,
    ChunkIndex,
    DataEnd,
    Footer,
    Header,
    Message,
    MessageIndex,
    Schema,
    Statistics,
)

from moggy.home import private
from moggy.name_lock import lock_holder, taken_by

MAGIC = b"\x89MCAP0\r\n"
"""First and last bytes of an MCAP file."""
LEVEL = 15
"""Of zstd: a sixth smaller than its default of 3, 5 ms for a second of life, which the process that
writes spends (`python -m bench journal`)."""
LEAD = struct.Struct("<BQ")
"""Before each record: its opcode and its length."""

Told: TypeAlias = Callable[[str], None]
"""Takes a sentence about what is damaged: which file, which byte, what."""


class Cut(str):
    """Such a sentence where the file only ends early, as that of a killed process does."""

    __slots__ = ()


class McapWriter:
    """Writes a file that only its owner may read. Whatever raises OSError leaves the file as it was
    before the call; the messages since the last `flush` are lost then."""

    def __init__(self, path: Path) -> None:
        """Begin the file, in place of one that is there. Raises OSError; also where another life is
        writing it, which is left alone."""
        self._path = path
        self._file = _locked(path)
        self.size = 0
        """Bytes that stand in the file."""
        self._schemas: list[Schema] = []
        self._channels: list[Channel] = []
        self._chunks: list[ChunkIndex] = []
        self._attachments: list[AttachmentIndex] = []
        self._counts: dict[int, int] = {}
        self._first, self._last = 0, 0
        self._begin_chunk()
        try:
            if _is_file(self._file):
                os.ftruncate(self._file, 0)
            self._put(MAGIC + _record(Header("", "moggy")))
        except BaseException:
            _unlocked(self._file)
            raise

    @property
    def there(self) -> bool:
        """Whether the file's name still leads to it. Raises OSError."""
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(self._file), os.stat(self._path))
        return False

    def channel(self, topic: str, name: str, schema: Mapping[str, Any]) -> int:
        """Begin a topic of JSON messages; gives the number of its channel, counting from 1. Raises
        OSError."""
        number = len(self._channels) + 1
        says = Schema(data=orjson.dumps(schema), encoding="jsonschema", id=number, name=name)
        channel = Channel(
            id=number, message_encoding="json", metadata={}, schema_id=number, topic=topic
        )
        self._put(_record(says) + _record(channel))
        self._schemas.append(says)
        self._channels.append(channel)
        return number

    def attach(self, name: str, data: bytes) -> None:
        """Attach a JSON file. Raises OSError."""
        kind = "application/json"
        record = _record(
            Attachment(create_time=0, log_time=0, name=name, media_type=kind, data=data)
        )
        at = self.size
        self._put(record)
        self._attachments.append(
            AttachmentIndex(
                offset=at, length=len(record), create_time=0, log_time=0, data_size=len(data),
                name=name, media_type=kind,
            )
        )  # fmt: skip

    def add(self, channel: int, at: int, data: bytes, number: int = 0) -> None:
        """A message of the moment `at`, in ns; written with the next `flush`."""
        message = Message(
            channel_id=channel, data=data, log_time=at, publish_time=at, sequence=number
        )
        if not self._messages:
            self._begins = self._ends = at
        self._begins, self._ends = min(self._begins, at), max(self._ends, at)
        self._messages.setdefault(channel, []).append((at, self._builder.count))
        message.write(self._builder)

    def flush(self) -> None:
        """Write what was added. Raises OSError."""
        if not self._messages:
            return
        messages, begins, ends, data = (
            self._messages,
            self._begins,
            self._ends,
            _taken(self._builder),
        )
        self._begin_chunk()
        packed = zstandard.ZstdCompressor(level=LEVEL).compress(data)
        chunk = _record(
            Chunk(
                compression="zstd", data=packed, message_start_time=begins, message_end_time=ends,
                uncompressed_crc=zlib.crc32(data), uncompressed_size=len(data),
            )
        )  # fmt: skip
        builder, offsets = RecordBuilder(), dict[int, int]()
        for channel, records in messages.items():
            offsets[channel] = self.size + len(chunk) + builder.count
            MessageIndex(channel_id=channel, records=records).write(builder)
        indices = _taken(builder)
        at = self.size
        self._put(chunk + indices)
        self._first = begins if not self._chunks else min(self._first, begins)
        self._last = max(self._last, ends)
        for channel, records in messages.items():
            self._counts[channel] = self._counts.get(channel, 0) + len(records)
        self._chunks.append(
            ChunkIndex(
                chunk_length=len(chunk), chunk_start_offset=at, compression="zstd",
                compressed_size=len(packed), message_end_time=ends,
                message_index_length=len(indices), message_index_offsets=offsets,
                message_start_time=begins,
                uncompressed_size=len(data),
            )
        )  # fmt: skip

    def finish(self) -> None:
        """Write the rest and the index, and close the file. Raises OSError, and closes it too."""
        try:
            self.flush()
            self._put(_record(DataEnd(0)) + self._summary(self.size + 13))
        finally:
            _unlocked(self._file)

    def abandon(self) -> None:
        """Close the file without an index: it can be read up to the last `flush`."""
        with suppress(OSError):
            _unlocked(self._file)

    def _begin_chunk(self) -> None:
        self._messages: dict[int, list[tuple[int, int]]] = {}
        self._builder = RecordBuilder()
        self._begins = self._ends = 0

    def _summary(self, start: int) -> bytes:
        """The summary section, which begins at byte `start`, with footer and magic."""
        statistics = Statistics(
            attachment_count=len(self._attachments), channel_count=len(self._channels),
            channel_message_counts=self._counts, chunk_count=len(self._chunks),
            message_count=sum(self._counts.values()), message_end_time=self._last,
            message_start_time=self._first, metadata_count=0, schema_count=len(self._schemas),
        )  # fmt: skip
        parts = [*self._schemas, *self._channels, statistics, *self._chunks, *self._attachments]
        summary = b"".join(map(_record, parts))
        lead = LEAD.pack(Opcode.FOOTER, 20) + struct.pack("<QQ", start, 0)
        crc = zlib.crc32(lead, zlib.crc32(summary))
        return summary + _record(Footer(start, 0, crc)) + MAGIC

    def _put(self, data: bytes) -> None:
        """Write all of it, or leave the file as it was. Raises OSError."""
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, self.size)
                os.lseek(self._file, self.size, os.SEEK_SET)
            raise OSError(error.errno, error.strerror, str(self._path)) from error
        self.size += len(data)


def check_free(path: Path) -> None:
    """Raise OSError where the file cannot be written; where another life is writing it or a further
    part of it, with that process. One that is not there is begun."""
    if who := taken_by(path):
        raise in_use(path, who)
    _unlocked(_locked(path))


def _locked(path: Path) -> int:
    """The file, open to be written, which nobody else writes. The kernel releases it when the
    process ends. Raises OSError."""
    file = private(str(path), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC)
    try:
        if _is_file(file):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        who = lock_holder(file)
        os.close(file)
        raise in_use(path, who) from error
    except BaseException:
        os.close(file)
        raise
    return file


def in_use(path: Path, who: str) -> OSError:
    """The error for a file in which another process records."""
    why = f"another life is recorded here ({who}): end that one, or name another file"
    return OSError(errno.EBUSY, why, str(path))


def _unlocked(file: int) -> None:
    """Close the file, also for a process that was forked from this one."""
    try:
        fcntl.flock(file, fcntl.LOCK_UN)
    finally:
        os.close(file)


def _is_file(file: int) -> bool:
    return stat.S_ISREG(os.fstat(file).st_mode)


def _record(record: Any) -> bytes:
    builder = RecordBuilder()
    record.write(builder)
    return _taken(builder)


def _taken(builder: RecordBuilder) -> bytes:
    return bytes(builder.end())  # type: ignore[no-untyped-call]  # mcap leaves it untyped
