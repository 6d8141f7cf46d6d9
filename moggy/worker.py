"""Slow work, kept out of the loop: a worker is offered a job, says at once whether it takes it, and
is asked for the answer later.

A worker process that dies, hangs or is suspended is started again with growing pauses; it costs the
pet that sense and nothing else. It ends at once when the pet's own process is gone.
"""

from __future__ import annotations

import multiprocessing
import pickle
import select
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol, TypeAlias

from moggy import child
from moggy.messages import AnySense, Thought, Trouble
from moggy.no_network import HasNetwork, leave

Task: TypeAlias = Callable[[Any], Sequence[AnySense]]
"""The work itself: job → senses. `at` of what it returns is set to the moment it arrives."""

FIRST_PAUSE = 1.0
"""Seconds before a dead process is started again, doubled each time it dies before an answer. Our
choice."""
LONGEST_PAUSE = 60.0
"""Seconds that the pause grows to. Our choice."""
LOOK_EVERY = 0.5
"""Seconds between two looks at whether the process is suspended. It counts as suspended at the
second look in a row, since Ctrl-Z stops the pet and its workers together, and `fg` wakes one before
the other."""
SUSPENDED = "was suspended (SIGSTOP): it is ended and started again"
"""What is said of a suspended process."""


class Worker(Protocol):
    """Does one job at a time, elsewhere. None of its methods waits; `now` is s on the pet's
    clock."""

    def offer(self, job: Any, now: float) -> bool:
        """Take the job, or say no because it is busy or unwell. A job that was refused is gone:
        stale work is never queued."""
        ...

    def poll(self, now: float) -> Sequence[AnySense]:
        """What was found since the last call; also a Trouble, once, when the work died, hung or
        came back."""
        ...

    def close(self) -> None:
        """End the work."""
        ...


class ProcessWorker:
    """Work in a process of its own, with a deadline.

    `make` builds the task in the child; it is a module-level function, since it is sent by name.
    What it raises is said as a Trouble, and it is tried again later: so a model whose runtime is
    still being built joins when it is ready.
    """

    def __init__(
        self,
        make: Callable[[], Task],
        *,
        name: str,
        deadline: float = 5.0,
        start_deadline: float = 120.0,
        network: bool = False,
    ) -> None:
        """`name` stands in its Troubles. The deadlines are seconds for one job, and for the
        start. Without `network` the process leaves it before all else, where the kernel lets it."""
        self._network = network
        self._make, self._name, self._deadline, self._start_deadline = (
            make,
            name,
            deadline,
            start_deadline,
        )
        self._process: multiprocessing.process.BaseProcess | None = None
        self._answers: Connection | None = None
        self._jobs: SimpleQueue[bytes | None] = SimpleQueue()
        """What the sending thread sends; None ends it."""
        self._looked_at = float("-inf")
        self._was_suspended = False
        self._busy_until: float | None = None
        self._ready = False
        self._start_after = 0.0
        self._pause = FIRST_PAUSE
        self._said: str | None = None
        self._unsaid: list[AnySense] = []
        """Troubles of a start that failed."""

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is no child."""
        return self._process.pid if self._process else None

    def offer(self, job: Any, now: float) -> bool:
        """See Worker. Starts the process if there is none."""
        self._ensure(now)
        if not self._ready or self._busy_until is not None:
            return False
        self._jobs.put(pickle.dumps(job))
        self._busy_until = now + self._deadline
        return True

    def poll(self, now: float) -> Sequence[AnySense]:
        """See Worker. Ends a process whose deadline is over, or that is suspended."""
        self._ensure(now)
        senses, self._unsaid = self._unsaid, []
        while self._answers is not None:
            try:
                if not _has_answer(self._answers):
                    break
                kind, value = self._answers.recv()
                senses += self._received(kind, value, now)
            except (OSError, EOFError):
                senses += self._lost("stopped", now)
        if self._busy_until is not None and now > self._busy_until:
            what = (
                f"gave no answer within {self._deadline:g} s"
                if self._ready
                else "did not start in time"
            )
            senses += self._lost(what, now)
        if self._is_suspended(now):
            senses += self._lost(SUSPENDED, now)
        return senses

    def close(self) -> None:
        """End the process for good."""
        process = self._process
        self._let_go()
        if process is not None:
            process.join(2.0)
        self._start_after = float("inf")

    def _ensure(self, now: float) -> None:
        if self._process is not None or now < self._start_after:
            return
        try:
            self._start()
        except (OSError, RuntimeError) as error:
            # No descriptor, no memory or no thread is left for a process.
            self._unsaid += self._lost(f"cannot be started: {error}", now)
            return
        self._ready = self._was_suspended = False
        self._busy_until = now + self._start_deadline

    def _start(self) -> None:
        """Start the process and the thread that sends to it. Raises OSError or RuntimeError where
        there is no room for one of them; nothing is left open then."""
        context = multiprocessing.get_context("spawn")
        with ExitStack() as open_ends:
            answers, answer = map(open_ends.enter_context, context.Pipe(duplex=False))
            take, give = map(open_ends.enter_context, context.Pipe(duplex=False))
            process = child.start(
                self._name, _work, take, answer,
                made=pickle.dumps(self._make), network=self._network,
            )  # fmt: skip
            self._process, self._jobs = process, SimpleQueue()
            threading.Thread(
                target=_send_on, args=(give, self._jobs), name=f"to {self._name}", daemon=True
            ).start()
            self._answers = answers
            take.close()
            answer.close()
            open_ends.pop_all()

    def _is_suspended(self, now: float) -> bool:
        if self._process is None or now - self._looked_at < LOOK_EVERY:
            return False
        self._looked_at = now
        before, self._was_suspended = self._was_suspended, is_suspended(self._process.pid)
        return before and self._was_suspended

    def _received(self, kind: str, value: Any, now: float) -> Sequence[AnySense]:
        if kind == "failed":
            return self._lost(value, now)
        self._busy_until = None
        if kind == "ready":
            self._ready = True
            return self._say("", now)
        self._pause = FIRST_PAUSE
        if kind == "refused":
            return [Trouble(at=now, part=self._name, message=value)]
        return [replace(sense, at=now) for sense in value]

    def _lost(self, why: str, now: float) -> Sequence[AnySense]:
        self._let_go()
        self._start_after = now + self._pause
        self._pause = min(self._pause * 2.0, LONGEST_PAUSE)
        return self._say(why, now)

    def _let_go(self) -> None:
        """Kill the process without waiting; it is reaped when the next one starts."""
        if self._process is not None:
            self._process.kill()
        if self._answers is not None:
            self._answers.close()
        self._jobs.put(None)
        self._process = self._answers = self._busy_until = None
        self._ready = False

    def _say(self, message: str, now: float) -> Sequence[AnySense]:
        if message == (self._said or ""):
            return []
        self._said = message
        return [Trouble(at=now, part=self._name, message=message)]


def is_suspended(pid: int | None) -> bool:
    """Whether a process was stopped by a signal, as by `kill -STOP`. False where there is no /proc
    that says so."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[:1] == ["T"]


def _has_answer(answers: Connection) -> bool:
    """Whether something can be read now, or its other end is gone. `Connection.poll` says the same
    in sixty times the time, at every tick for every worker."""
    poll = select.poll()
    poll.register(answers.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def is_ready(poll: select.poll, pid: int | None) -> bool:
    """Wait until what `poll` looks at can be read or written. False where the process at the other
    end, `pid`, is suspended at two looks in a row."""
    before = False
    while not poll.poll(LOOK_EVERY * 1000.0):
        suspended = is_suspended(pid)
        if suspended and before:
            return False
        before = suspended
    return True


def _send_on(pipe: Connection, jobs: SimpleQueue[bytes | None]) -> None:
    """A thread: send the jobs. A process that does not read would make the loop wait: a picture is
    larger than the pipe."""
    with pipe, suppress(OSError):
        while (job := jobs.get()) is not None:
            pipe.send_bytes(job)


def _work(jobs: Connection, answers: Connection, made: bytes, network: bool) -> None:
    """The child: build the task, then do one job after the other until the pipe closes. `made` is
    what builds the task, pickled: importing its module can fail, and that is said. Without
    `network` it leaves that first."""
    if not network:
        with suppress(HasNetwork):  # what must not have it asks again
            leave()
    try:
        task: Task = pickle.loads(made)()
    except Exception as error:
        answers.send(("failed", str(error) or type(error).__name__))
        return
    answers.send(("ready", None))
    while True:
        try:
            job = pickle.loads(jobs.recv_bytes())
        except (EOFError, OSError):
            return
        try:
            answer: tuple[str, Any] = ("done", tuple(task(job)))
        except Exception as error:
            answer = ("refused", str(error) or type(error).__name__)
        try:
            answers.send(answer)
        except OSError:
            return


class InOurTime:
    """A worker of a pet whose time is bent: its deadlines are in ours."""

    def __init__(self, worker: Worker, ours: Callable[[], float]) -> None:
        """`ours`: seconds of our time, as `BentClock.worked`."""
        self._worker, self._ours = worker, ours

    def offer(self, job: Any, now: float) -> bool:
        """See Worker."""
        return self._worker.offer(job, self._ours())

    def poll(self, now: float) -> Sequence[AnySense]:
        """See Worker."""
        return [replace(sense, at=now) for sense in self._worker.poll(self._ours())]

    def close(self) -> None:
        """See Worker."""
        self._worker.close()


class SimulatedWorker:
    """Does the work of a ProcessWorker in virtual time: at once, delivered after a modelled
    latency, so that a run is the same on every machine."""

    def __init__(self, make: Callable[[], Task], *, name: str, latency: float) -> None:
        """`make` builds the task when the first job comes; `latency` is in s."""
        self._make, self._name, self._latency = make, name, latency
        self._task: Task | None = None
        self._due: float | None = None
        self._answer: Sequence[AnySense] = ()
        self._failed = False

    def offer(self, job: Any, now: float) -> bool:
        """See Worker. Works now, whatever it takes."""
        if self._due is not None or self._failed:
            return False
        try:
            self._task = self._task or self._make()
            self._answer = self._task(job)
        except Exception as error:
            self._failed = self._task is None
            self._answer = [
                Trouble(at=now, part=self._name, message=str(error) or type(error).__name__)
            ]
        self._due = now + self._latency
        return True

    def poll(self, now: float) -> Sequence[AnySense]:
        """What was found, once its latency is over."""
        if self._due is None or now < self._due:
            return ()
        self._due = None
        return [self._arrived(sense, now) for sense in self._answer]

    def close(self) -> None:
        """Let go of the task."""
        self._task = None

    def _arrived(self, sense: AnySense, now: float) -> AnySense:
        if isinstance(sense, Thought):
            return replace(sense, at=now, milliseconds=self._latency * 1000.0)
        return replace(sense, at=now)
