"""Reads voices: how loud and how high somebody speaks, compared with their usual, becomes arousal
and a little of valence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from moggy.messages import AnySense, Voice
from moggy.vocabulary import UNRATED

QUIET_DBFS = -55.0
"""dBFS below which nobody speaks."""
USUAL_LEVEL_DBFS = -30.0
"""dBFS of speech in a room, before this person's own is known."""
USUAL_PITCH_HZ = 165.0
"""Hz, between the 120 of men and the 210 of women, before this person's own is known."""
LEARNT_S = 20.0
"""Weight of the level and pitch that are assumed at first, in seconds of voice: after so many
seconds heard, what was heard weighs as much as what was assumed."""
LONGEST_LEARNT_S = 600.0
"""Seconds of voice that are counted at most: what is usual follows a voice that changes."""
SAMPLE_S = 0.1
"""Seconds of voice in one message: the microphone sends ten a second."""


class UsualVoice(NamedTuple):
    """How one person usually speaks."""

    level: float
    """Usual level, dBFS."""
    octave: float
    """Usual pitch, log2 of Hz."""
    heard: float
    """Seconds of their voice that were heard."""


STRANGER = UsualVoice(USUAL_LEVEL_DBFS, math.log2(USUAL_PITCH_HZ), 0.0)


class VoiceReader:
    """Voice with level and pitch → the same with arousal, valence and a low confidence. An estimate
    that is given already is passed on.

    Arousal rises with level and pitch above what is usual for this person: these two carry arousal
    in vocal emotion (Scherer 2003). Valence is weak: high and not loud, as people talk to animals,
    leans to pleasant; loud and not high, as people scold, to unpleasant. Neither was measured on
    recordings, so that confidence is at most 0.35 and valence within ±0.4. A sound without pitch
    says nothing of how a person feels; it is passed on with confidence 0, for its level.
    """

    def __init__(self) -> None:
        self._usual: dict[str, UsualVoice] = {}

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        """The voices among the senses, with their estimates."""
        return tuple(self._understood(sense) for sense in senses if isinstance(sense, Voice))

    def _understood(self, voice: Voice) -> Voice:
        if (
            voice.valence is not None
            or voice.arousal is not None
            or voice.probabilities is not None
        ):
            return voice if voice.confidence is not None else replace(voice, confidence=UNRATED)
        if voice.pitch is None or voice.level < QUIET_DBFS:
            return replace(voice, confidence=0.0)
        level, octave, heard = self._usual.get(voice.person, STRANGER)
        louder = (voice.level - level) / 12.0
        higher = (math.log2(voice.pitch) - octave) / 0.5
        arousal = math.tanh(0.7 * louder + 0.5 * higher)
        valence = 0.4 * math.tanh(0.8 * higher - 0.6 * max(0.0, louder) - 0.2)
        share = SAMPLE_S / (LEARNT_S + heard)
        self._usual[voice.person] = UsualVoice(
            level + (voice.level - level) * share * 0.5,
            octave + (math.log2(voice.pitch) - octave) * share * 0.5,
            min(heard + SAMPLE_S, LONGEST_LEARNT_S),
        )
        clear = min(1.0, (voice.level - QUIET_DBFS) / 20.0)
        confidence = clear * (0.15 + 0.2 * min(1.0, abs(arousal)))
        return replace(
            voice,
            valence=round(valence, 3),
            arousal=round(arousal, 3),
            confidence=round(confidence, 3),
        )
