"""Reads the cat's shape (cat_shape.json, which the page reads too), mirrors its pairs, and lays out
the tail. Lengths in m, in the body's frame."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
SIDES = ("left", "right")
"""The halves of every pair."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A piece of the body: an ellipsoid at `a`, or a round cone from `a` to `b`."""

    bone: str
    """The bone that moves it."""
    a: Array
    b: Array | None
    radii: Array
    """Of the ellipsoid's three axes, or of the cone's two ends."""
    blend: float
    """How wide the transition to its neighbours is."""
    soft: float
    """How far its bone pulls the skin around it."""

    def distance(self, points: Array) -> Array:
        """Signed distance of (n, 3) points to its surface, (n,); negative inside."""
        from_a = points - self.a
        if self.b is None:
            k0 = np.linalg.norm(from_a / self.radii, axis=1)
            k1 = np.linalg.norm(from_a / self.radii**2, axis=1)
            return np.asarray(
                np.where(k1 < 1e-9, -self.radii.min(), k0 * (k0 - 1.0) / np.maximum(k1, 1e-9))
            )
        axis = self.b - self.a
        t = np.clip(from_a @ axis / (axis @ axis), 0.0, 1.0)
        return np.asarray(
            np.linalg.norm(from_a - t[:, None] * axis, axis=1)
            - (self.radii[0] + t * (self.radii[1] - self.radii[0]))
        )


@dataclass(frozen=True, slots=True)
class Tail:
    """The tail as a chain of segments of equal length."""

    base: Array
    step: float
    """Length of a segment."""
    rise: tuple[float, ...]
    """Slope of each segment in the neutral pose, rad."""
    radii: tuple[float, ...]
    """At the joints, the tip last."""
    pitch: tuple[float, ...]
    """How much of the raised tail's angle each segment takes."""
    tuck: tuple[float, ...]
    """How much of the lowered tail's angle each segment takes."""
    yaw: tuple[float, ...]
    """How much of the sideways angle each segment takes."""
    nodes: tuple[Array, ...]
    """Places of the joints in the neutral pose, the tip last."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The whole cat in its neutral pose. `pivots` are the places about which the bones turn; of
    pairs, the left one."""

    pivots: Mapping[str, Array]
    blobs: tuple[Blob, ...]
    tail: Tail


def mirrored(v: Array, side: str) -> Array:
    """A place of the left side, or its mirror image on the right."""
    return v if side == "left" else v * np.array([1.0, -1.0, 1.0])


@cache
def shape() -> Shape:
    """The shape; the file is read once a process."""
    raw = json.loads(
        (Path(__file__).resolve().parents[1] / "cat_shape.json").read_text(encoding="utf-8")
    )
    tail = _tail(raw["tail"])
    return Shape(
        {name: np.array(v) for name, v in raw["pivots"].items()},
        (*_blobs(raw["shapes"]), *_tail_blobs(tail)),
        tail,
    )


def _blobs(raw: list[dict[str, Any]]) -> list[Blob]:
    found = []
    for entry in raw:
        for side in SIDES if entry.get("pair") else SIDES[:1]:
            bone = f"{entry['leg']}_{side}_{entry['bone']}" if "leg" in entry else entry["bone"]
            a = mirrored(np.array(entry.get("at", entry.get("from"))), side)
            b = mirrored(np.array(entry["to"]), side) if "to" in entry else None
            found.append(Blob(bone, a, b, np.array(entry["radii"]), entry["blend"], entry["soft"]))
    return found


def _tail(raw: dict[str, Any]) -> Tail:
    step = raw["length"] / len(raw["rise"])
    nodes = [np.array(raw["base"])]
    for rise in raw["rise"]:
        nodes.append(nodes[-1] + step * np.array([-math.cos(rise), 0.0, math.sin(rise)]))
    rise, radii, pitch, tuck, yaw = (
        tuple(raw[key]) for key in ("rise", "radii", "pitch", "tuck", "yaw")
    )
    return Tail(nodes[0], step, rise, radii, pitch, tuck, yaw, tuple(nodes))


def _tail_blobs(tail: Tail) -> list[Blob]:
    return [
        Blob(
            f"tail_{i}",
            tail.nodes[i],
            tail.nodes[i + 1],
            np.array(tail.radii[i : i + 2]),
            0.004 if i else 0.015,
            0.012,
        )
        for i in range(len(tail.rise))
    ]
