"""Work that a thread waits for, done in a process of its own: Python runs one thread of a process
at a time, so that long work in a thread beside the loop makes its ticks late.

What the loop itself asks for, and never waits for, is a `moggy.worker`.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from typing import Any, Concatenate, Generic, ParamSpec, TypeAlias, TypeVar

from moggy import child
from moggy.worker import LOOK_EVERY, SUSPENDED, is_suspended

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
Answers: TypeAlias = SimpleQueue[tuple[bool, Any]]
"""What comes of one work: (True, None) when it is begun, then (True, what was returned) or (False,
what was raised)."""


class TooLong(OSError):
    """The work took longer than its deadline, and was ended."""


class Aside(Generic[Made]):
    """Does one work after the other with what `make` makes, in a process that is started for the
    first of them. Any thread may ask, but for the loop's: each waits its turn.

    A thread of its own starts the process and talks with it, so that who asks never waits for a
    full pipe, and sees within two looks (`LOOK_EVERY`) that the process is suspended."""

    def __init__(self, make: Callable[[], Made], *, name: str, deadline: float) -> None:
        """`make` is sent by pickling; `name` stands in what is raised; `deadline` is in s for one
        work."""
        self._make, self._name, self._deadline = make, name, deadline
        self._turn = threading.Lock()
        self._works: SimpleQueue[tuple[bytes, Answers] | None] = SimpleQueue()
        """What the thread is to have done; None ends it."""
        self._keeper = threading.Thread(target=self._keep, name=f"to {name}", daemon=True)
        self._process: multiprocessing.process.BaseProcess | None = None
        self._line: Connection | None = None
        self._given_up = self._closed = False

    @property
    def pid(self) -> int | None:
        """The process id; None while there is no process."""
        process = self._process
        with suppress(ValueError):  # it has ended meanwhile
            return process.pid if process else None
        return None

    def ask(self, do: Callable[Concatenate[Made, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What `do` returns, or raises, in the process; it is sent by name, all else by pickling.

        Raises TooLong behind the deadline, and OSError where the process cannot be started, is
        suspended or ends: the next work starts another."""
        work = pickle.dumps((do, args, kwargs))
        answers: Answers = SimpleQueue()
        with self._turn:
            if self._closed:
                raise OSError(f"{self._name}: it is closed")
            if self._keeper.ident is None:
                self._keeper.start()
            self._works.put((work, answers))
            try:
                done, answer = self._next(answers, START_S)
                if done:
                    done, answer = self._next(answers, self._deadline)
            except OSError:
                self._given_up = True
                self._kill()
                raise
        if done:
            return answer  # type: ignore[no-any-return]
        try:
            raise answer
        finally:
            del answer  # it knows this frame: in a circle, both and what was sent would stay long

    def close(self) -> None:
        """End the process for good; who waits for it gets an OSError."""
        self._closed = True
        self._kill()
        self._works.put(None)
        if self._keeper.ident is not None:
            self._keeper.join(5.0)

    def _next(self, answers: Answers, seconds: float) -> tuple[bool, Any]:
        """Raises TooLong when they are over, and OSError where the process is suspended."""
        was_suspended, left = False, seconds
        while True:
            pause = min(LOOK_EVERY, left)
            with suppress(Empty):
                return answers.get(timeout=pause)
            left -= pause
            if left <= 0.0:
                raise TooLong(f"{self._name}: no answer within {seconds:g} s")
            before, was_suspended = was_suspended, is_suspended(self.pid)
            if before and was_suspended:
                raise OSError(f"{self._name}: the process {SUSPENDED}; try again")
            if not self._keeper.is_alive():
                raise OSError(f"{self._name}: it is closed")

    # The thread.

    def _keep(self) -> None:
        while (asked := self._works.get()) is not None:
            work, answers = asked
            try:
                answers.put(self._answer(work, answers))
            except Exception as error:
                self._end()
                ended = f"{self._name}: the process ended ({str(error) or 'killed'})"
                answers.put((False, OSError(ended)))
        self._end()

    def _answer(self, work: bytes, answers: Answers) -> tuple[bool, Any]:
        """Raises OSError, EOFError or RuntimeError where the process does."""
        is_well = self._line and self._process and self._process.is_alive() and not self._given_up
        line = self._line if self._line and is_well else self._start()
        answers.put((True, None))
        line.send_bytes(work)
        done, answer = pickle.loads(line.recv_bytes())
        return done, answer

    def _start(self) -> Connection:
        """Start the process and wait until it is ready. Raises OSError, EOFError or
        RuntimeError."""
        self._end()
        line, end = multiprocessing.Pipe()
        with end:
            process = child.start(self._name, _serve, end)
        self._given_up = False
        self._process, self._line = process, line
        if self._closed:
            raise OSError("it is closed")
        line.send_bytes(pickle.dumps(self._make))
        failed = pickle.loads(line.recv_bytes())
        if failed:
            raise OSError(failed)
        return line

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.join(2.0)
            if process.exitcode is not None:
                process.close()
        if self._line is not None:
            self._line.close()
        self._line = None

    def _kill(self) -> None:
        process = self._process
        with suppress(ValueError):  # it has ended meanwhile
            if process is not None:
                process.kill()


def _serve(line: Connection) -> None:
    """The process: make what does the work, then do one after the other, until nobody asks."""
    os.nice(NICE)
    try:
        maker = pickle.loads(line.recv_bytes())()
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
