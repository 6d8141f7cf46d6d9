"""How much a page is sent while the cat lives."""

from __future__ import annotations

import json
from typing import Any

import orjson
from pydantic import TypeAdapter

from moggy.assemble import begin, born
from moggy.config import Files
from moggy.messages import AnySense, Touch
from moggy.shown_tree import WeighedNow
from moggy.sim.studio.api import Moment, page_schema
from moggy.sim.studio.page_types import FILE, page_types
from moggy.sim.studio.server import STATES_PER_SECOND, TREES_PER_SECOND
from moggy.sim.studio.view import Drawn, changed, moment, weighed_anew
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
    before, state = None, dict[str, Any]()
    for tick in ticks:
        if tick.at >= due:
            due += 1.0 / STATES_PER_SECOND
            commanded = tick.commanded
            drawn = Drawn.of(commanded.pose, commanded.purr, commanded.pupils)
            now = moment(tick, drawn)
            parts, before = changed(now, before), now
            sent += len(orjson.dumps(parts))
            state |= parts
            assert Moment(**state) == now, "nothing that changed is left out"
    assert 1_000 < sent / ticks[-1].at < BAR


def test_a_page_that_watches_the_tree_is_sent_little_more() -> None:
    pet = born(begin(Files(), seed=1, hour=17.0))
    senses: list[AnySense] = [
        Touch(at=n * 0.1, position=(0.1 - 0.02 * (n % 10), 0.03, 0.23), pressure=0.4)
        for n in range(100)
    ]
    sent, before = list[int](), None
    known = dict[str, dict[str, Any]]()
    for n in range(1000):
        due = [sense for sense in senses if sense.at <= n * 0.02]
        del senses[: len(due)]
        pet.tick(n * 0.02, due)
        now = pet.decider.weighed() if n % round(50 / TREES_PER_SECOND) == 0 else None
        if now is not None:
            news, before = weighed_anew(now, before), now
            sent.append(len(orjson.dumps(news)))
            for id, parts in news["weighed"].items():
                known[id] = known.get(id, {}) | parts
            told = {id: WeighedNow(**parts) for id, parts in known.items()}
            assert told == now.weighed, "nothing that changed is left out"
    assert sent[0] > 5_000 > max(sent[10:]), "at first all of it, then what is new"
    assert sum(sent[1:]) / 20.0 < 0.2 * BAR


def test_the_pages_types_are_those_of_the_server() -> None:
    assert FILE.read_text(encoding="utf-8") == page_types(), "python -m moggy.sim.studio.page_types"


def test_a_moment_is_sent_as_its_schema_says() -> None:
    tick = lived_with([json.dumps({"type": "say", "text": "good cat", "lang": "en"})])[-1]
    drawn = Drawn.of(tick.commanded.pose, tick.commanded.purr, 0.5)
    sent = orjson.loads(orjson.dumps(changed(moment(tick, drawn), None)))
    assert TypeAdapter(Moment).validate_python(sent) == moment(tick, drawn)
    schema = page_schema()
    assert schema["state"]["properties"].keys() == sent.keys()
    assert {"TouchSaid", "TurnSaid", "SettingSaid"} <= schema["from"]["$defs"].keys()
