"""What a tree may ask about a moment, by name: `emotion.joy`, `bond.trust`, `touch.seconds`,
`event.greeted`, `since.hit`, `hour` …"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Collection, Mapping
from operator import attrgetter
from typing import Any

from moggy.behaviors.expression import Evaluate
from moggy.behaviors.meant import meant
from moggy.behaviors.moment import BETWEEN_STROKES, Moment
from moggy.vocabulary import (
    CLASSES,
    DRIVES,
    EMOTIONS,
    EVENT_GROUPS,
    EVENTS,
    GESTURES,
    SETTINGS,
    TRAITS,
    ZONES,
    events_of,
)

EVENTS_AND_GROUPS: Collection[str] = ChainMap[str, Any](EVENTS, EVENT_GROUPS)
"""What `event`, `since` and `count` may ask for; it grows with the events that sensors declare."""


def _emotion(name: Any) -> Evaluate[Moment]:
    return lambda m: m.context.pet.emotions.get(name, 0.0)


def _drive(name: Any) -> Evaluate[Moment]:
    return lambda m: m.context.pet.drives.get(name, 0.5)


def _likely(name: Any) -> Evaluate[Moment]:
    return lambda m: m.context.person.probabilities.get(name, 0.0)


def _gesture(name: str) -> Evaluate[Moment]:
    return lambda m: m.touch is not None and m.touch.gesture == name


def _zone(name: str) -> Evaluate[Moment]:
    return lambda m: m.touch is not None and m.touch.zone == name


def _setting(name: str) -> Evaluate[Moment]:
    return lambda m: name in m.context.settings


def _trait(name: str) -> Evaluate[Moment]:
    return attrgetter(f"personality.temperament.{name}")


def _event(name: str) -> Evaluate[Moment]:
    return lambda m: max([m.strength(each) for each in events_of(name)])


def _since(name: str) -> Evaluate[Moment]:
    return lambda m: min([m.since(each) for each in events_of(name)])


def _ran(name: str) -> Evaluate[Moment]:
    return lambda m: m.since_behavior(name)


def _running(name: str) -> Evaluate[Moment]:
    return lambda m: m.running == name


def _count(name: str) -> Evaluate[Moment]:
    return lambda m: sum([m.count(each) for each in events_of(name)])


PLAIN: Mapping[str, tuple[Evaluate[Moment], str]] = {
    "hour": (attrgetter("context.hour"), "local time of day, 0..24"),
    "battery": (attrgetter("context.battery"), "0..1"),
    "charging": (attrgetter("context.charging"), "on the charger"),
    "enough": (attrgetter("context.pet.enough"), "over-stimulation, 0..1"),
    "valence": (attrgetter("context.pet.valence"), "how the pet feels now, −1..1"),
    "arousal": (attrgetter("context.pet.arousal"), "how excited the pet is now, −1..1"),
    "quiet": (lambda m: m.quiet, "in quiet hours, or asked to be quiet"),
    "addressed": (
        lambda m: m.addressed,
        "spoken to, greeted or touched within the last ten seconds",
    ),
    "seconds": (lambda m: m.at - m.running_since, "seconds since the running behaviour began"),
    "mood.pleasure": (attrgetter("context.pet.mood.pleasure"), "−1..1"),
    "mood.arousal": (attrgetter("context.pet.mood.arousal"), "−1..1"),
    "mood.dominance": (attrgetter("context.pet.mood.dominance"), "−1..1"),
    "bond.trust": (attrgetter("context.pet.bond.trust"), "0..1, of the person in attention"),
    "bond.familiarity": (
        attrgetter("context.pet.bond.familiarity"),
        "0..1, of the person in attention",
    ),
    "person.present": (attrgetter("context.person.present"), "somebody is there"),
    "person.valence": (attrgetter("context.person.valence"), "how the person feels, −1..1"),
    "person.arousal": (attrgetter("context.person.arousal"), "−1..1"),
    "person.confidence": (attrgetter("context.person.confidence"), "of that estimate, 0..1"),
    "person.unsure": (attrgetter("context.person.unsure"), "the estimate says so itself"),
    "person.distress": (
        attrgetter("context.person.distress"),
        "how far the person is sad or afraid, as far as that is sure, 0..1",
    ),
    "person.conflict": (
        attrgetter("context.person.conflict"),
        "how much the channels disagree, 0..1",
    ),
    "person.attention": (
        attrgetter("context.person.attention"),
        "how much the person attends to the pet, 0..1",
    ),
    "person.seen": (lambda m: m.context.person.bearing is not None, "the pet knows where to look"),
    "touch.on": (lambda m: m.touch is not None, "a hand is on the pet"),
    "touch.seconds": (
        lambda m: m.petted,
        "how long this petting has lasted; pauses between strokes belong to it",
    ),
    "touch.since": (lambda m: m.since_touch, "seconds since the last touch ended"),
    "touch.soured": (
        lambda m: m.since_sour,
        "seconds since a hand was last felt to be more bad than good, wherever it is now",
    ),
    "touch.repeats": (
        lambda m: m.repeats,
        "touches in a row that were the same gesture, fading by half in a minute",
    ),
    "touch.pressure": (lambda m: m.touch.pressure if m.touch else 0.0, "0..1"),
    "touch.speed": (lambda m: m.touch.speed if m.touch else 0.0, "metres a second along the skin"),
    "touch.liking": (
        lambda m: m.felt.liking if m.felt else 0.0,
        "how the pet likes to be touched there by this person, −1..1",
    ),
    "touch.good": (
        lambda m: m.felt.good if m.felt else 0.0,
        "how pleasant the touch is to it, 0..1",
    ),
    "touch.bad": (lambda m: m.felt.bad if m.felt else 0.0, "how unpleasant, 0..1"),
    "touch.last_liking": (
        lambda m: m.last_felt.liking if m.last_felt else 0.0,
        "as touch.liking, of the latest touch, however long ago it ended",
    ),
    "touch.last_good": (
        lambda m: m.last_felt.good if m.last_felt else 0.0,
        "as touch.good, of the latest touch, however long ago it ended",
    ),
    "touch.last_bad": (
        lambda m: m.last_felt.bad if m.last_felt else 0.0,
        "as touch.bad, of the latest touch, however long ago it ended",
    ),
    "talkative": (attrgetter("personality.talkative"), "0..2"),
    "expressive": (attrgetter("personality.expressive"), "0.2..1.5"),
}
"""Name → how it is read, and what it is in words."""

FAMILIES: Mapping[str, tuple[Callable[[str], Evaluate[Moment]], Collection[str] | None, str]] = {
    "emotion": (_emotion, EMOTIONS, "the pet's emotion, 0..1"),
    "drive": (_drive, DRIVES, "the pet's drive, 0..1; the middle is pleasant"),
    "person": (_likely, CLASSES, "probability that the person feels so, 0..1"),
    "touch": (_gesture, GESTURES, "the hand is doing this now"),
    "zone": (_zone, ZONES, "the hand is at this zone"),
    "setting": (_setting, SETTINGS, "the owner asked for it"),
    "temperament": (_trait, TRAITS, "0..1"),
    "event": (_event, EVENTS_AND_GROUPS, "strength of the latest such event, fading"),
    "since": (_since, EVENTS_AND_GROUPS, "seconds since the last such event; 9999: not lately"),
    "count": (
        _count,
        EVENTS_AND_GROUPS,
        "how many such events lately, fading by half in a minute",
    ),
    "running": (_running, None, "this behaviour runs now"),
    "ran": (_ran, None, "seconds since this behaviour last ended; 9999: not lately"),
}
"""First word → how to read it, the second words (None: any), and what it is in words."""

TEXTS: Mapping[str, Callable[[Moment], str]] = {
    "touch.zone": lambda m: (
        m.petting.zone.replace("_", " ") if m.petting and m.since_touch <= BETWEEN_STROKES else ""
    ),
    "touch.gesture": lambda m: m.felt.event if m.felt else "",
    "touch.last_zone": lambda m: m.last_felt.zone.replace("_", " ") if m.last_felt else "",
    "touch.last_gesture": lambda m: m.last_felt.event if m.last_felt else "",
    "person.name": lambda m: m.context.person.person if m.context.person.present else "",
    "person.feeling": lambda m: max(
        CLASSES, key=lambda name: m.context.person.probabilities.get(name, 0.0)
    ),
    "last.event": lambda m: EVENTS[m.last_event].about if m.last_event else "",
    "clock": lambda m: "{:02d}:{:02d}".format(*divmod(int(m.context.hour * 60.0), 60)),
}
"""What only a sentence may ask: words."""

HINTS: Mapping[str, str] = {
    "now": "a tree asks 'event.{event}' for its strength, which fades, or 'since.{event}' for the "
    "seconds since; 'now' is a word of laws",
    "behavior": "a tree asks 'running.{0}' for what runs; 'behavior' is a word of laws",
    "joint": "a tree cannot ask for joints; laws can",
    "call": "a tree cannot ask for calls; laws can",
    **dict.fromkeys(
        ("purr", "purr_wanted", "loudness", "speed", "pupils", "reasoned"),
        "a tree cannot ask for what it decides; laws can",
    ),
    "touch.zone": "a word for sentences; an expression asks for one zone, such as 'zone.back'",
    "touch.gesture": "a word for sentences; an expression asks for one, such as 'touch.stroke'",
    **dict.fromkeys(
        ("touch.last_zone", "touch.last_gesture"),
        "a word for sentences; an expression asks how the touch was, as 'touch.last_good'",
    ),
    "person.name": "a word for sentences; an expression asks for 'person.present' or 'bond.trust'",
    "person.feeling": "a word for sentences; an expression asks for one, such as 'person.sad'",
    "last.event": "a word for sentences; an expression asks for one, such as 'event.hit'",
    "clock": "a word for sentences; an expression asks for 'hour', 0..24",
}
"""First words and names that only laws or sentences have → what to write in a tree."""


def suggestion(name: str, own: Collection[str]) -> str:
    """What somebody may have meant by a name that a tree may not ask for, as the end of an error;
    `own` are the names that may stand there besides: those of the tree's `let`, and TEXTS where it
    is a sentence that asks."""
    families = {first: seconds for first, (_, seconds, _) in FAMILIES.items()}
    return meant(name, [*PLAIN, *own], families, HINTS)


def may_ask(name: str) -> bool:
    """Whether a tree may ask for it."""
    first, _, second = name.partition(".")
    return name in PLAIN or (
        first in FAMILIES
        and bool(second)
        and (FAMILIES[first][1] is None or second in (FAMILIES[first][1] or ()))
    )


def reader(name: str) -> Evaluate[Moment]:
    """How a name is read; KeyError if there is no such name."""
    if name in PLAIN:
        return PLAIN[name][0]
    first, _, second = name.partition(".")
    if not may_ask(name):
        raise KeyError(name)
    return FAMILIES[first][0](second)
