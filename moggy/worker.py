"""Slow work, kept out of the loop: a worker is offered a job, says at once whether it takes it, and is asked later for the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from moggy.messages import AnySense


class Worker(Protocol):
    """Does one job at a time, elsewhere. Never blocks its caller."""

    def offer(self, job: Any, now: float) -> bool:
        """Take the job, or say no since it is busy or unwell; a job that was refused is gone, stale work is never queued."""
        ...

    def poll(self, now: float) -> Sequence[AnySense]:
        """What was found since the last call; also a Trouble, once, when the work died, hung or came back."""
        ...

    def close(self) -> None: ...


Task = Callable[[Any], Sequence[AnySense]]
"""The work itself: job → senses. `at` of what it returns is set to the moment it arrives."""
