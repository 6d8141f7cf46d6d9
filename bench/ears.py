"""How well the ears hear, and what that costs.

    python -m bench ears                  # 100 sentences
    python -m bench ears --sentences 40

The sentences are English ones of bench/said/train.tsv that are said to the pet, spoken by the
synthetic voices of espeak-ng, which is no test of how well people are heard: no package was found
that ships recordings of many people. The one recording is of J. F. Kennedy, and Whisper has most
likely learnt from it. Sign and wish are compared with those of the same sentence typed, as the
first reader gives both.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from time import process_time
from typing import NamedTuple

import numpy as np

from bench.answers import sentences
from bench.speech import JFK_TEXT, VOICES, Sound, in_room, recorded, spoken
from moggy.actuators.calls import SHAPES
from moggy.actuators.cry import cry
from moggy.actuators.synth import Synth
from moggy.body import SpeakerSpec
from moggy.messages import Call, Purr, Words
from moggy.models.packages import FetchFailed
from moggy.sensors.voice.recogniser import FRAMES, Recogniser
from moggy.sensors.voice.utterances import RATE, Utterance, Utterances, detector
from moggy.sensors.words import understand

ROOMS: dict[str, float | None] = {"no noise": None, "20 dB": 20.0, "10 dB": 10.0}
"""Noise of the room → how far the speech is above it."""
BLOCK = 1600
"""Samples that the microphone gives at once."""


class Hearing(NamedTuple):
    """What became of one sound."""

    text: str
    cpu_s: float
    """Seconds of a core that the recognition took."""


class Score(NamedTuple):
    """Of some sentences."""

    errors: float
    """Word error rate."""
    nothing: float
    """Share of which nothing was heard."""
    sign: float
    """Share of which the valence has the sign that it has typed; nothing heard is wrong."""
    wish: float
    """The same of the wish."""
    both: float
    cpu: float
    """Seconds of a core for a second of sound."""


def plain(text: str) -> list[str]:
    """The words of a text without case and punctuation."""
    return re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))


def edits(said: Sequence[str], heard: Sequence[str]) -> int:
    """How many words have to be put in, taken out or changed."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        before, row = row, [i]
        for j, other in enumerate(heard, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (word != other)))
    return row[-1]


def utterances(sound: Sound) -> list[bytes]:
    """What is cut out of a sound, given in blocks as the microphone gives it."""
    ears, found = Utterances(detector()), []
    for begin in range(0, len(sound), BLOCK):
        ears.hear(sound[begin : begin + BLOCK])
        newest = ears.take()
        if newest is not None:
            found.append(newest)
    return found


def hear(recogniser: Recogniser, sound: Sound) -> Hearing:
    """All that is heard in a sound, one utterance after the other."""
    began = process_time()
    texts = [recogniser.heard(Utterance(0.0, u).samples()).text for u in utterances(sound)]
    return Hearing(" ".join(text for text in texts if text), process_time() - began)


def meaning(text: str) -> tuple[int, str]:
    """Sign of the valence and wish of a text, as the first reader has it."""
    read = understand(Words(at=0.0, text=text or "…"))
    valence = read.valence or 0.0
    return (0 if abs(valence) < 0.1 else 1 if valence > 0.0 else -1), read.intent or "none"


def score(recogniser: Recogniser, texts: Sequence[str], snr_db: float | None) -> Score:
    """Speak the texts in a room and hear them."""
    wrong = words = 0
    cpu = seconds = 0.0
    rows = []
    for n, text in enumerate(texts):
        sound = in_room(spoken(text, VOICES[n % len(VOICES)]), snr_db, seed=n)
        heard = hear(recogniser, sound)
        wrong += edits(plain(text), plain(heard.text))
        words += len(plain(text))
        cpu, seconds = cpu + heard.cpu_s, seconds + len(sound) / RATE
        (sign, wish), (typed_sign, typed_wish) = meaning(heard.text), meaning(text)
        there = bool(heard.text)
        rows.append((not there, there and sign == typed_sign, there and wish == typed_wish))
    nothing, signs, wishes = np.array(rows).T
    return Score(
        wrong / words, nothing.mean(), signs.mean(), wishes.mean(), (signs & wishes).mean(),
        cpu / seconds,
    )  # fmt: skip


def own_sounds() -> dict[str, Sound]:
    """A minute of its purr, all its calls, and a whine as of servos that speed up and slow down."""
    synth, moments = Synth(RATE, SpeakerSpec(), 1.0), []
    for n in range(1, 3001):
        synth.hear(n / 50.0, (), Purr(level=1.0, breath=n / 125.0 % 1.0))
        moments.append(synth.take(n / 50.0))
    calls = [
        np.pad(cry(Call(at=0.0, name=name, loudness=1.0, seed=seed), RATE, 1.0, 60.0), RATE // 4)
        for name in SHAPES
        for seed in range(4)
    ]
    t = np.arange(20 * RATE) / RATE
    phase = 2.0 * np.pi * np.cumsum(300.0 * (1.0 + 0.7 * np.sin(2.0 * np.pi * 0.7 * t))) / RATE
    whine = 0.1 * sum(np.sin(k * phase) / k for k in range(1, 9))
    return {
        "purr": np.concatenate(moments).astype(np.float32),
        "calls": np.concatenate(calls).astype(np.float32),
        "servos": np.asarray(whine, np.float32),
    }


def detector_share(sound: Sound) -> float:
    """Seconds of a core for a second of a sound in which nobody speaks."""
    ears = Utterances(detector())
    began = process_time()
    for begin in range(0, len(sound), BLOCK):
        ears.hear(sound[begin : begin + BLOCK])
    return (process_time() - began) / (len(sound) / RATE)


def main() -> int:
    """Print the tables. Returns 1 where its own sounds are taken for speech."""
    parser = argparse.ArgumentParser(prog="python -m bench ears", description=__doc__)
    parser.add_argument("--sentences", type=int, default=100, help="how many (100)")
    parser.add_argument("--frames", type=int, default=FRAMES, help=f"of 10 ms each ({FRAMES})")
    count, frames = vars(parser.parse_args()).values()
    said = [s.text for s in sentences("train") if s.lang == "en" and s.to == "pet"]
    texts = said[:: max(1, len(said) // count)][:count]
    recogniser = Recogniser(frames)
    print(
        f"{len(texts)} sentences of bench/said/train.tsv, spoken by espeak-ng, {len(VOICES)} voices"
    )
    print(f"{'room':10}{'WER':>6}{'nothing':>9}{'sign':>7}{'wish':>7}{'both':>7}{'CPU s/s':>9}")
    for room, snr_db in ROOMS.items():
        s = score(recogniser, texts, snr_db)
        print(
            f"{room:10}{s.errors:>6.2f}{s.nothing:>9.2f}{s.sign:>7.2f}{s.wish:>7.2f}{s.both:>7.2f}"
            f"{s.cpu:>9.2f}",
            flush=True,
        )
    try:
        heard = hear(recogniser, in_room(recorded()))
        wrong = edits(plain(JFK_TEXT), plain(heard.text)) / len(plain(JFK_TEXT))
        print(f"one recording (J. F. Kennedy, 11 s): WER {wrong:.2f}, {heard.cpu_s:.1f} CPU s")
    except FetchFailed as error:
        print(f"the recording is not here: {error}")
    quiet = np.random.default_rng(0).normal(0.0, 0.003, 60 * RATE).astype(np.float32)
    print(f"nobody speaks: noise at -50 dBFS {detector_share(quiet):.1%} of a core,", end=" ")
    print(f"silence {detector_share(np.zeros(60 * RATE, np.float32)):.1%}")
    taken = {name: len(utterances(sound)) for name, sound in own_sounds().items()}
    print("its own sounds taken for speech:", ", ".join(f"{n} {k}" for k, n in taken.items()))
    return int(any(taken.values()))
