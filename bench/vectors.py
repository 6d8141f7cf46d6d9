"""Keeps a model's vectors of sentences in a folder, so that each sentence is read only once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from bench.network import Matrix

Embed = Callable[[str], np.ndarray]
"""Text → vector."""
EVERY = 500
"""Vectors that are written together."""


def vectors(texts: Sequence[str], embed: Embed, folder: Path) -> Matrix:
    """The vectors (n, d) of the texts; those that `folder` does not have are made and kept there,
    with a line of progress for every 500."""
    folder.mkdir(parents=True, exist_ok=True)
    have: dict[bytes, Matrix] = {}
    for file in sorted(folder.glob("*.npz")):
        kept = np.load(file)
        have |= {key.tobytes(): vector for key, vector in zip(kept["k"], kept["v"], strict=True)}
    missing = [text for text in dict.fromkeys(texts) if _key(text) not in have]
    for start in range(0, len(missing), EVERY):
        part = missing[start : start + EVERY]
        made = np.array([embed(text) for text in part], dtype=np.float32)
        keys = [_key(text) for text in part]
        have |= dict(zip(keys, made, strict=True))
        number = len(list(folder.glob("*.npz")))
        np.savez(folder / f"{number:04d}.npz", k=np.frombuffer(b"".join(keys), "<u8"), v=made)
        print(f"{folder.name}: {start + len(part)} of {len(missing)} new", flush=True)
    return np.array([have[_key(text)] for text in texts], dtype=np.float32)


def _key(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
