"""How much a page is sent while the cat lives."""

from __future__ import annotations

import json
from typing import Any

import orjson

from moggy.sim.studio.server import STATES_PER_SECOND
from moggy.sim.studio.view import Drawn, changed, moment
from tests.studio.frames import lived_with

BAR = 40_000
"""Bytes of states in a second that a page may be sent."""


def test_a_page_of_a_cat_that_is_stroked_and_spoken_to_is_sent_little() -> None:
    hand = [
        orjson.dumps(
            {
                "type": "touch",
                "samples": [
                    {"t": n * 0.1, "position": [0.1 - 0.2 * (n % 10) / 10, 0.03, 0.23],
                     "pressure": 0.4}
                ],
            }
        ).decode()
        for n in range(100)
    ]  # fmt: skip
    said = json.dumps({"type": "say", "text": "you are a good cat", "lang": "en"})
    ticks = lived_with([*hand[:50], said, *hand[50:]], apart=0.1)
    sent, due = 0, 0.0
    state: dict[str, Any] = {}
    for tick in ticks:
        if tick.at >= due:
            due += 1.0 / STATES_PER_SECOND
            commanded = tick.commanded
            drawn = Drawn.of(commanded.pose, commanded.purr, commanded.pupils)
            now = moment(tick, drawn)
            sent += len(orjson.dumps(changed(now, state)))
            state |= changed(now, state)
            assert state == now, "nothing that changed is left out"
    assert 1_000 < sent / ticks[-1].at < BAR
