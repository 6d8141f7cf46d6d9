"""The voice, judged without ears: the purr's beat, the bend of a meow, how bright each call is, and
that nothing clicks or clips."""

from __future__ import annotations

import wave
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moggy.actuators.calls import SHAPES
from moggy.actuators.cry import cry
from moggy.actuators.speaker import SoundStream, SoundTrack, Speaker
from moggy.actuators.synth import Synth
from moggy.body import SpeakerSpec as Loudspeaker
from moggy.messages import Affect, Call, Command, Decision, PersonEstimate, Purr, Tick

RATE = 22050
SPEAKER = Loudspeaker()
Sound = npt.NDArray[np.float32]


def synth(voice: float = 1.0) -> Synth:
    return Synth(RATE, SPEAKER, voice)


def call(
    name: str, valence: float = 0.0, arousal: float = 0.0, loudness: float = 0.6, seed: int = 1
) -> Call:
    return Call(at=0.0, name=name, valence=valence, arousal=arousal, loudness=loudness, seed=seed)


def sounded(
    name: str,
    valence: float = 0.0,
    arousal: float = 0.0,
    loudness: float = 0.6,
    seed: int = 1,
    pitch: float = 1.0,
) -> Sound:
    return cry(call(name, valence, arousal, loudness, seed), RATE, pitch, SPEAKER.lowest)


def breathing(t: float, level: float = 0.8) -> Purr:
    """A purr as the actor gives it, breathing 32 times a minute."""
    breath = t * 32.0 / 60.0 % 1.0
    return Purr(level=level, rate=26.0 if breath > 0.5 else 24.0, breath=breath)


def purred(
    seconds: float,
    chunk: float = 0.5,
    purr: Callable[[float], Purr] = breathing,
    calls: Sequence[Call] = (),
) -> Sound:
    """A purr heard tick by tick and taken in chunks."""
    voice, chunks, taken = synth(), [], 0.0
    for n in range(round(seconds * 50) + 1):
        voice.hear(n / 50, calls if n == 10 else (), purr(n / 50))
        if n / 50 - taken >= chunk:
            chunks.append(voice.take(n / 50))
            taken = n / 50
    return np.concatenate([*chunks, voice.take(round(seconds * 50) / 50)])


def centroid(sound: Sound) -> float:
    power = np.abs(np.fft.rfft(sound)) ** 2
    return float((power * np.fft.rfftfreq(len(sound), 1 / RATE)).sum() / power.sum())


def pitch_of(sound: Sound, low: float, high: float) -> float:
    """f0 by autocorrelation, the first clear peak."""
    echo = np.fft.irfft(np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 4 * len(sound))) ** 2)
    first, last = int(RATE / high), int(RATE / low)
    echo = echo[: last + 2] / echo[0]
    best = echo[first:last].max()
    lag = next(
        lag
        for lag in range(first, last)
        if echo[lag] > 0.8 * best and echo[lag] >= echo[lag - 1] and echo[lag] >= echo[lag + 1]
    )
    before, here, after = echo[lag - 1 : lag + 2]
    return float(RATE / (lag + 0.5 * (before - after) / (before - 2 * here + after)))


def bend(sound: Sound, low: float = 250.0, high: float = 1100.0) -> float:
    """Semitones from the middle of a call to near its end."""
    n, width = len(sound), RATE // 25
    middle, end = (
        pitch_of(sound[int(at * n) : int(at * n) + width], low, high) for at in (0.45, 0.82)
    )
    return float(12 * np.log2(end / middle))


def test_the_purr_beats_between_twenty_and_thirty_times_a_second() -> None:
    envelope = np.abs(purred(6.0))
    beat = np.abs(np.fft.rfft((envelope - envelope.mean()) * np.hanning(len(envelope))))
    hz = np.fft.rfftfreq(len(envelope), 1 / RATE)
    strongest = hz[np.argmax(np.where((hz > 8) & (hz < 120), beat, 0))]
    assert 20.0 <= strongest <= 30.0


def test_the_purr_is_carried_by_harmonics_that_a_small_speaker_can_play() -> None:
    sound = purred(4.0)
    power, hz = np.abs(np.fft.rfft(sound)) ** 2, np.fft.rfftfreq(len(sound), 1 / RATE)
    heard = power[(hz > 100) & (hz < 500)].sum() / power.sum()
    assert heard > 0.7
    assert power[hz < 60].sum() / power.sum() < 0.01


def test_the_purr_breathes_with_the_chest_and_pauses_between() -> None:
    sound = purred(8.0)
    t = np.arange(len(sound)) / RATE
    breath = t * 32.0 / 60.0 % 1.0
    loud = [
        np.sqrt(np.mean(sound[(np.abs(breath - at) < 0.03) & (t > 1)] ** 2))
        for at in (0.25, 0.75, 0.5)
    ]
    assert loud[1] > loud[0] > 3 * loud[2]


def test_breathing_in_sounds_darker_than_breathing_out() -> None:
    into, out = (
        purred(3.0, purr=lambda _: Purr(level=0.8, breath=0.25)),
        purred(3.0, purr=lambda _: Purr(level=0.8, breath=0.75)),
    )
    assert centroid(into) < centroid(out)


@pytest.mark.parametrize("name", ["meow", "mew", "kitten"])
def test_a_good_mood_lifts_the_end_of_a_meow_and_a_bad_one_drops_it(name: str) -> None:
    low, high = (700.0, 2600.0) if name == "kitten" else (250.0, 1100.0)
    for seed in range(4):
        assert bend(sounded(name, 0.8, seed=seed), low, high) > 0.5
        assert bend(sounded(name, -0.8, seed=seed), low, high) < -0.5


def test_a_good_meow_is_shorter_and_higher_than_a_bad_one() -> None:
    good, bad = sounded("meow", 0.8), sounded("meow", -0.8)
    assert len(good) < 0.8 * len(bad)
    middle = slice(int(0.4 * len(good)), int(0.6 * len(good)))
    assert pitch_of(good[middle], 250, 1100) > pitch_of(bad[middle], 250, 1100)


def test_a_hiss_is_brighter_than_a_meow_and_a_meow_than_a_growl() -> None:
    for valence in (-0.8, 0.0, 0.8):
        assert (
            centroid(sounded("hiss", valence))
            > 1.5 * centroid(sounded("meow", valence))
            > 2.0 * centroid(sounded("growl", valence))
        )


def test_calls_have_the_pitch_that_was_measured_in_cats() -> None:
    def pitch(name: str, low: float, high: float) -> float:
        sound = sounded(name)
        return pitch_of(sound[int(0.4 * len(sound)) : int(0.6 * len(sound))], low, high)

    assert 480 < pitch("meow", 250, 1100) < 760
    assert 220 < pitch("solicit", 150, 800) < 520
    assert 110 < pitch("growl", 60, 250) < 170 or 55 < pitch("growl", 60, 250) < 85
    assert 2.0 < pitch("kitten", 600, 2500) / pitch("meow", 250, 1100) < 3.0
    assert 0.10 < len(sounded("chirp")) / RATE < 0.16
    assert 0.6 < len(sounded("hiss")) / RATE < 0.85


def test_a_kitten_of_a_body_has_a_higher_voice() -> None:
    adult, kitten = sounded("meow"), sounded("meow", pitch=2.2)
    assert pitch_of(kitten[len(kitten) // 2 :][:2000], 500, 2400) > 1.8 * pitch_of(
        adult[len(adult) // 2 :][:2000], 250, 1100
    )


@pytest.mark.parametrize("name", sorted(SHAPES))
@pytest.mark.parametrize("valence", [-1.0, 0.0, 1.0])
def test_a_call_begins_and_ends_in_silence_without_dc_and_without_clipping(
    name: str, valence: float
) -> None:
    sound = sounded(name, valence, arousal=1.0, loudness=1.0)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert 0.2 < np.abs(sound).max() < 0.96
    assert abs(sound.mean()) < 1e-3
    assert np.abs(sound[:3]).max() < 0.01
    assert np.abs(sound[-3:]).max() < 0.01


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_louder_is_louder(name: str) -> None:
    quiet, loud = (float(np.abs(sounded(name, loudness=x)).max()) for x in (0.1, 0.9))
    assert quiet < 0.35 * loud


def test_the_same_seed_gives_the_same_meow_and_another_gives_another() -> None:
    assert np.array_equal(sounded("meow", seed=5), sounded("meow", seed=5))
    assert len(sounded("meow", seed=5)) != len(sounded("meow", seed=6))


@given(cuts=st.lists(st.floats(0.02, 0.9), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
def test_however_the_stream_is_cut_the_samples_are_the_same(cuts: list[float]) -> None:
    def rising(t: float) -> Purr:
        return breathing(t, level=min(1.0, max(0.0, t - 0.5)))

    whole = purred(3.0, chunk=10.0, purr=rising, calls=[call("solicit"), call("meow")])
    voice, pieces, taken, n = synth(), [], 0.0, 0
    for tick in range(151):
        voice.hear(
            tick / 50, [call("solicit"), call("meow")] if tick == 10 else (), rising(tick / 50)
        )
        if tick / 50 - taken >= cuts[n % len(cuts)]:
            pieces.append(voice.take(tick / 50))
            taken, n = tick / 50, n + 1
    assert np.array_equal(whole, np.concatenate([*pieces, voice.take(3.0)]))


def test_purr_and_all_calls_at_once_do_not_clip() -> None:
    loud = [call(name, loudness=1.0, arousal=1.0) for name in SHAPES]
    sound = purred(3.0, purr=lambda t: breathing(t, 1.0), calls=loud)
    assert np.abs(sound).max() <= 1.0
    assert np.abs(np.diff(sound)).max() < 1.5


def test_silence_is_silent_and_has_the_right_length() -> None:
    voice = synth()
    for tick in range(51):
        voice.hear(tick / 50, (), Purr())
    sound = voice.take(1.0)
    assert len(sound) == RATE
    assert not sound.any()


def test_a_purr_that_ends_fades_and_leaves_nothing_behind() -> None:
    sound = purred(6.0, purr=lambda t: breathing(t, 0.8 if t < 2 else 0.0))
    assert np.abs(sound[: 2 * RATE]).max() > 0.2
    assert not sound[int(2.1 * RATE) :].any()


def test_an_unknown_call_sounds_as_a_meow() -> None:
    assert np.array_equal(sounded("moo"), sounded("meow"))


def tick(n: int, calls: tuple[Call, ...] = (), purr: Purr | None = None) -> Tick:
    command = Command(at=n / 50, purr=purr or Purr())
    decision = Decision(at=n / 50, behavior="test")
    return Tick(
        at=n / 50,
        n=n,
        person=PersonEstimate(),
        pet=Affect(),
        decision=decision,
        commanded=command,
        calls=calls,
    )


def test_a_sound_track_holds_what_was_heard(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with SoundTrack(path, synth()) as track:
        for n in range(251):
            track(
                tick(n, (call("meow"),) if n == 50 else (), breathing(n / 50) if n > 150 else None),
                {},
            )
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    assert len(samples) == 5 * RATE
    assert not samples[: RATE - 1].any()
    assert np.abs(samples[RATE : RATE + 8000]).max() > 5000
    assert np.abs(samples[4 * RATE :]).max() > 1000


def test_the_stream_gives_each_sample_once() -> None:
    stream, track = SoundStream(synth()), synth()
    taken = b""
    for n in range(101):
        moment = tick(n, (call("trill"),) if n == 20 else (), breathing(n / 50))
        stream.feed(moment)
        track.hear(moment.at, moment.calls, moment.commanded.purr)
        if n % 7 == 0:
            taken += stream.take()
    taken += stream.take()
    assert stream.take() == b""
    assert taken == (track.take(2.0) * 32767.0).astype("<i2").tobytes()


def test_a_stream_that_nobody_takes_stays_small_and_then_goes_on_from_now() -> None:
    stream = SoundStream(synth())
    stream.feed(tick(0))
    stream.take()
    for n in range(1, 3000):
        stream.feed(tick(n, purr=breathing(n / 50)))
    late = np.frombuffer(stream.take(), dtype="<i2")
    assert len(late) < 2.1 * RATE
    assert np.abs(late).max() > 1000


class Desk:
    """A loudspeaker that asks for 10 ms whenever the test says so."""

    def __init__(self, rate: int, fill: Callable[[Sound], None]) -> None:
        self.rate, self._fill, self.heard, self.open = rate, fill, np.zeros(0, np.float32), True

    def play(self) -> None:
        out = np.zeros(self.rate // 100, np.float32)
        self._fill(out)
        self.heard = np.concatenate([self.heard, out])

    def close(self) -> None:
        self.open = False


def test_a_loudspeaker_plays_it_all_a_little_later_and_without_gaps() -> None:
    desks: list[Desk] = []

    def opened(rate: int, fill: Callable[[Sound], None]) -> Desk:
        desks.append(Desk(rate, fill))
        return desks[0]

    speaker, track = Speaker(synth(), opened), synth()
    for n in range(101):
        moment = tick(n, (call("meow"),) if n == 10 else (), breathing(n / 50))
        speaker(moment, {})
        track.hear(moment.at, moment.calls, moment.commanded.purr)
        desks[0].play()
        desks[0].play()
    speaker.close()
    assert not desks[0].open
    heard, meant = desks[0].heard, track.take(2.0)
    late = int(np.argmax(heard != 0.0) - np.argmax(meant != 0.0))
    assert 0.0 < late / RATE < 0.15
    assert np.array_equal(heard[late : late + 30000], meant[:30000])


def test_without_a_loudspeaker_it_says_how_to_get_one_and_the_loop_goes_on() -> None:
    def none(rate: int, fill: Callable[[Sound], None]) -> Desk:
        raise OSError("no sound: PortAudio library not found; apt install libportaudio2")

    speaker = Speaker(synth(), none)
    with pytest.raises(OSError, match="apt install"):
        speaker(tick(0), {})
    speaker.close()
