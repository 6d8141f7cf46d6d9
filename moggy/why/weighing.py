"""Which of a decision's scores won, over which, and the term that made the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose, log, prod
from typing import Any, Literal, NamedTuple, TypeAlias

from moggy.why.repertoire import BehaviorRole
from moggy.why.words import behavior_in_words, term_in_words

Choice: TypeAlias = Literal["outscored", "near the best", "inertia", "alone", "reflex", "fallback"]
"""How a behaviour won: by its score; drawn among the best; it ran already; nothing else could run;
nothing is weighed against a reflex; nothing spoke for anything."""
SHARED = ("base", "appetite", "temperament", "repetition", "ageing")
"""Factors that every option has; 1 where a score does not name them."""
LEAST = 1e-12
"""A score that is nothing counts as this, so that it has a logarithm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """How a behaviour came to be chosen."""

    how: Choice
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
        """«purr along 0.61 beats greet 0.22, most of all since how much it trusts the person leaves
        that only 0.18»"""
        winner = behavior_in_words(self.winner)
        if self.how == "reflex":
            return f"{winner} is a reflex: nothing is weighed against it"
        if self.how == "fallback":
            return f"{winner} is what it falls back on: nothing spoke for anything"
        if self.runner_up is None or self.score is None or self.its_score is None:
            return f"{winner} was the only one that could run"
        runner_up = behavior_in_words(self.runner_up)
        won, lost = f"{winner} {self.score:.2f}", f"{runner_up} {self.its_score:.2f}"
        if self.how == "inertia":
            return f"{won} went on although {lost} was more: {self.term}"
        verb = "was drawn among the best, beside" if self.how == "near the best" else "beats"
        return f"{won} {verb} {lost}{self._by()}"

    def _by(self) -> str:
        if self.how == "near the best":
            return ""
        term = term_in_words(self.term)
        if self.ours is not None and self.theirs is not None:
            return f", most of all by {term} ({self.ours:.2f} against {self.theirs:.2f})"
        if self.theirs is not None:
            return f", most of all since {term} leaves that only {self.theirs:.2f}"
        return f", most of all by {term}"


def weighed(decision: Mapping[str, Any], role: BehaviorRole) -> Weighing | None:
    """From a recorded decision and the winner's role in the tree; None where its scores should be
    there and are not."""
    winner, scores = decision["behavior"], decision["scores"]
    mine = next((score for score in scores if score["id"] == winner), None)
    if mine is None:
        if role == "option":
            return None
        return Weighing(how="alone" if role == "other" else role, winner=winner)
    others = [score for score in scores if score is not mine]
    if not others:
        return Weighing(how="alone", winner=winner, score=mine["score"])
    other = max(others, key=lambda score: float(score["score"]))
    how, term, ours, theirs = _won(mine, other)
    return Weighing(
        how=how,
        winner=winner,
        score=mine["score"],
        runner_up=other["id"],
        its_score=other["score"],
        term=term,
        ours=ours,
        theirs=theirs,
    )


class Won(NamedTuple):
    """How one score won over another, by which term, and the term's factors in both."""

    how: Choice
    term: str
    ours: float | None = None
    theirs: float | None = None


def _won(mine: Mapping[str, Any], other: Mapping[str, Any]) -> Won:
    if other["score"] <= mine["score"]:
        return _deciding(mine, other)
    refused = other.get("refused")
    if refused is not None:
        return Won("inertia", refused["by"])
    return Won("near the best", "seeded choice among the near-best")


def _deciding(mine: Mapping[str, Any], other: Mapping[str, Any]) -> Won:
    """The factor that adds most to the logarithm of (winner's score / runner-up's): the scores are
    products."""
    ours, theirs = _factors(mine), _factors(other)

    def adds(name: str) -> float:
        return log(ours.get(name, 1.0)) - log(theirs.get(name, 1.0))

    names = dict.fromkeys([*ours, *theirs])
    term = max(names, key=adds)
    default = 1.0 if term in SHARED else None
    return Won("outscored", term, ours.get(term, default), theirs.get(term, default))


def _factors(score: Mapping[str, Any]) -> dict[str, float]:
    """Name → factor, all above 0. Terms that are not multiplied (a mean, a maximum) count as one,
    by the name of the strongest."""
    terms: Mapping[str, float] = score["terms"]
    shared = {name: terms[name] for name in SHARED if terms.get(name, 0.0) > 0.0}
    own = {name: value for name, value in terms.items() if name not in SHARED}
    rest = score["score"] / (prod(shared.values()) or 1.0)
    if not own:
        return shared
    if min(own.values()) > 0.0 and isclose(prod(own.values()), rest, rel_tol=1e-6):
        return {**shared, **own}
    return {**shared, max(own, key=lambda name: own[name]): max(rest, LEAST)}
