"""A life whose time is bent: its board is not lost, and its journal replays exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from moggy.assemble import begin, body_of, born, lived_again, simulated_body
from moggy.clock import BentClock
from moggy.config import Files
from moggy.journal import Journal
from moggy.loop import Loop
from moggy.messages import AnySense, BoardReport, Edited, LocalTime, Tick, Touch, Words
from moggy.sim.simulated_body import SimulatedSenses


def hands(now: float) -> Sequence[AnySense]:
    """A hand that strokes, and words."""
    said: list[AnySense] = [Touch(at=now, zone="back", pressure=0.4 if now % 3.0 < 2.0 else 0.0)]
    if now % 2.0 < 0.02:
        said.append(Words(at=now, text="good cat"))
    return said


def live(path: Path, bend: Callable[[BentClock, Tick], Sequence[AnySense]], ticks: int) -> None:
    """A life of so many ticks; `bend` is called after each, and gives what the pet is told next."""
    clock, told = BentClock(), list[AnySense]()
    start = begin(Files(), seed=3, hour=17.0)
    body = simulated_body(body_of(start), "micropython", skipped=lambda: clock.skipped)
    journal = Journal(path, start)

    def source(now: float) -> Sequence[AnySense]:
        news, told[:] = list(told), []
        return [*hands(now), *news]

    def bent(tick: Tick, sent: Mapping[str, float]) -> None:
        told.extend(bend(clock, tick))
        if tick.n == ticks:
            clock.end()

    loop = Loop(
        born(start),
        clock,
        sensors=[SimulatedSenses(source, body)],
        body=body,
        listeners=[journal, bent],
    )
    loop.closing.callback(body.close)
    loop.closing.callback(journal.close)
    loop.run()


def test_a_bent_life_replays_exactly_and_never_loses_its_board(tmp_path: Path) -> None:
    def bend(clock: BentClock, tick: Tick) -> Sequence[AnySense]:
        if tick.n == 0:
            clock.go_at(20.0)
        if tick.n == 200:
            text = Files().read("personalities/shy.yaml")
            return [Edited(at=tick.at, file="personalities/shy.yaml", text=text, lives=True)]
        if tick.n == 300:
            clock.skip(3600.0)
        if tick.n == 500:
            clock.step(40)
        if tick.n == 530:
            return [LocalTime(at=tick.at, hour=19.5)]
        if tick.n == 540:
            clock.go_on()
            clock.go_at(1.0)
        if tick.n == 560:
            clock.go_at(20.0)
            clock.skip(7200.0)
        return []

    live(tmp_path / "bent.mcap", bend, 900)
    moments = list(lived_again(tmp_path / "bent.mcap"))
    assert not any(moment.tick.refused for moment in moments)
    assert [(moment.was.at, moment.differs) for moment in moments if moment.differs] == []
    assert moments[-1].tick.at > 10_800.0
    reports = [
        sense
        for moment in moments
        for sense in moment.tick.senses
        if isinstance(sense, BoardReport) and moment.tick.n > 100
    ]
    assert {report.state for report in reports} == {"running"}, "its timeouts do not trip"
    assert not any(report.faults for report in reports)
    felt = [m for m in moments if any(s.kind == "touch" for s in m.tick.senses)]
    assert felt[-1].tick.at > 10_800.0, "and what the skin feels comes on at its time"
    assert all(s.at > m.tick.at - 1.0 for m in felt for s in m.tick.senses if s.kind == "touch")
