"""Understanding what is said, slowly and well: a sentence embedding and a small language model,
asked in processes of their own."""

from moggy.brain.language.ask import Asker
from moggy.brain.language.bench import bench_models
from moggy.brain.language.embedding import embedding_task
from moggy.brain.language.model import model_task
from moggy.brain.language.read_texts import perceive_words

__all__ = ["Asker", "bench_models", "embedding_task", "model_task", "perceive_words"]
