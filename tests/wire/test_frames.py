"""Frames survive any bytes, and a damaged one is never taken for a good one."""

from __future__ import annotations

import struct
from array import array
from binascii import crc32
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moggy import wire

KINDS = st.sampled_from([row[0] for row in wire.SCHEMA])
PAYLOADS = st.binary(max_size=480) | st.binary(max_size=480).map(
    lambda data: data.replace(b"\x07", b"\0")
)


@given(st.binary(max_size=1200) | st.integers(250, 260).map(lambda n: b"x" * n))
def test_stuffed_bytes_hold_no_zero_but_the_delimiter(data: bytes) -> None:
    begin = 4 + len(data) // 254
    out = bytearray(begin) + data + b"\0"
    end = wire.stuff(out, begin, begin + len(data), 3)
    assert out.find(0, 3) == end - 1
    assert end - 3 <= len(data) + 2 + len(data) // 254
    read, state = bytearray(512), array("I", (3, 0, 0, 0, 0, 512))
    if 0 < len(data) < 512:
        assert wire.unstuff(out, end, read, state) == 1
        assert bytes(read[: state[4]]) == data


@given(st.binary(max_size=1200))
def test_noise_never_raises(data: bytes) -> None:
    frames = wire.Frames()
    assert frames.feed(data) == []
    assert frames.errors >= min(1, len(data.rpartition(b"\0")[0].strip(b"\0")))


@pytest.mark.parametrize("row", wire.SCHEMA, ids=lambda row: str(row[1]))
def test_the_length_of_a_payload_is_that_of_its_type(row: tuple[int, str, str, str]) -> None:
    kind, _, layout, _ = row
    shortest = struct.calcsize(layout.rstrip("*")) - (
        struct.calcsize("<" + layout[-2]) if layout.endswith("*") else 0
    )
    if wire.STOP <= kind < wire.TOUCH:
        shortest += 1  # the session
    fitting = [length for length in range(200) if wire.fits(kind, length)]
    assert fitting[0] == shortest
    if layout.endswith("*"):
        assert fitting[1] - fitting[0] == struct.calcsize("<" + layout[-2])
    elif kind >= wire.SETPOINT and kind != wire.LOG:
        assert fitting == [shortest]
    assert wire.fits(255, 7)


@given(st.lists(st.tuples(KINDS, st.integers(0, 255), PAYLOADS), max_size=5), st.integers(1, 40))
def test_frames_come_out_as_they_went_in_however_they_are_cut(
    messages: list[tuple[int, int, bytes]], cut: int
) -> None:
    stream = b"".join(wire.frame(*message) for message in messages)
    frames = wire.Frames()
    found = [
        frame
        for start in range(0, len(stream), cut)
        for frame in frames.feed(stream[start : start + cut])
    ]
    assert found == messages
    assert frames.errors == 0


@given(KINDS, st.integers(0, 255), PAYLOADS, st.data())
def test_a_flipped_bit_is_rejected_and_the_next_frame_is_heard(
    kind: int, seq: int, payload: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(wire.frame(kind, seq, payload))
    position = data.draw(st.integers(0, len(damaged) - 2))
    damaged[position] ^= 1 << data.draw(st.integers(0, 7))
    following = (wire.PING, 0, b"\x01\x02\x03\x04")
    frames = wire.Frames()
    # A flip that makes a zero cuts the frame in two; one in the delimiter of COBS loses at most
    # this frame.
    assert frames.feed(bytes(damaged) + wire.frame(*following)) == [following]
    assert frames.errors >= 1


@given(st.binary(max_size=2000))
def test_after_noise_the_next_whole_frame_is_heard(noise: bytes) -> None:
    frames = wire.Frames()
    frames.feed(noise)
    frames.feed(b"\0")
    assert frames.feed(wire.frame(wire.STOP, 3, b"")) == [(wire.STOP, 3, b"")]


def test_a_line_that_never_ends_is_forgotten() -> None:
    frames = wire.Frames()
    for _ in range(100):
        frames.feed(b"x" * 100)
    frames.feed(b"\0")
    assert frames.errors == 1
    assert frames.feed(wire.frame(wire.STOP, 3, b"")) == [(wire.STOP, 3, b"")]


@given(st.integers(7, 300), st.integers(0, 3), st.binary(max_size=300))
def test_what_is_longer_than_a_board_is_sent_is_noise(
    longest: int, more: int, after: bytes
) -> None:
    frames = wire.Frames(longest)
    payload = b"x" * (longest - 7 + more)  # with type, seq and checksum: one less than the limit
    found = frames.feed(wire.frame(wire.LOG, 0, payload))
    assert found == ([(wire.LOG, 0, payload)] if more == 0 else [])
    frames.feed(after + b"\0")
    assert frames.feed(wire.frame(wire.STOP, 3, b"")) == [(wire.STOP, 3, b"")]


def test_another_schema_is_not_understood() -> None:
    body = bytes((wire.STOP, 1))
    sealed = body + crc32(body, wire.SCHEMA_HASH ^ 1).to_bytes(4, "little")
    other = bytearray(1) + sealed + b"\0"
    wire.stuff(other, 1, 1 + len(sealed), 0)
    frames = wire.Frames()
    assert frames.feed(bytes(other)) == []
    assert frames.errors == 1


@given(st.lists(st.booleans(), max_size=200), st.integers(1, 4))
def test_what_is_repeated_arrives_once_and_in_order_however_much_is_lost(
    losses: list[bool], window: int
) -> None:
    outbox, inbox = wire.Outbox(window, 60, 300), wire.Inbox()
    outbox.clear(256 + 7)
    taken: list[int] = []
    lost = iter(losses)
    for number in range(40):
        outbox.post(wire.STATE, bytes((number,)))
    for _ in range(3000):
        frames = wire.Frames()
        for data in outbox.due(10):
            for _ in range(2 if next(lost, False) else 1):
                if next(lost, False):
                    continue
                for _, seq, payload in frames.feed(data):
                    if inbox.accept(seq):
                        assert payload[0] == 7, "the session"
                        taken.append(payload[1])
        if not next(lost, False):
            outbox.acknowledged(inbox.last)
        if not outbox.waiting:
            break
    assert taken == list(range(40))


def test_every_message_has_its_own_number_and_name() -> None:
    assert (
        len({row[0] for row in wire.SCHEMA})
        == len({row[1] for row in wire.SCHEMA})
        == len(wire.SCHEMA)
    )


def test_the_page_about_the_wire_names_every_message() -> None:
    page = (Path(__file__).parents[2] / "docs" / "wire.md").read_text()
    for number, name, _, _ in wire.SCHEMA:
        assert f"`{name}`" in page, name
        assert str(number) in page
