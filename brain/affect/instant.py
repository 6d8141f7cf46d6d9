"""All that the events of one instant change, gathered before any of it is applied: so what happens
together has no order."""

from __future__ import annotations

from moggy.brain.appraisals import Rule


class Instant:
    """Sums of what is pushed, and lists of what is looked up only when it is applied."""

    __slots__ = (
        "bonds",
        "calms",
        "drives",
        "enough",
        "happened",
        "mood",
        "reasons",
        "stirs",
        "tastes",
    )

    def __init__(self) -> None:
        self.calms: dict[int, tuple[float, str, int]] = {}
        self.stirs: list[tuple[int, str, float, float, int]] = []
        self.mood: dict[int, float] = {}
        self.drives: dict[int, float] = {}
        self.bonds: dict[str, tuple[float, float]] = {}
        self.enough: list[tuple[float, float, str, int]] = []
        self.happened: list[tuple[tuple[str, str | None, str | None], Rule, float, float]] = []
        self.tastes: list[tuple[str, str, float, float, float]] = []
        self.reasons: list[tuple[str, int]] = []
