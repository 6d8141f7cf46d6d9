"""What a design law may ask about a tick, by name: `purr`, `since.hit`, `behavior.greet`,
`emotion.fear`, `joint.ear_left` …"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from operator import attrgetter
from typing import Any

from moggy.behaviors import inputs
from moggy.behaviors.expression import Evaluate
from moggy.behaviors.inputs import EVENTS_AND_GROUPS
from moggy.behaviors.meant import meant
from moggy.behaviors.moment import NEVER
from moggy.messages import Command, Tick
from moggy.ongoing import Ongoing, is_quiet
from moggy.personality import Personality
from moggy.vocabulary import (
    CALLS,
    CLASSES,
    DRIVES,
    EMOTIONS,
    GESTURES,
    SETTINGS,
    events_of,
)


class LawScene:
    """One tick with what a law needs of those before it. Fed every tick in order."""

    def __init__(self, personality: Personality, hour: float) -> None:
        self._personality = personality
        self.tick: Tick
        self.at = 0.0
        self.seen: dict[str, float] = {}
        """Event → when it was last."""
        self.now: frozenset[str] = frozenset()
        """Events of this tick."""
        self.ongoing = Ongoing(hour)
        self.speed = 0.0
        self.called = NEVER
        self._command: Command | None = None

    def take(self, tick: Tick) -> None:
        """Move on to the next tick."""
        before, command = self._command, tick.commanded
        self.tick, self.at, self._command = tick, tick.at, command
        if before is not None and command.at > before.at:
            way = max(
                [abs(angle - before.pose.get(name, angle)) for name, angle in command.pose.items()],
                default=0.0,
            )
            self.speed = way / (command.at - before.at)
        self.now = frozenset(event.name for event in tick.events)
        self.seen.update(dict.fromkeys(self.now, tick.at))
        self.ongoing.take(tick.understood, tick.at)

    def since(self, name: str) -> float:
        """Seconds since the last such event, or event of such a group; NEVER where there was
        none."""
        seen = self.seen
        return min([self.at - seen[n] for n in events_of(name) if n in seen], default=NEVER)

    @property
    def hour(self) -> float:
        """Local time of day, 0..24."""
        return self.ongoing.day_time.hour(self.at)

    @property
    def quiet(self) -> bool:
        """In the personality's quiet hours, or asked to be quiet."""
        return is_quiet(self._personality.quiet, self.ongoing.settings, self.hour)

    @property
    def loudness(self) -> float:
        """Loudness, 0..1, of the loudest call that begins now; 0 for none."""
        return max((call.loudness for call in self.tick.calls), default=0.0)


def _emotion(name: Any) -> Evaluate[LawScene]:
    return lambda s: s.tick.pet.emotions.get(name, 0.0)


def _drive(name: Any) -> Evaluate[LawScene]:
    return lambda s: s.tick.pet.drives.get(name, 0.5)


def _likely(name: Any) -> Evaluate[LawScene]:
    return lambda s: s.tick.person.probabilities.get(name, 0.0)


PLAIN: Mapping[str, Evaluate[LawScene]] = {
    "purr": attrgetter("tick.commanded.purr.level"),
    "purr_wanted": attrgetter("tick.decision.purr"),
    "call": lambda s: bool(s.tick.calls),
    "loudness": attrgetter("loudness"),
    "speed": attrgetter("speed"),
    "pupils": attrgetter("tick.commanded.pupils"),
    "hour": attrgetter("hour"),
    "quiet": attrgetter("quiet"),
    "seconds": lambda s: s.at - s.tick.decision.since,
    "enough": attrgetter("tick.pet.enough"),
    "valence": attrgetter("tick.pet.valence"),
    "arousal": attrgetter("tick.pet.arousal"),
    "mood.pleasure": attrgetter("tick.pet.mood.pleasure"),
    "mood.arousal": attrgetter("tick.pet.mood.arousal"),
    "mood.dominance": attrgetter("tick.pet.mood.dominance"),
    "bond.trust": attrgetter("tick.pet.bond.trust"),
    "bond.familiarity": attrgetter("tick.pet.bond.familiarity"),
    "person.present": attrgetter("tick.person.present"),
    "person.valence": attrgetter("tick.person.valence"),
    "person.arousal": attrgetter("tick.person.arousal"),
    "person.confidence": attrgetter("tick.person.confidence"),
    "person.unsure": attrgetter("tick.person.unsure"),
    "person.distress": attrgetter("tick.person.distress"),
    "person.conflict": attrgetter("tick.person.conflict"),
    "touch.on": lambda s: s.ongoing.gesture is not None,
    "reasoned": lambda s: bool(s.tick.decision.why),
}

FAMILIES: Mapping[str, tuple[Callable[[str], Evaluate[LawScene]], Collection[str] | None]] = {
    "now": (lambda name: lambda s: not s.now.isdisjoint(events_of(name)), EVENTS_AND_GROUPS),
    "since": (lambda name: lambda s: s.since(name), EVENTS_AND_GROUPS),
    "behavior": (lambda name: lambda s: s.tick.decision.behavior == name, None),
    "call": (lambda name: lambda s: any(call.name == name for call in s.tick.calls), CALLS),
    "joint": (lambda name: lambda s: s.tick.commanded.pose.get(name, 0.0), None),
    "emotion": (_emotion, EMOTIONS),
    "drive": (_drive, DRIVES),
    "person": (_likely, CLASSES),
    "touch": (
        lambda name: lambda s: s.ongoing.gesture is not None and s.ongoing.gesture.gesture == name,
        GESTURES,
    ),
    "setting": (
        lambda name: lambda s: name in s.ongoing.settings,
        SETTINGS,
    ),
}


HINTS: Mapping[str, str] = {
    **dict.fromkeys(inputs.PLAIN.keys() - PLAIN.keys(), "that is a word of trees"),
    "event": "it asks 'now.{event}', which holds in the tick in which the event happens. In a tree "
    "'event' is a strength that fades",
    "zone": "it asks what the hand does, such as 'touch.stroke', not where; 'zone' is a word of "
    "trees",
    "count": "it says how often in the shape `at_most`, `of`, `per`; 'count' is a word of trees",
    "running": "it asks 'behavior.{0}'; 'running' is a word of trees",
    "ran": "it asks 'behavior.{0}', which holds while it runs; 'ran' is a word of trees",
    "temperament": "temperament does not change in a life; 'temperament' is a word of trees",
}
"""First words and names that only trees have → what to write in a law."""


def reader(name: str) -> Evaluate[LawScene]:
    """How a name is read; KeyError, with a suggestion, if there is no such name."""
    if name in PLAIN:
        return PLAIN[name]
    first, _, second = name.partition(".")
    make, seconds = FAMILIES.get(first, (None, None))
    if make is None or not second or (seconds is not None and second not in seconds):
        families = {family: words for family, (_, words) in FAMILIES.items()}
        raise KeyError(f"a law cannot ask {name!r}{meant(name, list(PLAIN), families, HINTS)}")
    return make(second)
