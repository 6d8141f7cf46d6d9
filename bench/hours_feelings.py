"""How long a feeling lasts by what happens: a hit, a rough hour, words, a face, a hand, a noise.

The measures of `python -m bench hours` that need no day.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.promise import Promise
from bench.rehearse import touch
from bench.virtual_life import WHO, VirtualLife, hand, lived, words
from moggy.assemble import begin, body_of, born
from moggy.config import Files
from moggy.messages import AnySense, BodyMotion, Face, Person, Voice, Words
from moggy.sim.day import senses_of
from moggy.sim.random_day import random_day
from moggy.vocabulary import CLASS_PLACES, EMOTIONS, Emotion

FloatArray = NDArray[np.float64]

# ── Emotions of the moment ────────────────────────────────────────────────────────────────────────

CLIP_S = 120.0
"""Seconds of the clips within which valence and arousal are correlated with themselves."""
CLIPS = 5
"""Clips of a random day, on which something happens every four seconds."""
SEEN_HZ = 10.0
"""Samples a second."""


def felt_on_a_random_day(name: str, seed: int) -> tuple[FloatArray, FloatArray]:
    """Valence and arousal, SEEN_HZ times a second, on a random day at 50 Hz."""
    start = begin(Files(), seed=seed, hour=15.0, personality=name)
    pet, felt = born(start), []
    body = body_of(start)
    senses, n = list(senses_of(random_day(seed, CLIPS * CLIP_S, body), body)), 0
    for tick in range(round(CLIPS * CLIP_S * 50)):
        first = n
        while n < len(senses) and senses[n].at <= tick / 50:
            n += 1
        lived = pet.tick(tick / 50, senses[first:n]).pet
        if tick % round(50 / SEEN_HZ) == 0:
            felt.append((lived.valence, lived.arousal))
    both = np.array(felt)
    return both[:, 0], both[:, 1]


def decorrelation(courses: Sequence[FloatArray]) -> float:
    """Seconds until the correlation of a course with itself falls to 1/e, within clips of CLIP_S
    and about the mean of each."""
    size = round(CLIP_S * SEEN_HZ)
    total = np.zeros(size)
    for course in courses:
        for at in range(0, len(course) - size + 1, size):
            clip = course[at : at + size] - course[at : at + size].mean()
            spectrum = np.fft.rfft(clip, 2 * size)
            total += np.fft.irfft(spectrum * spectrum.conj())[:size]
    return float(np.argmax(total < total[0] / np.e)) / SEEN_HZ


def decorrelated(pool: Executor, names: Sequence[str]) -> list[Promise]:
    """How long the feelings of the moment stay like themselves in lively company."""
    seeds = (1, 2)
    every = [(name, seed) for name in names for seed in seeds]
    felt = list(pool.map(felt_on_a_random_day, *zip(*every, strict=True)))
    found = []
    for i, what in enumerate(("valence", "arousal")):
        of = {
            name: decorrelation(
                [both[i] for (who, _), both in zip(every, felt, strict=True) if who == name]
            )
            for name in names
        }
        shown = ", ".join(f"{name} {seconds:.1f}" for name, seconds in of.items())
        found.append(
            Promise(
                f"{what} of the pet decorrelates to 1/e within clips of two minutes",
                f"{shown} s (2 to 7)",
                all(2.0 <= seconds <= 7.0 for seconds in of.values()),
            )
        )
    return found


# ── A hit, and a rough hour ───────────────────────────────────────────────────────────────────────

HURT = ("flinch", "hide", "sulk", "keep_distance", "shrink_away", "recover")
"""What a hurt cat does."""
HIT_AT = 300.0
"""Seconds of friendly company before the hit."""
AFTER_S = 900.0
"""Seconds for which a hit is followed."""
WORSE = 0.1
"""Difference of valence from which a cat feels worse."""
HIT_SEEDS = (1, 2, 3)
"""Of the lives in which a hit is followed."""
STROKED_AFTER_S = 300.0
"""Seconds after a hit at which the hand that hit strokes it again."""


def friendly(seconds: float) -> list[AnySense]:
    """Somebody is there who strokes it every two minutes and praises it in between."""
    senses: list[AnySense] = [Person(at=0.5, person=WHO, change="arrives")]
    for n in range(int(seconds // 120)):
        senses += hand(20.0 + 120.0 * n, "neck", "stroke", 15.0)
        senses += words(80.0 + 120.0 * n, "praise", 0.8)
    return senses


class Hurt(NamedTuple):
    """One life with a hit, beside the same without it."""

    acts: float
    """Seconds from the hit to the end of the last thing that a hurt cat does."""
    worse: FloatArray
    """How much lower its valence is, once a second from the hit on."""
    enjoys: bool
    """Whether it enjoys a stroke five minutes later."""


def hit_once(name: str, seed: int) -> Hurt:
    """A hit by a friendly hand."""
    before = friendly(HIT_AT)
    hit = hand(HIT_AT, "back", "hit", 0.1, pressure=1.0)
    again = hand(HIT_AT + STROKED_AFTER_S, "neck", "stroke", 20.0)
    play = partial(lived, personality=name, seconds=HIT_AT + AFTER_S, sample=1.0, seed=seed)
    hurt, spared = play([*before, *hit]), play(before)
    stroked = play([*before, *hit, *again])
    last = max(
        (each.ended for each in hurt.between(HIT_AT, HIT_AT + AFTER_S) if each.behavior in HURT),
        default=HIT_AT,
    )
    worse = [
        other.valence - felt.valence
        for (at, felt), (_, other) in zip(hurt.samples, spared.samples, strict=False)
        if at > HIT_AT
    ]
    done = {
        each.behavior
        for each in stroked.between(HIT_AT + STROKED_AFTER_S, HIT_AT + STROKED_AFTER_S + 30.0)
    }
    return Hurt(last - HIT_AT, np.array(worse), bool(done & {"purr_along", "lean_in", "knead"}))


def forgiven_after(lives: Sequence[Hurt]) -> float:
    """Seconds from a hit until a cat does nothing any more that a hurt one does (median of its
    lives) and feels worse by less than WORSE. That is the mean of its lives: of two lives that
    differ by a hit the one may play, later, by chance, where the other naps."""
    worse = np.mean([life.worse for life in lives], axis=0)
    peak = int(worse[: round(STROKED_AFTER_S)].argmax())
    over = peak + int(np.argmax(worse[peak:] < WORSE))
    return max(median(life.acts for life in lives), float(over))


def forgiven(pool: Executor, names: Sequence[str]) -> list[Promise]:
    """How soon a hit by a friendly hand is over."""
    every = [(name, seed) for name in names for seed in HIT_SEEDS]
    lives = list(pool.map(hit_once, *zip(*every, strict=True)))
    of = {
        name: [life for (who, _), life in zip(every, lives, strict=True) if who == name]
        for name in names
    }
    over = {name: forgiven_after(each) for name, each in of.items()}
    enjoys = sum(life.enjoys for life in lives)
    return [
        Promise(
            "seconds after a hit until a cat neither acts hurt nor feels worse than one that was"
            f" not hit by {WORSE} of valence",
            ", ".join(f"{name} {seconds:.0f}" for name, seconds in over.items()) + " (30 to 600)",
            all(30.0 <= seconds <= 600.0 for seconds in over.values()),
        ),
        Promise(
            "a stroke five minutes after a hit is enjoyed",
            f"in {enjoys} of {len(lives)} lives of all personalities (all)",
            enjoys == len(lives),
        ),
    ]


ROUGH_S = 3600.0
"""Seconds of the rough hour."""
LOOKED_S = 1800.0
"""Seconds after it in which variety is looked at."""
LATER_S = 6 * 3600.0
"""Seconds after it at which trust and mood are looked at."""


def after_an_hour(name: str, rough: bool) -> VirtualLife:
    """An hour with somebody who every three minutes hits, scolds, shakes or shouts, or who is only
    there; then six hours alone."""
    senses: list[AnySense] = [Person(at=0.5, person=WHO, change="arrives")]
    if rough:
        for n in range(20):
            at = 60.0 + 175.0 * n
            senses += (
                hand(at, "back", "hit", 0.1, pressure=1.0),
                words(at, "scold", -0.8),
                [BodyMotion(at=at, motion="shaken", strength=0.8)],
                [Voice(at=at, person=WHO, level=-5.0)],
            )[n % 4]
    senses.append(Person(at=ROUGH_S - 5.0, person=WHO, change="leaves"))
    return lived(senses, ROUGH_S + LATER_S, personality=name, hour=10.0)


def remembered_roughness(pool: Executor, names: Sequence[str]) -> list[Promise]:
    """What a rough hour leaves: in what it does for half an hour, and in trust for long."""
    rough = list(pool.map(partial(after_an_hour, rough=True), names))
    spared = list(pool.map(partial(after_an_hour, rough=False), names))
    things, fullest, sulks, trust, mood = [], [], [], [], []
    for hurt, other in zip(rough, spared, strict=True):
        spent = hurt.shares(ROUGH_S, ROUGH_S + LOOKED_S)
        things.append(sum(seconds >= 2.0 for seconds in spent.values()))
        fullest.append(max(spent.values()) / LOOKED_S)
        sulks.append(sum(spent[each] for each in HURT) / LOOKED_S)
        last, same = hurt.samples[-1][1], other.samples[-1][1]
        trust.append(same.bond.trust - last.bond.trust)
        mood.append(same.mood.pleasure - last.mood.pleasure)
    return [
        Promise(
            "different things in the half hour after a rough hour",
            f"{min(things)} to {max(things)} (at least 8)",
            min(things) >= 8,
        ),
        Promise(
            "the commonest of them fills, and all that a hurt cat does",
            f"at most {max(fullest):.0%} (at most 50 %), {min(sulks):.0%} to {max(sulks):.0%}"
            " (at most 50 %)",
            max(fullest) <= 0.5 and max(sulks) <= 0.5,
        ),
        Promise(
            "trust six hours after it is lower than without it",
            f"by {min(trust):.2f} to {max(trust):.2f} (at least 0.05)",
            min(trust) >= 0.05,
        ),
        Promise(
            "the mood six hours after it is lower than without it",
            f"by {max(mood):.2f} (at most 0.1)",
            max(mood) <= 0.1,
        ),
    ]


# ── Which emotion lasts, by what happens ──────────────────────────────────────────────────────────

STIRS_FROM = 0.1
"""Peak of an emotion from which it counts as stirred."""
FOLLOWED_S = 600.0
"""Seconds for which the emotions are followed after what happened."""
AT = 20.0
"""Second at which it happens."""


def seen(name: str, seconds: float = 6.0) -> list[AnySense]:
    """A face that plainly shows a feeling, five frames a second."""
    place = CLASS_PLACES[name]  # type: ignore[index]
    return [
        Face(
            at=AT + n / 5, person=WHO, valence=place.valence, arousal=place.arousal,
            probabilities={name: 0.9, "neutral": 0.1},  # type: ignore[dict-item]
            confidence=0.9, looking=0.9,
        )
        for n in range(round(seconds * 5))
    ]  # fmt: skip


def said(text: str) -> list[AnySense]:
    """Words as they are heard: the pet's own reader takes them from here."""
    return [Words(at=AT, person=WHO, text=text)]


CAUSES: dict[str, list[AnySense]] = {
    "words: praise": said("good cat, I love you so much, you are wonderful"),
    "words: a scolding": said("bad cat! you are a very bad cat, stop that at once"),
    "words: a threat": said("I am furious with you, I will hit you"),
    "words: disgust": said("yuck, you are disgusting"),
    "words: surprise": said("wow, I did not expect that, what a surprise"),
    **{f"face: {name}": seen(name) for name in CLASS_PLACES if name != "neutral"},
    "touch: a stroke": hand(AT, "neck", "stroke", 20.0),
    "touch: the belly": hand(AT, "belly", "stroke", 6.0),
    "touch: against the fur": list(touch("back", AT, AT + 5.0, along_fur=-1.0, speed=0.3)),
    "touch: a poke": hand(AT, "back", "poke", 0.1, pressure=0.8),
    "touch: a hit": hand(AT, "back", "hit", 0.1, pressure=1.0),
    "around: a loud noise": [Voice(at=AT, person=WHO, level=-5.0)],
    "around: shaken": [BodyMotion(at=AT, motion="shaken", strength=0.8)],
}
"""What happens."""


def half_lives(cause: str, name: str) -> dict[Emotion, float]:
    """Seconds from the peak of each emotion that this stirs in this personality to half of it."""
    there = Person(at=1.0, person=WHO, change="arrives")
    life = lived([there, *CAUSES[cause]], AT + FOLLOWED_S, personality=name, sample=0.1)
    found: dict[Emotion, float] = {}
    before = max((n for n, (at, _) in enumerate(life.samples) if at < AT), default=0)
    for emotion in EMOTIONS:
        rest = life.samples[before][1].emotions[emotion]
        course = [(at, pet.emotions[emotion] - rest) for at, pet in life.samples[before:]]
        top, peak = max(course, key=lambda each: each[1])
        if peak >= STIRS_FROM:
            found[emotion] = next((at for at, x in course if at > top and x < peak / 2), 1e9) - top
    return found


LONG: tuple[Emotion, ...] = ("sadness",)
MIDDLE: tuple[Emotion, ...] = ("joy", "anger")
SHORT: tuple[Emotion, ...] = ("fear", "disgust", "surprise")


def ordered(pool: Executor, names: Sequence[str]) -> list[Promise]:
    """Whether sadness outlasts joy and anger, and these the short ones, whatever the cause."""
    every = [(cause, name) for name in names for cause in CAUSES]
    lasts = list(pool.map(half_lives, *zip(*every, strict=True)))
    kept, lines = True, []
    for name in names:
        of = {
            emotion: {
                cause: found[emotion]
                for (cause, who), found in zip(every, lasts, strict=True)
                if who == name and emotion in found
            }
            for emotion in (*LONG, *MIDDLE, *SHORT)
        }
        shortest = {
            group: [min(of[e].values(), default=1e9) for e in group] for group in (LONG, MIDDLE)
        }
        longest = {
            group: [max(of[e].values(), default=0.0) for e in group] for group in (MIDDLE, SHORT)
        }
        kept &= min(shortest[LONG]) > max(longest[MIDDLE])
        kept &= min(shortest[MIDDLE]) > max(longest[SHORT])
        lines.append(of)
    shown = "; ".join(
        f"{emotion} {_range([x for of in lines for x in of[emotion].values()])}"
        for emotion in (*LONG, *MIDDLE, *SHORT)
    )
    ways = {
        emotion: sorted({cause.split(":")[0] for of in lines for cause in of[emotion]})
        for emotion in (*LONG, *MIDDLE, *SHORT)
    }
    return [
        Promise(
            f"in each of {len(names)} personalities, by {len(CAUSES)} causes, every sadness"
            " outlasts every joy and anger, and these all fear, disgust and surprise",
            f"seconds from the peak to half of it: {shown}",
            kept,
        ),
        Promise(
            "each of them is stirred",
            "; ".join(f"{emotion} by {', '.join(by) or 'nothing'}" for emotion, by in ways.items()),
            all(ways.values()) and "words" in ways["joy"] and "face" in ways["joy"],
        ),
    ]


def _range(seconds: Sequence[float]) -> str:
    if not seconds:
        return "never"
    return f"{min(seconds):.1f} to {max(seconds):.1f} (median {median(seconds):.1f})"
