"""The packaged expression network, run in numpy: a picture of a face becomes probabilities of seven
classes of feeling.

The network is face-api's expression model (MIT): four blocks of depthwise-separable convolutions
with skips, the mean over the picture, one dense layer. Its 0.33 MB of 8-bit weights lie beside a
manifest that names them in order. A face takes about 50 million multiplications, most of them in
matrix products, so that numpy is fast enough and no other runtime is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from moggy.vocabulary import CLASSES, PersonClass

Tensor: TypeAlias = NDArray[np.float32]

SIDE_PX = 112
"""Pixels of each side of the picture that the network takes."""
MEAN_RGB = np.array([122.782, 117.001, 104.298], dtype=np.float32)
"""Mean of the pictures that it was trained on, 0..255; it is subtracted, and the rest divided by
255, as face-api does."""
MARGIN = 0.1
"""Share of a face's box that is added on every side when it is cut out."""


class ExpressionNetwork:
    """The network with its weights."""

    def __init__(self, weights: Path) -> None:
        """`weights` is the .bin; its manifest lies in the same folder. Raises ValueError where the
        two do not fit."""
        self._w = _load(weights)

    def __call__(self, face: NDArray[np.uint8]) -> dict[PersonClass, float]:
        """Probabilities over the seven classes, from a cut-out face: (height, width, 3), RGB."""
        x = (_square(face).astype(np.float32) - MEAN_RGB) / np.float32(255.0)
        for n in range(4):
            x = self._block(x, f"dense{n}")
        scores = x.mean(axis=(0, 1)) @ self._w["fc/weights"] + self._w["fc/bias"]
        e = np.exp(scores - scores.max())
        return {name: float(p) for name, p in zip(CLASSES, e / e.sum(), strict=True)}

    def _block(self, x: Tensor, name: str) -> Tensor:
        """Four convolutions; each takes the sum of the outputs of those before it."""
        w = self._w
        if name == "dense0":
            first = (
                _patches(x) @ w[f"{name}/conv0/filters"].reshape(27, -1) + w[f"{name}/conv0/bias"]
            )
        else:
            first = self._separable(x, f"{name}/conv0", 2)
        total = np.maximum(first, 0.0)
        x = total
        for k in (1, 2, 3):
            total = total + self._separable(x, f"{name}/conv{k}", 1)
            x = np.maximum(total, 0.0)
        return x

    def _separable(self, x: Tensor, name: str, stride: int) -> Tensor:
        w = self._w
        out: Tensor = (
            _depthwise(x, w[f"{name}/depthwise_filter"], stride)
            @ w[f"{name}/pointwise_filter"][0, 0]
            + w[f"{name}/bias"]
        )
        return out


def _depthwise(x: Tensor, filters: Tensor, stride: int) -> Tensor:
    """Each channel filtered by its own 3×3 filter: (height, width, channels)."""
    x = _padded(x, stride)
    height, width = (x.shape[0] - 3) // stride + 1, (x.shape[1] - 3) // stride + 1
    out = np.zeros((height, width, x.shape[2]), dtype=np.float32)
    part = np.empty_like(out)
    for i in range(3):
        for j in range(3):
            np.multiply(
                x[i : i + stride * height : stride, j : j + stride * width : stride],
                filters[i, j, :, 0],
                out=part,
            )
            out += part
    return out


def _patches(x: Tensor) -> Tensor:
    """Every 3×3 patch at stride 2, flattened: (height, width, 27)."""
    x = _padded(x, 2)
    view = np.lib.stride_tricks.sliding_window_view
    views = view(x, (3, 3), axis=(0, 1))[::2, ::2]  # type: ignore[call-overload, unused-ignore]
    out: Tensor = views.transpose(0, 1, 3, 4, 2).reshape(views.shape[0], views.shape[1], 27)
    return out


def _padded(x: Tensor, stride: int) -> Tensor:
    """Padded with zeros for a 3×3 filter as TensorFlow's SAME does: one pixel on every side; at
    stride 2, on a picture of even size, only at the end."""
    before = 1 if stride == 1 or x.shape[0] % 2 else 0
    return np.pad(x, ((before, 1), (before, 1), (0, 0)))


def _square(face: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture scaled to SIDE_PX, with black along the shorter side, as face-api does."""
    height, width = face.shape[:2]
    scale = SIDE_PX / max(height, width)
    h, w = max(1, round(height * scale)), max(1, round(width * scale))
    out = np.zeros((SIDE_PX, SIDE_PX, 3), dtype=np.uint8)
    top, left = (SIDE_PX - h) // 2, (SIDE_PX - w) // 2
    out[top : top + h, left : left + w] = cv2.resize(
        face, (w, h), interpolation=cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
    )
    return out


def _load(weights: Path) -> Mapping[str, Tensor]:
    """Every tensor by name, in floats."""
    manifest = json.loads(
        weights.with_name(weights.stem + "-weights_manifest.json").read_text(encoding="utf-8")
    )
    raw, at, out = weights.read_bytes(), 0, {}
    for spec in (spec for group in manifest for spec in group["weights"]):
        n = int(np.prod(spec["shape"]))
        packed = spec.get("quantization")
        if packed:
            values = np.frombuffer(raw, np.uint8, n, at).astype(np.float32) * np.float32(
                packed["scale"]
            ) + np.float32(packed["min"])
            at += n
        else:
            values = np.frombuffer(raw, "<f4", n, at).astype(np.float32)
            at += 4 * n
        out[spec["name"]] = values.reshape(spec["shape"])
    if at != len(raw):
        raise ValueError(f"{weights.name}: {len(raw)} bytes, its manifest names {at}")
    return out
