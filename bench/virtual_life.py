"""Lets a whole pet live for hours in virtual time and notes what it did and felt.

The body and the board are left out: feelings are exact at any tick rate, and the tree only wants to
be asked often enough. So the pet is ticked a few times a second around what happens to it, and once
a second while nothing does.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench.rehearse import touch
from moggy.assemble import begin, born
from moggy.brain.memory import Remembered
from moggy.config import Files
from moggy.messages import Affect, AnySense, BodyMotion, Face, Person, Tick, Voice, Words
from moggy.pet import LivingPet, Start
from moggy.vocabulary import GestureName, Intent, ZoneName

BUSY_HZ = 10
"""Ticks a second from a sense on until AFTER_S later: the tree is ticked no more often either."""
IDLE_HZ = 1
"""Ticks a second while nothing happens. At 10 Hz the shares of behaviours are the same."""
AFTER_S = 20.0
"""Seconds after a sense for which the pet is ticked at BUSY_HZ."""
SAMPLE_S = 60.0
"""Seconds between two samples of the feelings, where a life does not say another."""
WHO = "anna"
"""Who lives with the pet."""


@dataclass(slots=True)
class Span:
    """One behaviour from its beginning to its end, in seconds of the life."""

    behavior: str
    began: float
    ended: float


@dataclass(slots=True)
class VirtualLife:
    """What a pet did and felt."""

    start: Start
    spans: list[Span] = field(default_factory=list)
    """One after the other, without a gap."""
    calls: list[tuple[float, str]] = field(default_factory=list)
    """When it called (s), and what."""
    events: list[tuple[float, str]] = field(default_factory=list)
    """What happened to it, and when (s)."""
    samples: list[tuple[float, Affect]] = field(default_factory=list)
    """What it felt at fixed times, in s."""
    seconds: float = 0.0
    """How long it lived."""

    def between(self, begin: float, end: float) -> list[Span]:
        """The behaviours from second `begin` to second `end`, cut where they reach over."""
        return [
            Span(each.behavior, max(begin, each.began), min(end, each.ended))
            for each in self.spans
            if each.ended > begin and each.began < end
        ]

    def shares(self, begin: float, end: float) -> defaultdict[str, float]:
        """Behaviour → seconds spent in it between two moments, in s."""
        spent: defaultdict[str, float] = defaultdict(float)
        for each in self.between(begin, end):
            spent[each.behavior] += each.ended - each.began
        return spent

    def called(self, begin: float, end: float) -> int:
        """Calls between two moments, in s."""
        return sum(begin <= at < end for at, _ in self.calls)


def lived(
    senses: Sequence[AnySense],
    seconds: float,
    *,
    personality: str = "cat",
    seed: int = 1,
    hour: float = 8.0,
    sample: float = SAMPLE_S,
    start: Start | None = None,
) -> VirtualLife:
    """Let a pet live for so many seconds. `start` may give another table, tree or memory than the
    shipped; it replaces `personality`, `seed` and `hour`."""
    start = start or begin(Files(), seed=seed, hour=hour, personality=personality)
    return lived_by(born(start), start, senses, seconds, sample=sample)


def lived_by(
    pet: LivingPet,
    start: Start,
    senses: Sequence[AnySense],
    seconds: float,
    *,
    sample: float = SAMPLE_S,
) -> VirtualLife:
    """As `lived`, by a pet that is born already: its memory can be asked afterwards."""
    life, sampled = VirtualLife(start, seconds=seconds), 0.0
    for at, heard in moments(senses, seconds):
        tick = pet.tick(at, heard)
        _note(life, tick)
        if at >= sampled:
            life.samples.append((at, tick.pet))
            sampled += sample
    if life.spans:
        life.spans[-1].ended = seconds
    return life


def moments(
    senses: Iterable[AnySense], seconds: float
) -> Iterable[tuple[float, tuple[AnySense, ...]]]:
    """(seconds, senses) of each tick: at BUSY_HZ from a sense on, at IDLE_HZ when AFTER_S passed
    without any. A sense comes at the first tick that is not before its time."""
    waiting = sorted(senses, key=lambda sense: sense.at)
    n, tick, last = 0, 0, -AFTER_S
    while (now := tick / BUSY_HZ) < seconds:
        first = n
        while n < len(waiting) and waiting[n].at <= now + 1e-9:
            n += 1
        if n > first:
            last = now
        yield now, tuple(waiting[first:n])
        step = 1 if now - last < AFTER_S else int(BUSY_HZ / IDLE_HZ)
        if n < len(waiting):
            due = -int(-waiting[n].at * BUSY_HZ // 1)
            step = max(1, min(step, due - tick))
        tick += step


def _note(life: VirtualLife, tick: Tick) -> None:
    doing, spans = tick.decision.behavior, life.spans
    if not spans or spans[-1].behavior != doing:
        if spans:
            spans[-1].ended = tick.at
        spans.append(Span(doing, tick.at, tick.at))
    life.calls += [(tick.at, call.name) for call in tick.calls]
    life.events += [(event.at, event.name) for event in tick.events]


# ── What happens to it ────────────────────────────────────────────────────────────────────────────


def smile(at: float, seconds: float = 4.0, valence: float = 0.8) -> list[AnySense]:
    """A face that looks at the pet: it smiles, or frowns where `valence` is below 0."""
    return [
        Face(at=at + n / 5, person=WHO, valence=valence, arousal=0.2, confidence=0.9, looking=0.9)
        for n in range(round(seconds * 5))
    ]


def words(at: float, intent: Intent, valence: float) -> list[AnySense]:
    """One sentence, as the reader of words reports it."""
    return [
        Words(
            at=at, person=WHO, text="…", intent=intent, valence=valence, arousal=0.3, confidence=0.9
        )
    ]


def hand(
    at: float, zone: ZoneName, gesture: GestureName, seconds: float, pressure: float = 0.4
) -> list[AnySense]:
    """One touch, as the reader of touch reports it."""
    return list(touch(zone, at, at + seconds, gesture, pressure=pressure))


def kindness(rng: random.Random, at: float) -> list[AnySense]:
    """Something that a cat likes."""
    zone: ZoneName = rng.choice(("neck", "cheeks", "head", "back"))
    match rng.choice(("stroke", "scratch", "praise", "smile", "play", "call")):
        case "stroke":
            return [*smile(at), *hand(at + 2.0, zone, "stroke", rng.uniform(8.0, 40.0))]
        case "scratch":
            return hand(at, zone, "scratch", rng.uniform(4.0, 12.0))
        case "praise":
            return [*smile(at), *words(at + 1.0, "praise", 0.8)]
        case "smile":
            return smile(at, rng.uniform(3.0, 10.0))
        case "play":
            return [*words(at, "play", 0.6), *words(at + 20.0, "play", 0.6)]
        case _:
            return words(at, "call", 0.4)


def unkindness(rng: random.Random, at: float) -> list[AnySense]:
    """Something that a cat does not like."""
    match rng.choice(("scold", "belly", "ruffle", "noise", "lift", "send", "hit")):
        case "scold":
            return [*smile(at, valence=-0.6), *words(at + 1.0, "scold", -0.7)]
        case "belly":
            return hand(at, "belly", "stroke", rng.uniform(4.0, 10.0))
        case "ruffle":
            return list(touch("back", at, at + rng.uniform(3.0, 8.0), along_fur=-1.0, speed=0.3))
        case "noise":
            return [Voice(at=at, person=WHO, level=-6.0)]
        case "lift":
            return [
                BodyMotion(at=at, motion="lifted", strength=0.6),
                BodyMotion(at=at + 6.0, motion="put_down", strength=0.4),
            ]
        case "send":
            return words(at, "leave_me_alone", -0.3)
        case _:
            return hand(at, "back", "hit", 0.1, pressure=1.0)


def visit(rng: random.Random, at: float, kind: float) -> list[AnySense]:
    """Somebody comes, does one thing, stays for a few minutes and goes. `kind`: the chance that
    it is a kindness."""
    deed = kindness if rng.random() < kind else unkindness
    return [
        Person(at=at, person=WHO, change="arrives"),
        *deed(rng, at + rng.uniform(2.0, 8.0)),
        Person(at=at + rng.uniform(90.0, 400.0), person=WHO, change="leaves"),
    ]


def visited(
    seed: int, seconds: float, per_hour: float, kind: float = 0.65, since: float = 0.0
) -> list[AnySense]:
    """Visits at random times between two moments (s), as many an hour at the mean."""
    rng, at, senses = random.Random(seed), since, list[AnySense]()
    while (at := at + rng.expovariate(per_hour / 3600.0)) < seconds - 500.0:
        senses += visit(rng, at, kind)
    return sorted(senses, key=lambda sense: sense.at)


# ── Evenings with a habit ─────────────────────────────────────────────────────────────────────────

EVENING_FROM = 17.0
"""Hour of the day at which it is switched on."""
EVENING_H = 5.0
"""Hours until it is switched off again."""
EVENINGS = 5
"""Evenings one after the other, each a life that knows the one before."""


def evening(seed: int) -> list[AnySense]:
    """Somebody comes at six, does this and that, sends it off at eight, and stays in the room
    without a word until it is switched off."""
    rng = random.Random(seed)
    senses: list[AnySense] = [Person(at=3600.0, person=WHO, change="arrives")]
    at = 3700.0
    while at < 2.8 * 3600.0:
        senses += kindness(rng, at)
        at += rng.uniform(120.0, 600.0)
    senses += [each for n in range(3) for each in words(3.1 * 3600.0 + 60 * n, "leave_me_alone", 0)]
    return sorted(senses, key=lambda sense: sense.at)


def evenings(personality: str) -> list[VirtualLife]:
    """EVENINGS lives; what one learns, the next knows."""
    known: Remembered | None = None
    lives = []
    for n in range(EVENINGS):
        start = begin(
            Files(),
            seed=n,
            hour=EVENING_FROM,
            personality=personality,
            remembered=known,
        )
        pet = born(start)
        lives.append(lived_by(pet, start, evening(n), EVENING_H * 3600.0))
        known = pet.mind.remember()
    return lives
