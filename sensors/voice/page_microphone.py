"""The microphone of the studio's page: its user switched it on there, and the browser sends the
sound to this machine's own server."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import numpy as np

from moggy.messages import AnySense
from moggy.sensors.voice.microphone import BLOCK, Listening

MOST_WAITING = 20
"""Blocks that wait to be looked at, two seconds; what comes then is dropped. Our choice."""


class PageMicrophone(Listening):
    """A sensor that gives Voice. Nothing is held but what waits to be looked at."""

    def __init__(self) -> None:
        super().__init__()
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="page-sound")
        self._lock = Lock()
        self._rest = b""
        self._waiting = 0
        self._on = False

    @property
    def on(self) -> bool:
        """Whether sound has come."""
        return self._on

    def hear(self, sound: bytes) -> None:
        """Take 16-bit samples at RATE, as many as come. Does not wait: another thread looks at
        them."""
        with self._lock:
            self._on = True
            sound = self._rest + sound
            whole = len(sound) // (2 * BLOCK) * 2 * BLOCK
            self._rest = sound[whole:]
            for begin in range(0, whole, 2 * BLOCK):
                if self._waiting < MOST_WAITING:
                    self._waiting += 1
                    self._beside.submit(self._look, sound[begin : begin + 2 * BLOCK])

    def poll(self, now: float) -> Sequence[AnySense]:
        """The voices since the last call."""
        return self.voices(now)

    def close(self) -> None:
        """Look at nothing more."""
        self.also = None
        self._beside.shutdown(cancel_futures=True)

    def _look(self, block: bytes) -> None:
        try:
            self.take(np.frombuffer(block, "<i2").astype(np.float32) / 32768.0)
        finally:
            with self._lock:
                self._waiting -= 1
