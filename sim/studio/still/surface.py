"""The cat's skin as triangles: made once from the shape, with the weights of the bones that move
each point and the colour of the coat there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from moggy.sim.studio.still.shape import Array, Shape, shape

LOW = np.array([-0.47, -0.13, -0.012])
"""Lowest corner of the space that the cat fills in its neutral pose, m."""
HIGH = np.array([0.29, 0.13, 0.36])
"""Highest corner of that space, m."""
CELL = 0.0055
"""m between two points of the skin: fine enough for a picture of a few hundred pixels."""

BASE = np.array([224.0, 160.0, 98.0])
"""Colour of the fur, 0..255."""
STRIPE = np.array([168.0, 90.0, 38.0])
"""Colour of its stripes, 0..255."""
CREAM = np.array([255.0, 244.0, 230.0])
"""Colour of its light parts, 0..255."""

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DrawnSkin:
    """The skin in the neutral pose, and how bones move it."""

    points: Array
    """(points, 3), m."""
    triangles: Integers
    """(triangles, 3), indexes of points."""
    bones: tuple[str, ...]
    """Names, in the order of the weights."""
    weights: Array
    """(points, bones); rows sum to 1."""
    colors: Array
    """(points, 3), 0..255."""

    def posed(self, matrices: dict[str, Array]) -> Array:
        """(points, 3): where the points are when the bones have these matrices."""
        stacked = np.stack([matrices[name] for name in self.bones])
        moved = np.einsum("bij,nj->nbi", stacked[:, :3, :3], self.points) + stacked[None, :, :3, 3]
        return np.asarray(np.einsum("nb,nbi->ni", self.weights, moved))


@cache
def skin() -> DrawnSkin:
    """The skin; made once a process, in about half a second."""
    cat = shape()
    points, triangles = _net(*_field(cat))
    bones, weights = _weights(cat, points)
    return DrawnSkin(
        points, triangles, bones, weights, _coat(points, bones, weights, _slope(cat, points))
    )


def _field(cat: Shape) -> tuple[Array, Array]:
    """Signed distances at the corners of a grid, and the first corner. Blobs are joined by a
    polynomial smooth minimum (Quilez 2013), each only where it is near."""
    axes = [np.arange(low, high, CELL) for low, high in zip(LOW, HIGH, strict=True)]
    values = np.full([len(axis) for axis in axes], 0.05)
    for blob in cat.blobs:
        ends = np.stack([blob.a, blob.a if blob.b is None else blob.b])
        margin = blob.radii.max() + blob.blend + 2.0 * CELL
        cut = tuple(
            slice(*np.searchsorted(axis, (low - margin, high + margin)))
            for axis, low, high in zip(axes, ends.min(axis=0), ends.max(axis=0), strict=True)
        )
        corners = np.stack(
            np.meshgrid(*(axis[part] for axis, part in zip(axes, cut, strict=True)), indexing="ij"),
            axis=-1,
        )
        found = blob.distance(corners.reshape(-1, 3)).reshape(corners.shape[:3])
        values[cut] = _melted(values[cut], found, blob.blend)
    return values, np.array([axis[0] for axis in axes])


def _melted(d: Array, e: Array, blend: float) -> Array:
    near = np.maximum(blend - np.abs(d - e), 0.0)
    return np.asarray(np.minimum(d, e) - near * near / (4.0 * blend))


def _net(values: Array, low: Array) -> tuple[Array, Integers]:
    """Points and triangles by naive surface nets (Gibson 1998): a point in each cell that the
    surface crosses, two triangles across each edge that it crosses."""
    inside = values < 0.0
    cells = tuple(n - 1 for n in values.shape)
    total, count = np.zeros((*cells, 3)), np.zeros(cells)
    for axis in range(3):
        other = [k for k in range(3) if k != axis]
        for shift in np.ndindex(2, 2):
            begin = [0, 0, 0]
            begin[other[0]], begin[other[1]] = shift
            first = tuple(slice(b, b + n) for b, n in zip(begin, cells, strict=True))
            second = tuple(
                slice(b + (k == axis), b + n + (k == axis))
                for k, (b, n) in enumerate(zip(begin, cells, strict=True))
            )
            crossed = inside[first] != inside[second]
            gap = np.where(crossed, values[first] - values[second], 1.0)
            place = np.zeros((*cells, 3))
            place[..., axis] = values[first] / gap
            place[..., other[0]], place[..., other[1]] = shift
            total += np.where(crossed[..., None], place, 0.0)
            count += crossed
    used = count > 0
    number = np.full(cells, -1)
    number[used] = np.arange(used.sum())
    points = low + (np.argwhere(used) + total[used] / count[used][:, None]) * CELL
    return points, np.concatenate([_quads(inside, number, axis) for axis in range(3)])


def _quads(inside: NDArray[np.bool_], number: Integers, axis: int) -> Integers:
    b, c = [k for k in range(3) if k != axis]
    if axis == 1:
        b, c = c, b
    length = [n - 1 for n in number.shape]
    here = tuple(slice(1, 1 + n) for n in length)
    beyond = tuple(slice(1 + (k == axis), 1 + n + (k == axis)) for k, n in enumerate(length))
    crossed, out = inside[here] != inside[beyond], inside[here]

    def corner(down: int, left: int) -> Integers:
        cut = [slice(1, 1 + n) for n in length]
        cut[b] = slice(1 - down, 1 - down + length[b])
        cut[c] = slice(1 - left, 1 - left + length[c])
        return np.asarray(number[tuple(cut)][crossed])

    p, q, r, s = corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)
    turned = ~out[crossed]
    q, s = np.where(turned, s, q), np.where(turned, q, s)
    quads = np.concatenate([np.stack([p, q, r], axis=1), np.stack([p, r, s], axis=1)])
    return np.asarray(quads[(quads >= 0).all(axis=1)])


def _weights(cat: Shape, points: Array) -> tuple[tuple[str, ...], Array]:
    """Names of the bones and their weights at each point: a blob's bone has the less weight the
    farther the blob is compared with the nearest one."""
    distances = np.stack([blob.distance(points) for blob in cat.blobs], axis=1)
    soft = np.array([blob.soft for blob in cat.blobs])
    pulls = np.exp(-(distances - distances.min(axis=1, keepdims=True)) / (soft * 0.55))
    pulls[pulls < 0.02] = 0.0
    bones = tuple(dict.fromkeys(blob.bone for blob in cat.blobs))
    weights = np.stack(
        [
            pulls[:, [i for i, blob in enumerate(cat.blobs) if blob.bone == name]].max(axis=1)
            for name in bones
        ],
        axis=1,
    )
    return bones, weights / weights.sum(axis=1, keepdims=True)


def _slope(cat: Shape, points: Array) -> Array:
    """z of the skin's normal, approximated by that of the nearest blob."""
    step = np.array([0.0, 0.0, 0.002])
    up = np.min([blob.distance(points + step) for blob in cat.blobs], axis=0)
    down = np.min([blob.distance(points - step) for blob in cat.blobs], axis=0)
    return np.asarray((up - down) / 0.004)


def _ease(low: float, high: float, x: Array) -> Array:
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def _coat(points: Array, bones: tuple[str, ...], weights: Array, up: Array) -> Array:
    """Colours of a ginger tabby: stripes across back and tail, rings on the legs, lines on the
    head, cream below and at the paws."""
    x, y, z = points.T
    side = np.abs(y)
    owner = np.array(bones)[weights.argmax(axis=1)]
    back = _ease(0.15, 0.2, z)
    bib = _ease(0.125, 0.155, x) * (1.0 - _ease(0.19, 0.215, z)) * (1.0 - _ease(0.02, 0.036, side))
    cream = np.maximum(bib, _ease(-0.35, -0.85, up) * (1.0 - _ease(0.13, 0.16, z)))
    phase = (x + 0.012 * np.sin(z * 62.0 + 1.3) + 0.006 * np.sin(z * 130.0 + x * 40.0)) * 172.0
    strength = (0.35 + 0.65 * back) * (1.0 - cream)
    head, tail = owner == "head", np.char.startswith(owner, "tail_")
    front, hind = np.char.startswith(owner, "front_"), np.char.startswith(owner, "hind_")
    legs = front | hind
    sock = 1.0 - np.where(hind, _ease(0.02, 0.036, z), _ease(0.02, 0.046, z))
    cream = np.where(legs, sock, np.where(tail, 0.0, cream))
    phase = np.where(
        legs, z * 230.0 + 9.0 * x, np.where(tail, -(x - shape().tail.base[0]) / 0.243 * 46.0, phase)
    )
    strength = np.where(legs, 0.55 * _ease(0.04, 0.075, z), np.where(tail, 0.75, strength))
    muzzle = 1.0 - _ease(
        0.75,
        1.25,
        np.sqrt(((x - 0.246) / 0.028) ** 2 + (y / 0.031) ** 2 + ((z - 0.214) / 0.019) ** 2),
    )
    throat = 1.0 - _ease(0.196, 0.208, z)
    crown = _ease(0.258, 0.272, z)
    cheek = _ease(0.032, 0.042, side) * (1.0 - _ease(0.205, 0.225, x))
    cream = np.where(head, np.maximum(muzzle, 0.9 * throat), cream)
    phase = np.where(
        head,
        np.where(crown > 0.02, side * 390.0 - 1.6 + (x - 0.2) * 60.0, z * 330.0 + 0.4 + x * 90.0),
        phase,
    )
    strength = np.where(
        head, np.where(crown > 0.02, 0.95 * crown, 0.6 * cheek * (1.0 - cream)), strength
    )
    stripe = (_ease(0.05, 0.75, np.sin(phase)) * strength)[:, None]
    fur = BASE + (STRIPE - BASE) * stripe
    return np.asarray(fur + (CREAM - fur) * _ease(0.3, 0.7, cream)[:, None])
