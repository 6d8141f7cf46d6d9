"""What each behaviour did in this run: when it ran and why, and how near it came when it did
not."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from moggy.messages import Decision, Tick
from moggy.sim.studio.api import BehaviorRuns, Nearest, RunShown
from moggy.why.weighing import weighed

RUNS_KEPT = 2_000
"""Runs of all behaviours that are kept, the last ones: some hours. Our choice."""
RUNS_SHOWN = 40
"""Runs of one behaviour that a page gets. Our choice."""


@dataclass(slots=True)
class _Run:
    behavior: str
    began: float
    why: str
    by: str
    ended: float | None = None
    then: str = ""


@dataclass(slots=True)
class _Sum:
    """What is kept of a behaviour however often it ran."""

    times: int = 0
    seconds: float = 0.0
    waited: Counter[str] = field(default_factory=Counter)
    waits: str = ""
    nearest: Nearest | None = None


class Runs:
    """Takes every tick (`add`), in the loop's thread; asked (`of`) from any other."""

    def __init__(self) -> None:
        self._runs: deque[_Run] = deque(maxlen=RUNS_KEPT)
        self._sums: dict[str, _Sum] = {}
        self._now: _Run | None = None
        self._decision: Decision | None = None
        self._since = float("nan")

    def add(self, tick: Tick) -> None:
        """Take a tick; it costs nothing where nothing was decided anew."""
        decision = tick.decision
        if decision is self._decision:
            return
        before, self._decision = self._decision, decision
        if (
            self._now is None
            or decision.behavior != self._now.behavior
            or (decision.since != self._since)
        ):
            self._begin(decision, tick.at)
        if before is None or decision.scores is not before.scores:
            self._weigh(decision, tick.at)

    def _begin(self, decision: Decision, at: float) -> None:
        self._since = decision.since
        if self._now is not None:
            self._now.then, self._now.ended = decision.behavior, at
            self._sum(self._now.behavior).seconds += at - self._now.began
        self._now = _Run(decision.behavior, at, decision.why, _how(decision))
        self._sum(decision.behavior).times += 1
        self._runs.append(self._now)

    def _weigh(self, decision: Decision, at: float) -> None:
        """Note what lost, and by how little."""
        best = next((each for each in decision.scores if each.id == decision.behavior), None)
        for score in decision.scores if best is not None else ():
            if score.id == decision.behavior:
                continue
            kept = self._sum(score.id)
            refused = score.refused.by if score.refused else ""
            if refused and refused != kept.waits:
                kept.waited[refused] += 1
            kept.waits = refused
            assert best is not None
            lacks = best.score - score.score
            if kept.nearest is None or lacks < kept.nearest.lacked:
                kept.nearest = Nearest(
                    at=at, score=score.score, lacked=lacks, running=decision.behavior
                )

    def _sum(self, behavior: str) -> _Sum:
        return self._sums.setdefault(behavior, _Sum())

    def of(self, behavior: str) -> BehaviorRuns:
        """What a behaviour did up to now."""
        kept = self._sums.get(behavior, _Sum())
        runs = [run for run in list(self._runs) if run.behavior == behavior]
        return BehaviorRuns(
            id=behavior,
            times=kept.times,
            seconds=kept.seconds,
            waited=dict(kept.waited),
            nearest=kept.nearest,
            runs=[
                RunShown(began=run.began, ended=run.ended, why=run.why, by=run.by, then=run.then)
                for run in runs[-RUNS_SHOWN:]
            ],
        )


def _how(decision: Decision) -> str:
    """Over what it won, and by which term; empty where nothing was weighed against it."""
    scores = [asdict(score) for score in decision.scores]
    data: Mapping[str, object] = {"behavior": decision.behavior, "scores": scores}
    won = weighed(data, "other") if any(s["id"] == decision.behavior for s in scores) else None
    return won.sentence() if won is not None else ""
