"""What the page does becomes senses with the right times: a hand is as fast as it was, whatever the
line made of it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moggy.body import Body
from moggy.characters import Arranging
from moggy.clock import BentClock
from moggy.config import Files, Invalid
from moggy.messages import (
    Acceleration,
    AnySense,
    ClearFaults,
    Edited,
    Face,
    Setting,
    Touch,
    Trouble,
    Voice,
    Words,
)
from moggy.sensors.voice import Ears, PageMicrophone
from moggy.sensors.voice.microphone import BLOCK
from moggy.sensors.voice.utterances import RATE
from moggy.sim.bent_time import BentTime
from moggy.sim.day import Act, Day
from moggy.sim.studio.inbox import SAMPLES_AT_ONCE, SAMPLES_KEPT, PageInbox
from moggy.sim.studio.talk import LONGEST_SOUND, SOUND_BEGINS, frame, tell, understand


class OneFile:
    """A shelf with one file that must begin with `good`."""

    def __init__(self) -> None:
        self.text = "good: 1\n"

    def names(self) -> list[str]:
        return ["personalities/one.yaml"]

    def used(self) -> list[str]:
        return self.names()

    def read(self, name: str) -> str:
        return self.text

    def character(self) -> dict[str, Any]:
        return {"file": "personalities/one.yaml", "handles": []}

    def tree(self) -> dict[str, Any]:
        return {"file": "trees/one.yaml", "nodes": []}

    def bend(self, id: str, term: int | None, to: Mapping[str, float]) -> dict[str, str]:
        return self.save("trees/one.yaml", f"good: {to}\n")

    def add(self, template: str, id: str, after: str) -> dict[str, str]:
        return self.save("trees/one.yaml", f"good: {id}\n")

    def coverage(self) -> dict[str, Any]:
        return {"ready": False}

    def turn(self, key: str, value: float) -> dict[str, str]:
        return self.save("personalities/one.yaml", f"good: {value}\n")

    living = ""

    def arrange(self, do: Arranging, file: str, name: str = "") -> dict[str, str]:
        self.living = file
        return {file: self.text}

    def scenes(self) -> list[str]:
        return ["days/one.yaml"]

    def scene(self, name: str) -> Day:
        return Day(about="A word.", hour=19.5, seconds=4.0, acts=(Act(at=1.0, say="good cat"),))

    def save(self, name: str, text: str) -> dict[str, str]:
        if not text.startswith("good"):
            raise Invalid(name, 3, "not good")
        self.text = text
        return {name: text}


BODY = Files().load("body/cat.yaml", Body)


def an_inbox(bent: BentTime | None = None) -> PageInbox:
    return PageInbox(OneFile(), lambda jpeg: None, bent=bent)


def stroke(inbox: PageInbox, batch: int, *, page_clock: float) -> list[Touch]:
    """A hand at 0.5 m/s, sampled at 100 Hz for half a second; the page sends `batch` samples at
    once; the loop polls at 50 Hz."""
    felt: list[AnySense] = []
    held: list[float] = []
    for n in range(100):
        t = n * 0.01
        if n < 50:
            held.append(t)
        if held and (len(held) >= batch or n == 50):
            for moment in held:
                inbox.touch(
                    (0.1 - 0.5 * moment, 0.0, 0.24), 0.4, 0.2, page_time=page_clock + moment
                )
            held.clear()
        if n == 50:
            inbox.release()
        if n % 2:
            felt += inbox.poll(10.0 + t)
    return [sense for sense in felt if isinstance(sense, Touch)]


@pytest.mark.parametrize("batch", [1, 2, 7, 20])
def test_a_fast_hand_keeps_its_speed_however_late_the_page_sends_it(batch: int) -> None:
    touches = [
        touch for touch in stroke(an_inbox(), batch, page_clock=5000.0) if touch.pressure > 0.0
    ]
    assert len(touches) == 50
    # Only where a batch came late does the hand seem to rest; between the samples of a batch it is
    # as fast as it was.
    speeds = [
        abs(b.position[0] - a.position[0]) / (b.at - a.at)
        for a, b in pairwise(touches)
        if a.position and b.position
    ]
    assert sorted(speeds)[len(speeds) // 2] == pytest.approx(0.5, rel=0.01)
    assert max(speeds) <= 0.5 * 1.01


def test_touches_never_lie_in_the_future_nor_before_the_last_poll() -> None:
    inbox = an_inbox()
    last = 0.0
    for n in range(1, 60):
        now = n * 0.02
        for k in range(5):
            inbox.touch((0.0, 0.0, 0.24), 0.4, 0.2, page_time=77.0 + now - 0.003 * k)
        for sense in inbox.poll(now):
            assert last <= sense.at <= now
        last = now


def test_a_release_comes_after_all_of_its_stroke() -> None:
    touches = stroke(an_inbox(), 7, page_clock=0.0)
    assert [touch.pressure for touch in touches].index(0.0) == len(touches) - 1


def test_a_page_whose_clock_jumps_is_felt_again_at_once() -> None:
    inbox = an_inbox()
    inbox.touch((0.0, 0.0, 0.24), 0.4, 0.2, page_time=100.0)
    inbox.poll(1.0)
    inbox.touch((0.0, 0.0, 0.24), 0.4, 0.2, page_time=9.0)
    assert len(inbox.poll(1.02)) == 1


def test_what_is_said_shown_and_set_arrives_at_the_moment_it_is_drained() -> None:
    shown: list[bytes] = []
    inbox = PageInbox(OneFile(), shown.append)
    inbox.say("good cat", "en")
    inbox.sense(Face(at=0.0, valence=0.5, arousal=0.0, confidence=0.9))
    inbox.setting("quiet", True)
    inbox.clear_faults()
    inbox.show(b"jpeg")
    senses = inbox.poll(3.5)
    assert [type(sense) for sense in senses] == [Words, Face, Setting, ClearFaults]
    assert {sense.at for sense in senses} == {3.5}
    assert shown == [b"jpeg"]
    assert inbox.poll(3.52) == []


def test_a_lifted_body_sways_until_it_is_put_down() -> None:
    inbox = an_inbox()
    inbox.lift()
    felt = [sense for n in range(100) for sense in inbox.poll(n * 0.02)]
    assert max(sense.z for sense in felt if isinstance(sense, Acceleration)) > 1.2
    assert felt[-1].at == pytest.approx(1.98)
    inbox.put_down()
    after = [sense for n in range(100, 200) for sense in inbox.poll(n * 0.02)]
    assert isinstance(after[-1], Acceleration)
    assert after[-1].z == 1.0
    assert after[-1].at < 3.0


def test_a_hit_is_a_short_full_pressure_with_a_jolt() -> None:
    inbox = an_inbox()
    inbox.hit((0.0, 0.0, 0.24), 0.9)
    felt = [sense for n in range(20) for sense in inbox.poll(n * 0.02)]
    touches = [sense for sense in felt if isinstance(sense, Touch)]
    assert max(touch.pressure for touch in touches) > 0.9
    assert touches[-1].pressure == 0.0
    assert touches[-1].at - touches[0].at <= 0.1
    assert max(abs(sense.y) for sense in felt if isinstance(sense, Acceleration)) > 1.0


def test_a_file_that_is_not_valid_is_refused_and_a_valid_one_is_told_to_the_pet() -> None:
    inbox = an_inbox()
    with pytest.raises(Invalid):
        inbox.save("personalities/one.yaml", "bad: 1\n")
    assert inbox.poll(1.0) == []
    inbox.save("personalities/one.yaml", "good: 2\n")
    (edited,) = inbox.poll(1.02)
    assert isinstance(edited, Edited)
    assert edited.text == "good: 2\n"


def test_no_picture_touches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    an_inbox().show(b"\xff\xd8\xff" + b"x" * 1000)
    assert list(tmp_path.iterdir()) == []


def test_a_thousand_blows_are_one_now_and_one_that_follows() -> None:
    inbox = an_inbox()
    for n in range(1000):
        inbox.hit((0.0, 0.0, 0.24), n / 1000)
    first = inbox.poll(0.0)
    for _ in range(1000):
        inbox.hit((0.0, 0.0, 0.24), 0.9)
    rest = [inbox.poll(n * 0.02) for n in range(1, 50)]
    assert max(len(senses) for senses in [first, *rest]) <= 2
    peaks = [
        sense.pressure
        for senses in [first, *rest]
        for sense in senses
        if isinstance(sense, Touch) and sense.pressure > 0.5
    ]
    assert peaks == pytest.approx([0.6 + 0.4 * 0.999, 0.6 + 0.4 * 0.9])


def test_hands_that_lift_and_put_down_in_a_flood_end_as_they_last_said() -> None:
    inbox = an_inbox()
    for _ in range(500):
        inbox.lift()
        inbox.put_down()
    inbox.lift()
    felt = [sense for n in range(200) for sense in inbox.poll(n * 0.02)]
    assert len(felt) <= 200
    assert felt[-1].at == pytest.approx(3.98)  # it sways in the arms
    inbox.put_down()
    after = [sense for n in range(200, 400) for sense in inbox.poll(n * 0.02)]
    assert isinstance(after[-1], Acceleration)
    assert after[-1].z == 1.0


def test_a_flood_of_samples_is_felt_a_few_at_a_tick_and_ends_with_the_release() -> None:
    inbox = an_inbox()
    for n in range(5000):
        inbox.touch((0.1, 0.0, 0.24), 0.4, 0.2, page_time=n / 1e6)
    inbox.release()
    polls = [inbox.poll(1.0 + n * 0.02) for n in range(100)]
    touches = [[sense for sense in felt if isinstance(sense, Touch)] for felt in polls]
    assert max(map(len, touches)) == SAMPLES_AT_ONCE
    assert sum(map(len, touches)) == SAMPLES_KEPT
    assert [sense for felt in touches for sense in felt][-1].pressure == 0.0
    assert any(isinstance(sense, Trouble) and "Touch" in sense.message for sense in polls[0])


def test_sound_of_a_page_goes_on_as_it_came_and_nothing_else_does() -> None:
    heard: list[bytes] = []
    inbox = PageInbox(OneFile(), lambda jpeg: None, heard.append)
    second = bytes(LONGEST_SOUND)
    assert frame(SOUND_BEGINS + second, inbox) is None
    for wrong in (second + b"ab", second[1:], b"a"):
        answer = frame(SOUND_BEGINS + wrong, inbox)
        assert answer is not None
        assert "the sound was not taken" in answer["message"]
    assert heard == [second]
    deaf = frame(SOUND_BEGINS + second, an_inbox())
    assert deaf is not None
    assert "--microphone" in deaf["message"]


def test_a_pages_microphone_gives_voices_and_starts_nothing_before_it_hears() -> None:
    microphone = PageMicrophone()
    ears = Ears(NoWorker(), microphone, lambda call: 1.0)
    assert ears.poll(0.0) == () == tuple(microphone.poll(0.0))
    blocks: list[int] = []
    microphone.also = lambda block: blocks.append(len(block))
    tone = (np.sin(np.arange(3 * BLOCK) * 2.0 * np.pi * 200.0 / RATE) * 16000).astype("<i2")
    for begin in range(0, 6 * BLOCK, 1000):  # bytes, not whole blocks
        microphone.hear(tone.tobytes()[begin : begin + 1000])
    assert microphone.on
    microphone._beside.shutdown()
    voices = microphone.poll(1.0)
    assert blocks == [BLOCK] * 3
    assert [voice.pitch for voice in voices if isinstance(voice, Voice)] == [
        pytest.approx(200.0, abs=1.0)
    ] * 3
    microphone.close()


class NoWorker:
    """Is never asked."""

    def offer(self, job: Any, now: float) -> bool:
        raise AssertionError

    def poll(self, now: float) -> Any:
        raise AssertionError

    def close(self) -> None:
        raise AssertionError


def say(inbox: PageInbox, text: str) -> dict[str, Any] | None:
    said = understand(text)
    assert not isinstance(said, dict), said
    return tell(said, inbox)


@pytest.mark.parametrize(
    "text", ['{"type": "pause"}', '{"type": "step"}', '{"type": "speed", "speed": 5}']
)
def test_the_time_of_a_real_body_cannot_be_bent(text: str) -> None:
    answer = say(an_inbox(), text)
    assert answer is not None
    assert answer["type"] == "refused"
    assert "real body" in answer["message"]
    assert say(an_inbox(BentTime(BentClock(), 17.0, BODY)), text) is None


def test_a_hand_that_moves_in_a_pause_is_felt_where_it_is_at_its_end() -> None:
    bent = BentTime(BentClock(), 17.0, BODY)
    inbox = an_inbox(bent)
    bent.clock.pause()
    for n in range(100):
        inbox.touch((0.1, 0.0, 0.2), 0.004 * n, 0.2, page_time=n / 60)
    (felt,) = [*inbox.poll(0.02), *inbox.poll(0.04)]
    assert isinstance(felt, Touch)
    assert felt.pressure == pytest.approx(0.396)
    inbox.touch((0.1, 0.0, 0.2), 0.4, 0.2, page_time=2.0)
    inbox.release()
    assert [touch.pressure for touch in inbox.poll(0.06) if isinstance(touch, Touch)] == [0.0]


def test_a_hand_on_a_pet_that_is_slowed_down_is_as_slow() -> None:
    bent = BentTime(BentClock(), 17.0, BODY)
    inbox = an_inbox(bent)
    bent.clock.go_at(0.25)
    for n in range(5):
        inbox.touch((0.1, 0.0, 0.2), 0.4, 0.2, page_time=7.0 + 0.04 * n)
    felt = [sense.at for n in range(20) for sense in inbox.poll(n / 50)]
    assert felt == pytest.approx([0.0, 0.01, 0.02, 0.03, 0.04])


def test_a_stop_in_a_pause_is_obeyed() -> None:
    bent = BentTime(BentClock(), 17.0, BODY)
    inbox, ticks = an_inbox(bent), bent.clock.ticks()
    bent.clock.pause()
    next(ticks)
    assert say(inbox, '{"type": "setting", "name": "stop", "on": true}') is None
    senses = [sense for _ in range(5) for sense in inbox.poll(next(ticks))]
    assert [sense.name for sense in senses if isinstance(sense, Setting)] == ["stop"]
    assert bent.clock.paused
