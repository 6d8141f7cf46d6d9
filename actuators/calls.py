"""The cat's calls as numbers: how long, how high, which way the pitch bends, how noisy.

Pitches are an adult's at neutral valence, in Hz, at places 0..1 of the call. A good mood makes a
meow shorter and higher with a rising end, a bad one longer and lower with a falling end (Schötz et
al. 2019: 780 meows of 40 cats). Other sources stand beside the calls; what has none is our choice,
compared with recorded cats by `python -m bench voice`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import pow
from typing import NamedTuple, TypeAlias

from moggy.actuators.chance import throw
from moggy.body import SpeakerSpec
from moggy.messages import Call

OWN_LENGTH = 0.12
"""Share by which the length of a call differs from the next of its kind at most. Our choice."""
LENGTH_BY_PITCH = 0.3
"""Power of the pitch by which a call is shorter: a kitten's calls are short. Our choice."""
LOWEST_PITCH = 0.4
"""Factor on the pitch at least; below it a call is no longer a cat's."""
HIGHEST_PITCH = 4.0
"""Factor on the pitch at most."""
Points: TypeAlias = tuple[tuple[float, float], ...]
"""A curve: (place in the call 0..1, value), straight lines between."""


class Resonance(NamedTuple):
    """One resonance of the mouth (a formant)."""

    hz: float
    bandwidth: float
    gain: float


Formants: TypeAlias = tuple[Resonance, Resonance, Resonance]
"""The resonances of one position of the mouth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallShape:
    """One kind of call."""

    seconds: tuple[float, float]
    """Length in seconds at valence −1 and +1."""
    pitch: Points
    """(place, Hz); empty: no voice in it."""
    higher: float = 0.0
    """Semitones up for each unit of valence."""
    rise: float = 0.0
    """Semitones that the end goes up for each unit of valence."""
    bias: float = 0.0
    """Semitones that the end goes up whatever the valence."""
    formants: tuple[tuple[float, Formants], ...]
    """(place in the call 0..1, position of the mouth): it opens and shuts."""
    tilt: float = 1.1
    """The source's harmonics fall with this power of their number."""
    noise: float = 0.03
    """Breath beside the voice; 1 is as loud as the voice."""
    roll: tuple[float, float] = (0.0, 0.0)
    """Hz and depth (0..1) of a rolled, fluttering loudness."""
    rough: float = 0.0
    """Subharmonics, 0..1."""
    wobble: float = 0.008
    """How unsteady the pitch is, as a share of it."""
    swell: Points = ((0.0, 0.0), (0.12, 1.0), (0.75, 0.85), (1.0, 0.0))
    """Loudness over the call."""
    level: float = 1.0
    """Loudness, as a share of a meow's."""
    mouth: float = 0.0
    """How far the jaw opens, rad."""

    def lasts(self, valence: float, arousal: float) -> float:
        """Seconds of an adult's call of the middle length; valence and arousal −1..1."""
        low, high = self.seconds
        return (low + (high - low) * (0.5 + 0.5 * valence)) * (1.0 + 0.15 * arousal)


def _mouth(*resonances: tuple[float, float, float]) -> Formants:
    """From (Hz, bandwidth in Hz, gain) of each."""
    first, second, third = (Resonance(*each) for each in resonances)
    return first, second, third


# A cat's vocal tract of about 8 cm has its resonances near 1.1, 3.2 and 5.3 kHz; the mouth's
# opening lifts the first.
SHUT = _mouth((700.0, 250.0, 1.0), (2300.0, 500.0, 0.12), (4200.0, 800.0, 0.03))
"""The mouth shut."""
HALF = _mouth((1150.0, 320.0, 1.0), (2700.0, 500.0, 0.45), (4600.0, 800.0, 0.1))
"""Half open."""
OPEN = _mouth((1650.0, 420.0, 1.0), (2900.0, 550.0, 0.75), (4900.0, 900.0, 0.25))
"""Wide open."""
ROUND = _mouth((1050.0, 300.0, 1.0), (2100.0, 450.0, 0.4), (4300.0, 900.0, 0.06))
"""Open and rounded, as in «ow»."""
MEOWING = ((0.0, SHUT), (0.12, HALF), (0.4, OPEN), (0.75, ROUND), (1.0, SHUT))
"""The mouth in a meow."""

SHAPES: Mapping[str, CallShape] = {
    # Durations and pitches as in CatMeows (Ludovico et al. 2020); see bench/voice.py.
    "meow": CallShape(
        seconds=(0.95, 0.55),
        pitch=((0.0, 460.0), (0.2, 570.0), (0.5, 605.0), (0.75, 580.0), (1.0, 565.0)),
        higher=1.4,
        rise=5.0,
        tilt=0.8,
        formants=MEOWING,
        noise=0.04,
        mouth=0.34,
    ),
    "meow_sad": CallShape(
        seconds=(1.35, 0.9),
        pitch=((0.0, 430.0), (0.25, 530.0), (0.55, 500.0), (1.0, 400.0)),
        higher=1.5,
        rise=2.0,
        bias=-2.0,
        formants=MEOWING,
        noise=0.06,
        level=0.8,
        mouth=0.3,
    ),
    # Mouth shut, rolled, rising: a friendly greeting (Schötz et al. 2019).
    "trill": CallShape(
        seconds=(0.5, 0.42),
        pitch=((0.0, 330.0), (0.35, 400.0), (0.8, 560.0), (1.0, 640.0)),
        higher=1.5,
        rise=1.0,
        bias=1.0,
        formants=((0.0, SHUT), (1.0, HALF)),
        roll=(27.0, 0.75),
        noise=0.05,
        swell=((0.0, 0.0), (0.2, 0.8), (0.7, 1.0), (1.0, 0.0)),
        level=0.7,
    ),
    # About 120 ms, 800 → 770 → 420 Hz (presets of soundgen, Anikin 2019).
    "chirp": CallShape(
        seconds=(0.13, 0.12),
        pitch=((0.0, 800.0), (0.4, 770.0), (1.0, 420.0)),
        higher=1.0,
        formants=((0.0, HALF), (1.0, SHUT)),
        swell=((0.0, 0.0), (0.2, 1.0), (0.7, 0.8), (1.0, 0.0)),
        level=0.75,
        mouth=0.1,
    ),
    # About 0.7 s, resonances near 1.1, 2.6, 4.6 kHz (same).
    "hiss": CallShape(
        seconds=(0.75, 0.65),
        pitch=(),
        formants=(
            (0.0, _mouth((1100.0, 500.0, 0.45), (2600.0, 700.0, 0.9), (4600.0, 1100.0, 1.0))),
        ),
        noise=1.0,
        swell=((0.0, 0.0), (0.08, 1.0), (0.5, 0.8), (1.0, 0.0)),
        level=0.9,
        mouth=0.36,
    ),
    # Long, 120 to 155 Hz, subharmonics, noisy (same).
    "growl": CallShape(
        seconds=(1.7, 1.2),
        pitch=((0.0, 122.0), (0.3, 140.0), (0.7, 150.0), (1.0, 128.0)),
        higher=0.5,
        formants=((0.0, _mouth((420.0, 200.0, 1.0), (1150.0, 400.0, 0.3), (2400.0, 700.0, 0.08))),),
        tilt=0.7,
        noise=0.16,
        rough=0.65,
        wobble=0.03,
        roll=(31.0, 0.25),
        swell=((0.0, 0.0), (0.2, 0.8), (0.6, 1.0), (1.0, 0.0)),
        level=0.75,
        mouth=0.1,
    ),
    # Two to three times the adult's pitch.
    "kitten": CallShape(
        seconds=(0.75, 0.35),
        pitch=((0.0, 1150.0), (0.25, 1420.0), (0.6, 1460.0), (1.0, 1380.0)),
        higher=1.5,
        rise=4.5,
        formants=(
            (0.0, _mouth((1200.0, 400.0, 1.0), (3600.0, 700.0, 0.3), (6000.0, 1000.0, 0.1))),
            (0.4, _mouth((2100.0, 500.0, 1.0), (4200.0, 800.0, 0.5), (6500.0, 1000.0, 0.2))),
        ),
        noise=0.03,
        level=0.75,
        mouth=0.32,
    ),
    "mew": CallShape(
        seconds=(0.4, 0.24),
        pitch=((0.0, 640.0), (0.3, 780.0), (0.7, 790.0), (1.0, 720.0)),
        higher=1.5,
        rise=3.0,
        formants=((0.0, SHUT), (0.45, HALF), (1.0, SHUT)),
        noise=0.05,
        level=0.6,
        mouth=0.16,
    ),
    "yowl": CallShape(
        seconds=(2.2, 1.6),
        pitch=((0.0, 340.0), (0.3, 520.0), (0.55, 640.0), (0.8, 560.0), (1.0, 420.0)),
        higher=1.0,
        rise=1.0,
        formants=((0.0, ROUND), (0.35, OPEN), (0.6, ROUND), (0.8, OPEN), (1.0, SHUT)),
        noise=0.06,
        rough=0.2,
        wobble=0.015,
        mouth=0.42,
    ),
    # A voiced cry of about 220 to 520 Hz inside the purr (McComb et al. 2009).
    "solicit": CallShape(
        seconds=(0.95, 0.8),
        pitch=((0.0, 300.0), (0.3, 390.0), (0.7, 430.0), (1.0, 380.0)),
        higher=1.0,
        rise=1.5,
        formants=(
            (0.0, _mouth((480.0, 200.0, 1.0), (1300.0, 400.0, 0.15), (2900.0, 800.0, 0.03))),
        ),
        noise=0.04,
        roll=(25.0, 0.3),
        swell=((0.0, 0.0), (0.3, 0.9), (0.7, 1.0), (1.0, 0.0)),
        level=0.5,
        mouth=0.05,
    ),
    "snort": CallShape(
        seconds=(0.2, 0.18),
        pitch=(),
        formants=((0.0, _mouth((750.0, 350.0, 1.0), (1900.0, 600.0, 0.5), (3600.0, 1000.0, 0.3))),),
        noise=1.0,
        swell=((0.0, 0.0), (0.1, 1.0), (0.4, 0.35), (1.0, 0.0)),
        level=0.5,
        mouth=0.06,
    ),
    # Mouth shut, low and soft, pulsed, hardly rising: what a cat says close to its own (a murmur of
    # Moelk 1944, Am. J. Psychol. 57, 184–205).
    "murmur": CallShape(
        seconds=(0.6, 0.5),
        pitch=((0.0, 270.0), (0.4, 310.0), (1.0, 300.0)),
        higher=1.0,
        rise=1.0,
        formants=((0.0, SHUT),),
        roll=(24.0, 0.4),
        noise=0.06,
        swell=((0.0, 0.0), (0.3, 1.0), (0.7, 0.8), (1.0, 0.0)),
        level=0.4,
    ),
    # Teeth chatter at a bird behind the pane: short broken cries.
    "chatter": CallShape(
        seconds=(1.0, 1.0),
        pitch=((0.0, 620.0), (0.5, 700.0), (1.0, 600.0)),
        formants=((0.0, HALF), (0.5, OPEN), (1.0, HALF)),
        noise=0.25,
        roll=(10.0, 1.0),
        wobble=0.02,
        swell=((0.0, 0.0), (0.1, 0.8), (0.8, 1.0), (1.0, 0.0)),
        level=0.5,
        mouth=0.14,
    ),
}


def shape_of(name: str) -> CallShape:
    """The shape of a call by name; a name without one sounds as a meow."""
    return SHAPES.get(name, SHAPES["meow"])


def seconds_of(call: Call, pitch: float) -> float:
    """How long a call sounds: by its kind, valence and arousal, the pitch of the voice (a factor, 1
    of an adult), and a little by its seed."""
    own = 1.0 + OWN_LENGTH * (2.0 * throw(31, call.seed) - 1.0)
    lasts = shape_of(call.name).lasts(signed(call.valence), signed(call.arousal))
    return lasts * own / pow(pitch, LENGTH_BY_PITCH)


def voice_pitch(speaker: SpeakerSpec, voice: float) -> float:
    """The factor on the pitch of all calls: the body's, times the personality's `voice`."""
    return min(max(voice * speaker.pitch, LOWEST_PITCH), HIGHEST_PITCH)


def signed(x: float) -> float:
    """Cut to −1..1."""
    return min(max(x, -1.0), 1.0)
