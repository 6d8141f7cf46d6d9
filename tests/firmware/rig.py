"""Boards with a body on their wire, and a line that may lose, repeat and damage what goes over
it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from typing import Any, TypeAlias

import pytest

from moggy import wire
from moggy.actuators.serial_body import SerialBody
from moggy.body import Body
from moggy.config import SHIPPED, load
from moggy.link import Line, MemoryLink
from moggy.messages import AnySense, BoardReport, Command
from moggy.protocol import CommandResult, Heard
from moggy.sim.board.interpreter import interpreter, note
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.micropython import SteppedMicroPython
from moggy.sim.board.wires import DeviceFault, WorldInputs

CAT = load(SHIPPED["body"] / "cat.yaml", Body)
AHEAD = {"head_pan": 0.3}
COUNT_US = 20_000 / 4096
"""µs of the servo board's steps; a pulse is off by half of one, and by half a µs of rounding."""
INTERPRETERS = ("cpython", "micropython")
"""What the firmware runs in."""
Board: TypeAlias = LockStepBoard | SteppedMicroPython


@contextmanager
def started(name: str, body: Body = CAT, *, chip: str | None = None) -> Iterator[Board]:
    """A board whose firmware runs in one of INTERPRETERS; skips where there is none."""
    if name == "cpython":
        yield LockStepBoard(body, chip=chip)
        return
    if interpreter() is None:
        pytest.skip(f"not run: {note()}")
    board = SteppedMicroPython(body, chip=chip)
    try:
        yield board
    finally:
        board.close()


def wired(**wiring: Any) -> Body:
    """The shipped body with another wiring."""
    data = CAT.model_dump()
    data["wiring"] |= wiring
    return Body.model_validate(data)


class BadLine:
    """Loses, repeats and damages single frames, by chance."""

    def __init__(
        self, line: Line, random: Random, loss: float, twice: float, damage: float
    ) -> None:
        self._line, self._random = line, random
        self._loss, self._twice, self._damage = loss, twice, damage

    def read(self) -> bytes:
        return self._pass(self._line.read())

    def write(self, data: bytes) -> None:
        self._line.write(self._pass(data))

    def _pass(self, data: bytes) -> bytes:
        passed = b""
        for part in data.split(b"\0")[:-1]:
            frame = bytearray(part + b"\0")
            if self._random.random() < self._damage:
                frame[self._random.randrange(len(frame))] ^= 1 << self._random.randrange(8)
            if self._random.random() >= self._loss:
                passed += frame * (2 if self._random.random() < self._twice else 1)
        return passed


class Rig:
    """Call `live` to let time pass. `senses` keeps all that was heard."""

    def __init__(
        self,
        body: Body = CAT,
        *,
        quiet_ms: int = 0,
        chip: str | None = None,
        line: Callable[[Line], Line] = lambda line: line,
    ) -> None:
        self.board = LockStepBoard(body, quiet_ms=quiet_ms, chip=chip)
        self.link = MemoryLink(line(self.board.line))
        self.body = SerialBody(self.link, body)
        self.now = 0.0
        self.inputs = WorldInputs()
        self.senses: list[AnySense] = []

    @property
    def bench(self) -> Any:
        return self.board.bench

    def feel(self, **inputs: Any) -> None:
        """Change what the world does to the board."""
        self.inputs = replace(self.inputs, **inputs)
        self.board.feed(self.inputs)

    def touch(self, **pads: float) -> None:
        """Press pads by name."""
        pressures = [0.0] * 12
        for name, pressure in pads.items():
            pressures[CAT.pads[name].channel] = pressure
        self.feel(pads=tuple(pressures))

    def live(
        self, seconds: float, pose: dict[str, float] | None = None, *, silent: bool = False
    ) -> Sequence[AnySense]:
        """Let time pass, with a pose sent at every tick of the loop; `silent`: the brain is gone.
        Gives what was heard meanwhile."""
        heard: list[AnySense] = []
        for _ in range(round(seconds * 50)):
            self.now = round(self.now + 0.02, 6)
            self.board.advance(self.now)
            if not silent:
                heard += self.body.poll(self.now)
                self.body.move(Command(at=self.now, pose=pose or {}))
        self.senses += heard
        return heard

    @property
    def state(self) -> str:
        """The newest that the board said."""
        return [sense.state for sense in self.senses if isinstance(sense, BoardReport)][-1]

    @property
    def limp(self) -> bool:
        """Whether no servo has a pulse."""
        return not any(self.board.outputs().servos.values())


class Brain:
    """The brain's end of the wire: lets time pass in steps of 10 ms and keeps what it hears."""

    def __init__(self, **rig: Any) -> None:
        self.rig = Rig(**rig)
        self.link, self.board = self.rig.link, self.rig.board
        self.now = 0.0
        self.heard: list[Heard] = []

    def live(self, seconds: float, **pose: float) -> list[Heard]:
        """Let time pass; where a pose is given it is sent fifty times a second."""
        new: list[Heard] = []
        for n in range(round(seconds * 100)):
            self.now = round(self.now + 0.01, 6)
            self.board.advance(self.now)
            if pose and n % 2:
                self.rig.body.move(Command(at=self.now, pose=pose))
            new += [said for said in self.link.poll(self.now) if isinstance(said, Heard)]
        self.heard += new
        return new

    def awake(self) -> Brain:
        """A board whose servos all have their pulses, at rest with nothing to tell."""
        self.live(3.0, head_pan=0.0)
        return self

    def asked(self, kind: int, payload: bytes = b"") -> str:
        """How the board answers a command."""
        self.link.results()
        self.link.command(kind, payload, self.now)
        self.live(0.1)
        (result,) = self.link.results()
        return result.result

    @property
    def status(self) -> tuple[str, int, int, int]:
        """State, faults, stuck pads and flags, as last said."""
        said = [one.payload for one in self.heard if one.kind == wire.STATE][-1]
        _, state, faults, stuck, flags = struct.unpack("<IBHHB", said)
        return wire.STATES[state], faults, stuck, flags


def of(kind: int, heard: list[Heard]) -> list[Heard]:
    return [one for one in heard if one.kind == kind]


class Listening:
    """A board's line that notes the state's flags and the log as they pass."""

    def __init__(self, line: Line) -> None:
        self._line, self._frames = line, wire.Frames()
        self.flags = 0
        self.log: list[str] = []

    def read(self) -> bytes:
        data = self._line.read()
        for kind, _, payload in self._frames.feed(data):
            if kind == wire.STATE:
                self.flags = payload[-1]
            elif kind == wire.LOG:
                self.log.append(payload.decode())
        return data

    def write(self, data: bytes) -> None:
        self._line.write(data)


class Told:
    """A board of one of the two interpreters, what it said, and what it puts out."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.now = 0.0
        self.reports: list[BoardReport] = []

    @property
    def state(self) -> str:
        """As last said; "lost" while the board is not heard."""
        return self.reports[-1].state

    @property
    def faults(self) -> tuple[str, ...]:
        """As last said."""
        return self.reports[-1].faults

    @property
    def pulsed(self) -> int:
        """How many servos have pulses."""
        return sum(1 for us in self.board.outputs().servos.values() if us)


class Life(Told):
    """A board with a body on its line."""

    def __init__(self, board: Board, body: Body = CAT) -> None:
        super().__init__(board)
        self.link = MemoryLink(board.line)
        self.body = SerialBody(self.link, body)
        self.inputs = WorldInputs()

    def live(self, seconds: float, pose: dict[str, float] | None = AHEAD, **inputs: Any) -> Life:
        """Let time pass, with `pose` sent fifty times a second; None sends nothing."""
        if inputs:
            self.inputs = replace(self.inputs, **inputs)
            self.board.feed(self.inputs)
        for _ in range(round(seconds * 50)):
            self.now = round(self.now + 0.02, 6)
            self.board.advance(self.now)
            heard = self.body.poll(self.now)
            self.reports += [sense for sense in heard if isinstance(sense, BoardReport)]
            if pose is not None:
                self.body.move(Command(at=self.now, pose=pose))
        return self

    def blip(self, *faults: DeviceFault, ms: int = 10) -> None:
        """These faults for `ms`, a multiple of 10, in which nothing is sent."""
        self.board.feed(replace(self.inputs, faults=faults))
        self.board.advance(round(self.now + ms / 1000, 6))
        self.board.feed(self.inputs)
        self.now = round(self.now + -(-ms // 20) * 0.02, 6)
        self.board.advance(self.now)

    def asked(self, kind: int) -> CommandResult:
        """How the board answers a command."""
        self.link.results()
        self.link.command(kind, b"", self.now)
        self.live(0.1, None)
        (result,) = self.link.results()
        return result
