"""The ears: what is said becomes words, and no other sound does. It opens no socket and writes no
file. The voice that speaks is synthetic (espeak-ng)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from bench.ears import edits, own_sounds, plain, utterances
from bench.speech import Sound, in_room, spoken
from moggy import models
from moggy.messages import AnySense, Trouble, Words
from moggy.sensors.voice import Ears, Microphone, hearing_task
from moggy.sensors.voice import utterances as cutter
from moggy.sensors.voice.recogniser import Recogniser, written
from moggy.sensors.voice.utterances import CHUNK, RATE, Utterance, Utterances
from moggy.sensors.words import understand
from moggy.worker import ProcessWorker, Task

PATIENCE_S = 120.0
"""Seconds that a real process is waited for."""
PRAISE = "you are a good kitty and I love you"


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser()


def hang() -> Task:
    def task(job: object) -> Sequence[AnySense]:
        time.sleep(PATIENCE_S)
        return ()

    return task


def loud(chunk: Sequence[float]) -> float:
    """A detector for which all that is loud is speech."""
    return float(max(map(abs, chunk)) > 0.1)


def chunks(seconds: float, level: float) -> Sound:
    return np.full(round(seconds * RATE), level, np.float32)


class Room:
    """A microphone without a device: what is played in the room is heard."""

    def __init__(self, worker: ProcessWorker) -> None:
        self.microphone = Microphone(device="no such microphone")
        self.ears = Ears(worker, self.microphone, lambda call: 1.0)
        self.now = 0.0

    def play(self, sound: Sound) -> None:
        assert self.microphone.also is not None
        self.microphone.also(sound)

    def wait(self, *kinds: type[AnySense], about: str | None = None) -> AnySense:
        """The next sense of these kinds, or Trouble whose message has `about` in it."""
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up:
            time.sleep(0.02)
            self.now += 0.02
            for sense in self.ears.poll(self.now):
                if isinstance(sense, Trouble) and about is not None and about in sense.message:
                    return sense
                if isinstance(sense, kinds):
                    return sense
        raise AssertionError("nothing was heard")


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room(ProcessWorker(hearing_task, name="ears", deadline=60.0))
    yield room
    room.ears.close()


def ready(room: Room) -> None:
    """Wait until the hearing process takes utterances."""
    give_up = time.monotonic() + PATIENCE_S
    while not room.ears._worker.offer(Utterance(room.now, bytes(2 * RATE)), room.now):
        assert time.monotonic() < give_up
        time.sleep(0.02)
        room.now += 0.02
        room.ears.poll(room.now)


# ── What is speech ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.needs_ears
def test_a_sentence_is_one_utterance_and_begins_before_its_first_word() -> None:
    said = spoken(PRAISE)
    (found,) = utterances(in_room(said))
    assert len(found) / 2 == pytest.approx(len(said) + 0.9 * RATE, abs=0.5 * RATE)


@pytest.mark.needs_ears
def test_silence_noise_and_its_own_sounds_are_no_speech() -> None:
    rng = np.random.default_rng(1)
    sounds = {
        "silence": np.zeros(20 * RATE, np.float32),
        "noise": rng.normal(0.0, 0.1, 20 * RATE).astype(np.float32),
        **own_sounds(),
    }
    assert {name: len(utterances(sound)) for name, sound in sounds.items()} == dict.fromkeys(
        sounds, 0
    )


@pytest.mark.needs_ears
def test_speech_over_its_purr_is_heard(recogniser: Recogniser) -> None:
    said = in_room(spoken(PRAISE))
    purr = np.resize(own_sounds()["purr"], len(said))
    purr *= 0.1 * float(np.std(said)) / float(np.std(purr))
    (found,) = utterances(said + purr)
    heard = recogniser.heard(Utterance(0.0, found).samples()).text
    assert edits(plain(PRAISE), plain(heard)) <= 1, heard


def test_a_pause_ends_an_utterance_and_a_click_is_none() -> None:
    ears = Utterances(loud)
    ears.hear(np.concatenate((chunks(0.1, 0.5), chunks(1.0, 0.0))))
    assert ears.take() is None, "a click is too short"
    ears.hear(np.concatenate((chunks(1.0, 0.5), chunks(0.4, 0.0))))
    assert ears.take() is None, "a short pause is within a sentence"
    ears.hear(np.concatenate((chunks(1.0, 0.5), chunks(1.0, 0.0))))
    found = ears.take()
    assert found is not None
    assert len(found) / 2 / RATE == pytest.approx(3.0, abs=0.4)
    assert ears.take() is None, "it is taken once"


def test_who_speaks_without_end_is_cut_and_only_the_newest_waits() -> None:
    ears = Utterances(loud)
    ears.hear(chunks(cutter.LONGEST_S * 3.5, 0.5))
    found = ears.take()
    assert found is not None
    assert len(found) / 2 / RATE == pytest.approx(cutter.LONGEST_S, abs=0.1)
    assert ears.take() is None, "older ones are gone"
    kept = sum(map(len, (*ears._said, *ears._before, ears._rest)))
    assert kept <= cutter.LONGEST_S * RATE + CHUNK


def test_while_it_calls_it_is_deaf_and_what_was_said_before_counts() -> None:
    ears = Utterances(loud)
    ears.hear(chunks(1.0, 0.5))
    ears.deaf = True
    ears.hear(chunks(1.0, 0.9))
    found = ears.take()
    assert found is not None
    assert max(np.frombuffer(found, "<i2")) < 0.6 * 32767, "its own call is not in it"
    ears.hear(chunks(1.0, 0.9))
    assert ears.take() is None
    ears.deaf = False
    ears.hear(np.concatenate((chunks(1.0, 0.5), chunks(1.0, 0.0))))
    assert ears.take() is not None


# ── What was said ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.needs_ears
@pytest.mark.parametrize(
    "said", [PRAISE, "come here please", "go away and leave me alone", "it is time for dinner"]
)
def test_what_is_said_is_written_down(recogniser: Recogniser, said: str) -> None:
    (found,) = utterances(in_room(spoken(said)))
    heard = recogniser.heard(Utterance(0.0, found).samples())
    assert edits(plain(said), plain(heard.text)) <= 1, heard
    assert 0.4 < heard.sure <= 1.0


@pytest.mark.needs_ears
def test_of_noise_and_silence_nothing_is_written_down(recogniser: Recogniser) -> None:
    rng = np.random.default_rng(2)
    for level in (0.0, 0.001, 0.01, 0.1):
        noise = rng.normal(0.0, level, 2 * RATE).astype(np.float32)
        assert recogniser.heard(noise).text == "", level


def test_letters_stand_for_bytes() -> None:
    assert written(["Ġcaf", "Ã©", "Ġ", "çĮ«", "<|endoftext|>"]) == "café 猫"


def test_words_that_were_hardly_heard_are_less_sure_than_typed_ones() -> None:
    typed, heard = Words(at=0.0, text=PRAISE), Words(at=0.0, text=PRAISE, heard=0.5)
    sure = understand(typed).confidence
    assert sure is not None
    assert understand(heard).confidence == pytest.approx(sure / 2.0, abs=1e-4)
    assert understand(heard).valence == understand(typed).valence


# ── The hearing process ───────────────────────────────────────────────────────────────────────────


@pytest.mark.needs_ears
def test_words_come_back_from_the_hearing_process_also_after_it_was_killed(room: Room) -> None:
    room.ears.poll(0.0)
    ready(room)
    for n in range(2):
        room.play(in_room(spoken(PRAISE)))
        words = room.wait(Words)
        assert isinstance(words, Words)
        assert words.at == pytest.approx(room.now)
        assert edits(plain(PRAISE), plain(words.text)) <= 1
        assert (words.heard or 0.0) > 0.4
        if n == 0:
            pid = room.ears._worker.pid  # type: ignore[attr-defined]
            os.kill(pid, signal.SIGKILL)
            room.wait(about="stopped")
            ready(room)


@pytest.mark.needs_ears
def test_a_hearing_process_that_hangs_is_said_and_no_poll_waits() -> None:
    room = Room(ProcessWorker(hang, name="ears", deadline=2.0))
    try:
        room.ears.poll(0.0)
        ready(room)
        longest = 0.0
        for _ in range(3000):
            began = time.thread_time()
            said = room.ears.poll(room.now)
            longest = max(longest, time.thread_time() - began)
            room.now += 0.02
            time.sleep(0.005)
            if any(isinstance(s, Trouble) and "no answer within 2 s" in s.message for s in said):
                break
        else:
            raise AssertionError("that it hangs was not said")
        assert longest < 0.1, "nothing waits"
    finally:
        room.ears.close()


@pytest.mark.needs_ears
def test_while_it_is_busy_the_newest_utterance_waits_and_grows_stale() -> None:
    class Busy:
        taken: tuple[Utterance, ...] = ()
        free = False

        def offer(self, job: Utterance, now: float) -> bool:
            self.taken = (*self.taken, job) if self.free else self.taken
            return self.free

        def poll(self, now: float) -> Sequence[AnySense]:
            return ()

        def close(self) -> None:
            pass

    worker, microphone = Busy(), Microphone(device="no such microphone")
    ears = Ears(worker, microphone, lambda call: 1.0)
    ears.poll(0.0)
    hear = microphone.also
    assert hear is not None
    for at, text in ((1.0, "go away"), (3.0, PRAISE)):
        hear(in_room(spoken(text)))
        ears.poll(at)
    worker.free = True
    ears.poll(4.0)
    ears.poll(5.0)
    assert [job.at for job in worker.taken] == [3.0]
    worker.free = False
    hear(in_room(spoken(PRAISE)))
    ears.poll(6.0)
    worker.free = True
    ears.poll(20.0)
    assert len(worker.taken) == 1, "what was said long ago is dropped"


@pytest.mark.needs_ears
def test_without_its_model_the_one_command_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("MOGGY_CACHE", str(tmp_path))
    with pytest.raises(models.Missing, match="run `moggy models fetch whisper_tiny_en`"):
        hearing_task()


GUARDED = """
import sys
told = []
def note(event, rest):
    if event == "open":
        path, mode, flags = rest
        if isinstance(path, str) and flags & 3 and path != "/dev/null":
            told.append(f"{event} {path}")
    elif event.startswith("socket.") or event in ("subprocess.Popen", "os.system"):
        told.append(event)
import numpy as np
from bench.ears import utterances
from bench.speech import in_room, spoken
from moggy.sensors.voice import hearing_task
from moggy.sensors.voice.utterances import Utterance
sys.dont_write_bytecode = True
sys.addaudithook(note)
task = hearing_task()
for sound in utterances(in_room(spoken("you are a good kitty and I love you"))):
    print("heard", [word.text for word in task(Utterance(0.0, sound))])
print("told", told)
"""


@pytest.mark.needs_ears
def test_no_socket_is_opened_and_no_file_is_written() -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED], capture_output=True, text=True, timeout=300
    )
    assert "good kitty" in done.stdout.lower(), done.stderr
    assert "told []" in done.stdout
