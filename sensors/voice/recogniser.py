"""What the hearing process does: it writes down what was said in a piece of sound. The sound does
not leave it, and neither a file nor a socket is opened after the model is loaded.

The network is OpenAI's Whisper (Radford et al. 2022) as CTranslate2 runs it. What stands round it
there, the spectrum before and the letters behind, is computed here: the packages that have both
bring a client of a model hub with them.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moggy import models
from moggy.messages import AnySense, Words
from moggy.sensors.voice.utterances import RATE, Utterance
from moggy.worker import Task

LANGUAGE = "en"
"""The language that it knows."""
PROMPT = ["<|startoftranscript|>", "<|notimestamps|>"]
"""What an English Whisper begins with to write plain text."""

WINDOW = 400
"""Samples of one spectrum, 25 ms. This and the next four are Whisper's own (Radford et al.
2022)."""
HOP = 160
"""Samples from one spectrum to the next, 10 ms."""
BANDS = 80
"""Mel bands of a spectrum."""
FRAMES = 1500
"""Spectra that the network is given, 15 s; what is shorter is followed by silence. It learnt with
30 s, which take three times as long (`python -m bench ears --frames 3000`)."""
BEAM = 5
"""Beginnings of a text that are followed at the same time, as in Whisper."""
NO_SPEECH = 0.6
"""Probability of *no speech* from which nothing was said."""
SURE = 0.4
"""Geometric mean of the probabilities of the letters from which they count as heard; Whisper's own
limit is e⁻¹. Our choice."""
SQUEEZED = 2.4
"""How often a text is longer than itself compressed, from which it only repeats itself, as Whisper
does in noise. Its own."""
LONGEST = 100
"""Tokens of one utterance at most: people say three words a second, and it lasts up to 10 s."""


class Heard(NamedTuple):
    """What was understood of an utterance."""

    text: str
    """Empty where nothing was said, or nothing that is sure enough."""
    sure: float
    """0..1, the geometric mean of the probabilities of its tokens."""


class Recogniser:
    """Utterance → what was said."""

    def __init__(self, frames: int = FRAMES) -> None:
        """Load the network, in the process that will use it, to be given so many spectra. Raises
        moggy.models.Missing where it is not here, Corrupt where it is damaged, and OSError without
        its runtime."""
        folder = models.verify(models.EARS).parent
        try:
            import ctranslate2
        except ImportError as error:
            raise OSError(f"{error}; pip install 'moggy[ears]'") from error

        self._view = ctranslate2.StorageView.from_array
        self._network = ctranslate2.models.Whisper(
            str(folder), device="cpu", compute_type="int8", intra_threads=1, inter_threads=1
        )
        self._bank, self._frames = mel_bank(), frames

    def heard(self, samples: NDArray[np.float32]) -> Heard:
        """What was said in these samples within ±1, (n,), at RATE."""
        seen = spectra(samples, self._bank, self._frames)
        (found,) = self._network.generate(
            self._view(np.ascontiguousarray(seen[None])),
            [PROMPT],
            beam_size=BEAM,
            max_length=LONGEST,
            return_scores=True,
            return_no_speech_prob=True,
        )
        text = written(found.sequences[0])
        sure = math.exp(found.scores[0])
        if found.no_speech_prob > NO_SPEECH or sure < SURE or _repeats(text):
            return Heard("", sure)
        return Heard(text, sure)


def hearing_task() -> Task:
    """Make the task. To be called in the process that runs it; raises what Recogniser raises."""
    recogniser = Recogniser()

    def hear(job: Utterance) -> Sequence[AnySense]:
        """The words of an utterance; none where nothing sure was said."""
        heard = recogniser.heard(job.samples())
        if not any(letter.isalnum() for letter in heard.text):
            return ()
        return (
            Words(at=job.at, text=heard.text, lang=LANGUAGE, heard=round(min(1.0, heard.sure), 3)),
        )

    return hear


def mel_bank() -> NDArray[np.float32]:
    """The weights (BANDS, WINDOW/2 + 1) of the frequencies in each band: triangles on Slaney's mel
    scale (1998), linear up to 1 kHz and logarithmic above, each of the same area."""
    top = 15.0 + 27.0 * math.log(RATE / 2.0 / 1000.0) / math.log(6.4)
    mels = np.linspace(0.0, top, BANDS + 2)
    edges = np.where(mels < 15.0, 200.0 / 3.0 * mels, 1000.0 * 6.4 ** ((mels - 15.0) / 27.0))
    hz = np.fft.rfftfreq(WINDOW, 1.0 / RATE)
    low, mid, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    shape = np.maximum(0.0, np.minimum((hz - low) / (mid - low), (high - hz) / (high - mid)))
    bank: NDArray[np.float32] = (shape * 2.0 / (high - low)).astype(np.float32)
    return bank


def spectra(
    samples: NDArray[np.float32], bank: NDArray[np.float32], frames: int = FRAMES
) -> NDArray[np.float32]:
    """Samples (n,) → what the network sees, (BANDS, frames): the logarithm of the power in each
    band from their begin on, at most 80 dB below the loudest, scaled to about ±1."""
    n = frames * HOP
    padded = np.zeros(n, np.float32)
    padded[: min(n, len(samples))] = samples[:n]
    padded = np.pad(padded, WINDOW // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    hann = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    power = np.zeros((frames, WINDOW // 2 + 1), np.float32)
    last = min(frames, len(samples) // HOP + 3)  # what follows is silence
    power[:last] = np.abs(np.fft.rfft(windows[:last] * hann)) ** 2
    log = np.log10(np.maximum(bank @ power.T, 1e-10))
    seen: NDArray[np.float32] = ((np.maximum(log, log.max() - 8.0) + 4.0) / 4.0).astype(np.float32)
    return seen


def written(tokens: Iterable[str]) -> str:
    """The text of tokens, whose letters stand for bytes as in GPT-2 (Radford et al. 2019); those in
    `<|…|>` are no text."""
    spelt = "".join(token for token in tokens if not token.startswith("<|"))
    return bytes(_BYTES[letter] for letter in spelt).decode("utf-8", "replace").strip()


def _letters() -> dict[str, int]:
    """Letter → byte: a byte that can be seen stands for itself, the others for what follows 255."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in seen]
    return {chr(b): b for b in seen} | {chr(256 + n): b for n, b in enumerate(rest)}


_BYTES = _letters()


def _repeats(text: str) -> bool:
    raw = text.encode()
    return len(raw) > SQUEEZED * len(zlib.compress(raw))
