"""A process that was suspended goes on where it was: no tick has hours to make up for."""

from __future__ import annotations

from itertools import islice, pairwise
from types import SimpleNamespace

import pytest

from moggy.assemble import begin, born
from moggy.clock import LONGEST_GAP_S, PAUSE_S, RealClock
from moggy.config import Files


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


@pytest.mark.parametrize("late", [2.0 * LONGEST_GAP_S, 1e9, float("inf"), float("nan")])
@pytest.mark.parametrize("lived", [0, 50], ids=["at birth", "alive"])
def test_a_tick_after_days_is_refused_and_the_pet_lives_on_as_before(
    late: float, lived: int
) -> None:
    start = begin(Files(), seed=1, hour=10.0, personality="cat")
    pet, other = born(start), born(start)
    for n in range(lived):
        assert pet.tick(n * 0.02, ()) == other.tick(n * 0.02, ())
    with pytest.raises(ValueError, match="RealClock" if late == late else "backwards"):
        pet.tick(late, ())
    after = lived * 0.02
    assert pet.tick(after, ()) == other.tick(after, ())
    assert pet.tick(after + PAUSE_S, ()) == other.tick(after + PAUSE_S, ())
