"""A small journal that unpacks to a large one costs neither memory nor time."""

from __future__ import annotations

import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard
from mcap.opcode import Opcode

import moggy
from bench.journal import largest_chunk
from moggy.journal import Journal, read_ticks
from moggy.mcap_file import LEAD, MAGIC
from moggy.mcap_reader import CHUNK, LARGEST_CHUNK, MESSAGE, PACKED, read_mcap

LIMITED = """
import resource, sys
from pathlib import Path
from moggy.journal import read_ticks
told = []
size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + int(sys.argv[2]) * 2**20, -1))
ticks = sum(1 for _ in read_ticks(Path(sys.argv[1]), told.append))
resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
print(ticks, *told, sep="\\n")
"""
"""Reads a journal with so many MB more than the process has."""


def chunk(message: bytes, *, says: bool = True) -> bytes:
    """A chunk with right checksums that holds a message of ticks; `says`: its frame has the length
    of what it unpacks to."""
    data = LEAD.pack(Opcode.MESSAGE, MESSAGE.size + len(message)) + MESSAGE.pack(1, 0, 0, 0)
    data += message
    packed = zstandard.ZstdCompressor(level=9, write_content_size=says).compress(data)
    content = CHUNK.pack(0, 10**9, len(data), zlib.crc32(data)) + PACKED
    content += len(packed).to_bytes(8, "little") + packed
    return LEAD.pack(Opcode.CHUNK, len(content)) + content


def objects(size: int) -> bytes:
    """A message of `size` bytes of ticks without anything in them."""
    return b'{"n":0,"key":true,"ticks":[' + b"{}," * (size // 3) + b"{}]}"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A journal of a life, cut behind its first second."""
    path = tmp_path_factory.mktemp("life") / "life.mcap"
    moggy.live(moggy.Pet(seed=3), moggy.random_day(3, 2.0)).save(path)
    data, at, seen = path.read_bytes(), len(MAGIC), 0
    while True:
        kind, length = LEAD.unpack_from(data, at)
        seen += kind == Opcode.CHUNK
        if seen == 2:
            return data[:at]
        at += LEAD.size + length


@pytest.mark.parametrize("says", [True, False])
def test_a_chunk_that_unpacks_to_more_than_a_journal_packs_is_not_unpacked(
    begun: bytes, tmp_path: Path, says: bool
) -> None:
    path = tmp_path / "life.mcap"
    path.write_bytes(begun + chunk(objects(LARGEST_CHUNK), says=says))
    told: list[str] = []
    assert len(list(read_ticks(path, told.append))) == 45
    assert f"byte {len(begun)}: what happened from 0.00 to 1.00 s would take 4,19" in told[0]


def test_a_frame_that_unpacks_to_more_than_its_chunk_says_ends_there(
    begun: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "life.mcap"
    data = bytearray(chunk(objects(60 * 2**20), says=False))
    CHUNK.pack_into(data, LEAD.size, 0, 10**9, 1000, 0)
    path.write_bytes(begun + data)
    told: list[str] = []
    assert len(list(read_ticks(path, told.append))) == 45
    assert f"byte {len(begun)}: what happened from 0.00 to 1.00 s is damaged" in told[0]


def test_a_frame_without_its_length_is_read(begun: bytes, tmp_path: Path) -> None:
    path = tmp_path / "life.mcap"
    path.write_bytes(begun + chunk(b"a message", says=False))
    assert [each.data for each in read_mcap(path, print)][-1] == b"a message"


@pytest.mark.parametrize(
    ("record", "megabytes", "said"),
    [
        (chunk(objects(LARGEST_CHUNK - 1000)), 104, "is not as a journal has it (MemoryError"),
        (LEAD.pack(Opcode.ATTACHMENT, 60 * 2**20) + bytes(60 * 2**20), 32, "too little memory"),
    ],
    ids=["objects", "attachment"],
)
def test_too_little_memory_is_damage_of_that_place(
    begun: bytes, tmp_path: Path, record: bytes, megabytes: int, said: str
) -> None:
    path = tmp_path / "life.mcap"
    path.write_bytes(begun + record)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path), str(megabytes)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ticks, *told = done.stdout.splitlines()
    assert ticks == "45"
    assert f"byte {len(begun)}: " in told[0]
    assert said in told[0]


def test_a_flood_of_words_makes_no_chunk_that_is_too_large_to_be_read(tmp_path: Path) -> None:
    path = tmp_path / "life.mcap"
    pet = moggy.Pet(seed=1)
    life = moggy.live(pet, [], 1.0)
    with Journal(path, pet.start, words=True) as journal:
        for tick, sent in zip(life.ticks, life.sent, strict=True):
            said = moggy.Words(at=tick.at, text=f"{tick.n} " + "good cat " * 12_000)
            journal(replace(tick, senses=(said,)), sent)
    assert largest_chunk(path) < LARGEST_CHUNK
    told: list[str] = []
    assert len(list(read_ticks(path, told.append))) == len(life.ticks)
    assert told == []
