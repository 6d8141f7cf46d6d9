"""Runs the firmware's own files in this process, under CPython and in virtual time: exact ticks of
10 ms, as fast as the machine allows."""

from __future__ import annotations

import builtins
import io
import types
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from moggy.board_config import config_text
from moggy.body import Body
from moggy.sim.board.interpreter import BENCH, FIRMWARE, POWER_ON
from moggy.sim.board.wires import (
    Pulses,
    WorldInputs,
    adc_counts,
    fault_bits,
    milli,
    pulses_of,
    stop_level,
)

TICK_MS = 10
"""ms from tick to tick; as TICK_MS of firmware/board.py."""
LISTEN_MS = 5
"""ms before a tick; as LISTEN_MS of firmware/main.py."""

LINE_BYTES = 2048
"""Bytes that wait for the board at most; more are lost. Our choice: between the 256 of a UART and
the 4 kB that a system keeps for a port."""


class Pipe:
    """A serial line in memory. `read` and `write` are the brain's end."""

    def __init__(self) -> None:
        self.to_board = bytearray()
        self.to_brain = bytearray()

    def read(self) -> bytes:
        """The bytes that the board wrote since the last call."""
        data = bytes(self.to_brain)
        self.to_brain.clear()
        return data

    def write(self, data: bytes) -> None:
        """Add bytes for the board, as far as there is room."""
        self.to_board += data[: LINE_BYTES - len(self.to_board)]


class _BoardEnd:
    """The board's end of a Pipe, with the methods of machine.UART."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    def any(self) -> int:
        return len(self._pipe.to_board)

    def readinto(self, buffer: bytearray, longest: int) -> int:
        waiting = self._pipe.to_board
        data = waiting[:longest]
        buffer[: len(data)] = data
        del waiting[:longest]
        return len(data)

    def write(self, data: bytearray, start: int, count: int) -> int:
        self._pipe.to_brain += data[start : start + count]
        return count


class LockStepBoard:
    """One board. Boards share the compiled code only, so there can be many in a process."""

    def __init__(
        self, body: Body, *, boots: int = 0, quiet_ms: int = 0, chip: str | None = None
    ) -> None:
        """`boots`: how often it was started before. `quiet_ms`: how long it ignores touches.
        `chip`: name of the microcontroller, as in firmware/restart.py; None: that of the body."""
        self._body = body
        self._chip = chip or body.wiring.chip.upper()
        self._ms = self._born = 0
        """ms now, and when the microcontroller last started."""
        self._modules: dict[str, types.ModuleType] = {}
        self._files = {"boots.txt": str(boots)}
        self._builtins = {
            **vars(builtins),
            "__import__": self._import,
            "open": self._open,
            "print": lambda *words: None,
        }
        self._sources = _sources()
        clock = {
            "ticks_ms": lambda: self._ticks,
            "ticks_add": _ticks_add,
            "ticks_diff": _ticks_diff,
            "sleep_ms": self._no_sleep,
        }
        self._modules["time"] = _module("time", clock)
        self._modules["micropython"] = _module(
            "micropython", {"const": lambda value: value, "native": lambda function: function}
        )
        self._load(
            "body_config",
            compile(config_text(body, quiet_ms, "uart"), "body_config.py", "exec"),
        )
        self.line = Pipe()
        self.bench: Any = self._import("machine").bench
        self.bench.skin.clock = clock["ticks_ms"]
        self.bench.servos.oscillator_hz = body.servo_oscillator_hz
        self.bench.servos.enable_pin = self._import("body_config").PINS["servo_enable"]
        for pad in body.pads.values():
            self.bench.skin.fur[pad.channel] = round(1000.0 * pad.full_pf / 8.0)
        self._inputs: WorldInputs | None = None
        self.feed(WorldInputs())
        self.bench.line = _BoardEnd(self.line)
        self._board: Any = None
        self.restart()
        self._events = self._run()
        self._wait = next(self._events)
        """ms from `_ms` until something happens."""

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return self._ms / 1000.0

    def restart(self, cause: int = POWER_ON) -> None:
        """Start the firmware anew, with what is on its flash. The chips keep their registers; the
        bytes on the way to it are lost. `cause`: as in firmware/restart.py. Where the stop button
        is held it starts, stopped; a real board would wait at its prompt."""
        for name in _FIRMWARE:
            self._modules.pop(name, None)
        self._born = self._ms
        self.line.to_board.clear()
        machine = self.module("machine")
        machine.begin(cause, self._chip)
        main, restart = self.module("main"), self.module("restart")
        restart.sys = self.module("core").Platform(self._chip)
        self._board = main.build(machine.UART(0), restart.cause())
        self._tick, self._listen = self._board.tick, self._board.listen
        restart.ticking()

    def feed(self, inputs: WorldInputs) -> None:
        """Set what its devices sense from now on. Only what has changed is written."""
        before, bench, pins = self._inputs, self.bench, self._body.wiring
        if inputs is before:
            return
        self._inputs = inputs
        if before is None or inputs.pads != before.pads or inputs.drifts != before.drifts:
            bench.skin.feel([milli(pressure) for pressure in inputs.pads], inputs.drifts)
        if (
            before is None
            or inputs.acceleration != before.acceleration
            or inputs.gyro != before.gyro
        ):
            bench.imu.feel(*map(milli, inputs.acceleration), *map(milli, inputs.gyro))
        if before is None or inputs.volts != before.volts:
            bench.adc[pins.pins["battery"]] = adc_counts(inputs.volts, self._body.power.divider)
        bench.drive(pins.stop, stop_level(inputs.stop, self._body))
        bench.levels[pins.pins["charging"]] = 1 if inputs.charging else 0
        if before is None or inputs.faults != before.faults:
            bench.suffer(fault_bits(inputs.faults))

    def advance(self, now: float) -> None:
        """Run every tick up to `now`, seconds since the start."""
        until = round(now * 1000.0)
        while self._ms + self._wait <= until:
            self._ms += self._wait
            self._wait = next(self._events)

    def _run(self) -> Iterator[int]:
        """Tick as `run` of firmware/main.py does, and as the bench lets it. Gives the ms until it
        is to go on."""
        core = self.bench.core
        while True:
            yield TICK_MS - LISTEN_MS
            if not core.dead and not core.starts:
                self._listen(self._ticks)
                yield LISTEN_MS
            if not core.dead and not core.starts:
                self._tick(self._ticks)
            while core.upset:
                pause = core.pause()
                yield pause
                if core.dead:
                    continue
                if core.starts:
                    self.restart(core.starts)
                    break
                now = self._ticks
                self._listen(now)
                self._board.late(pause - TICK_MS, now)
                self._tick(now)

    def skip(self, ms: int) -> None:
        """Set the microcontroller's clock ahead, as if it had ticked meanwhile."""
        self._born -= ms

    @property
    def _ticks(self) -> int:
        """The microcontroller's clock, ms."""
        return self._ms - self._born & 0x3FFFFFFF

    def module(self, name: str) -> Any:
        """This board's copy of one of the firmware's modules; for tests."""
        return self._import(name)

    def outputs(self) -> Pulses:
        """What the board drives now."""
        pulse, pins = self.bench.pulse_us, self._body.wiring.pins
        servos = [pulse(joint.driver, joint.channel) for joint in self._body.joints.values()]
        purr, purr_hz = self.bench.duty(pins["purr"])
        return pulses_of(
            tuple(self._body.joints), servos, purr, purr_hz, self.bench.duty(pins["pupils"])[0]
        )

    def close(self) -> None:
        """Do nothing: nothing is held open."""

    def _import(self, name: str, *_: object) -> types.ModuleType:
        module = self._modules.get(name)
        if module is not None:
            return module
        code = self._sources.get(name)
        return self._load(name, code) if code is not None else __import__(name)

    def _load(self, name: str, code: types.CodeType) -> types.ModuleType:
        module = types.ModuleType(name)
        module.__dict__["__builtins__"] = self._builtins
        self._modules[name] = module
        exec(code, module.__dict__)
        return module

    def _open(self, name: str, mode: str = "r") -> io.StringIO:
        """`open` on the board's flash, which is in memory."""
        if "w" not in mode:
            if name not in self._files:
                raise OSError(2)
            return io.StringIO(self._files[name])
        return _Kept(self._files, name)

    def _no_sleep(self, ms: int) -> None:
        raise RuntimeError("a board in lock step never waits")


class _Kept(io.StringIO):
    """A file whose text is kept when it is closed."""

    def __init__(self, files: dict[str, str], name: str) -> None:
        super().__init__()
        self._files, self._name = files, name

    def close(self) -> None:
        self._files[self._name] = self.getvalue()
        super().close()


_FIRMWARE = tuple(file.stem for file in sorted(FIRMWARE.glob("[!.]*.py")))
"""Names of the firmware's modules."""
_DEVICES = ("machine", "core", "chip", "motion_chips", "servo_chip", "touch_chip")
"""Names of the modules of the simulated devices."""


@cache
def _sources() -> Mapping[str, types.CodeType]:
    """The compiled files of the firmware and of the simulated devices, by module name."""
    files = [FIRMWARE / f"{name}.py" for name in _FIRMWARE]
    files += [BENCH / f"{name}.py" for name in _DEVICES]
    return {
        file.stem: compile(file.read_text(encoding="utf-8"), str(file), "exec") for file in files
    }


def _module(name: str, members: Mapping[str, object]) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(members)
    return module


def _ticks_add(ticks: int, delta: int) -> int:
    return ticks + delta & 0x3FFFFFFF


def _ticks_diff(end: int, start: int) -> int:
    return (end - start + 0x20000000 & 0x3FFFFFFF) - 0x20000000
