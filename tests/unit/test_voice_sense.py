"""What the sound of a voice says of the person."""

from __future__ import annotations

from moggy.messages import Voice
from moggy.sensors.voice import VoiceReader


def heard(level: float, pitch: float | None) -> Voice:
    (voice,) = VoiceReader().read([Voice(at=1.0, level=level, pitch=pitch)], 1.0)
    assert isinstance(voice, Voice)
    return voice


def test_a_loud_high_voice_is_more_aroused_than_a_soft_low_one() -> None:
    loud, soft = heard(-15.0, 260.0), heard(-45.0, 130.0)
    assert loud.arousal is not None
    assert soft.arousal is not None
    assert loud.arousal > 0.5 > -0.3 > soft.arousal


def test_valence_from_a_voice_is_weak_and_never_sure() -> None:
    for level in (-50.0, -30.0, -10.0):
        for pitch in (90.0, 165.0, 320.0):
            voice = heard(level, pitch)
            assert voice.valence is not None
            assert abs(voice.valence) <= 0.4
            assert voice.confidence is not None
            assert voice.confidence <= 0.35


def test_a_bang_says_nothing_of_how_a_person_feels() -> None:
    bang = heard(-3.0, None)
    assert (bang.valence, bang.arousal, bang.confidence) == (None, None, 0.0)


def test_a_given_estimate_is_left_alone() -> None:
    given = Voice(at=1.0, valence=-0.5, arousal=0.2, confidence=0.6)
    assert VoiceReader().read([given], 1.0) == (given,)


def test_what_is_usual_for_a_person_is_learnt() -> None:
    reader = VoiceReader()
    first = reader.read([Voice(at=0.0, level=-20.0, pitch=230.0)], 0.0)[0]
    for n in range(1200):
        last = reader.read([Voice(at=n * 0.1, level=-20.0, pitch=230.0)], n * 0.1)[0]
    assert isinstance(first, Voice)
    assert isinstance(last, Voice)
    assert (last.arousal or 0.0) < 0.6 * (first.arousal or 0.0)
