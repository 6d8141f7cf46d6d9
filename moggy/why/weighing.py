"""Which of a decision's scores won, over which, and the term that made the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose, log, prod
from typing import Any, Literal

SHARED = ("base", "appetite", "temperament", "repetition", "ageing")
"""Factors that every option has; 1 where a score does not name them."""
REFUSED = "refused: "
"""How a selector marks what would have been better but had to wait."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """How a behaviour came to be chosen."""

    how: Literal["outscored", "near the best", "inertia", "alone", "reflex", "fallback"]
    winner: str
    score: float | None = None
    runner_up: str | None = None
    its_score: float | None = None
    term: str = ""
    """What decided: a term of the winner or of the runner-up, or of both."""
    ours: float | None = None
    theirs: float | None = None
    """The term's factor on both sides; None where a side does not have it."""

    def sentence(self) -> str:
        """«purr_along 0.61 beats greet 0.22, most of all by touch.good, which left greet 0.18»"""
        if self.how == "reflex":
            return f"{self.winner} is a reflex: nothing is weighed against it"
        if self.how == "fallback":
            return f"{self.winner} is what it falls back on: nothing spoke for anything"
        if (
            self.how == "alone"
            or self.runner_up is None
            or self.score is None
            or self.its_score is None
        ):
            return f"{self.winner} was the only one that could run"
        if self.how == "inertia":
            return f"{self.winner} {self.score:.2f} went on although {self.runner_up} had {self.its_score:.2f}: {self.term}"
        verb = "was drawn among the best, beside" if self.how == "near the best" else "beats"
        return f"{self.winner} {self.score:.2f} {verb} {self.runner_up} {self.its_score:.2f}{self._by()}"

    def _by(self) -> str:
        if self.how == "near the best":
            return ""
        if self.ours is not None and self.theirs is not None:
            return f", most of all by {self.term} ({self.ours:.2f} against {self.theirs:.2f})"
        if self.theirs is not None:
            return f", most of all since {self.term} leaves that only {self.theirs:.2f}"
        return f", most of all by {self.term}"


def weighed(
    decision: Mapping[str, Any], role: Literal["option", "reflex", "fallback", "other"]
) -> Weighing | None:
    """From a recorded decision and the winner's role in the tree; None where its scores should be
    there and are not."""
    winner, scores = decision["behavior"], decision["scores"]
    mine = next((score for score in scores if score["id"] == winner), None)
    if mine is None:
        if role == "option":
            return None
        return Weighing("alone" if role == "other" else role, winner)
    other = max(
        (score for score in scores if score is not mine),
        key=lambda score: score["score"],
        default=None,
    )
    if other is None:
        return Weighing("alone", winner, mine["score"])
    refusal = next((name for name in other["terms"] if name.startswith(REFUSED)), None)
    if other["score"] > mine["score"]:
        term = refusal.removeprefix(REFUSED) if refusal else "seeded choice among the near-best"
        return Weighing(
            "inertia" if refusal else "near the best",
            winner,
            mine["score"],
            other["id"],
            other["score"],
            term,
        )
    term, ours, theirs = _deciding(mine, other)
    return Weighing(
        "outscored", winner, mine["score"], other["id"], other["score"], term, ours, theirs
    )


def _deciding(
    mine: Mapping[str, Any], other: Mapping[str, Any]
) -> tuple[str, float | None, float | None]:
    """The factor that adds most to the logarithm of (winner's score / runner-up's): the scores are
    products."""
    ours, theirs = _factors(mine), _factors(other)

    def adds(name: str) -> float:
        return log(ours.get(name, 1.0)) - log(theirs.get(name, 1.0))

    names = dict.fromkeys([*ours, *theirs])
    term = max(names, key=adds)
    default = 1.0 if term in SHARED else None
    return term, ours.get(term, default), theirs.get(term, default)


def _factors(score: Mapping[str, Any]) -> dict[str, float]:
    """Name → factor, all above 0. Terms that are not multiplied (a mean, a maximum) count as one,
    by the name of the strongest."""
    terms: Mapping[str, float] = {
        name: value for name, value in score["terms"].items() if not name.startswith(REFUSED)
    }
    shared = {name: terms[name] for name in SHARED if terms.get(name, 0.0) > 0.0}
    own = {name: value for name, value in terms.items() if name not in SHARED}
    rest = score["score"] / (prod(shared.values()) or 1.0)
    if not own:
        return shared
    if min(own.values()) > 0.0 and isclose(prod(own.values()), rest, rel_tol=1e-6):
        return {**shared, **own}
    return {**shared, max(own, key=lambda name: own[name]): max(rest, 1e-12)}
