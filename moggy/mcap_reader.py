"""Reads MCAP files (https://mcap.dev/spec) that may be damaged or cut short: goes on behind what is
damaged, and says the byte."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import zstandard
from mcap.opcode import Opcode

from moggy.mcap_file import LEAD, MAGIC, Cut, Told
from moggy.unreadable import opened

LARGEST = 64 * 2**20
"""Bytes of a record that is read; the largest is an attached file. What says more is damaged."""
LARGEST_CHUNK = 4 * 2**20
"""Bytes of a chunk unpacked, which JSON makes thirty times as large in memory. A second of life has
0.1 MB (`python -m bench journal`), and 0.84 MB under a flood of words, the most that was seen."""
CHUNK = struct.Struct("<QQQI")
"""Begin of a chunk: first and last time (ns), bytes unpacked, their CRC-32."""
KINDS = frozenset(int(kind) for kind in Opcode)
"""Opcodes that there are."""
PACKED = struct.pack("<I", 4) + b"zstd"
"""What follows that in a chunk of ours; by it the next chunk behind a damaged place is found."""
FOOTER = struct.Struct("<QQI")
"""A footer: where the summary begins, where its offsets begin, the CRC-32 of all before it."""
CRC_BYTES = 4
"""Of a CRC-32."""
MESSAGE = struct.Struct("<HIQQ")
"""Begin of a message: channel, number, time (ns), time (ns)."""
DAMAGED_END = "its end is damaged from here on"
"""What is said of it."""
CUT_END = Cut("it ends behind here, cut short as by a crash; all that was recorded stands in it")
"""What is said of an index, footer or magic that is not there to its end."""


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
        begin = file.read(len(MAGIC))
        if not MAGIC.startswith(begin) or size > len(begin) < len(MAGIC):
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
                wrong = _wrong_end(file, behind if kind == Opcode.DATA_END else at, size)
                further = _next_chunk(file, at + 1, size) if wrong == DAMAGED_END else None
                if wrong is not None:
                    told(type(wrong)(f"{path}: byte {at}: {wrong}"))
                if further is None:
                    return
                at = further
                continue
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


def _wrong_end(file: Any, at: int, size: int) -> str | None:
    """What is wrong with the index, footer and magic from byte `at` on; a Cut where they only end
    early, None where they are whole and nothing stands behind them."""
    file.seek(at)
    data = file.read(LARGEST)
    place = 0
    while place + LEAD.size <= len(data):
        kind, length = LEAD.unpack_from(data, place)
        behind = place + LEAD.size + length
        if kind not in KINDS or length > LARGEST:
            return DAMAGED_END
        if kind == Opcode.FOOTER and behind <= len(data):
            break
        place = behind
    else:
        return CUT_END if size - at <= LARGEST else DAMAGED_END
    if length != FOOTER.size:
        return DAMAGED_END
    _, _, crc = FOOTER.unpack_from(data, place + LEAD.size)
    if crc and crc != zlib.crc32(data[: behind - CRC_BYTES]):
        return DAMAGED_END
    tail = data[behind : behind + len(MAGIC)]
    if tail != MAGIC:
        return CUT_END if MAGIC.startswith(tail) else DAMAGED_END
    more = size - at - behind - len(MAGIC)
    return f"{more:,} bytes stand behind its end, and are not read" if more else None


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
        if at + length > len(data) or (kind == Opcode.MESSAGE and length < MESSAGE.size):
            raise _Bad("a record in it is not as long as it says")
        if kind == Opcode.MESSAGE:
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
