"""Work that a thread waits for, done in a process of its own: Python runs one thread of a process
at a time, so that long work in a thread beside the loop makes its ticks late.

What the loop itself asks for, and never waits for, is a `moggy.worker`.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from moggy.worker import deaf_to_ctrl_c, end_with_parent, named

START_S = 120.0
"""Seconds for the start of the process, on a machine that is busy building. Our choice."""
IDLE_S = 600.0
"""Seconds without work after which the process ends, for its memory; the next work starts it again.
Our choice."""
NICE = 5
"""How far the process stands back where others want the processor. With 10, as the language models
have, a save would take a minute on a machine that is busy building. Our choice."""

Made = TypeVar("Made")
P = ParamSpec("P")
R = TypeVar("R")


class TooLong(OSError):
    """The work took longer than its deadline, and was ended."""


class Aside(Generic[Made]):
    """Does one work after the other with what `make` makes, in a process that is started for the
    first of them. Any thread may ask, but for the loop's: each waits its turn."""

    def __init__(self, make: Callable[[], Made], *, name: str, deadline: float) -> None:
        """`make` is sent by pickling; `name` stands in what is raised; `deadline` is in s for one
        work."""
        self._make, self._name, self._deadline = make, name, deadline
        self._turn = threading.Lock()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._line: Connection | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process id; None while there is no process."""
        return self._process.pid if self._process else None

    def ask(self, do: Callable[Concatenate[Made, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What `do` returns, or raises, in the process; it is sent by name, all else by pickling.

        Raises TooLong behind the deadline, and OSError where the process cannot be started or
        ends."""
        work = pickle.dumps((do, args, kwargs))
        with self._turn:
            try:
                line = self._line if self._line and self._alive() else self._start()
                line.send_bytes(work)
                if not line.poll(self._deadline):
                    raise TooLong(f"{self._name}: no answer within {self._deadline:g} s")
                done, answer = pickle.loads(line.recv_bytes())
            except TooLong:
                self._end()
                raise
            except (OSError, EOFError, RuntimeError) as error:
                self._end()
                raise OSError(f"{self._name}: the process ended ({error or 'killed'})") from error
        if done:
            return answer  # type: ignore[no-any-return]
        raise answer

    def close(self) -> None:
        """End the process for good; who waits for it gets an OSError."""
        self._closed = True
        process = self._process
        if process is not None:
            with suppress(ValueError):  # it has ended meanwhile
                process.kill()
        with self._turn:
            self._end()

    def _alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def _start(self) -> Connection:
        """Start the process and wait until it is ready. Raises OSError, EOFError or
        RuntimeError."""
        self._end()
        if self._closed:
            raise OSError("it is closed")
        context = multiprocessing.get_context("spawn")
        line, end = context.Pipe()
        with end:
            process = context.Process(
                target=_serve,
                args=(end, pickle.dumps(self._make), self._name),
                name=f"moggy {self._name}",
                daemon=True,
            )
            with deaf_to_ctrl_c():
                process.start()
        self._process, self._line = process, line
        if self._closed:
            process.kill()
        if not line.poll(START_S):
            raise OSError("it did not start in time")
        failed = pickle.loads(line.recv_bytes())
        if failed:
            raise OSError(failed)
        return line

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join(2.0)
            if self._process.exitcode is not None:
                self._process.close()
        if self._line is not None:
            self._line.close()
        self._process = self._line = None


def _serve(line: Connection, made: bytes, name: str) -> None:
    """The process: make what does the work, then do one after the other, until nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, name="parent", daemon=True).start()
    named(name)
    os.nice(NICE)
    try:
        maker = pickle.loads(made)()
    except Exception as error:
        line.send_bytes(pickle.dumps(str(error) or type(error).__name__))
        return
    line.send_bytes(pickle.dumps(""))
    with suppress(EOFError, OSError):
        while line.poll(IDLE_S):
            do, args, kwargs = pickle.loads(line.recv_bytes())
            line.send_bytes(_done(do, maker, args, kwargs))


def _done(do: Callable[..., Any], made: Any, args: Any, kwargs: Any) -> bytes:
    """The answer: (True, what was returned) or (False, what was raised)."""
    try:
        return pickle.dumps((True, do(made, *args, **kwargs)))
    except (ValueError, OSError) as error:
        return pickle.dumps((False, error))
    except Exception as error:
        # A mistake of ours; its own class may not be what can be sent.
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
