"""A language model in llama.cpp that only reads: a sentence in, the model's hidden state and the
logits of its next word out. It never generates text.

It uses one thread. The fixed beginning of the prompt is evaluated once and kept, and a decode can
be stopped in the middle. The caller gives it a process of its own, since a crash in native code
kills the process that it happens in.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

CONTEXT = 512
"""Tokens of context; a prompt takes about 120."""
LONGEST = 160
"""Tokens that are read after the fixed beginning; of a longer text the last ones."""
DEADLINE = 15.0
"""Seconds of reading after which the model is stopped. A tenth of a second is usual; a machine that
is busy with a build needs longer."""
RUNTIME_MISSING = (
    "the language model's runtime (llama-cpp-python 0.3.36) is not installed yet: "
    "run `make runtime`"
)
"""What NoRuntime says."""
DECODE_STOPPED = 2
"""What llama_decode returns when the abort callback stopped it (llama.h)."""


class NoRuntime(RuntimeError):
    """The runtime is not installed yet. It may be while the pet runs, so trying again later is
    right."""


class Unwell(RuntimeError):
    """The model loads but does not answer as it should."""


class LanguageModel:
    """A loaded model with the beginning of its prompt already evaluated.

    Loading takes about 0.5 s and 150 MB. Raises NoRuntime, or Unwell when the file is no model or
    the self-test fails. A read raises TimeoutError after `deadline` seconds.
    """

    def __init__(self, file: Path, beginning: str, deadline: float = DEADLINE) -> None:
        self._cpp = _runtime()
        self._deadline, self._until = deadline, float("inf")
        self._model = self._load(file)
        self._context = self._open()
        self._vocabulary = self._cpp.llama_model_get_vocab(self._model)
        self.width: int = self._cpp.llama_model_n_embd(self._model)
        """Length of the hidden state."""
        self._words: int = self._cpp.llama_vocab_n_tokens(self._vocabulary)
        self._kept = 0
        self._decode(self.tokens(beginning, begin=True))
        self._kept = self._filled
        self._self_test()

    def tokens(self, text: str, *, begin: bool = False) -> list[int]:
        """The ids of the text's tokens; `begin` puts the model's start token first. Raises
        ValueError for a text that the tokenizer refuses."""
        raw = text.encode("utf-8", "replace")
        room = (ctypes.c_int32 * (len(raw) + 8))()
        count = self._cpp.llama_tokenize(
            self._vocabulary, raw, len(raw), room, len(room), begin, False
        )
        if count < 0:
            raise ValueError("the text could not be cut into tokens")
        return list(room[:count])

    def read(self, text: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """→ hidden state (width,) and logits (vocabulary,) after the beginning and `text`.

        Raises TimeoutError after the deadline, Unwell where the answer is not a number.
        """
        self._cpp.llama_memory_seq_rm(self._cpp.llama_get_memory(self._context), 0, self._kept, -1)
        self._until = perf_counter() + self._deadline
        try:
            self._decode(self.tokens(text)[-LONGEST:])
        finally:
            self._until = float("inf")
        hidden = np.ctypeslib.as_array(
            self._cpp.llama_get_embeddings_ith(self._context, -1), (self.width,)
        ).copy()
        logits = np.ctypeslib.as_array(
            self._cpp.llama_get_logits_ith(self._context, -1), (self._words,)
        ).copy()
        if not (np.isfinite(hidden).all() and np.isfinite(logits).all()):
            raise Unwell(
                "the language model answered with something that is not a number; "
                "its answer was dropped"
            )
        return hidden, logits

    def close(self) -> None:
        """Free the native memory; the object must not be used afterwards."""
        self._cpp.llama_free(self._context)
        self._cpp.llama_model_free(self._model)

    def _load(self, file: Path) -> Any:
        parameters = self._cpp.llama_model_default_params()
        # llama.cpp issue 20824: with repacked weights the first decode crashes on processors with
        # AMX.
        parameters.use_extra_bufts = not has_amx()
        parameters.n_gpu_layers = 0
        model = self._cpp.llama_model_load_from_file(str(file).encode(), parameters)
        if not model:
            raise Unwell(
                f"{file.name} is no model that the runtime can load: "
                "run `moggy models fetch smollm2` again"
            )
        return model

    def _open(self) -> Any:
        parameters = self._cpp.llama_context_default_params()
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = CONTEXT
        parameters.n_threads = parameters.n_threads_batch = 1
        parameters.embeddings = True
        parameters.pooling_type = self._cpp.LLAMA_POOLING_TYPE_NONE
        # Kept as attributes: the callback must live as long as the context.
        self._abort = self._cpp.ggml_abort_callback(lambda _: perf_counter() > self._until)
        parameters.abort_callback = self._abort
        context = self._cpp.llama_init_from_model(self._model, parameters)
        if not context:
            raise Unwell("the language model has too little memory for its context")
        return context

    def _decode(self, tokens: Sequence[int]) -> None:
        if not tokens:
            raise ValueError("nothing to read")
        array = (ctypes.c_int32 * len(tokens))(*tokens)
        found = self._cpp.llama_decode(
            self._context, self._cpp.llama_batch_get_one(array, len(tokens))
        )
        self._filled = self._kept + len(tokens)
        if found == DECODE_STOPPED:
            raise TimeoutError(
                f"the language model was stopped after {self._deadline:g} s; its answer was dropped"
            )
        if found != 0:
            raise Unwell(f"the language model could not read (llama_decode said {found})")

    def _self_test(self) -> None:
        """Read one token directly after loading, so that a crash or nonsense shows now and not at
        the first words that somebody says."""
        hidden, logits = self.read(" happy")
        if not float(np.abs(hidden).max()) > 0.0 or not float(np.ptp(logits)) > 0.0:
            raise Unwell("the language model answers the same whatever it reads")


def has_amx() -> bool:
    """Whether this processor has Intel's matrix extension (AMX)."""
    cpu = Path("/proc/cpuinfo")
    return cpu.is_file() and "amx_int8" in cpu.read_text(encoding="utf-8", errors="replace")


def _runtime() -> Any:
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        import llama_cpp
        from llama_cpp import llama_cpp as cpp
    except (ImportError, OSError) as error:
        raise NoRuntime(RUNTIME_MISSING) from error
    del llama_cpp
    global _quiet
    _quiet = cpp.llama_log_callback(lambda level, text, data: None)
    cpp.llama_log_set(_quiet, ctypes.c_void_p(0))
    cpp.llama_backend_init()
    return cpp


_quiet: Any = None
"""The callback that swallows llama.cpp's log; the library keeps a pointer to it."""
