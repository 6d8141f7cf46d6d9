"""A whole simulated body: the world touches it, the firmware runs it, and the wire lies between;
and the senses that reach the pet through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from moggy.messages import AnySense, Command
from moggy.sim.board.wires import Pulses, SimulatedBoard, angles
from moggy.sim.world import World


class WiredBody(Protocol):
    """The brain's end of the wire, `actuators.serial_body.SerialBody`, as for a real body. Its
    methods are those of SimulatedBody."""

    def move(self, command: Command) -> Mapping[str, float]:
        """Send a pose; gives joint → rad as it was sent."""
        ...

    def poll(self, now: float) -> Sequence[AnySense]:
        """What the board reported since the last call."""
        ...

    def stop(self, now: float) -> None:
        """Emergency stop."""
        ...

    def release(self, now: float) -> None:
        """End the emergency stop."""
        ...

    def clear(self, now: float) -> None:
        """Clear the board's faults."""
        ...

    def close(self) -> None:
        """Free the line."""
        ...


class SimulatedBody:
    """Moves and is polled like any body."""

    def __init__(self, world: World, board: SimulatedBoard, body: WiredBody) -> None:
        """`body` is linked to the board: `SerialBody(MemoryLink(board.line), world.body)`, or a
        `SerialLink` to its port."""
        self.world, self.board = world, board
        self._body = body
        self._stepped = -1.0

    def step(self, now: float) -> None:
        """Let the board live until `now` (s) with what the world does to it."""
        if now > self._stepped:
            self._stepped = now
            self.board.feed(self.world.inputs())
            self.board.advance(now)

    def poll(self, now: float) -> Sequence[AnySense]:
        """What the board said by `now`."""
        self.step(now)
        return self._body.poll(now)

    def move(self, command: Command) -> Mapping[str, float]:
        """Send a pose; joint → rad as it was sent."""
        return self._body.move(command)

    def pulses(self) -> Pulses:
        """What the servos, the purr motor and the pupils are given now."""
        return self.board.outputs()

    def angles(self) -> dict[str, float]:
        """Joint → rad to which its servo is driven; limp joints are left out."""
        return angles(self.world.body, self.board.outputs())

    def stop(self, now: float) -> None:
        """Emergency stop."""
        self._body.stop(now)

    def release(self, now: float) -> None:
        """End the emergency stop."""
        self._body.release(now)

    def clear(self, now: float) -> None:
        """Clear the board's faults."""
        self._body.clear(now)

    def close(self) -> None:
        """Let go of the link and end the board."""
        self._body.close()
        self.board.close()


Source: TypeAlias = Callable[[float], Sequence[AnySense]]
"""Asked at every tick for what happened up to then: a script, the studio's page, or a person who
answers what the pet does."""


class SimulatedSenses:
    """A sensor: raw touch, motion and battery of a source go through the simulated body and its
    board, everything else comes as it is."""

    def __init__(self, source: Source, body: SimulatedBody) -> None:
        self._source, self._body = source, body

    def poll(self, now: float) -> Sequence[AnySense]:
        """What the pet hears of it by `now`."""
        direct: list[AnySense] = []
        for sense in self._source(now):
            self._body.step(sense.at)
            if not self._body.world.take(sense):
                direct.append(sense)
        self._body.step(now)
        return [*direct, *self._body.poll(now)]
