"""What hours are like: how long moods and feelings last, and what a cat does that is left alone.

Whole pets of several personalities live for days in virtual time (bench/virtual_life.py). Every
figure stands beside its bar. `--quick` lives a third of the lives.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from math import sqrt
from statistics import fmean, median
from time import perf_counter

from bench.character import NAMES
from bench.hours_feelings import decorrelated, forgiven, ordered, remembered_roughness
from bench.promise import Promise, report
from bench.virtual_life import (
    WHO,
    Span,
    VirtualLife,
    evenings,
    hand,
    lived,
    smile,
    visited,
    words,
)
from moggy.behaviors.lint import slots
from moggy.behaviors.tree import Tree
from moggy.brain.affect.mood import home_of
from moggy.brain.appraisals import Appraisals
from moggy.config import Files
from moggy.messages import AnySense, BodyMotion, Person, Words
from moggy.ongoing import is_quiet
from moggy.personality import Personality
from moggy.vocabulary import (
    CLASS_PLACES,
    CLASSES,
    GESTURES,
    INTENTS,
    BodyMotionName,
    GestureName,
    PersonClass,
)

H = 3600.0
"""Seconds of an hour."""
ALONE_FROM = 8.0
"""Hour of the day at which a life begins whose people leave after LEAVES_S."""
LEAVES_S = 600.0
"""Seconds after which they leave."""
ALONE_H = 22
"""Hours that it then is alone: until six in the morning."""
DAY_FROM = 8.0
"""Hour from which on it is day."""
DAY_TO = 19.0
"""Hour of the day at which its last hour begins."""
NIGHT_FROM = 23.0
"""Hour of the day from which on it is night."""
NIGHT_TO = 4.5
"""Hour before which its last hour begins."""
COUNTS_S = 2.0
"""Seconds for which it has to do a thing before it counts as one."""
LAG_S = 5400.0
"""Seconds between two samples of the mood that are correlated: 90 minutes, as people are asked."""
EVERY_S = 900.0
"""Seconds between two samples of the mood."""
VISITS = 4.0
"""Visits an hour on the days on which the mood is sampled."""
DAY_H = 15.0
"""Hours of such a day, from seven in the morning."""
SHORT: tuple[GestureName, ...] = ("tap", "pat", "poke", "hit")
"""Gestures that are over at once."""
MOVED: tuple[BodyMotionName, ...] = (
    "lifted",
    "falling",
    "put_down",
    "knocked",
    "tipped",
    "shaken",
)
"""How it is moved, in turn."""
SOLO = ("look_out", "play_alone", "patrol")
"""What a cat that is alone by day does, besides all else."""


def alone(personality: str, seed: int = 1) -> VirtualLife:
    """A day and a night alone: for ten minutes somebody is there and strokes it, then nobody."""
    senses: list[AnySense] = [
        Person(at=1.0, person=WHO, change="arrives"),
        *smile(5.0),
        *hand(10.0, "neck", "stroke", 20.0),
        Person(at=LEAVES_S, person=WHO, change="leaves"),
    ]
    seconds = LEAVES_S + ALONE_H * H
    return lived(senses, seconds, personality=personality, seed=seed, hour=ALONE_FROM)


def in_company(personality: str, seed: int) -> VirtualLife:
    """A day on which somebody comes four times an hour, and is kind two times in three."""
    senses = visited(seed, DAY_H * H, VISITS)
    return lived(senses, DAY_H * H, personality=personality, seed=seed, hour=7.0, sample=EVERY_S)


def in_company_of(personality: str) -> VirtualLife:
    """Two hours of an evening in which somebody does and says, minute after minute, all that a cat
    answers, and comes in once more when it is to be quiet."""
    senses: list[AnySense] = [Person(at=1.0, person=WHO, change="arrives")]
    at = iter(range(60, 7200, 60))
    for zone in ("neck", "belly"):
        for gesture in (each for each in GESTURES if each != "hit"):
            senses += hand(next(at), zone, gesture, 0.3 if gesture in SHORT else 20.0)
    begin = next(at)
    for n in range(12):
        senses += hand(begin + 3 * n, "back", "pat", 0.3)
    for _ in range(3):
        senses += hand(next(at), "cheeks", "stroke", 58.0, pressure=0.3)
    for intent in INTENTS:
        senses += words(next(at), intent, -0.5 if intent in ("scold", "leave_me_alone") else 0.5)
    for feeling in CLASSES:
        place = CLASS_PLACES[feeling]
        for to_pet in (0.9, 0.1):
            senses += feels(next(at), feeling, place.valence, place.arousal, to_pet)
    senses += feels(next(at), "happy", 0.45, -0.2, 0.9)
    begin = next(at)
    for n, motion in enumerate(MOVED):
        senses.append(BodyMotion(at=begin + 20.0 * n, motion=motion, strength=0.8))
    senses += hand(next(at), "back", "hit", 0.1, pressure=1.0)
    senses.append(Person(at=6000.0, person=WHO, change="leaves"))
    senses.append(Person(at=7100.0, person=WHO, change="arrives"))
    return lived(senses, 7200.0, personality=personality, hour=20.1)


def feels(
    at: float, feeling: PersonClass, valence: float, arousal: float, to_pet: float
) -> list[AnySense]:
    """One sentence that carries a feeling and no wish, as the reader of words reports it."""
    return [
        Words(
            at=at,
            person=WHO,
            text="…",
            valence=valence,
            arousal=arousal,
            probabilities={"neutral": 0.1, feeling: 0.9},
            to_pet=to_pet,
            confidence=0.9,
        )
    ]


def hours_of(life: VirtualLife) -> list[tuple[float, float]]:
    """(hour of the day, second of the life) at which each hour alone begins."""
    begins = [LEAVES_S + n * H for n in range(ALONE_H)]
    return [((life.start.hour + at / H) % 24.0, at) for at in begins]


def personality_of(life: VirtualLife) -> Personality:
    """Who it was."""
    return Files().load(life.start.personality, Personality)


def by_day(life: VirtualLife) -> list[float]:
    """Seconds at which its waking hours of the day begin: outside its own quiet hours."""
    quiet = personality_of(life).quiet
    return [
        at
        for hour, at in hours_of(life)
        if DAY_FROM <= hour < DAY_TO
        and not is_quiet(quiet, frozenset(), hour)
        and not is_quiet(quiet, frozenset(), hour + 1.0)
    ]


def variety(lives: Sequence[VirtualLife]) -> list[Promise]:
    """Of every hour alone by day: different things, and the share of the four commonest."""
    different: dict[str, list[int]] = {}
    fullest: dict[str, list[float]] = {}
    for life in lives:
        name = personality_of(life).name
        for at in by_day(life):
            spent = life.shares(at, at + H)
            different.setdefault(name, []).append(sum(s >= COUNTS_S for s in spent.values()))
            fullest.setdefault(name, []).append(sum(sorted(spent.values())[-4:]) / H)
    fewest = {name: min(found) for name, found in different.items()}
    most = {name: max(found) for name, found in fullest.items()}
    every = [n for found in different.values() for n in found]
    return [
        Promise(
            f"different things in an hour alone by day ({len(every)} hours)",
            f"median {median(every):.0f}, fewest {_each(fewest)} (at least 12)",
            min(every) >= 12,
        ),
        Promise(
            "the four commonest fill of such an hour",
            f"at most {_each({k: f'{v:.0%}' for k, v in most.items()})} (at most 75 %)",
            max(most.values()) <= 0.75,
        ),
    ]


def _each(figures: dict[str, object] | dict[str, int] | dict[str, str]) -> str:
    return ", ".join(f"{name} {figure}" for name, figure in figures.items())


def rhythm(lives: Sequence[VirtualLife]) -> list[Promise]:
    """Sleep by night, naps by day, calls, and what it does alone."""
    asleep, napped, calls = {}, {}, {}
    quiet_calls, seen = 0, dict.fromkeys(SOLO, 0)
    day_hours = 0
    for life in lives:
        who = personality_of(life)
        night = [at for hour, at in hours_of(life) if hour >= NIGHT_FROM or hour < NIGHT_TO]
        asleep[who.name] = fmean(life.shares(at, at + H)["sleep"] / H for at in night)
        days = by_day(life)
        napped[who.name] = fmean(
            (life.shares(at, at + H)["nap"] + life.shares(at, at + H)["sleep"]) / H for at in days
        )
        if who.talkative > 0.0 and who.quiet.budget > 0.0:
            calls[who.name] = fmean(life.called(at, at + H) for at in days)
        quiet_calls += sum(
            is_quiet(who.quiet, frozenset(), (life.start.hour + at / H) % 24.0)
            for at, _ in life.calls
        )
        day_hours += len(days)
        for name in SOLO:
            seen[name] += sum(life.shares(at, at + H)[name] > COUNTS_S for at in days)
    return [
        Promise(
            "asleep by night",
            f"{_each({k: f'{v:.0%}' for k, v in asleep.items()})} (at least 60 %)",
            min(asleep.values()) >= 0.6,
        ),
        Promise(
            "asleep by day",
            f"{_each({k: f'{v:.0%}' for k, v in napped.items()})} (10 to 50 %)",
            all(0.1 <= share <= 0.5 for share in napped.values()),
        ),
        Promise(
            "calls an hour, alone by day",
            f"{_each({k: f'{v:.1f}' for k, v in calls.items()})} (0.3 to 8)",
            all(0.3 <= rate <= 8.0 for rate in calls.values()),
        ),
        Promise("calls in quiet hours", f"{quiet_calls} (none)", quiet_calls == 0),
        *(
            Promise(
                f"hours alone by day with `{name}`",
                f"{n / day_hours:.0%} (at least 80 %)",
                n >= 0.8 * day_hours,
            )
            for name, n in seen.items()
        ),
    ]


def rest_points(lives: Sequence[VirtualLife]) -> list[Promise]:
    """Where the mood lies when nothing happens, against where the temperament puts it."""
    reach = Files().load("appraisals/cat.yaml", Appraisals).mood.temperament
    lies: list[tuple[float, ...]] = []
    homes: list[tuple[float, ...]] = []
    for life in lives:
        moods = [pet.mood for at, pet in life.samples if at > 4 * H]
        lies.append((fmean(m.pleasure for m in moods), fmean(m.arousal for m in moods)))
        homes.append(home_of(personality_of(life).temperament, reach)[:2])
    return [
        Promise(
            f"{name} of the mood of a cat that is left alone follows its temperament",
            f"r = {correlation([a[i] for a in lies], [b[i] for b in homes]):.2f} (at least 0.8)",
            correlation([a[i] for a in lies], [b[i] for b in homes]) >= 0.8,
        )
        for i, name in enumerate(("pleasure", "arousal"))
    ]


def mood_lasts(lives: Sequence[VirtualLife]) -> list[Promise]:
    """Correlation of the mood with itself 90 minutes later, within days."""
    found = []
    for name in ("pleasure", "arousal"):
        days = [
            [float(getattr(pet.mood, name)) for at, pet in life.samples if at >= H]
            for life in lives
        ]
        own = within(days, [fmean(day) for day in days])
        who = [life.start.personality for life in lives]
        usual = {
            each: fmean(x for day, w in zip(days, who, strict=True) if w == each for x in day)
            for each in who
        }
        across = within(days, [usual[each] for each in who])
        spread = median(max(day) - min(day) for day in days)
        found.append(
            Promise(
                f"{name} of the mood 90 minutes apart, {VISITS:.0f} events an hour"
                f" ({len(days)} days)",
                f"correlates {own:.2f} about the day's mean, {across:.2f} about the cat's"
                f" (each 0.1 to 0.5); it moves by {spread:.2f} in a day",
                0.1 <= own <= 0.5 and 0.1 <= across <= 0.5,
            )
        )
    return found


def within(days: Sequence[Sequence[float]], means: Sequence[float]) -> float:
    """Correlation of values LAG_S apart that lie in one day, about the given mean of each day."""
    lag = round(LAG_S / EVERY_S)
    pairs = [
        (before - mean, after - mean)
        for day, mean in zip(days, means, strict=True)
        for before, after in zip(day, day[lag:], strict=False)
    ]
    squares = [fmean(pair[i] ** 2 for pair in pairs) for i in (0, 1)]
    return fmean(a * b for a, b in pairs) / max(1e-12, sqrt(squares[0] * squares[1]))


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Pearson's correlation, −1..1."""
    mx, my = fmean(xs), fmean(ys)
    both = fmean((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True))
    spread = fmean((x - mx) ** 2 for x in xs) * fmean((y - my) ** 2 for y in ys)
    return both / max(1e-12, sqrt(spread))


def reached(lives: Sequence[VirtualLife]) -> Promise:
    """Behaviours of the tree that occur in none of these lives."""
    tree = Files().load("trees/cat.yaml", Tree)
    done: Counter[str] = Counter(span.behavior for life in lives for span in life.spans)
    never = [slot.id for slot in slots(tree.root) if slot.id not in done]
    hours = sum(life.seconds for life in lives) / H
    shown = ", ".join(never) or "none"
    return Promise(
        f"behaviours that never occur in {hours:.0f} hours, most of them alone",
        f"{shown} (none but those that the owner's switches and the battery cause)",
        set(never) <= {"stop", "rest_on_charger", "save_strength", "settle_lap"},
    )


def longest(spans: Iterable[Span], name: str) -> float:
    """The longest time in seconds that it did one thing."""
    return max((each.ended - each.began for each in spans if each.behavior == name), default=0.0)


def main() -> int:
    """Print every figure with its bar; 1 where one is missed, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a third of the lives")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="lives at once")
    options = parser.parse_args()
    names = NAMES[:2] if options.quick else NAMES
    days = [
        (name, seed)
        for name in ("cat", "shy", "playful", "cuddler")
        for seed in range(1 if options.quick else 3)
    ]
    began = perf_counter()
    with ProcessPoolExecutor(options.jobs) as pool:
        left = list(pool.map(alone, names))
        visits = list(pool.map(in_company, *zip(*days, strict=True)))
        after_work = [day for life in pool.map(evenings, names) for day in life]
        every = [*left, *visits, *after_work, *pool.map(in_company_of, names)]
        lived_h = sum(life.seconds for life in every) / H
        seconds = perf_counter() - began
        print(f"{lived_h:.0f} hours of life in {seconds:.0f} s: {lived_h * H / seconds:.0f} × real")
        measures: list[Callable[[], Promise | list[Promise]]] = [
            lambda: variety(left),
            lambda: rhythm(left),
            lambda: rest_points(left),
            lambda: mood_lasts(visits),
            lambda: decorrelated(pool, names),
            lambda: forgiven(pool, names),
            lambda: remembered_roughness(pool, names),
            lambda: ordered(pool, names),
            lambda: reached(every),
        ]
        return report(measures)
