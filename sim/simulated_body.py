"""A whole simulated body: the world touches it, the firmware runs it, and the wire lies between;
and the senses that reach the pet through it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeAlias

from moggy.messages import AnySense, Command
from moggy.sim.board.relay import WireFault
from moggy.sim.board.wires import Pulses, SimulatedBoard
from moggy.sim.faults import DEVICE_FAULTS, WIRE_FAULTS, Fault, FaultPlan
from moggy.sim.servos import Shafts
from moggy.sim.world import FALLING, World


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


class FaultyWire(Protocol):
    """What may stand between the two ends of the wire: `Relay`, or `PortRelay` in real time."""

    def suffer(self, faults: Collection[WireFault], now: float) -> None:
        """Set what is wrong from `now` (s) on, and pass on what has arrived by then."""
        ...

    def close(self) -> None:
        """Let go of the line."""
        ...


class SimulatedBody:
    """Moves and is polled like any body."""

    def __init__(
        self,
        world: World,
        board: SimulatedBoard,
        body: WiredBody,
        wire: FaultyWire | None = None,
        skipped: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`body` is linked to the board: `SerialBody(MemoryLink(board.line), world.body)`, or a
        `SerialLink` to its port; through `wire`, which faults of the wire need. `skipped`: seconds
        that the pet's time was set ahead up to now (`BentClock.skipped`). The board and its wire do
        not live them: there is no silence in which they could lose each other."""
        self.world, self.board = world, board
        self._body, self._wire = body, wire
        self._skipped = skipped
        self._stepped = -1.0
        self._plan: FaultPlan | None = None
        """The faults; None before the first."""
        self._shafts = Shafts(world.body)

    def take(self, sense: AnySense) -> bool:
        """Let a fault, raw touch, motion or battery happen to the body; False for a sense that
        comes to the pet as it is. Raises ValueError for a fault of a wire that is not `wire`."""
        if not isinstance(sense, Fault):
            return self.world.take(sense)
        if self._wire is None and sense.name in WIRE_FAULTS:
            raise ValueError(f"fault: {sense.name}: this body has no relay on its wire")
        self._plan = self._plan or FaultPlan()
        self._plan.add(sense)
        return True

    def step(self, now: float) -> None:
        """Let the board live until `now` (s) with what the world does to it."""
        if now > self._stepped:
            self._stepped = now
            if self._plan is not None:
                self._break(self._plan, now)
            else:
                self.board.feed(self.world.inputs())
            self.board.advance(self._own(now))

    def _own(self, now: float) -> float:
        """The board's time at `now`, s."""
        return now - self._skipped()

    def _break(self, plan: FaultPlan, now: float) -> None:
        """What the board's devices feel, with the faults of this step."""
        faults = plan.at(now)
        if self._wire is not None:
            broken = [name for name in WIRE_FAULTS if name in faults]
            self._wire.suffer(broken, self._own(now))
        self._shafts.step(now, self.board.outputs(), faults)
        felt = self.world.inputs()
        if "fall" in faults:
            felt = replace(felt, acceleration=FALLING)
        devices = tuple([name for name in DEVICE_FAULTS if name in faults])
        if devices or self._shafts.sag:
            volts = max(felt.volts - self._shafts.sag, 0.0)
            felt = replace(felt, faults=devices, volts=volts)
        self.board.feed(felt)

    def poll(self, now: float) -> Sequence[AnySense]:
        """What the board said by `now`."""
        self.step(now)
        said, skipped = self._body.poll(self._own(now)), self._skipped()
        return [replace(sense, at=sense.at + skipped) for sense in said] if skipped else said

    def move(self, command: Command) -> Mapping[str, float]:
        """Send a pose; joint → rad as it was sent."""
        if self._skipped():
            command = replace(command, at=self._own(command.at))
        return self._body.move(command)

    def pulses(self) -> Pulses:
        """What the servos, the purr motor and the pupils are given now."""
        return self.board.outputs()

    def angles(self) -> dict[str, float]:
        """Joint → rad at which its servo stands; limp joints are left out."""
        return self._shafts.angles(self.board.outputs())

    def stop(self, now: float) -> None:
        """Emergency stop."""
        self._body.stop(self._own(now))

    def release(self, now: float) -> None:
        """End the emergency stop."""
        self._body.release(self._own(now))

    def clear(self, now: float) -> None:
        """Clear the board's faults."""
        self._body.clear(self._own(now))

    def close(self) -> None:
        """Let go of the link and end the board."""
        self._body.close()
        if self._wire is not None:
            self._wire.close()
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
            if not self._body.take(sense):
                direct.append(sense)
        self._body.step(now)
        return [*direct, *self._body.poll(now)]
