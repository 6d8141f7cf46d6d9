"""The loop round the pet, fifty times a second: ask the sensors, let the pet live one moment, move
the body, tell the listeners."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol, TypeAlias

from moggy.clock import Clock
from moggy.intake import Intake
from moggy.messages import AnySense, ClearFaults, Command, Setting, Tick, Trouble
from moggy.pet import LivingPet
from moggy.vocabulary import joined
from moggy.worker import Worker

Sent: TypeAlias = Mapping[str, float]
"""Joint → rad, as it was sent over the wire."""

Listener: TypeAlias = Callable[[Tick, Sent], None]
"""Called after every tick: the journal, the studio, the speaker. One that raises OSError is left
out from then on, and a Trouble says so."""

LEFT_OUT = "it is left out from now on"

Ask: TypeAlias = Callable[[Tick], Any]
"""The job to offer a slow worker after this tick; None for nothing."""


class Sensor(Protocol):
    """The only impure input of the loop. One that raises OSError is left out from then on, and a
    Trouble says so."""

    def poll(self, now: float) -> Sequence[AnySense]:
        """What came in since the last call; never waits. `now` is s on the pet's clock."""
        ...


class BodyOut(Protocol):
    """What the loop moves."""

    def move(self, command: Command) -> Sent:
        """Send a pose; gives what was really sent. Called at every tick."""
        ...

    def stop(self, now: float) -> None:
        """Emergency stop: limp at once, until `release`."""
        ...

    def release(self, now: float) -> None:
        """End the emergency stop."""
        ...

    def clear(self, now: float) -> None:
        """Clear the board's faults; those whose cause persists stay."""
        ...


class Loop:
    """Runs a pet on a clock until the clock ends or `stop` is called."""

    def __init__(
        self,
        pet: LivingPet,
        clock: Clock,
        *,
        sensors: Sequence[Sensor],
        body: BodyOut,
        listeners: Sequence[Listener] = (),
        thinkers: Sequence[tuple[Ask, Worker]] = (),
        closing: ExitStack | None = None,
    ) -> None:
        """`thinkers` are slow workers, each with what it is asked. `closing` is closed when the
        loop ends, the last that was opened first."""
        self._pet, self._clock, self._body = pet, clock, body
        self._sensors, self._listeners, self._thinkers = (
            list(sensors),
            list(listeners),
            list(thinkers),
        )
        self._intake = Intake("senses")
        self.closing = closing or ExitStack()

    def stop(self) -> None:
        """End after this tick; may be called from any thread or a signal."""
        self._clock.end()

    def run(self) -> None:
        """Live until the end, and close what was opened, whatever happens."""
        with self.closing, rare_collection():
            for now in self._clock.ticks():
                self.step(now)

    def step(self, now: float) -> Tick:
        """One moment, from the sensors to the listeners."""
        tick = self._pet.tick(now, self._sense(now))
        for sense in tick.senses:
            if isinstance(sense, Setting) and sense.name == "stop":
                (self._body.stop if sense.on else self._body.release)(now)
            elif isinstance(sense, ClearFaults):
                self._body.clear(now)
        sent = self._body.move(tick.commanded)
        for ask, worker in self._thinkers:
            question = ask(tick)
            if question is not None:
                worker.offer(question, now)
        for listener in tuple(self._listeners):
            try:
                listener(tick, sent)
            except OSError as error:
                self._listeners.remove(listener)
                part = type(listener).__name__.lower()
                self._intake.add(
                    Trouble(at=now, part=part, message=joined(f"{part}: {error}", LEFT_OUT))
                )
        return tick

    def _sense(self, now: float) -> list[AnySense]:
        intake = self._intake
        for sensor in tuple(self._sensors):
            try:
                intake.extend(sensor.poll(now))
            except OSError as error:
                self._sensors.remove(sensor)
                intake.add(
                    Trouble(
                        at=now,
                        part=getattr(sensor, "name", type(sensor).__name__.lower()),
                        message=joined(str(error), LEFT_OUT),
                    )
                )
        for _, worker in self._thinkers:
            intake.extend(worker.poll(now))
        return intake.take(now)


@contextmanager
def rare_collection() -> Iterator[None]:
    """Let Python's garbage collector run seldom: what exists now is not looked at again, and what a
    tick makes is freed without it.

    Before, it took a fifth of the time of a headless life and made the longest pauses of a real one
    (`python -m bench tick`).
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
