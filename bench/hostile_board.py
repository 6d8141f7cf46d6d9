"""Lets `moggy run` live with a board that lies and floods: whether it lives on, how many setpoints
it sends, the longest time between two of them, the gaps between its ticks, and what it says.

    python -m bench hostile_board               # three seconds of each attack: three minutes
    python -m bench hostile_board --seconds 1 --only flood

The board is this process at the other end of a pseudo-terminal. Beside its attack it answers as a
sound board does. A pet that sends no setpoint for a second makes a real board go to rest. Behind
each attack there is a pause of its length, with whose gaps between ticks those under attack are
compared. While what the board says cannot be read, as in a flood of noise, there is no board for
the pet to send setpoints to; its ticks go on.
"""

from __future__ import annotations

import argparse
import os
import select
import struct
import subprocess
import sys
import tempfile
import threading
import time
import tty
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.gaps import gaps, longest, p99, slow, verdict
from moggy import wire
from moggy.board_config import body_hash
from moggy.body import Body
from moggy.commands.live import run_robot
from moggy.config import SHIPPED, load
from moggy.messages import Tick

STEP = 0.01
"""Seconds between two lies; as long as the firmware's tick."""
FLOOD = 4_000
"""Bytes of a flood in a step: four times what the brain takes."""
BAR_GAP = 1.0
"""Seconds without a setpoint after which a board rests (TTL and hold, firmware/mode.py)."""
MS = struct.pack("<I", 7)


class Liar:
    """What a board says: it answers as a sound one, and `lie` comes on top."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.random = Random(1)
        self.nonce = 0
        """Of the session; 0 without one."""
        self.event = 0
        """Number of the last event, 1..255."""
        self.says_who = True
        """Whether it answers a hello as it should."""
        self.setpoints: list[float] = []
        """When a setpoint came, s."""
        self._frames = wire.Frames()

    def hears(self, data: bytes, now: float) -> bytes:
        """What it answers to the brain's bytes."""
        said = bytearray()
        for kind, seq, payload in self._frames.feed(data):
            if kind == wire.HELLO and self.says_who:
                self.nonce, self.event = struct.unpack_from("<IH", payload)[1], 0
                said += b"\0" + wire.frame(wire.IDENTITY, 0, self.identity(self.nonce))
                said += self.state(1)
            elif kind == wire.SETPOINT and self.nonce:
                self.setpoints.append(now)
            elif kind == wire.PING and self.nonce:
                said += wire.frame(wire.PONG, 0, payload + struct.pack("<I", int(now * 1000.0)))
            elif 32 <= kind < 64 and self.nonce:
                said += wire.frame(wire.ACK, 0, bytes((seq, 0, self.nonce & 255)))
            elif not self.nonce and self.says_who:
                said += wire.frame(wire.IDENTITY, 0, self.identity(0))
        return bytes(said)

    def identity(self, nonce: int, names: str = "") -> bytes:
        """The payload of its identity."""
        joints = self.body.joints
        head = (wire.SCHEMA_HASH, body_hash(self.body), nonce, 1, 0, 1, 0, 1, len(joints))
        text = names or " ".join(("board", *joints))
        return struct.pack("<IIHHBBBBB", *head) + text.encode()

    def state(self, number: int) -> bytes:
        """An event that says its state."""
        return self.tells(wire.STATE, MS + bytes((number, 0, 0, 0, 0, 0)))

    def tells(self, kind: int, payload: bytes) -> bytes:
        """An event, with the next number."""
        self.event = self.event % 255 + 1
        return wire.frame(kind, self.event, bytes((self.nonce & 255,)) + payload)


Lie = Callable[[Liar], bytes]
"""What is said on top, in one step."""


class Attack(NamedTuple):
    """One way to lie."""

    lie: Lie
    is_said: bool = True
    """Whether the owner must be told."""
    is_silent: bool = False
    """Whether it begins no session, so that no setpoint can be sent."""


def once(kind: int, payload: bytes) -> Attack:
    """The same wrong frame at every step, as an event or a sample."""
    if wire.TOUCHED <= kind <= wire.STATE:
        return Attack(lambda liar: liar.tells(kind, payload))
    return Attack(lambda _: wire.frame(kind, 0, payload))


def flood(make: Lie, *, is_said: bool = True) -> Attack:
    """As many frames as the line takes."""

    def lie(liar: Liar) -> bytes:
        out = bytearray()
        while len(out) < FLOOD:
            out += make(liar)
        return bytes(out)

    return Attack(lie, is_said)


def random_frame(liar: Liar) -> bytes:
    """Any known type with any payload."""
    kind = liar.random.choice([row[0] for row in wire.SCHEMA if row[0] != wire.IDENTITY])
    payload = liar.random.randbytes(liar.random.choice((0, 1, 4, 8, 10, 16, 44, 200)))
    return liar.tells(kind, payload) if kind in (wire.TOUCHED, wire.STATE) else wire.frame(
        kind, 0, payload
    )  # fmt: skip


def no_identity(names: str) -> Attack:
    """It restarts, and answers every hello with these names."""

    def lie(liar: Liar) -> bytes:
        if liar.says_who:
            liar.says_who, liar.nonce = False, 0
        head = wire.frame(wire.IDENTITY, 0, liar.identity(0, names[:100]))
        return b"\0" + head[:-1] + names[100:].encode() + b"\0"

    return Attack(lie, is_silent=True)


def noise(liar: Liar) -> bytes:
    """Bytes in which no answer of the board stays whole."""
    return liar.random.randbytes(500)


def touch(liar: Liar) -> bytes:
    """A sample of pads that are stroked."""
    return wire.frame(wire.TOUCH, 0, MS + liar.random.randbytes(len(liar.body.pads)))


ATTACKS: Mapping[str, Attack] = {
    "nothing": Attack(lambda _: b"", is_said=False),
    "empty ack": once(wire.ACK, b""),
    "ack with result 9": once(wire.ACK, bytes((1, 9, 1))),
    "short pong": once(wire.PONG, bytes(7)),
    "pong from the future": Attack(
        lambda liar: wire.frame(wire.PONG, 0, liar.random.randbytes(8)), is_said=False
    ),
    "short identity": once(wire.IDENTITY, struct.pack("<I", wire.SCHEMA_HASH)),
    "short state": once(wire.STATE, bytes(9)),
    "state 200": once(wire.STATE, MS + bytes((200, 0, 0, 0, 0, 0))),
    "short motion": once(wire.MOTION, bytes(15)),
    "short battery": once(wire.BATTERY, bytes(7)),
    "battery at 255 %": once(wire.BATTERY, MS + bytes((0, 0, 255, 0))),
    "short joints": once(wire.JOINTS, MS + bytes(2)),
    "one byte of an angle": once(wire.JOINTS, MS + bytes(1)),
    "more pads than known": once(wire.TOUCH, MS + bytes(200)),
    "fewer pads than known": once(wire.TOUCHED, MS + bytes(1)),
    "unknown types": Attack(
        lambda liar: wire.frame(liar.random.randrange(100, 256), 0, liar.random.randbytes(9))
    ),
    "the brain's own messages": once(wire.SETPOINT, bytes(20)),
    "log of random bytes": Attack(
        lambda liar: wire.frame(wire.LOG, 0, liar.random.randbytes(480)), is_said=False
    ),
    "random payloads": Attack(random_frame),
    "noise": Attack(lambda liar: liar.random.randbytes(100), is_said=False),
    "flood of touches": flood(touch),
    "flood of events": flood(lambda liar: liar.state(liar.random.randrange(1, 6))),
    "flood of random frames": flood(random_frame),
    "flood of noise": flood(noise)._replace(is_silent=True),
    "flood of zeros": Attack(lambda _: bytes(FLOOD), is_said=False),
    "identity of another session": Attack(
        lambda liar: wire.frame(wire.IDENTITY, 0, liar.identity(liar.random.randrange(1, 65536)))
    ),
    "identity of another version": Attack(
        lambda liar: wire.frame(wire.IDENTITY, 0, liar.random.randbytes(40))
    ),
    "identity with 100,000 bytes of names": no_identity("x" * 100_000),
    "identity without names": no_identity("x"),
}
"""By name."""


class Port:
    """A thread that lies at one end of a pseudo-terminal, until `unplug`."""

    def __init__(self, body: Body) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self.liar = Liar(body)
        self.lie: Lie = ATTACKS["nothing"].lie
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """End the thread and the terminal."""
        if not self._ending.is_set():
            self._ending.set()
            self._thread.join()
            os.close(self._master)
            os.close(self._slave)

    def _run(self) -> None:
        waiting, next_lie = bytearray(), 0.0
        while not self._ending.is_set():
            writes = [self._master] if waiting else []
            ready, room, _ = select.select([self._master], writes, [], STEP / 2)
            now = time.monotonic()
            if ready:
                # What it answers goes before the lies that wait, but never into a frame.
                waiting += self.liar.hears(os.read(self._master, 65536), now)
            if now >= next_lie:
                next_lie = now + STEP
                lie = self.lie(self.liar)
                if not lie:
                    waiting = waiting[-1000:]  # a flood has ended
                elif len(waiting) < FLOOD:
                    waiting += lie
            if room:
                try:
                    del waiting[: os.write(self._master, waiting[:4096])]
                except BlockingIOError:
                    continue


class Outcome(NamedTuple):
    """What an attack did."""

    lives: bool
    rate: float
    """Setpoints a second."""
    gap: float
    """Longest time between two setpoints, s."""
    ticks: Sequence[float]
    """Gaps between its ticks, ms, ascending."""
    pause: Sequence[float]
    """The same of the pause behind it."""
    said: Sequence[str]
    """What it said on the terminal."""


class Pet:
    """`moggy run` on a port, with what it says."""

    def __init__(self, port: str, home: Path) -> None:
        self.said: list[str] = []
        self.moments: list[float] = []
        """When each tick was over, s."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.hostile_board", "--live", port],
            env={**os.environ, "MOGGY_HOME": str(home), "MOGGY_MEMORY_KEY": str(home / "key")},
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for listen in (self._listen, self._count):
            threading.Thread(target=listen, daemon=True).start()

    @property
    def lives(self) -> bool:
        """Whether its process is there."""
        return self._process.poll() is None

    def close(self) -> None:
        """Let it lie down."""
        self._process.terminate()
        self._process.wait()

    def _listen(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.said.append(line.strip())

    def _count(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with suppress(ValueError):  # what `moggy run` says beside it
                self.moments.append(float(line))


def live(port: str) -> int:
    """`moggy run` on this port, which also writes when each tick was over to its output."""

    def tell(tick: Tick, sent: Mapping[str, float]) -> None:
        os.write(1, f"{time.monotonic()}\n".encode())

    return run_robot(
        port, body="cat", camera=None, microphone=None, studio_port=None, record=None,
        personality="cat", seed=None, words=False, listeners=[tell],
    )  # fmt: skip


def suffer(port: Port, pet: Pet, attack: Attack, seconds: float) -> Outcome:
    """Attack for some seconds."""
    said_before = len(pet.said)
    port.liar.setpoints.clear()
    begun = time.monotonic()
    port.lie = attack.lie
    time.sleep(seconds)
    port.lie = ATTACKS["nothing"].lie
    ended = time.monotonic()
    times = [begun, *port.liar.setpoints, ended]
    gap = max(after - before for before, after in pairwise(times))
    rate = len(port.liar.setpoints) / seconds
    # It is well again before the next attack, and has said so.
    port.liar.says_who = True
    port.liar.setpoints.clear()
    give_up = time.monotonic() + 60.0
    while pet.lives and len(port.liar.setpoints) < 10 and time.monotonic() < give_up:
        time.sleep(0.05)
    said = pet.said[said_before:]
    quiet = time.monotonic()
    time.sleep(seconds if pet.lives else 0.0)
    ticks, pause = gaps(pet.moments, begun, ended), gaps(pet.moments, quiet, time.monotonic())
    return Outcome(pet.lives, rate, gap, ticks, pause, said)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the attacks and print what each did; the exit code is 1 where one ended the pet, stopped
    its setpoints or made its ticks late."""
    parser = argparse.ArgumentParser(
        prog="python -m bench hostile_board",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=float, default=3.0, help="of each attack")
    parser.add_argument("--only", default="", help="attacks with this in their names")
    parser.add_argument("--live", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.live is not None:
        return live(options.live)
    port = Port(load(SHIPPED["body"] / "cat.yaml", Body))
    crashes = worst = 0
    ticks: dict[str, Sequence[float]] = {}
    pauses: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        pet = Pet(port.path, Path(home))
        try:
            while len(port.liar.setpoints) < 100 and pet.lives:
                time.sleep(0.1)
            print(f"{'':38} {'':5} setpoints: longest    ticks: longest\n"
                  f"{'attack':38} lives   a second gap, ms   p99 ms gap, ms  said")  # fmt: skip
            for name, attack in ATTACKS.items():
                if options.only not in name:
                    continue
                found = suffer(port, pet, attack, options.seconds)
                fails = not found.lives or (not attack.is_silent and found.gap > BAR_GAP)
                worst = max(worst, fails)
                ticks[name] = found.ticks
                pauses += found.pause
                board = [line for line in found.said if line.startswith("board")]
                print(
                    f"{name:38} {'yes' if found.lives else 'NO':5} {found.rate:10.1f}"
                    f" {found.gap * 1000.0:7.0f}"
                    f" {p99(found.ticks):8.1f} {longest(found.ticks):7.1f}"
                    f"  {len(found.said)}: {(board or [''])[0][:90]}",
                    flush=True,
                )
                if not found.lives:
                    crashes += 1
                    print("\n".join(found.said[-8:]))
                    pet = Pet(port.path, Path(home))
        finally:
            pet.close()
            port.unplug()
    pauses.sort()
    print(f"{'pauses between them':63} {p99(pauses):8.1f} {longest(pauses):7.1f}")
    missed = slow(ticks, pauses)
    print(verdict(missed))
    print(f"it was ended {crashes} times")
    return max(worst, bool(missed))


if __name__ == "__main__":
    sys.exit(main())
