"""The firmware in a MicroPython interpreter in its own process: in real time on a pseudo-terminal,
or in steps of virtual time."""

from __future__ import annotations

import os
import select
import subprocess
import threading
import tty
from contextlib import suppress
from pathlib import Path

from moggy.body import Body
from moggy.sim.board.flash import Flash
from moggy.sim.board.interpreter import (
    POWER_ON,
    WATCHDOG,
    died,
    note,
    pulses_from,
    said_of,
    spawn,
    write_config,
)
from moggy.sim.board.wires import Pulses, WorldInputs
from moggy.worker import is_ready

PAUSE = 1.0
"""Seconds from the end of a board's process to its next start."""


class MicroPythonBoard:
    """A board in real time. `path` is its serial port, which stays the same when the board is ended
    and started again."""

    def __init__(self, body: Body, *, quiet_ms: int = 300, watchdog: float = 10.0) -> None:
        """`quiet_ms`: how long it ignores touches after a start. `watchdog`: seconds without a sign
        of life after which the process is ended."""
        self._body = body
        self._watchdog = watchdog
        self._joints = tuple(body.joints)
        self._flash = Flash()
        write_config(body, self._flash.path, quiet_ms)
        self.path = str(self._flash.path / "port")
        self.note = note()
        """Why it is not MicroPython that runs; empty if it is."""
        self.error = ""
        """The exception that ended the firmware; empty if none did."""
        self._inputs = WorldInputs()
        self._pulses = Pulses(servos=dict.fromkeys(body.joints, 0))
        self._process: subprocess.Popen[bytes] | None = None
        self._slave = -1
        self._reader: threading.Thread | None = None
        self._restart_at: float | None = None
        self.start()

    @property
    def running(self) -> bool:
        """Whether its process is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self, cause: int = POWER_ON) -> None:
        """Start its process. `cause`: POWER_ON or WATCHDOG."""
        # The slave's descriptor stays open while the board runs: without one the firmware would see
        # an error whenever no brain has the port open.
        master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(master, False)
        self.error = ""
        chip = self._body.wiring.chip.upper()
        self._process = spawn(self._flash.path, "real", master, cause, chip)
        os.close(master)
        link = Path(self.path)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self._slave))
        self._say(said_of(self._inputs, self._body))
        self._reader = threading.Thread(
            target=self._read_on, args=(self._process,), name="board-pulses", daemon=True
        )
        self._reader.start()

    def kill(self) -> None:
        """End its process, as if the plug were pulled: the port disappears, no servo has a
        pulse."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        if self._reader is not None:
            self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        os.close(self._slave)
        Path(self.path).unlink(missing_ok=True)
        self._process = None
        self._pulses = Pulses(servos=dict.fromkeys(self._joints, 0))

    def restart(self, cause: int = WATCHDOG) -> None:
        """End its process and start it again."""
        self.kill()
        self.start(cause)

    def feed(self, inputs: WorldInputs) -> None:
        """Set what its devices sense from now on."""
        if inputs is not self._inputs and inputs != self._inputs:
            self._inputs = inputs
            self._say(said_of(inputs, self._body))

    def advance(self, now: float) -> None:
        """Restart it when it has been dead for PAUSE. Otherwise it runs by itself; `now` is s."""
        if self.running:
            self._restart_at = None
        elif self._restart_at is None:
            self._restart_at = now + PAUSE
        elif now > self._restart_at:
            self.restart()

    def outputs(self) -> Pulses:
        """What the board drove when it last reported."""
        return self._pulses

    def close(self) -> None:
        """End its process and remove its flash."""
        self.kill()
        self._flash.close()

    def _say(self, line: bytes) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):  # its process has ended
                self._process.stdin.write(line)
                self._process.stdin.flush()

    def _read_on(self, process: subprocess.Popen[bytes]) -> None:
        """The reader thread: keep the newest pulses, and end the process when none come any
        more."""
        assert process.stdout is not None
        file, rest = process.stdout.fileno(), b""
        while True:
            if not select.select([file], [], [], self._watchdog)[0]:
                process.kill()
                self.error = "the watchdog ended a firmware that hung"
            data = os.read(file, 65536)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                found = pulses_from(line, self._joints)
                if found is not None:
                    self._pulses = found[1]
                else:
                    self.error = died(line) or self.error


class SteppedMicroPython:
    """A board in virtual time. Its serial bytes go over the channel, so each arrives in an exact
    tick."""

    def __init__(
        self, body: Body, *, boots: int = 0, quiet_ms: int = 0, chip: str | None = None
    ) -> None:
        """As LockStepBoard."""
        self._body = body
        self._joints = tuple(body.joints)
        self._flash = Flash()
        (self._flash.path / "boots.txt").write_text(str(boots))
        write_config(body, self._flash.path, quiet_ms)
        chip = chip or body.wiring.chip.upper()
        self._process = spawn(self._flash.path, "steps", -1, POWER_ON, chip)
        assert self._process.stdout is not None
        self._says = select.poll()
        self._says.register(self._process.stdout.fileno(), select.POLLIN)
        self._unread = b""
        """What it has said of a line that is not whole."""
        self.line = SteppedLine()
        self._ms = 0
        self._inputs: WorldInputs | None = None
        self._pulses = Pulses(servos=dict.fromkeys(body.joints, 0))
        self.feed(WorldInputs())

    def restart(self, cause: int = POWER_ON) -> None:
        """As LockStepBoard."""
        self.line.taken()
        self._write(b"r %d\n" % cause)
        self._step()

    def skip(self, ms: int) -> None:
        """As LockStepBoard."""
        self._write(b"t %d\n" % ms)

    def feed(self, inputs: WorldInputs) -> None:
        """Set what its devices sense from now on."""
        if inputs is not self._inputs:
            self._inputs = inputs
            self._write(said_of(inputs, self._body))

    def advance(self, now: float) -> None:
        """Run every tick up to `now`, seconds since the start. Raises ChildProcessError with the
        firmware's exception if it ends."""
        until = round(now * 1000.0) // 10 * 10
        if until > self._ms:
            self._ms = until
            self._step()

    def outputs(self) -> Pulses:
        """What the board drives now."""
        return self._pulses

    def close(self) -> None:
        """End its process and remove its flash."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self._process.kill()
        self._process.wait()
        self._flash.close()

    def _step(self) -> None:
        """Let it run until `_ms`, and take what comes out."""
        self._write(f"g {self._ms} {self.line.taken().hex()}\n".encode())
        while True:
            line = self._line()
            found = pulses_from(line, self._joints)
            if found is not None:
                serial, self._pulses = found
                self.line.came(serial)
                return
            if not line:
                raise ChildProcessError("the firmware ended in the interpreter")
            if (error := died(line)) is not None:
                raise ChildProcessError(f"the firmware died in the interpreter: {error}")

    def _line(self) -> bytes:
        """The next line that it says; empty at its end. Raises ChildProcessError where it is
        suspended."""
        assert self._process.stdout is not None
        while b"\n" not in self._unread:
            if not is_ready(self._says, self._process.pid):
                raise ChildProcessError("the process of the simulated board was suspended")
            data = os.read(self._process.stdout.fileno(), 65536)
            if not data:
                return b""
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # the firmware has ended; `advance` reads why
            self._process.stdin.write(line)
            self._process.stdin.flush()


class SteppedLine:
    """The serial line of a board in steps. `read` and `write` are the brain's end."""

    def __init__(self) -> None:
        self._to_board, self._to_brain = bytearray(), bytearray()

    def read(self) -> bytes:
        """The bytes that the board wrote since the last call."""
        data = bytes(self._to_brain)
        self._to_brain.clear()
        return data

    def write(self, data: bytes) -> None:
        """Add bytes for the board."""
        self._to_board += data

    def taken(self) -> bytes:
        """The bytes that go to the board with the next step."""
        data = bytes(self._to_board)
        self._to_board.clear()
        return data

    def came(self, data: bytes) -> None:
        """Add bytes that the board wrote."""
        self._to_brain += data
