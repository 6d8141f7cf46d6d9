"""How long it takes from a touch to the first byte on the wire that it changed.

Virtual time: the same life with and without the touch; the first command that differs. Real time: a
hand on the simulated skin while the firmware runs in its own interpreter at the other end of a
serial port; from the moment of the touch to the moment at which the setpoint that carries the
reaction has been written. The touch comes at a random phase of the loop.
"""

from __future__ import annotations

import argparse
import random
import threading
from collections.abc import Mapping, Sequence
from time import monotonic

import moggy
from moggy.actuators.serial_body import SerialBody
from moggy.assemble import begin, born
from moggy.body import Body
from moggy.clock import RATE, RealClock
from moggy.config import Files
from moggy.link import SerialLink
from moggy.loop import Loop
from moggy.messages import Tick, Touch
from moggy.sim.board.micropython import MicroPythonBoard
from moggy.sim.world import World

TOUCHES = 60
"""Touches in real time."""
BOARD_TICK = 0.01
"""Seconds of one tick of the firmware."""
WARM_UP = 4.0
"""Seconds for the board to start and the pet to stand."""


def virtual() -> list[float]:
    """Seconds from touch to changed command in virtual time, ascending, for twenty touches spread
    over a loop period."""
    found = []
    alone = moggy.live(moggy.Pet(hour=12.0), seconds=2.4).ticks
    for n in range(20):
        at = 2.0 + n / 20 / RATE
        hand = [Touch(at=at + k / 50, zone="neck", pressure=0.4, area=0.3) for k in range(10)]
        touched = moggy.live(moggy.Pet(hour=12.0), hand, 2.4).ticks
        first = next(
            a for a, b in zip(touched, alone, strict=True) if a.commanded.pose != b.commanded.pose
        )
        found.append(first.at - at)
    return sorted(found)


class IndependentHand:
    """Touches and lets go at times that are independent of the loop, and notes when the reaction to
    each touch had been written."""

    def __init__(self, world: World, board: MicroPythonBoard) -> None:
        self._world, self._board, self._rng = world, board, random.Random(1)
        self.touched: float | None = None
        """Seconds on the monotonic clock of a touch that waits for its reaction."""
        self.latencies: list[float] = []
        """Seconds from touch to written reaction."""
        self.done = threading.Event()

    def run(self) -> None:
        """Touch TOUCHES times, then say that it is done; blocks for about 45 s."""
        self.done.wait(WARM_UP)
        zones = self._rng.choices(("neck", "back", "head", "chin", "cheeks"), k=TOUCHES)
        for zone in zones:
            self._world.touch(zone=zone, pressure=0.4, area=0.3)
            self.touched = monotonic()
            self._board.feed(self._world.inputs())
            self.done.wait(0.25)
            self._world.release()
            self._board.feed(self._world.inputs())
            self.touched = None
            self.done.wait(0.4 + self._rng.random() * 0.2)
        self.done.set()

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        """A listener: told after the body has moved, that is after the bytes were written."""
        touched = self.touched
        if touched is not None and any(
            mover.layer == "reaction" for movers in tick.moved.values() for mover in movers
        ):
            self.latencies.append(monotonic() - touched)
            self.touched = None


def real(body: Body) -> list[float]:
    """Seconds from touch to written reaction in real time, ascending."""
    board = MicroPythonBoard(body)
    world = World(body)
    link = SerialLink(board.path)
    out = SerialBody(link, body)
    hand = IndependentHand(world, board)
    loop = Loop(
        born(begin(Files(), seed=1, hour=12.0)),
        RealClock(),
        sensors=[out],
        body=out,
        listeners=[hand],
    )
    thread = threading.Thread(target=hand.run)
    thread.start()
    loop.closing.callback(board.close)
    loop.closing.callback(out.close)

    def stop_when_done() -> None:
        hand.done.wait()
        loop.stop()

    threading.Thread(target=stop_when_done, daemon=True).start()
    loop.run()
    thread.join()
    return sorted(hand.latencies)


def show(name: str, figures: Sequence[float]) -> None:
    """Print median, 95th percentile and maximum of seconds in ascending order, in milliseconds."""
    p50, p95 = figures[len(figures) // 2], figures[min(int(len(figures) * 0.95), len(figures) - 1)]
    print(
        f"{name}: median {p50 * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms, "
        f"worst {figures[-1] * 1000:.1f} ms, of {len(figures)} touches"
    )


def main() -> None:
    """Print the latencies in virtual and in real time."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    body = Files().load("body/cat.yaml", Body)
    period = (1 / RATE + BOARD_TICK) * 1000
    show(
        f"touch to wire, virtual time (one period and a board tick are {period:.0f} ms)",
        virtual(),
    )
    show("touch to wire, real time, MicroPython on a serial port", real(body))
