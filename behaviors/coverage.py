"""A table of what the pet does at which event in which mood, and its holes: events that change
nothing, behaviours that never run."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from moggy.behaviors.decider import Decider
from moggy.behaviors.lint import slots
from moggy.behaviors.tree import Tree
from moggy.messages import (
    Affect,
    Bond,
    Context,
    Decision,
    Event,
    FeltTouch,
    Gesture,
    Mood,
    PersonEstimate,
)
from moggy.personality import Personality
from moggy.vocabulary import DRIVES, EMOTIONS, EVENTS, GESTURE_EVENTS, GestureName

LEVELS = {"low": -0.6, "middle": 0.0, "high": 0.6}
"""Level of pleasure or arousal → its place, −1..1."""
CELLS: Mapping[str, Mood] = {
    f"{pleasure} pleasure, {arousal} arousal": Mood(pleasure=p, arousal=a)
    for pleasure, p in LEVELS.items()
    for arousal, a in LEVELS.items()
}
"""Nine cells of mood."""
SITUATIONS: Mapping[str, Mapping[str, Any]] = {
    "(nothing)": {},
    "(nobody)": {"present": False},
    "(tired)": {"energy": 0.1},
    "(up for long)": {"energy": 0.4},
    "(bored)": {"curiosity": 0.1, "energy": 0.8},
    "(playful)": {"play": 0.1, "energy": 0.9, "attention": 0.6},
    "(playful, nobody)": {"play": 0.1, "energy": 0.9, "present": False},
    "(short of company)": {"company": 0.1},
    "(lonely)": {"loneliness": 0.6, "present": False},
    "(fond)": {"affection": 0.6},
    "(frightened)": {"fear": 0.7},
    "(in a lap)": {"settings": frozenset({"lap"})},
    "(stroked for long)": {"stroked": True, "contentment": 0.5, "affection": 0.5},
    "(stroked too long)": {"stroked": True, "enough": 0.8},
    "(stared at by somebody it cannot read)": {"unsure": True},
    "(looked at)": {"attention": 0.9},
    "(on the charger)": {"charging": True, "battery": 0.6},
    "(battery low)": {"battery": 0.08},
}
"""Situations without an event, in which needs decide."""
WITH: Mapping[str, Mapping[str, Any]] = {
    "expecting": {"present": False},
    "left_alone": {"present": False},
    "left": {"present": False},
    "battery_low": {"battery": 0.12},
    "battery_critical": {"battery": 0.05},
    "charging": {"charging": True, "battery": 0.5},
    "stopped": {"settings": frozenset({"stop"})},
}
"""What comes with an event."""
BEFORE = 1.0
"""Seconds that a scene lasts before its event."""
AFTER = 3.0
"""Seconds that it lasts after it."""
LONG = 20.0
"""Seconds that a situation without an event lasts."""
HANDS: Mapping[str, GestureName] = {done: gesture for gesture, done in GESTURE_EVENTS.items()} | {
    "touched": "tap"
}
"""Events that a hand makes, and what it does."""
ANSWERED = tuple(name for name, kind in EVENTS.items() if kind.answered)
"""Events that the pet should answer by what it does."""
BRIEF = ("touched", "hit", "patted", "tapped", "poked")
"""Events of a hand that is gone at once."""

Feel: TypeAlias = Callable[[Mood, str | None, float], Affect]
"""(mood, event, seconds since it) → what the pet feels then."""


@dataclass(frozen=True, slots=True)
class ResponseTable:
    """What `moggy coverage` prints: which behaviours answer which event in which mood, and where
    nothing does."""

    table: Mapping[tuple[str, str], tuple[str, ...]]
    """(mood cell, event or situation) → behaviours in it, in order."""
    holes: tuple[tuple[str, str], ...]
    """Where the event changes nothing: the same behaviour, no new motion, no call, no other purr.
    """
    unused: tuple[str, ...]
    """Behaviours that came nowhere in the table."""


def only_mood(mood: Mood, event: str | None, seconds: float) -> Affect:
    """Feelings where no mind is at hand: the mood and nothing else."""
    return Affect(
        mood=mood,
        valence=mood.pleasure,
        arousal=mood.arousal,
        bond=Bond(trust=0.5, familiarity=0.4),
    )


def coverage(
    tree: Tree,
    personality: Personality,
    *,
    feel: Feel = only_mood,
    events: Collection[str] = ANSWERED,
    cells: Mapping[str, Mood] = CELLS,
    seed: int = 1,
) -> ResponseTable:
    """Lives a few seconds for each mood cell and event. `feel` may ask a real mind; without it only
    the event speaks."""
    table: dict[tuple[str, str], tuple[str, ...]] = {}
    holes: list[tuple[str, str]] = []
    for cell, mood in cells.items():
        scene = ResponseRun(tree, personality, feel, mood, seed)
        nothing = [_shown(decision) for decision in scene.live(None, {}, AFTER)]
        for event in events:
            made = scene.live(event, WITH.get(event, {}), AFTER)
            table[cell, event] = _behaviors(made)
            if [_shown(decision) for decision in made] == nothing:
                holes.append((cell, event))
        for name, situation in SITUATIONS.items():
            table[cell, name] = _behaviors(scene.live(None, situation, LONG))
    seen = {behavior for behaviors in table.values() for behavior in behaviors}
    return ResponseTable(
        table, tuple(holes), tuple(slot.id for slot in slots(tree.root) if slot.id not in seen)
    )


@dataclass(frozen=True, slots=True)
class ResponseRun:
    """One mood, in which things happen to a fresh pet."""

    tree: Tree
    personality: Personality
    feel: Feel
    mood: Mood
    seed: int

    def live(self, event: str | None, with_: Mapping[str, Any], after: float) -> list[Decision]:
        """The decisions from the event on."""
        decider = Decider(self.tree, self.personality, random.Random(self.seed))
        made: list[Decision] = []
        first = round(BEFORE * 10)
        for n in range(first + round(after * 10)):
            since = (n - first) / 10
            now, so_far = (
                (event, with_) if since >= 0.0 else ("stroked" if event == "released" else None, {})
            )
            decision = decider.decide(self._moment((n + 1) / 10, since, now, so_far))
            if since >= 0.0:
                made.append(decision)
        decider.close()
        return made

    def _moment(
        self, at: float, since: float, event: str | None, with_: Mapping[str, Any]
    ) -> Context:
        pet = self.feel(self.mood, event, max(0.0, since))
        felt = {name: with_[name] for name in EMOTIONS if name in with_}
        gesture = _hand("stroked" if "stroked" in with_ else event, at, since)
        latest = _hand("stroked", at, since) if event == "released" else gesture
        pet = replace(
            pet,
            touch=pet.touch if latest is None or pet.touch is not None else _felt(latest),
            emotions={**pet.emotions, **felt},
            drives={**pet.drives, **{name: with_[name] for name in DRIVES if name in with_}},
            enough=with_.get("enough", pet.enough),
        )
        unsure = with_.get("unsure", False)
        present = with_.get("present", True)
        person = PersonEstimate(
            person="someone",
            present=present,
            confidence=0.1 if unsure else 0.5,
            unsure=unsure,
            attention=with_.get("attention", 0.2),
        )
        return Context(
            at=at,
            dt=0.1,
            hour=14.0,
            person=person,
            pet=pet,
            events=(Event(at=at, id=1, name=event, urgent=EVENTS[event].urgent),)
            if event and since == 0.0
            else (),
            gesture=gesture,
            battery=with_.get("battery", 1.0),
            charging=with_.get("charging", False),
            settings=with_.get("settings", frozenset()),
        )


def _hand(event: str | None, at: float, since: float) -> Gesture | None:
    gesture = HANDS.get(event or "")
    if gesture is None or (event in BRIEF and since > 0.3):
        return None
    return Gesture(
        at=at,
        id=2,
        zone="neck",
        gesture=gesture,
        speed=0.06 if gesture == "stroke" else 0.0,
        duration=since,
    )


def _felt(gesture: Gesture) -> FeltTouch:
    """Where no mind is at hand: a gentle hand is pleasant, a rough one is not."""
    rough = gesture.gesture in ("hit", "poke")
    return FeltTouch(
        at=gesture.at,
        event=GESTURE_EVENTS[gesture.gesture],
        zone=gesture.zone,
        liking=0.7,
        good=0.0 if rough else 0.8,
        bad=0.8 if rough else 0.0,
    )


def _behaviors(made: Sequence[Decision]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(decision.behavior for decision in made))


def _shown(decision: Decision) -> tuple[object, ...]:
    return (
        decision.behavior,
        frozenset(play.motion for play in decision.plays),
        tuple(call.name for call in decision.calls),
        decision.purr > 0,
    )
