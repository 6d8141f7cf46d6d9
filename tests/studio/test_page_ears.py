"""What is said to the studio's page is heard: a real browser whose microphone plays a synthetic
voice (espeak-ng), and the real ears of a `moggy sim`."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from bench.speech import spoken
from moggy.sensors.voice.utterances import RATE
from tests.studio.browser import FLAGS, Open

pytestmark = [pytest.mark.needs_chromium, pytest.mark.needs_ears]


def voice(path: Path, text: str) -> Path:
    """A recording of the text, with silence before and behind: the browser plays it again and
    again."""
    silence = np.zeros(2 * RATE, np.float32)
    sound = np.concatenate((silence, spoken(text), silence))
    wavfile.write(path, RATE, (sound * 32767.0).astype(np.int16))
    return path


def test_what_is_said_into_the_pages_microphone_is_heard_while_it_is_on(
    simulator: str, tmp_path: Path
) -> None:
    from playwright.sync_api import sync_playwright

    recording = voice(tmp_path / "said.wav", "you are a good kitty and I love you")
    microphone = (
        "--use-fake-ui-for-media-stream --use-fake-device-for-media-stream "
        f"--use-file-for-fake-audio-capture={recording}"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=f"{FLAGS} {microphone}".split()
        )
        studio = Open(browser, simulator)
        studio.page.get_by_role("button", name="Let it hear you").click()
        studio.page.get_by_role("button", name="It hears you").wait_for()
        studio.until("moggy.live.news.some(item => item.name === 'praised')")
        studio.page.get_by_role("button", name="It hears you").click()
        studio.page.get_by_role("button", name="Let it hear you").wait_for()
        sent = "moggy.microphone.sent"
        before = studio.run(sent)
        studio.lives()
        assert studio.run(sent) == before > 0
        assert studio.complaints == []
        browser.close()
