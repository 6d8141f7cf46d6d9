"""Tells systemd that the pet lives (sd_notify(3)): when it has begun, that its loop still ticks,
and that it ends. Without systemd nobody is told."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, MutableMapping
from contextlib import suppress

from moggy.messages import Tick

SHARE = 0.25
"""Of the watchdog's time, after which it is told again: sd_watchdog_enabled(3) asks for half."""


class Notifier:
    """A listener: READY=1 at the first tick, WATCHDOG=1 from then on as often as systemd wants."""

    def __init__(self, environ: MutableMapping[str, str] = os.environ) -> None:
        """Take what systemd gave this process, so that no other that it starts has it."""
        given = {name: environ.pop(name, "") for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC")}
        is_other = environ.pop("WATCHDOG_PID", str(os.getpid())) != str(os.getpid())
        self._place = given["NOTIFY_SOCKET"]
        wanted = given["WATCHDOG_USEC"]
        usable = wanted.isdecimal() and not is_other
        self._every = SHARE * int(wanted) / 1e6 if usable else float("inf")
        """s between two."""
        self._due = float("-inf")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.setblocking(False)
        self._is_ready = False

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        """Say that it lives."""
        if not self._is_ready:
            self._is_ready = True
            self._tell("READY=1\nSTATUS=it lives")
        if tick.at >= self._due:
            self._due = tick.at + self._every
            self._tell("WATCHDOG=1")

    def ends(self) -> None:
        """Say that it ends, before its parts are closed."""
        self._tell("STOPPING=1\nSTATUS=it lies down")

    def _tell(self, what: str) -> None:
        if self._place:
            # "@" stands for an abstract address. Where nobody listens any more, it lives on.
            place = "\0" + self._place[1:] if self._place.startswith("@") else self._place
            with suppress(OSError):
                self._socket.sendto(what.encode(), place)
