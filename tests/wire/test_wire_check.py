"""Frames with the right checksum that no sound board sends: dropped, counted and said once."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moggy import wire
from moggy.actuators.serial_body import SerialBody
from moggy.board_config import body_hash
from moggy.body import Body
from moggy.link import MemoryLink
from moggy.messages import AnySense, BoardReport, Command, Touch, Trouble
from moggy.wire_check import MESSAGES, wrong
from tests.firmware.rig import CAT, Rig

FEW = CAT.model_copy(update={"pads": dict(list(CAT.pads.items())[:8])})
JOINTS = len(CAT.joints)
PADS = len(CAT.pads)
MS = struct.pack("<I", 7)


class Wire:
    """The brain's end of a line in memory, whose other end is the test."""

    def __init__(self, body: Body = CAT) -> None:
        self.data = b""
        self.link = MemoryLink(self)
        self.body = SerialBody(self.link, body)
        self.now = 0.0

    def read(self) -> bytes:
        data, self.data = self.data, b""
        return data

    def write(self, data: bytes) -> None:
        pass

    def hear(self, kind: int, payload: bytes, seq: int = 0) -> list[AnySense]:
        if wire.TOUCHED <= kind <= wire.STATE:
            payload = bytes((self.link.protocol._nonce & 255,)) + payload
        self.data += wire.frame(kind, seq, payload)
        self.now += 0.02
        return list(self.body.poll(self.now))

    def connect(self) -> Wire:
        nonce = self.link.protocol._nonce
        head = struct.pack(
            "<IIHHBBBBB", wire.SCHEMA_HASH, body_hash(CAT), nonce, 1, 0, 1, 0, 1, JOINTS
        )
        self.hear(wire.IDENTITY, head + " ".join(["board", *CAT.joints]).encode())
        assert self.link.identity is not None
        return self


def troubles(senses: list[AnySense]) -> list[str]:
    return [sense.message for sense in senses if isinstance(sense, Trouble)]


@pytest.mark.parametrize(
    ("kind", "payload", "said"),
    [
        (wire.ACK, b"", "'ack' with 0 bytes instead of 3"),
        (wire.ACK, bytes((1, 9, 1)), "'ack' with result 9, which does not exist"),
        (wire.PONG, bytes(7), "'pong' with 7 bytes instead of 8"),
        (wire.IDENTITY, bytes(3), "'identity' with 3 bytes"),
        (wire.IDENTITY, struct.pack("<I", wire.SCHEMA_HASH), "'identity' with 4 bytes"),
        (wire.STATE, bytes(9), "'state' with 9 bytes instead of 10"),
        (wire.STATE, bytes(11), "'state' with 11 bytes instead of 10"),
        (wire.STATE, MS + bytes((200, 0, 0, 0, 0, 0)), "'state' with state 200"),
        (wire.MOTION, bytes(15), "'motion' with 15 bytes instead of 16"),
        (wire.BATTERY, bytes(7), "'battery' with 7 bytes instead of 8"),
        (wire.BATTERY, MS + struct.pack("<HBB", 8000, 101, 0), "'battery' with percent 101"),
        (wire.JOINTS, MS + bytes(2 * JOINTS - 2), f"{JOINTS - 1} values instead of {JOINTS}"),
        (wire.JOINTS, MS, f"'joints' with 0 values instead of {JOINTS}"),
        (wire.JOINTS, MS + bytes(2 * JOINTS + 1), "'joints'"),
        (wire.TOUCH, MS + bytes(PADS + 1), f"{PADS + 1} values instead of {PADS}"),
        (wire.TOUCHED, MS + bytes(PADS - 1), f"{PADS - 1} values instead of {PADS}"),
        (wire.TOUCHED, b"", "'touched' with 0 bytes instead of 4"),
        (wire.HELLO, bytes(6), "'hello', which only this computer sends"),
        (wire.STOP, b"", "'stop', which only this computer sends"),
        (77, b"", "type 77"),
        (200, b"", "type 200"),
    ],
)
def test_a_frame_that_lies_is_dropped_counted_and_said_once(
    kind: int, payload: bytes, said: str
) -> None:
    line = Wire().connect()
    first = line.hear(kind, payload, 1)
    assert len(first) == 1
    assert said in troubles(first)[0]
    assert line.hear(kind, payload, 2) == []
    assert line.link.protocol.refused == 2
    assert line.link.identity is not None


def test_an_event_that_lies_is_acknowledged_so_that_it_does_not_come_for_ever() -> None:
    line = Wire().connect()
    line.hear(wire.STATE, b"", 1)
    (report,) = line.hear(wire.STATE, MS + bytes((1, 0, 0, 0, 0, 0)), 2)
    assert isinstance(report, BoardReport)


def test_a_board_without_a_touch_chip_sends_no_pressures() -> None:
    (touch,) = Wire().connect().hear(wire.TOUCHED, MS, 1)
    assert isinstance(touch, Touch)
    assert touch.pressure == 0.0


def test_names_that_are_not_there_make_no_identity() -> None:
    head = struct.pack("<IIHHBBBBB", wire.SCHEMA_HASH, 1, 1, 1, 0, 1, 0, 1, 3)
    assert wrong(wire.IDENTITY, head + b"board a b", pads=None, joints=None)
    assert not wrong(wire.IDENTITY, head + b"board a b c", pads=None, joints=None)


PAYLOADS = st.one_of(
    st.binary(max_size=60),
    st.builds(lambda tail: struct.pack("<I", wire.SCHEMA_HASH) + tail, st.binary(max_size=60)),
    *[
        st.binary(min_size=size, max_size=size)
        for size in {m.fixed.size for m in MESSAGES.values()}
    ],
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.sampled_from([row[0] for row in wire.SCHEMA]), st.integers(0, 255)),
            st.integers(0, 255),
            PAYLOADS,
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_no_payload_ends_the_body(frames: list[tuple[int, int, bytes]], connected: bool) -> None:
    line = Wire().connect() if connected else Wire()
    for kind, seq, payload in frames:
        for sense in line.hear(kind, payload, seq):
            if isinstance(sense, Touch):
                assert set(sense.pads or ()) <= set(CAT.pads)
        line.body.move(Command(at=line.now))


def test_a_board_flashed_for_more_pads_is_said_not_moved_and_not_felt() -> None:
    rig = Rig()
    rig.body = SerialBody(rig.link, FEW)
    senses = list(rig.live(1.0, {"head_pan": 0.5}))
    rig.touch(tail=0.5)
    senses += rig.live(1.0, {"head_pan": 0.5})
    (said,) = troubles(senses)
    assert "another body" in said
    assert "moggy flash" in said
    assert not any(isinstance(sense, Touch) for sense in senses)
    assert rig.limp
