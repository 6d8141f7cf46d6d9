"""What the sound of a voice says of the person: loud or high for them is aroused; about pleasant or
not it says little."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from moggy.messages import AnySense, Voice

QUIET = -55.0
"""dBFS: below this nobody speaks"""
USUAL_LEVEL, USUAL_PITCH = -30.0, 165.0
"""dBFS and Hz of speech in a room before this person's own are known (165 Hz lies between men's 120
and women's 210)"""
LEARN = 20.0
"""s of voice after which half of what is usual is this person's own"""


class VoiceReader:
    """Voice with level and pitch → the same with arousal, valence and a low confidence.

    Rules: arousal rises with level and pitch above what is usual for this person (the two measures
    that carry arousal in reviews of vocal emotion since Scherer 2003). Valence is weak by nature:
    high and not loud, as people talk to animals, leans to pleasant; loud and not high, as people
    scold, to unpleasant. Neither was measured by us on recordings, so the confidence stays at 0.35
    at most, and valence within ±0.4. A sound without pitch says nothing of how a person feels: it
    is passed on with confidence 0, for its level.
    """

    def __init__(self) -> None:
        self._usual: dict[str, tuple[float, float, float]] = {}

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        return tuple(self._understood(sense) for sense in senses if isinstance(sense, Voice))

    def _understood(self, voice: Voice) -> Voice:
        if (
            voice.valence is not None
            or voice.arousal is not None
            or voice.probabilities is not None
        ):
            return voice if voice.confidence is not None else replace(voice, confidence=0.5)
        if voice.pitch is None or voice.level < QUIET:
            return replace(voice, confidence=0.0)
        level, octave, heard = self._usual.get(
            voice.person, (USUAL_LEVEL, math.log2(USUAL_PITCH), 0.0)
        )
        louder = (voice.level - level) / 12.0
        higher = (math.log2(voice.pitch) - octave) / 0.5
        arousal = math.tanh(0.7 * louder + 0.5 * higher)
        valence = 0.4 * math.tanh(0.8 * higher - 0.6 * max(0.0, louder) - 0.2)
        share = 0.1 / (LEARN + heard)  # voices come about ten a second
        self._usual[voice.person] = (
            level + (voice.level - level) * share * 0.5,
            octave + (math.log2(voice.pitch) - octave) * share * 0.5,
            min(heard + 0.1, 600.0),
        )
        clear = min(1.0, (voice.level - QUIET) / 20.0)
        confidence = clear * (0.15 + 0.2 * min(1.0, abs(arousal)))
        return replace(
            voice,
            valence=round(valence, 3),
            arousal=round(arousal, 3),
            confidence=round(confidence, 3),
        )
