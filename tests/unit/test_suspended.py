"""A process that was suspended goes on where it was: no tick has hours to make up for."""

from __future__ import annotations

from itertools import islice, pairwise
from types import SimpleNamespace

import pytest

from moggy.clock import PAUSE_S, RealClock


@pytest.mark.parametrize("gap", [2.0 * PAUSE_S, 7 * 86_400.0])
def test_the_pets_time_does_not_pass_while_its_process_is_suspended(
    monkeypatch: pytest.MonkeyPatch, gap: float
) -> None:
    now = [100.0]
    sleep = lambda seconds: now.__setitem__(0, now[0] + seconds)  # noqa: E731
    monkeypatch.setattr("moggy.clock.time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    clock = RealClock()
    ticks = clock.ticks()
    before = list(islice(ticks, 10))[-1]
    now[0] += gap
    after = list(islice(ticks, 10))
    assert 0.0 < after[0] - before < 0.05
    assert [b - a for a, b in pairwise(after)] == pytest.approx([0.02] * 9)
    now[0] += 0.5 * PAUSE_S
    assert next(ticks) - after[-1] == pytest.approx(0.5 * PAUSE_S)
