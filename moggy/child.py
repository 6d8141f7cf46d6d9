"""Starts processes that end with the pet's. This module imports little: a process that is still
starting, which takes seconds on a busy machine, must end with it too.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

PR_SET_PDEATHSIG = 1
"""Lets the kernel send a signal to this process when its parent ends (prctl(2))."""


def start(name: str, work: Callable[..., None], *ends: Connection, **more: Any) -> SpawnProcess:
    """Start a fresh process that does `work(*ends, **more)`, and ends when the thread that started
    it does. `work` is sent by name. Raises OSError or RuntimeError where there is no room for
    it."""
    process = multiprocessing.get_context("spawn").Process(
        target=_begin,
        args=(name, pickle.dumps(work), ends, more),
        name=f"moggy {name}",
        daemon=True,
    )
    with deaf_to_terminal():
        process.start()
    return process


@contextmanager
def deaf_to_terminal() -> Iterator[None]:
    """Let a process that is started within see neither Ctrl-C nor that the terminal is closed: that
    is sent to all processes, and the loop closes its workers. It inherits what is blocked; the
    pet's own process is told behind this, since the kernel keeps what is blocked and throws away
    what is ignored."""
    _without_tracker()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _without_tracker() -> None:
    """Python starts a process more beside the first that it spawns, which looks after shared memory
    and semaphores, would live on where it is suspended, and would unblock Ctrl-C by its start. We
    have none of both: let it pass for one that runs."""
    tracker: Any = resource_tracker._resource_tracker
    if tracker._fd is None:
        tracker._fd = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)


def _begin(name: str, work: bytes, ends: tuple[Connection, ...], more: dict[str, Any]) -> None:
    """The process. What it imports for its work comes behind what ends it."""
    _end_with_parent()
    _named(name)
    pickle.loads(work)(*ends, **more)


def _named(part: str) -> None:
    """Name this process for `ps` and `top`; where there is no /proc, they show python."""
    with suppress(OSError), open("/proc/self/comm", "w", encoding="utf-8") as comm:
        comm.write(f"moggy {part}")


def _end_with_parent() -> None:
    """Let this process end, whatever it is doing, when the pet's is gone; on Linux also while it is
    suspended. The kernel sees to that when the thread that started it ends, so that this must be
    one that lives as long as its work is wanted. There this starts no thread: a process that has
    one thread may leave the network (`moggy/no_network.py`)."""
    if sys.platform != "linux":
        threading.Thread(target=_wait_for_parent, name="parent", daemon=True).start()
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    parent = multiprocessing.parent_process()
    if parent is not None and os.getppid() != parent.pid:
        os._exit(1)  # it was gone before


def _wait_for_parent() -> None:
    """A thread, for other systems. The kernel closes a pipe that only the pet's process holds
    open."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
