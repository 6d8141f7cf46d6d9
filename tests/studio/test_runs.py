"""What the studio says of a behaviour in this run."""

from __future__ import annotations

import json
from itertools import groupby

import pytest

from moggy.sim.studio.runs import Runs
from tests.studio.frames import lived_with


def test_each_run_of_a_behaviour_is_kept_with_its_reason_and_what_followed() -> None:
    ticks = lived_with([json.dumps({"type": "say", "text": "good cat", "lang": "en"})], after=20.0)
    runs = Runs()
    for tick in ticks:
        runs.add(tick)
    did = [(name, list(made)) for name, made in groupby(ticks, lambda t: t.decision.behavior)]
    praised = runs.of("enjoy_praise")
    assert praised.times == sum(name == "enjoy_praise" for name, _ in did) > 0
    n = next(n for n, (name, _) in enumerate(did) if name == "enjoy_praise")
    first = praised.runs[0]
    assert first.began == did[n][1][0].at
    assert first.ended == did[n + 1][1][0].at
    assert first.then == did[n + 1][0]
    assert first.why == did[n][1][0].decision.why
    assert "enjoy praise" in first.by
    last = runs.of(did[-1][0])
    assert last.runs[-1].ended is None
    assert praised.seconds == pytest.approx(
        sum(run.ended - run.began for run in praised.runs if run.ended is not None)
    )


def test_what_never_ran_says_how_near_it_came() -> None:
    runs = Runs()
    for tick in lived_with([], after=20.0):
        runs.add(tick)
    loaf = runs.of("loaf")
    assert (loaf.times, loaf.runs) == (0, [])
    assert loaf.nearest is not None
    assert 0.0 < loaf.nearest.lacked < 1.0
    assert runs.of("loaf").nearest == loaf.nearest
    assert runs.of("no_such").nearest is None
