"""A relay on the serial line between brain and board: it loses, damages, delays, repeats, reorders,
cuts, bunches and slows what passes, or unplugs the line. The same seed gives the same faults."""

from __future__ import annotations

import heapq
import os
import select
import threading
import tty
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Literal, TypeAlias

from moggy.clock import RealClock
from moggy.link import Line

WireFault: TypeAlias = Literal[
    "wire_drop",
    "wire_flip",
    "wire_delay",
    "wire_duplicate",
    "wire_reorder",
    "wire_split",
    "wire_burst",
    "wire_unplug",
    "wire_slow",
]
"""What may happen to the line, in both directions."""

SHARE = 0.3
"""Share of the frames that are dropped, flipped, duplicated or overtaken. Our choice: with half of
it the board hardly ever misses setpoints for the 300 ms that they are good."""
DELAY_S = (0.05, 0.15)
"""Seconds by which a frame comes later, from … to. Our choice: a wireless bridge."""
OVERTAKEN_S = 0.05
"""Seconds by which a frame comes after those that it should precede. Our choice: about two ticks of
the loop."""
PIECE_S = 0.03
"""Seconds from the first to the second piece of what was sent at once: more than a tick of the
loop."""
BURST_S = 0.5
"""Seconds for which the line is silent before all that waits comes at once. Our choice: longer than
a setpoint is good."""
LINE_BYTES_S = 11_520.0
"""Bytes a second that the line carries at most while it has faults: 115200 baud."""
SLOW_BYTES_S = 960.0
"""Bytes a second of a slow line: 9600 baud, a twelfth of the real one."""
SLOW_KEPT_S = 4.0
"""Seconds of bytes that wait at a slow line; more are dropped, as by a system's buffer of 4 kB."""
MOST_AT_ONCE = 512
"""Bytes that arrive together at most: a serial port's buffer."""
RETRY_S = 0.1
"""Seconds between two attempts to open the board's port; our choice."""


class Way:
    """One direction of the line: bytes go in, and come out when they have arrived."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._faults: frozenset[WireFault] = frozenset()
        self._under_way: list[tuple[float, int, bytes]] = []
        """(when it arrives in s, a number that keeps the order, bytes), as a heap."""
        self._count = 0
        self._last = self._free = self._taken = 0.0
        """When the newest bytes arrive, when a slow line has sent all that it was given, and when
        bytes were last taken; s."""

    @property
    def busy(self) -> bool:
        """Whether bytes may come out otherwise than they went in."""
        return bool(self._faults or self._under_way)

    def suffer(self, faults: frozenset[WireFault], now: float) -> None:
        """Set what is wrong from `now` (s) on. What is under way when the line is unplugged is
        lost; what waits at a slow line comes as fast as it can when it is slow no longer."""
        if "wire_unplug" in faults:
            self._under_way.clear()
        elif "wire_slow" in self._faults and "wire_slow" not in faults:
            self._under_way = [(min(at, now), n, data) for at, n, data in self._under_way]
            heapq.heapify(self._under_way)
            self._last = self._free = now
        self._faults = faults

    def give(self, data: bytes, now: float) -> None:
        """Bytes that were written at `now`, s."""
        faults = self._faults
        if "wire_unplug" in faults:
            return
        if "wire_split" in faults and len(data) > 1:
            cut = self._random.randrange(1, len(data))
            self._give(data[:cut], now, now)
            self._give(data[cut:], now, now + PIECE_S)
        elif data:
            self._give(data, now, now)

    def due(self, now: float) -> bytes:
        """The bytes that have arrived by `now`, s, and were not taken yet."""
        found = bytearray()
        room = min(round((now - self._taken) * LINE_BYTES_S), MOST_AT_ONCE)
        self._taken = now
        waiting = self._under_way
        while waiting and room > 0 and waiting[0][0] <= now + 1e-9:
            at, number, data = heapq.heappop(waiting)
            found += data[:room]
            if len(data) > room:
                heapq.heappush(waiting, (at, number, data[room:]))
            room -= len(data)
        return bytes(found)

    def _give(self, data: bytes, now: float, begin: float) -> None:
        """Bytes that were written at `now` and arrive from `begin` on, s, unless that takes them
        longer."""
        faults, chance = self._faults, self._random.random
        for frame in _frames(data):
            if "wire_drop" in faults and chance() < SHARE:
                continue
            if "wire_slow" in faults and self._free - now > SLOW_KEPT_S:
                continue
            if "wire_flip" in faults and chance() < SHARE:
                frame = self._flipped(frame)
            at = begin
            if "wire_delay" in faults:
                at += self._random.uniform(*DELAY_S)
            if "wire_burst" in faults:
                at = (at // BURST_S + 1.0) * BURST_S
            twice = "wire_duplicate" in faults and chance() < SHARE
            late = "wire_reorder" in faults and chance() < SHARE
            for _ in range(2 if twice else 1):
                self._send(frame, at + OVERTAKEN_S if late else max(at, self._last), late)

    def _send(self, frame: bytes, at: float, overtaken: bool) -> None:
        if "wire_slow" in self._faults:
            at = self._free = max(at, self._free) + len(frame) / SLOW_BYTES_S
        if not overtaken:
            self._last = at
        self._count += 1
        heapq.heappush(self._under_way, (at, self._count, frame))

    def _flipped(self, frame: bytes) -> bytes:
        damaged = bytearray(frame)
        damaged[self._random.randrange(len(damaged))] ^= 1 << self._random.randrange(8)
        return bytes(damaged)


def _frames(data: bytes) -> Iterator[bytes]:
    """The bytes cut behind each delimiter."""
    begin = 0
    while begin < len(data):
        end = data.find(0, begin) + 1 or len(data)
        yield data[begin:end]
        begin = end


class Relay:
    """A line in memory behind a line in memory, in virtual time. `suffer` tells it the time."""

    def __init__(self, line: Line, seed: int = 0) -> None:
        """`line`: the brain's end of the board's own line."""
        self._line = line
        self._to_board, self._to_brain = _ways(seed)
        self._now = 0.0

    def suffer(self, faults: Collection[WireFault], now: float) -> None:
        """Let what has arrived by `now` (s) through to the board, and set what is wrong from now
        on. Called before the board runs up to `now`."""
        self._now = now
        for way in (self._to_board, self._to_brain):
            way.suffer(frozenset(faults), now)
        data = self._to_board.due(now)
        if data:
            self._line.write(data)

    def read(self) -> bytes:
        """The bytes that arrived at the brain since the last call."""
        data = self._line.read()
        if not self._to_brain.busy:
            return data
        self._to_brain.give(data, self._now)
        return self._to_brain.due(self._now)

    def write(self, data: bytes) -> None:
        """Send bytes to the board."""
        if self._to_board.busy:
            self._to_board.give(data, self._now)
        else:
            self._line.write(data)

    def close(self) -> None:
        """Do nothing: nothing is held open."""


class PortRelay:
    """A port in front of a board's port, in real time. `path` is the port for the brain; it is
    there while the board's port is, and disappears while the line is unplugged."""

    def __init__(self, port: str, seed: int = 0) -> None:
        """`port`: the board's, which may come and go."""
        self._port = port
        self.path = port + "-relayed"
        self._to_board, self._to_brain = _ways(seed)
        self._faults: frozenset[WireFault] = frozenset()
        self._clock = RealClock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def suffer(self, faults: Collection[WireFault], now: float) -> None:
        """Set what is wrong from now on."""
        self._faults = frozenset(faults)

    def close(self) -> None:
        """End the thread, and take the port away."""
        self._ending.set()
        self._thread.join(timeout=2.0)

    def _run(self) -> None:
        """The thread: while both ports can be there, pass bytes on."""
        while not self._ending.is_set():
            if "wire_unplug" not in self._faults:
                with suppress(OSError):  # the board is not there, or has gone
                    self._plugged()
            self._ending.wait(RETRY_S)

    def _plugged(self) -> None:
        """Make the brain's port, and pass bytes until the line is unplugged, or the board's port is
        lost (OSError)."""
        board = os.open(self._port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        master, slave = os.openpty()
        try:
            tty.setraw(slave)
            os.set_blocking(master, False)
            Path(self.path).unlink(missing_ok=True)
            Path(self.path).symlink_to(os.ttyname(slave))
            while not self._ending.is_set() and "wire_unplug" not in self._faults:
                self._pass(board, master)
        finally:
            Path(self.path).unlink(missing_ok=True)
            for descriptor in (slave, master, board):
                os.close(descriptor)

    def _pass(self, board: int, master: int) -> None:
        """Wait for bytes of either side, for a hundredth of a second at most, and pass on what has
        arrived. What a side does not take is lost, as on a serial line without flow control."""
        ready = select.select([board, master], [], [], 0.01)[0]
        now = self._clock.now()
        for source, target, way in (
            (master, board, self._to_board),
            (board, master, self._to_brain),
        ):
            way.suffer(self._faults, now)
            if source in ready:
                data = os.read(source, 4096)
                if not data:
                    raise OSError("the port is gone")
                way.give(data, now)
            data = way.due(now)
            if data:
                with suppress(BlockingIOError):
                    os.write(target, data)


def _ways(seed: int) -> tuple[Way, Way]:
    """To the board, and to the brain."""
    return Way(Random(seed)), Way(Random(seed + 1))
