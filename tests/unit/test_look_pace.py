"""The eye looks as often as it is worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from moggy.messages import (
    Affect,
    AnySense,
    Command,
    Decision,
    Face,
    PersonEstimate,
    Tick,
    Touch,
)
from moggy.sensors.vision import Eye, Look
from moggy.sensors.vision.movement import Movement


class Seeing:
    """A worker that sees a face in every picture between two times."""

    def __init__(self, begin: float = 0.0, end: float = 0.0) -> None:
        self.jobs: list[Look] = []
        self._begin, self._end = begin, end
        self._seen: list[AnySense] = []

    def offer(self, job: Look, now: float) -> bool:
        self.jobs.append(job)
        if self._begin <= now < self._end:
            self._seen.append(Face(at=now))
        return True

    def poll(self, now: float) -> Sequence[AnySense]:
        seen, self._seen = self._seen, []
        return seen

    def close(self) -> None:
        pass


def looks(
    worker: Seeing,
    seconds: float,
    *,
    behavior: str = "watch",
    present: bool = False,
    touch: float = 0.0,
    shown: bool = False,
) -> list[Look]:
    """What is looked at in a life that goes on so; `shown`: pictures come from the page."""
    eye = Eye(worker, None if shown else "camera:0")
    for n in range(round(seconds * 50)):
        now = n / 50
        if shown:
            eye.show(b"jpeg")
        eye.poll(now)
        senses = (Touch(at=now, zone="back", pressure=touch),) if touch else ()
        tick = Tick(
            at=now, n=n, senses=senses, person=PersonEstimate(present=present), pet=Affect(),
            decision=Decision(at=now, behavior=behavior), commanded=Command(at=now),
        )  # fmt: skip
        eye(tick, {})
    return worker.jobs


@pytest.mark.parametrize("shown", [False, True])
def test_an_empty_room_is_looked_at_once_a_second(shown: bool) -> None:
    jobs = looks(Seeing(), 10.0, shown=shown)
    assert len(jobs) == 10
    assert sum(job.posture for job in jobs) <= 1


def test_a_face_is_looked_at_ten_times_a_second_until_it_is_gone_for_ten_seconds() -> None:
    jobs = looks(Seeing(5.0, 10.0), 40.0)
    watched = [job for job in jobs if 6.0 <= job.at < 19.5]
    assert len(watched) == 135
    assert 0.45 < sum(job.posture for job in watched) / len(watched) < 0.55
    assert len([job for job in jobs if job.at >= 21.0]) == 19


def test_whoever_is_there_without_a_face_is_looked_for_less() -> None:
    for jobs in (looks(Seeing(), 20.0, present=True), looks(Seeing(), 20.0, touch=0.4)):
        assert 38 <= len(jobs) <= 41
        assert sum(job.posture for job in jobs) == pytest.approx(10, abs=1)
        assert not any(job.moved for job in jobs)


def test_asleep_it_looks_only_at_what_moves() -> None:
    jobs = looks(Seeing(2.0, 8.0), 20.0, behavior="sleep")
    assert len(jobs) == 20
    assert all(job.moved and not job.posture for job in jobs[1:])


def test_movement_is_told_from_noise_and_from_another_light() -> None:
    rng = np.random.default_rng(1)
    room = rng.integers(40, 160, (48, 64, 3)).repeat(10, axis=0).repeat(10, axis=1)

    def picture(light: float = 1.0, hand: int = 0) -> np.ndarray:
        shown = room * light
        if hand:
            shown[100 : 100 + hand, 200 : 200 + hand] = 220.0
        return (shown + rng.normal(0.0, 10.0, shown.shape)).clip(0, 255).astype(np.uint8)

    movement = Movement()
    assert movement.seen(picture()), "the first one is new"
    assert [movement.seen(picture()) for _ in range(10)] == [False] * 10
    assert movement.seen(picture(hand=80))
    assert movement.seen(picture())
    assert not movement.seen(picture(light=1.05))
