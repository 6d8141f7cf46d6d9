"""A pet in virtual time that gets what a page sent, so that what it feels does not depend on how
busy the machine is."""

from __future__ import annotations

from collections.abc import Sequence

import moggy
from moggy.messages import AnySense, Tick
from moggy.sim.studio.inbox import PageInbox
from moggy.sim.studio.talk import tell, understand
from tests.studio.test_inbox import OneFile

BEGIN = 2.0
"""Seconds from a pet's start to the first message: its servos are attached by then."""


def lived_with(frames: Sequence[str], *, apart: float = 0.0, after: float = 4.0) -> Sequence[Tick]:
    """The life of the pet of the browser tests that gets these messages of a page, `apart` seconds
    apart, and lives on for `after` seconds."""
    inbox = PageInbox(OneFile(), lambda jpeg: None)
    due = {round((BEGIN + n * apart) * 50): n for n in range(len(frames))} if apart else {}
    seconds = BEGIN + len(frames) * apart + after
    senses: list[AnySense] = []
    for n in range(round(seconds * 50)):
        now = [frames[due[n]]] if n in due else frames if not apart and n == BEGIN * 50 else []
        for frame in now:
            said = understand(frame)
            assert not isinstance(said, dict), said
            assert tell(said, inbox) is None
        senses += inbox.poll(n / 50)
    return moggy.live(moggy.Pet(seed=1, hour=17.0), senses, seconds).ticks


def happened(ticks: Sequence[Tick]) -> list[tuple[str, str | None]]:
    """(name, zone) of every event of a life, in order."""
    return [(event.name, event.zone) for tick in ticks for event in tick.events]
