"""Feelings for tests: by name, or of a cat whose appraisal table has only a few rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moggy.brain.affect import Bonds, Feelings, Tastes
from moggy.brain.appraisals import Appraisals, Rule
from moggy.brain.feeling_shapes import DriveShape, Tendency
from moggy.messages import Event
from moggy.personality import Personality
from moggy.vocabulary import DRIVES, EMOTIONS, Drive, Emotion

PLAIN: dict[Emotion, Tendency] = {
    **dict.fromkeys(EMOTIONS, Tendency(threshold=0.0, attack=0.05, decay=60.0)),
    "joy": Tendency(threshold=0.0, attack=0.05, decay=60.0, pleasure=0.8, arousal=0.4),
    "anger": Tendency(threshold=0.0, attack=0.05, decay=60.0, pleasure=-0.5, arousal=0.6),
}
"""Emotions that show at once and from the first bit on."""
RESTING: dict[Drive, DriveShape] = dict.fromkeys(DRIVES, DriveShape(rests=0.5))
"""Drives that stay in the middle."""
CAT = Personality(
    name="cat", likes_touch={"head": 0.9, "back": 0.4, "tail": -0.4, "belly": -0.6, "paws": -1.0}
)
"""An average cat that likes some places, and dislikes others."""
TOUCH: dict[str, dict[str, Any]] = {
    "stroked": {
        "touch": True,
        "emotions": {"joy": 0.8},
        "disliked": {"emotions": {"anger": 0.6}},
        "pleases": 0.9,
    }
}
"""A touch that stirs joy where it is welcome, and anger where it is not."""


def emotions(**levels: float) -> dict[Emotion, float]:
    """The level of every emotion, 0..1: as given, and 0 where none is given.

    Raises KeyError for a name that is no emotion.
    """
    unknown = set(levels) - set(EMOTIONS)
    if unknown:
        raise KeyError(f"no emotions: {sorted(unknown)}")
    return {name: levels.get(name, 0.0) for name in EMOTIONS}


def feelings(
    events: Mapping[str, Any],
    *,
    people: dict[str, dict[str, float]] | None = None,
    likings: dict[str, dict[str, float]] | None = None,
    **table: Any,
) -> Feelings:
    """An average cat whose table has only these rules; Anna is well trusted."""
    rules = {name: Rule.model_validate(rule) for name, rule in events.items()}
    appraisals = Appraisals.model_validate(
        {"emotions": PLAIN, "drives": RESTING, "events": rules, **table}
    )
    known = {"anna": {"trust": 0.6, "familiarity": 0.2}, **(people or {})}
    return Feelings(appraisals, CAT, Bonds(appraisals.bond, known), Tastes(likings))


def event(name: str, at: float = 0.0, **given: Any) -> Event:
    """An event by Anna with the id 5, unless something else is given."""
    return Event(**{"at": at, "name": name, "id": 5, "person": "anna", **given})


def stirred(felt: Feelings, *events: Event, now: float = 0.0) -> dict[str, float]:
    """By how much these events, at one instant, moved each feeling."""
    felt.publish("anna")
    felt.take(events, now)
    told = felt.publish("anna").stirred
    return {stir.feeling: stir.by for stir in told}
