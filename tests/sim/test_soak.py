"""A life of an hour, in virtual time, holds no more at its end than after twenty minutes, and its
journal is as its schemas say."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench import soak
from bench.whole_day import TOPICS, checked
from moggy.record import JOURNAL


def test_an_hour_stays_flat(tmp_path: Path) -> None:
    samples = soak.virtual(1.0, tmp_path)
    assert len(samples) == 60
    assert soak.grown(samples) == []
    assert samples[-1].journal_mb > samples[0].journal_mb > 0.0
    found = checked(tmp_path / JOURNAL)
    assert found.mistakes == []
    assert set(found.messages) == set(TOPICS)


@pytest.mark.parametrize(
    ("field", "step", "said"),
    [("memory_mb", 0.1, "memory by 6.0 MB"), ("descriptors", 1, "open files"), ("threads", 1, "")],
)
def test_what_grows_is_named(field: str, step: float, said: str) -> None:
    flat = [soak.Sample(60.0 * n, 80.0, 9, 1, 1.0 * n, 1.0, 2.0) for n in range(30)]
    assert soak.grown(flat) == []
    (found,) = soak.grown(
        [replace(one, **{field: getattr(one, field) + n * step}) for n, one in enumerate(flat)]
    )
    assert said in found


@pytest.mark.parametrize(("hours", "said", "code"), [("0.25", "too short", 2), ("2", "flat", 0)])
def test_what_fills_in_real_time_is_no_growth_and_a_life_that_only_fills_is_not_judged(
    hours: str,
    said: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    filling = [
        soak.Sample(at, 80.0 + min(at, soak.FILLS_S) / 100.0, 9, 1, 1.0, 1.0, 2.0)
        for at in map(float, range(10, 1210, 10))
    ]
    assert "memory by" in soak.grown(filling)[0]
    assert soak.grown(filling, soak.FILLS_S) == []
    assert "too short" in soak.grown(filling[:60], soak.FILLS_S)[0]
    monkeypatch.setattr(sys, "argv", ["soak", "--real", "--hours", hours])
    monkeypatch.setattr(soak, "real", lambda hours, folder: filling)
    assert soak.main() == code
    assert said in capsys.readouterr().out.splitlines()[-1]
