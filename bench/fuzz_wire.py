"""Sends damaged and lying frames to the board and to the brain. Neither may raise, and the firmware
must answer with the same bytes under CPython and in MicroPython.

    python -m bench fuzz_wire                     # ten million bytes each way: a few minutes
    python -m bench fuzz_wire --bytes 200000 --seed 7

Half of the frames are whole ones with bytes flipped, left out, doubled or put in; the others have a
right checksum and a random type, number and payload, as a board with other firmware would send.
"""

from __future__ import annotations

import argparse
import struct
from collections.abc import Iterator, Sequence
from random import Random

from rich.progress import track

from moggy import wire
from moggy.actuators.serial_body import SerialBody
from moggy.board_config import body_hash
from moggy.body import Body
from moggy.config import SHIPPED, load
from moggy.link import MemoryLink
from moggy.sim.board.interpreter import interpreter
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.micropython import SteppedMicroPython

A_TICK = 128
"""Bytes in a tick of 10 ms, somewhat more than 115200 baud bring."""
KINDS = tuple(row[0] for row in wire.SCHEMA)


def lying(random: Random) -> bytes:
    """A frame with a right checksum and a random type, number and payload."""
    kind = random.choice(KINDS) if random.random() < 0.95 else random.randrange(256)
    length = random.choice((0, 1, 2, 3, 4, 5, 6, 9, 12, 16, 40, 44, 45, 200, 460))
    payload = bytearray(random.randbytes(length))
    if payload and random.random() < 0.5:
        payload[0] = random.randrange(1, 9)  # a session's, as of the hellos below
    return wire.frame(kind, random.randrange(256), bytes(payload))


def damaged(random: Random) -> bytes:
    """A frame in which a few bytes are flipped, left out, doubled or put in."""
    frame = bytearray(lying(random))
    for _ in range(random.randrange(1, 4)):
        at = random.randrange(len(frame))
        what = random.randrange(4)
        if what == 0:
            frame[at] ^= 1 << random.randrange(8)
        elif what == 1 and len(frame) > 1:
            del frame[at]
        elif what == 2:
            frame.insert(at, frame[at])
        else:
            frame.insert(at, random.randrange(256))
    return bytes(frame)


def stream(random: Random) -> Iterator[bytes]:
    """Pieces of A_TICK bytes; now and then a hello, so that there is a session."""
    waiting = b""
    while True:
        while len(waiting) < A_TICK:
            if random.random() < 0.02:
                waiting += wire.frame(
                    wire.HELLO, 0, struct.pack("<IH", wire.SCHEMA_HASH, random.randrange(1, 9))
                )
            waiting += lying(random) if random.random() < 0.5 else damaged(random)
        yield waiting[:A_TICK]
        waiting = waiting[A_TICK:]


def to_boards(body: Body, count: int, seed: int) -> int:
    """Send `count` bytes to the firmware in both interpreters; returns how many bytes it answered.
    Raises AssertionError where the two differ, and what the firmware raises."""
    pieces = stream(Random(seed))
    lock_step = LockStepBoard(body)
    stepped = SteppedMicroPython(body) if interpreter() is not None else None
    answered = 0
    try:
        for n in track(range(count // A_TICK), description="to the board", transient=True):
            data = next(pieces)
            lock_step.line.write(data)
            lock_step.advance((n + 1) * 0.01)
            answer = lock_step.line.read()
            answered += len(answer)
            if stepped is not None:
                stepped.line.write(data)
                stepped.advance((n + 1) * 0.01)
                other = stepped.line.read()
                assert answer == other, f"tick {n}: {answer.hex()} and {other.hex()}"
        assert lock_step.outputs() == (stepped or lock_step).outputs()
    finally:
        if stepped is not None:
            stepped.close()
    return answered


class Fed:
    """A line on which `data` arrives. A hello is answered as a board that was built for `body`."""

    def __init__(self, body: Body) -> None:
        self.data = b""
        self._frames = wire.Frames()
        self._body = body
        self._names = " ".join(("fuzz", *body.joints)).encode()

    def read(self) -> bytes:
        """What has arrived since the last call."""
        data, self.data = self.data, b""
        return data

    def write(self, data: bytes) -> None:
        """Answer a hello, lose the rest."""
        for kind, _, payload in self._frames.feed(data):
            if kind == wire.HELLO:
                schema, nonce = struct.unpack_from("<IH", payload)
                count = len(self._body.joints)
                head = (schema, body_hash(self._body), nonce, 1, 0, 1, 0, 1, count)
                identity = struct.pack("<IIHHBBBBB", *head) + self._names
                self.data += b"\0" + wire.frame(wire.IDENTITY, 0, identity)


def to_brain(body: Body, count: int, seed: int) -> int:
    """Send `count` bytes to the brain's end; returns how many senses came of them."""
    pieces = stream(Random(seed))
    line = Fed(body)
    found = SerialBody(MemoryLink(line), body)
    senses = 0
    for n in track(range(count // A_TICK), description="to the brain", transient=True):
        line.data += next(pieces)
        senses += len(found.poll(n * 0.02))
    return senses


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print what came back; the exit code is 1 where something raised."""
    parser = argparse.ArgumentParser(
        prog="python -m bench fuzz_wire",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--bytes", type=int, default=10_000_000, help="each way")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    body = load(SHIPPED["body"] / "cat.yaml", Body)
    answered = to_boards(body, options.bytes, options.seed)
    both = "CPython and MicroPython" if interpreter() is not None else "CPython only"
    print(f"{options.bytes:,} bytes to the board ({both}): it answered {answered:,} bytes")
    senses = to_brain(body, options.bytes, options.seed)
    print(f"{options.bytes:,} bytes to the brain: {senses:,} senses, nothing raised")
    return 0
