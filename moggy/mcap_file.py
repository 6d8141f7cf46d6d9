"""MCAP files (https://mcap.dev/spec) that survive a full disk, a crash and damage.

Everything is written in whole records: where the disk refuses one, the file ends with the one
before. The reader goes on behind what is damaged, and says the byte.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

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
from moggy.unreadable import opened

MAGIC = b"\x89MCAP0\r\n"
"""First and last bytes of an MCAP file."""
LEVEL = 15
"""Of zstd: a sixth smaller than its default of 3, 5 ms for a second of life, which the process that
writes spends (`python -m bench journal`)."""
LARGEST = 64 * 2**20
"""Bytes of a record that is read; the largest is an attached file. What says more is damaged."""
LARGEST_CHUNK = 4 * 2**20
"""Bytes of a chunk unpacked, which JSON makes thirty times as large in memory. A second of life has
0.1 MB (`python -m bench journal`), and 0.84 MB under a flood of words, the most that was seen."""
LEAD = struct.Struct("<BQ")
"""Before each record: its opcode and its length."""
CHUNK = struct.Struct("<QQQI")
"""Begin of a chunk: first and last time (ns), bytes unpacked, their CRC-32."""
KINDS = frozenset(int(kind) for kind in Opcode)
"""Opcodes that there are."""
PACKED = struct.pack("<I", 4) + b"zstd"
"""What follows that in a chunk of ours; by it the next chunk behind a damaged place is found."""
MESSAGE = struct.Struct("<HIQQ")
"""Begin of a message: channel, number, time (ns), time (ns)."""

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


class Found(NamedTuple):
    """A message, or an attached file, as it stands in a file."""

    topic: str
    """Of the message; for an attachment its name."""
    at: int
    """ns; 0 for an attachment."""
    data: bytes
    attached: bool
    byte: int = 0
    """Where the record that holds it begins in the file."""


def read_mcap(path: Path, told: Told) -> Iterator[Found]:
    """Every message and attachment that is whole, in the order of the file. What is damaged is
    `told` and passed over; a file that only ends early is told as a Cut. Raises OSError where the
    file cannot be read."""
    with opened(path) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - len(MAGIC), 0))
        finished = file.read() == MAGIC and size > len(MAGIC)
        file.seek(0)
        if file.read(len(MAGIC)) != MAGIC:
            told(f"{path}: byte 0: it does not begin as an MCAP file")
        topics: dict[int, str] = {}
        at, ended = len(MAGIC), False
        while at + LEAD.size <= size:
            file.seek(at)
            kind, length = LEAD.unpack(file.read(LEAD.size))
            behind = at + LEAD.size + length
            if kind not in KINDS or length > LARGEST or behind > size:
                further = _next_chunk(file, at + 1, size)
                if further is None and kind in KINDS and length <= LARGEST and not finished:
                    break  # Its last record was not written to its end.
                what = f"up to byte {further}" if further else "and everything behind it"
                told(f"{path}: byte {at}: it is damaged here, {what}")
                if further is None:
                    return
                at = further
                continue
            if kind in (Opcode.FOOTER, Opcode.DATA_END):
                ended = True
                break
            if kind in (Opcode.CHUNK, Opcode.CHANNEL, Opcode.ATTACHMENT):
                try:
                    content = file.read(length)
                    for found in _contents(kind, content, topics):
                        yield found._replace(byte=at)
                except _Bad as bad:
                    told(f"{path}: byte {at}: {bad}")
                except (MemoryError, SystemError):
                    told(f"{path}: byte {at}: too little memory for what stands here")
            at = behind
        if not ended:
            told(Cut(f"{path}: byte {min(at, size)}: it ends here, cut short as by a crash"))


class _Bad(Exception):
    """What is wrong with one record."""


def _contents(kind: int, content: bytes, topics: dict[int, str]) -> Iterator[Found]:
    """The messages of a record. Raises _Bad."""
    if kind == Opcode.CHUNK:
        yield from _messages(_unpacked(content), topics)
        return
    try:
        if kind == Opcode.CHANNEL:
            number, _, length = struct.unpack_from("<HHI", content)
            topics[number] = content[8 : 8 + length].decode()
        else:
            yield _attachment(content)
    except (struct.error, UnicodeDecodeError) as error:
        raise _Bad(f"a record is damaged ({error})") from error


def _unpacked(content: bytes) -> bytes:
    """What a chunk holds. Raises _Bad."""
    then = "here"
    try:
        begins, ends, size, crc = CHUNK.unpack_from(content)
        then = f"from {begins / 1e9:.2f} to {ends / 1e9:.2f} s"
        if content[CHUNK.size : CHUNK.size + len(PACKED)] != PACKED:
            raise _Bad(f"what happened {then} is packed in a way that no journal is")
        if size > LARGEST_CHUNK:
            raise _Bad(f"what happened {then} would take {size:,} bytes, over {LARGEST_CHUNK:,}")
        packed = content[CHUNK.size + len(PACKED) + 8 :]
        # Other tools that write MCAP files may not say it: then the decompressor ends at `size`.
        says = zstandard.get_frame_parameters(packed).content_size
        if says not in (size, zstandard.CONTENTSIZE_UNKNOWN):
            raise _Bad(f"what happened {then} is damaged (its length is not as it says)")
        unpacker = zstandard.ZstdDecompressor(max_window_size=2 * LARGEST_CHUNK)
        data = unpacker.decompress(packed, max_output_size=size)
        if zlib.crc32(data) != crc:
            raise _Bad(f"what happened {then} is damaged (its checksum is wrong)")
    except (struct.error, zstandard.ZstdError) as error:
        raise _Bad(f"what happened {then} is damaged ({error})") from error
    return data


def _messages(data: bytes, topics: Mapping[int, str]) -> Iterator[Found]:
    at = 0
    while at + LEAD.size <= len(data):
        kind, length = LEAD.unpack_from(data, at)
        at += LEAD.size
        if kind not in KINDS:
            raise _Bad("what follows in it is no record")
        if kind == Opcode.MESSAGE and length >= MESSAGE.size and at + length <= len(data):
            channel, _, when, _ = MESSAGE.unpack_from(data, at)
            topic = topics.get(channel, "")
            yield Found(topic, when, data[at + MESSAGE.size : at + length], False)
        at += length


def _attachment(content: bytes) -> Found:
    if zlib.crc32(content[:-4]) != struct.unpack("<I", content[-4:])[0]:
        raise _Bad("an attached file is damaged (its checksum is wrong)")
    (length,) = struct.unpack_from("<I", content, 16)
    name, at = content[20 : 20 + length].decode(), 20 + length
    (length,) = struct.unpack_from("<I", content, at)
    return Found(name, 0, content[at + 4 + length + 8 : -4], True)


def _next_chunk(file: Any, at: int, size: int) -> int | None:
    """Where the next chunk behind byte `at` begins that has a believable length."""
    before = LEAD.size + CHUNK.size
    step = 1 << 12
    while at < size:
        file.seek(at)
        data = file.read(step + before + len(PACKED))
        place = data.find(PACKED)
        while place >= 0:
            if place >= before:
                kind, length = LEAD.unpack_from(data, place - before)
                begin = at + place - before
                if kind == Opcode.CHUNK and begin + LEAD.size + length <= size:
                    return int(begin)
            place = data.find(PACKED, place + 1)
        at, step = at + step, min(4 * step, 1 << 20)
    return None
