"""Matrices in the files of trained weights: base64 of half floats, row by row."""

from __future__ import annotations

import struct
from base64 import b64decode


def rows(text: str, count: int) -> list[list[float]]:
    """The `count` rows of a matrix."""
    data = b64decode(text)
    flat = struct.unpack(f"<{len(data) // 2}e", data)
    width = len(flat) // count
    return [list(flat[row * width : (row + 1) * width]) for row in range(count)]
