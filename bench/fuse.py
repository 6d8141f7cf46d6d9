"""Whether what the senses say of a person is fused as promised, and what an estimate costs.

Each line is a promise, the figure and the bound. Where the sets text_goemotions and
face_blendshapes are there, the errors of the face and of the words are measured on them and shown
beside what the appraisal table says of them.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
from dataclasses import replace
from itertools import combinations
from statistics import fmean
from time import process_time
from typing import NamedTuple

from bench.absent import attempt, folder_of
from bench.promise import Promise, report
from moggy.brain.appraisals import Appraisals
from moggy.brain.language.benchmark import EKMAN
from moggy.brain.person import Fusion
from moggy.brain.person.fusion import published
from moggy.config import Files
from moggy.messages import Evidence, Face, Words
from moggy.sensors.vision.face_reader import FaceReader
from moggy.sensors.words import WordsReader
from moggy.vocabulary import CLASS_PLACES, CLASSES, EvidenceChannel, PersonClass

TABLE = Files().load("appraisals/cat.yaml", Appraisals)
"""The shipped appraisals."""
MOST_US = 60.0
"""Most microseconds of CPU that an estimate may take."""
FIVE: tuple[EvidenceChannel, ...] = ("face", "words", "voice", "touch", "posture")
"""The channels of the senses."""


CLEAR = 0.3
"""Distance from 0 from which a label's valence is clearly pleasant or unpleasant. Our choice."""
SHOWN = 0.15
"""The same of a reading's valence, with the sign of its label. Our choice."""
PAIRS = 6000
"""Pairs of a comment and a face that are drawn."""


class LabelledReading(NamedTuple):
    """One labelled example, and how it was read."""

    valence: float
    """The label's, −1..1."""
    arousal: float
    """The label's, −1..1."""
    read_valence: float
    """−1..1"""
    read_arousal: float
    """−1..1"""
    confidence: float
    """Of the reading, 0..1."""
    held: bool = True
    """Whether it took no part in choosing a threshold."""

    @property
    def shows(self) -> bool:
        """Whether the reading has clearly the sign of its label."""
        return self.read_valence * math.copysign(1.0, self.valence) >= SHOWN


def contradiction(cases: int = 400, seed: int = 2026) -> list[Promise]:
    """Two channels that disagree on the sign of valence, at random strength, arousal and
    confidence: the confidence of both together is compared with that of the surer one alone."""
    lines: list[Promise] = []
    rng = random.Random(seed)
    for one, two in combinations(FIVE, 2):
        lower = alone = 0
        for _ in range(cases):
            a = said(one, rng.uniform(0.4, 0.9), rng.uniform(0.4, 1.0), rng.uniform(-0.3, 0.3))
            b = said(two, rng.uniform(0.4, 0.9), rng.uniform(0.4, 1.0), rng.uniform(-0.3, 0.3))
            against = replace(b, valence=-(b.valence or 0.0))
            both = sureness(a, against)
            lower += both < sureness(a, b)
            alone += both < max(sureness(a), sureness(against))
        shown = (
            f"below the surer one alone in {alone / cases:.0%} of cases (at least 80 %), "
            f"below both in agreement in {lower / cases:.0%}"
        )
        lines.append(
            Promise(
                f"contradiction lowers confidence ({one}, {two})",
                shown,
                min(lower, alone) >= 0.8 * cases,
            )
        )
    return lines


def agreement(people: int = 6000) -> list[Promise]:
    """Random people, read with the table's errors: the fused estimate is compared with the best
    channel, in those cases in which the channels agree."""
    lines: list[Promise] = []
    rng = random.Random(3)
    groups: tuple[tuple[EvidenceChannel, ...], ...] = (
        ("face", "words"),
        ("face", "voice"),
        ("words", "touch"),
        FIVE,
    )
    for pair in groups:
        errors, fused = dict.fromkeys(pair, 0.0), 0.0
        for _ in range(people):
            truth = max(-1.0, min(1.0, rng.gauss(0.0, 0.5)))
            heard = {
                name: max(-1.0, min(1.0, rng.gauss(truth, TABLE.channels[name].valence)))
                for name in pair
            }
            if max(heard.values()) - min(heard.values()) > (0.3 if len(pair) == 2 else 0.8):
                continue
            fusion = Fusion(TABLE.channels)
            for name, valence in heard.items():
                fusion.take(said(name, valence, 1.0))
                errors[name] += (valence - truth) ** 2
            fused += (fusion.estimate("anna", 0.0)[0] - truth) ** 2
        gain = math.sqrt(fused / min(errors.values()))
        lines.append(
            Promise(
                f"fused never worse than the best ({', '.join(pair)})",
                f"{gain:.2f} of its error",
                gain <= 1.0,
            )
        )
    return lines


def said(
    channel: EvidenceChannel, valence: float, confidence: float, arousal: float = 0.0
) -> Evidence:
    """What one channel says of Anna at second 0."""
    return Evidence(
        at=0.0,
        channel=channel,
        person="anna",
        valence=valence,
        arousal=arousal,
        confidence=confidence,
    )


def sureness(*evidence: Evidence) -> float:
    """The confidence, 0..1, of the estimate that is fused from this evidence."""
    fusion = Fusion(TABLE.channels)
    for one in evidence:
        fusion.take(one)
    return fusion.estimate("anna", 0.0)[5]


def cost() -> list[Promise]:
    """CPU time of an estimate from five channels; the best of three."""
    best = min(per_estimate() for _ in range(3))
    return [
        Promise(
            "µs to fuse five channels, ten times a second",
            f"{best:.0f} (at most {MOST_US:.0f})",
            best <= MOST_US,
        )
    ]


def per_estimate(times: int = 5000) -> float:
    """Microseconds of CPU that one estimate from five channels takes, at the mean."""
    fusion = Fusion(TABLE.channels)
    for n, channel in enumerate(FIVE):
        fusion.take(said(channel, 0.3 - 0.2 * n, 0.8, 0.1))
    began = process_time()
    for n in range(times):
        fusion.estimate("anna", 1e-4 * n)
    return (process_time() - began) / times * 1e6


def measured() -> None:
    """Print the errors of the face and of the words on labelled data, at full confidence:
    √mean(error² × confidence)."""
    sets: tuple[tuple[EvidenceChannel, list[LabelledReading]], ...] = (
        ("words", comments()),
        ("face", photos()),
    )
    for channel, told in sets:
        table = TABLE.channels[channel]
        valence = fmean((t.valence - t.read_valence) ** 2 * t.confidence for t in told)
        arousal = fmean((t.arousal - t.read_arousal) ** 2 * t.confidence for t in told)
        for what, square, assumed in (
            ("valence", valence, table.valence),
            ("arousal", arousal, table.arousal),
        ):
            print(
                f"  {channel} {what}: error at full confidence {math.sqrt(square):.2f} "
                f"on {len(told)} labelled; the table says {assumed:.2f}"
            )


def true_conflicts(held: bool = True) -> None:
    """Print how often an estimate from a comment and a face is unsure where their labels contradict
    each other, and where they agree; `held`: of those that the thresholds were not chosen on."""
    words = [w for w in comments("ekman_test" if held else "ekman.dev") if abs(w.valence) >= CLEAR]
    faces = [f for f in photos() if f.held == held and abs(f.valence) >= CLEAR]
    rng = random.Random(5)
    unsure: dict[str, list[bool]] = {"agree": [], "conflict": [], "both show it": []}
    for _ in range(PAIRS):
        pair = rng.choice(words), rng.choice(faces)
        fusion = Fusion(TABLE.channels)
        for channel, told in zip(FIVE, pair, strict=False):
            one = said(channel, told.read_valence, told.confidence, told.read_arousal)
            fusion.take(one)
        is_so = published("anna", fusion.estimate("anna", 0.0), True, 1.0, None).unsure
        conflict = pair[0].valence * pair[1].valence < 0.0
        unsure["conflict" if conflict else "agree"].append(is_so)
        if conflict and pair[0].shows and pair[1].shows:
            unsure["both show it"].append(is_so)
    print(
        f"  unsure in {fmean(unsure['conflict']):.0%} of {len(unsure['conflict'])} pairs of a "
        f"comment and a face whose labels contradict each other, in "
        f"{fmean(unsure['both show it']):.0%} of the {len(unsure['both show it'])} of them where "
        f"both readings show it, and in {fmean(unsure['agree']):.0%} of {len(unsure['agree'])} "
        "pairs that agree"
    )


def comments(name: str = "ekman_test") -> list[LabelledReading]:
    """The comments of GoEmotions test, or of another part, each label at its place in
    CLASS_PLACES."""
    found: list[LabelledReading] = []
    path = folder_of("text_goemotions") / f"{name}.tsv"
    for line in path.read_text(encoding="utf-8").splitlines():
        text, labels, *_ = line.split("\t")
        places = [CLASS_PLACES[EKMAN[int(label)]] for label in labels.split(",")]
        for words in WordsReader().read([Words(at=1.0, id=1, text=text)], 1.0):
            if isinstance(words, Words) and words.valence is not None and words.arousal is not None:
                found.append(
                    LabelledReading(
                        fmean(place.valence for place in places),
                        fmean(place.arousal for place in places),
                        words.valence,
                        words.arousal,
                        words.confidence or 0.5,
                    )
                )
    return found


def photos() -> list[LabelledReading]:
    """Labelled blendshapes; those of half of the people are `held`. The face head was trained on a
    part of them, so its error is a little too low here."""
    classes: dict[str, PersonClass] = {name: name for name in CLASSES} | {"fearful": "afraid"}
    found: list[LabelledReading] = []
    with (folder_of("face_blendshapes") / "train.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            label = classes.get(row["label"])
            if label is None:
                continue
            shapes = {
                k: float(v)
                for k, v in row.items()
                if k not in ("label", "person", "labeller") and not k.startswith("cnn_")
            }
            network = {
                classes[k.removeprefix("cnn_")]: float(v)
                for k, v in row.items()
                if k.startswith("cnn_")
            }
            for face in FaceReader().read(
                [Face(at=1.0, id=1, blendshapes=shapes, expression=network)], 1.0
            ):
                if isinstance(face, Face) and face.valence is not None and face.arousal is not None:
                    found.append(
                        LabelledReading(
                            CLASS_PLACES[label].valence,
                            CLASS_PLACES[label].arousal,
                            face.valence,
                            face.arousal,
                            face.confidence or 0.5,
                            int(row["person"], 16) % 2 == 0,
                        )
                    )
    return found


def main() -> int:
    """Print every promise with its figure; 1 where one is broken, else 0."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    broken = report((contradiction, agreement, cost))
    attempt("the comparison with labelled data", measured)
    attempt("conflicts of labelled data", true_conflicts)
    return broken
