"""A life in real time, with a face before the camera, words, the language model and the board's own
interpreter, replays exactly."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image
from skimage import data

from bench.real_board import real_time_body
from moggy.assemble import begin, body_of, born, lived_again, slow_thinkers
from moggy.clock import RealClock
from moggy.config import Files
from moggy.journal import Journal
from moggy.loop import Loop
from moggy.messages import AnySense, Face, Thought, Tick, Words
from moggy.sensors.vision import Eye, vision_task
from moggy.sim.world import World
from moggy.worker import ProcessWorker

PATIENCE = 300.0
"""Seconds until it counts as never: models load in this time on a busy machine."""


class Person:
    """A sensor: shows a picture of a face ten times a second, says something each second, and
    strokes the simulated skin."""

    def __init__(self, eye: Eye, world: World) -> None:
        picture = io.BytesIO()
        astronaut = data.astronaut()  # type: ignore[no-untyped-call]  # scikit-image is untyped
        Image.fromarray(astronaut).save(picture, format="JPEG")
        self._jpeg, self._eye, self._world = picture.getvalue(), eye, world
        self._shown = self._said = 0.0

    def poll(self, now: float) -> Sequence[AnySense]:
        if now - self._shown >= 0.1:
            self._shown = now
            self._eye.show(self._jpeg)
        if now % 3.0 < 1.0:
            self._world.touch(zone="neck", pressure=0.4, area=0.3)
        else:
            self._world.release()
        if now - self._said >= 1.0:
            self._said = now
            return [Words(at=now, text="what a lovely cat you are")]
        return []


@pytest.mark.needs_runtime
def test_a_life_in_real_time_with_all_its_workers_replays_exactly(tmp_path: Path) -> None:
    start = begin(Files(), seed=7, hour=15.0)
    simulated = real_time_body(body_of(start))
    eye = Eye(ProcessWorker(vision_task, name="vision"))
    thinkers = slow_thinkers(simulated=False)
    wanted = {"face", "embedding", "smollm2", "touch"}
    journal = Journal(tmp_path / "live.mcap", start)

    def until_all_were_heard(tick: Tick, sent: Mapping[str, float]) -> None:
        for sense in tick.senses:
            wanted.discard(sense.source if isinstance(sense, Thought) else sense.kind)
        if not wanted:
            loop.stop()

    loop = Loop(
        born(start),
        RealClock(until=PATIENCE),
        sensors=[Person(eye, simulated.world), simulated, eye],
        body=simulated,
        listeners=[until_all_were_heard, journal],
        thinkers=thinkers,
    )
    for close in (
        simulated.close,
        eye.close,
        journal.close,
        *(worker.close for _, worker in thinkers),
    ):
        loop.closing.callback(close)
    loop.run()

    assert wanted == set(), "not heard in time"
    relived = list(lived_again(tmp_path / "live.mcap"))
    assert any(
        isinstance(sense, Face) and sense.valence is None
        for moment in relived
        for sense in moment.was.senses
    ), "raw faces were recorded"
    assert [(moment.was.at, moment.differs) for moment in relived if moment.differs] == []
