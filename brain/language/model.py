"""The third tier: a small language model judges, in context, how the words would affect the cat.

SmolLM2-135M-Instruct (Apache-2.0) never generates text. The logits of ten words for how the cat
would feel, given what happened just before, become bounded proposals with an expiry. Where no
embedding read the words, its hidden state after them goes through a linear head, as the embedding's
does. So its answer is always valid, and it cannot command anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from moggy import models
from moggy.brain.language import head, prompts, refine
from moggy.brain.language.embedding import yield_to_the_loop
from moggy.brain.language.llama import LanguageModel
from moggy.brain.language.question import Question, Situation
from moggy.messages import AnySense, Thought
from moggy.vocabulary import LARGEST_ADVICE, Advisable
from moggy.worker import Task

MODEL = "smollm2"
"""Its name in `moggy models`, and the source of its thoughts."""
GAIN: Final = 0.06
"""How much a proposal grows for each unit of log-probability by which a feeling is likelier than
after words that say nothing. Our choice."""
SURPRISE = 3.0
"""Units of log-probability that count at most, in either direction."""
TOO_SMALL = 0.005
"""A proposal smaller than this is left out."""

ADVICE: Final[Mapping[str, Mapping[Advisable, float]]] = {
    "loved": {"pleasure": 0.7, "company": 0.3},
    "happy": {"pleasure": 0.8, "arousal": 0.2},
    "playful": {"arousal": 0.5, "pleasure": 0.3, "play": -0.4},
    "calm": {"arousal": -0.5, "pleasure": 0.1},
    "gentle": {"arousal": -0.5, "dominance": -0.1, "company": -0.3},
    "curious": {"arousal": 0.3, "curiosity": -0.4},
    "sorry": {"pleasure": -0.3, "dominance": -0.4},
    "sad": {"pleasure": -0.5, "arousal": -0.2},
    "afraid": {"pleasure": -0.5, "arousal": 0.4, "dominance": -0.5, "comfort": -0.3},
    "angry": {"pleasure": -0.4, "arousal": 0.2, "company": 0.3},
}
"""The words that are weighed, and what each proposes to move; our choice. A drive says how full it
is, so a smaller `play` is a greater wish to play. The cat does not mirror the person: a sad person
(answered by *gentle*) lowers its arousal and makes it seek closeness, and nothing here makes it
beg."""


class Judge:
    """Question → one Thought.

    `file` is its verified file; None: it is looked for and verified. Loading takes one to two
    seconds. Raises models.Missing, models.Corrupt, NoRuntime, NoHead or Unwell; the message says
    the way out.
    """

    def __init__(self, file: Path | None = None) -> None:
        file = file or models.verify(MODEL)
        self._head = head.load(models.MODELS[MODEL].files[0].sha256)
        self._model = LanguageModel(file, prompts.BEGINNING)
        self._ids = [self._model.tokens(f" {name}")[0] for name in ADVICE]
        self._usual = self._feelings(Question(text="Hm.", situation=Situation()))

    def __call__(self, question: Question) -> Sequence[AnySense]:
        return (self.answer(question),)

    def answer(self, question: Question) -> Thought:
        """Proposals for the pet and, where no embedding read the words, a reading of the person.

        Raises ValueError, TimeoutError or Unwell where there is no answer that can be used.
        """
        began = perf_counter()
        moved = nudges(self._feelings(question) - self._usual)
        # Beside an embedding its own reading adds nothing (bench/train_language.py), and the same
        # words must not count twice.
        thought = (
            self._reading(question) if question.read_by == "words" else self._judgement(question)
        )
        return replace(
            thought, nudges=moved, milliseconds=round(1000.0 * (perf_counter() - began), 1)
        )

    def _reading(self, question: Question) -> Thought:
        hidden, _ = self._model.read(prompts.reading(question))
        return refine.thought(
            question,
            source=MODEL,
            meanings=self._head.meanings,
            scores=self._head.read(hidden),
            weights=self._head.weights,
        )

    @staticmethod
    def _judgement(question: Question) -> Thought:
        """A thought without a reading of the person, for proposals alone."""
        return Thought(
            at=question.asked,
            person=question.person,
            asked=question.asked,
            about=question.about,
            expires=question.expires,
            source=MODEL,
            confidence=question.confidence,
        )

    def _feelings(self, question: Question) -> NDArray[np.float64]:
        """Log-probabilities (10,) of ADVICE as the next word, if it is one of them."""
        _, logits = self._model.read(prompts.judging(question))
        chosen = logits[self._ids].astype(np.float64)
        lifted = chosen - chosen.max()
        return np.asarray(lifted - np.log(np.exp(lifted).sum()))


def nudges(surprise: Sequence[float] | NDArray[np.float64]) -> dict[Advisable, float]:
    """Proposals, each within ±LARGEST_ADVICE, from how much likelier than usual each of ADVICE is
    (in log-probability). Raises ValueError for another length or something that is no number."""
    if len(surprise) != len(ADVICE) or not all(math.isfinite(s) for s in surprise):
        raise ValueError("the language model's judgement is not a number; its answer was dropped")
    total: dict[Advisable, float] = {}
    for much, moves in zip(surprise, ADVICE.values(), strict=True):
        for name, by in moves.items():
            total[name] = total.get(name, 0.0) + GAIN * by * max(
                -SURPRISE, min(SURPRISE, float(much))
            )
    return {
        name: round(max(-LARGEST_ADVICE, min(LARGEST_ADVICE, by)), 4)
        for name, by in total.items()
        if abs(by) >= TOO_SMALL
    }


def reader() -> tuple[str, Callable[[str], NDArray[np.float32]]]:
    """For training and measuring the head: the SHA-256 of the weights, and a function text → hidden
    state (d,)."""
    model = LanguageModel(models.path(MODEL), prompts.BEGINNING, deadline=120.0)
    return models.MODELS[MODEL].files[0].sha256, lambda text: model.read(
        prompts.reading(Question(text=text))
    )[0]


def model_task() -> Task:
    """For a worker: Question → [Thought(source="smollm2")]. Raises what Judge raises; the worker
    tries again later."""
    file = models.verify(MODEL)  # before this process yields, as in embedding_task
    yield_to_the_loop()
    return Judge(file)
