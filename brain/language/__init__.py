"""Reads words again, slowly and well: a sentence embedding and a small language model, each asked
in a process of its own."""

from moggy.brain.language.ask import Asker
from moggy.brain.language.benchmark import bench_models
from moggy.brain.language.embedding import Embedding, embedding_task
from moggy.brain.language.model import Judge, model_task
from moggy.brain.language.question import Question, Situation
from moggy.brain.language.reading import SlowReader, TextReading, read_text, read_texts
from moggy.brain.language.reading import available as available_readers

__all__ = [
    "Asker",
    "Embedding",
    "Judge",
    "Question",
    "Situation",
    "SlowReader",
    "TextReading",
    "available_readers",
    "bench_models",
    "embedding_task",
    "model_task",
    "read_text",
    "read_texts",
]
