"""Paints a posed cat: triangles from far to near (painter's algorithm), lit from above, on a rug
with a soft shadow."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from moggy.sim.studio.still.shape import SIDES, Array, mirrored, shape
from moggy.sim.studio.still.skeleton import Bones, pose
from moggy.sim.studio.still.surface import Integers, skin

Color: TypeAlias = tuple[float, float, float]
"""Red, green, blue; 0..255."""

FINER = 2
"""The picture is painted this many times larger and then made smaller, which smooths edges."""
SUN = np.array([0.46, 0.34, 0.82])
"""Unit vector towards the sun."""
PAPER = (246, 236, 221)
"""Colour of the background."""
RUG = (240, 223, 198)
"""Colour of the rug."""
RING = (206, 132, 100)
"""Colour of the rug's edge."""


@dataclass(frozen=True, slots=True)
class PainterCamera:
    """A camera at `eye` that looks at `target`; m, in the body's frame."""

    width: int = 640
    """Pixels of the finished picture."""
    height: int = 480
    """Pixels of the finished picture."""
    eye: tuple[float, float, float] = (0.86, 0.8, 0.42)
    target: tuple[float, float, float] = (-0.045, 0.0, 0.115)
    view: float = 0.5
    """Vertical angle of view, rad."""

    def axes(self) -> Array:
        """(3, 3): unit vectors to the right, up, and towards the camera."""
        back = np.array(self.eye) - np.array(self.target)
        back /= np.linalg.norm(back)
        right = np.cross([0.0, 0.0, 1.0], back)
        right /= np.linalg.norm(right)
        return np.stack([right, np.cross(back, right), back])

    def seen(self, points: Array) -> Array:
        """(n, 3) places → (n, 3): x and y in pixels of the large picture, and depth in m."""
        x, y, z = ((points - np.array(self.eye)) @ self.axes().T).T
        scale = FINER * self.height / (2.0 * math.tan(self.view / 2.0)) / -z
        return np.stack(
            [FINER * self.width / 2.0 + x * scale, FINER * self.height / 2.0 - y * scale, -z],
            axis=1,
        )


@dataclass(frozen=True, slots=True)
class Patch:
    """Triangles of one part of the cat, in the body's frame."""

    points: Array
    triangles: Integers
    colors: Array
    """(triangles, 3), 0..255."""
    bias: float = 0.0
    """m by which its depth is reduced, so that what lies on the skin is painted after the skin."""
    plain: bool = False
    """Painted as one flat layer, without light."""


class Ellipsoid(NamedTuple):
    """A part of the muzzle."""

    bone: str
    radii: tuple[float, float, float]
    at: tuple[float, float, float]
    color: Color
    bias: float


class EyeLayer(NamedTuple):
    """A disc of the eye; m."""

    width: float
    height: float
    right: float
    up: float
    color: Color


NOSE = Ellipsoid(
    "head", (0.0048, 0.0082, 0.0056), (0.2532, 0.0, 0.231), (208.0, 119.0, 111.0), 0.004
)
CHIN = Ellipsoid("jaw", (0.0196, 0.014, 0.0087), (0.2262, 0.0, 0.2105), (252.0, 240.0, 226.0), 0.0)
THROAT = Ellipsoid(
    "head", (0.0165, 0.0127, 0.0066), (0.2265, 0.0, 0.2125), (96.0, 32.0, 36.0), 0.003
)
TONGUE = Ellipsoid(
    "jaw", (0.0094, 0.0074, 0.0029), (0.2335, 0.0, 0.2168), (205.0, 90.0, 96.0), 0.004
)
MOUTH_OPEN = 0.04
"""Angle of the jaw, rad, above which throat and tongue are seen."""


def paint(
    angles: Mapping[str, float],
    *,
    pupils: float = 0.5,
    breath: float = 0.0,
    camera: PainterCamera | None = None,
) -> Image.Image:
    """A picture of the cat. `angles`: rad, by joint; `pupils`: 0 a slit … 1 fully open; `breath`: 0
    out … 1 in."""
    camera = camera or PainterCamera()
    bones = pose(angles, breath)
    patches = [
        _body(bones),
        *_ears(bones),
        *_eyes(bones, angles.get("eyelids", 0.0), pupils),
        *_muzzle(bones, angles.get("jaw", 0.0)),
    ]
    image = _floor(camera, patches[0])
    draw = ImageDraw.Draw(image)
    for corners, color in _triangles(camera, patches):
        draw.polygon(corners, fill=color)
    _whiskers(draw, camera, bones)
    return image.resize((camera.width, camera.height), Image.Resampling.LANCZOS)


def _triangles(
    camera: PainterCamera, patches: list[Patch]
) -> Iterator[tuple[list[tuple[float, float]], tuple[int, int, int]]]:
    """(corners in pixels, colour) of every triangle that faces the camera, the farthest first."""
    flat, depths, colors = [], [], []
    for patch in patches:
        corners = patch.points[patch.triangles]
        flat_normals, normals = _normals(patch)
        towards = np.array(camera.eye) - corners.mean(axis=1)
        towards /= np.linalg.norm(towards, axis=1, keepdims=True)
        facing = (flat_normals * towards).sum(axis=1)
        seen = camera.seen(patch.points)[patch.triangles]
        keep = np.full(len(facing), True) if patch.plain else facing > -0.02
        flat.append(seen[keep][:, :, :2])
        # A flat layer has one depth, so that it is painted as a whole.
        depth = (
            np.full(len(seen), seen[:, :, 2].mean()) if patch.plain else seen[:, :, 2].mean(axis=1)
        )
        depths.append(depth[keep] - patch.bias)
        colors.append(
            patch.colors[keep]
            if patch.plain
            else _lit(patch.colors, normals, (normals * towards).sum(axis=1))[keep]
        )
    order = np.argsort(-np.concatenate(depths), kind="stable")
    spots, tones = np.concatenate(flat)[order], np.concatenate(colors)[order]
    for three, tone in zip(
        spots.tolist(), np.clip(tones, 0, 255).astype(int).tolist(), strict=True
    ):
        yield [(u, v) for u, v in three], (tone[0], tone[1], tone[2])


def _normals(patch: Patch) -> tuple[Array, Array]:
    """Unit normals of the triangles: their own, and the means of those at their corners
    (smooth)."""
    corners = patch.points[patch.triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    points = np.stack(
        [
            sum(
                np.bincount(corner, faces[:, axis], len(patch.points))
                for corner in patch.triangles.T
            )
            for axis in range(3)
        ],
        axis=1,
    )
    smooth = points[patch.triangles].sum(axis=1)
    return _unit(faces), _unit(smooth)


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-15))


def _lit(colors: Array, normals: Array, facing: Array) -> Array:
    """`colors` under the sun, the sky, light from the rug, and a rim of light as on fur."""
    sun = np.clip(normals @ SUN, 0.0, 1.0)
    sky = 0.5 + 0.5 * normals[:, 2]
    rim = np.clip(1.0 - facing, 0.0, 1.0) ** 3 * 0.14
    light = (0.5 + 0.16 * sky + 0.42 * sun + rim)[:, None]
    return np.asarray(colors * light * np.array([1.0, 0.99, 0.96]))


def _body(bones: Bones) -> Patch:
    cat = skin()
    return Patch(cat.posed(bones), cat.triangles, cat.colors[cat.triangles].mean(axis=1))


def _floor(camera: PainterCamera, body: Patch) -> Image.Image:
    size = (FINER * camera.width, FINER * camera.height)
    image = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(image)
    circle = np.linspace(0.0, 2.0 * math.pi, 120)
    for radius, tone in ((0.62, RING), (0.6, RUG), (0.36, (226, 192, 160)), (0.352, RUG)):
        edge = camera.seen(
            np.stack([radius * np.cos(circle), radius * np.sin(circle), 0.0 * circle], axis=1)
        )
        draw.polygon([(u, v) for u, v, _ in edge.tolist()], fill=tone)
    shade = Image.new("L", size, 0)
    pen = ImageDraw.Draw(shade)
    fallen = body.points - SUN * (body.points[:, 2:3] / SUN[2]) * 0.8
    fallen[:, 2] = 0.0
    for three in camera.seen(fallen)[body.triangles[::2]][:, :, :2].tolist():
        pen.polygon([(u, v) for u, v in three], fill=105)
    shade = shade.filter(ImageFilter.GaussianBlur(FINER * camera.height / 90.0))
    return Image.composite(Image.new("RGB", size, (120, 86, 60)), image, shade)


def _moved(bone: Array, points: Array) -> Array:
    return np.asarray(points @ bone[:3, :3].T + bone[:3, 3])


@cache
def _sheet(rows: int, columns: int) -> Integers:
    """Triangles of a grid of points."""
    a = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    b = a + columns + 1
    return np.concatenate([np.stack([a, a + 1, b], axis=1), np.stack([b, a + 1, b + 1], axis=1)])


def _ears(bones: Bones) -> list[Patch]:
    found = []
    rows, columns = 8, 10
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        pivot = mirrored(shape().pivots["ear"], side)
        for inner, tone in ((0.0, (206.0, 140.0, 78.0)), (1.0, (255.0, 206.0, 178.0))):
            up = np.repeat(np.linspace(0.0, 1.0, rows + 1), columns + 1)
            across = np.tile(np.linspace(-1.0, 1.0, columns + 1), rows + 1) * (1.95 - 0.5 * up)
            narrow = (
                (1.0 - up**1.25) ** 0.8 * (1.0 + 0.12 * np.sin(math.pi * up)) * (1.0 - 0.12 * inner)
            )
            x = -np.cos(across) * 0.0175 * narrow - 0.005 * up * up + 0.0016 * inner
            y = np.sin(across) * 0.0262 * narrow + sign * 0.008 * up
            turn = sign * 0.42
            place = [
                x * math.cos(turn) - y * math.sin(turn),
                x * math.sin(turn) + y * math.cos(turn),
                up * (0.063 - 0.004 * inner) - 0.023,
            ]
            points = _moved(bones[f"ear_{side}"], np.stack(place, axis=1) + pivot)
            triangles = _sheet(rows, columns)
            # Both faces: the outer one is seen from behind, the inner one from before.
            both = np.concatenate([triangles[:, ::-1], triangles])
            found.append(
                Patch(points, both, np.tile(np.array(tone), (len(both), 1)), bias=0.0015 * inner)
            )
    return found


def _disc(width: float, height: float, points: int = 28) -> tuple[Array, Integers]:
    round_ = np.linspace(0.0, 2.0 * math.pi, points, endpoint=False)
    rim = np.stack([0.0 * round_, width * np.cos(round_), height * np.sin(round_)], axis=1)
    triangles = np.stack(
        [np.zeros(points, int), np.arange(points) + 1, (np.arange(points) + 1) % points + 1], axis=1
    )
    return np.concatenate([np.zeros((1, 3)), rim]), triangles


def _eyes(bones: Bones, eyelids: float, pupils: float) -> list[Patch]:
    """Eyes as flat discs turned outward: rim, iris, pupil, highlight, and the lid over them."""
    found = []
    closed = min(max(eyelids / 1.1, 0.0), 1.0)
    head = bones["head"]
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        socket = mirrored(shape().pivots["eye"], side)
        turn = sign * 0.5
        facing = np.array(
            [
                [math.cos(turn), -math.sin(turn), 0.0],
                [math.sin(turn), math.cos(turn), 0.0],
                [0.0, 0.0, 1.0],
            ]
        )
        for depth, layer in enumerate(_eye_layers(sign, pupils) if closed < 0.8 else ()):
            flat, triangles = _disc(layer.width, layer.height)
            offset = np.array([0.0085 + 0.0003 * depth, layer.right, layer.up])
            place = (flat + offset) @ facing.T + socket
            bias = 0.006 + 0.0008 * depth
            found.append(_plain(_moved(head, place), triangles, layer.color, bias))
        if closed > 0.03:
            flat, triangles = _disc(0.0162, 0.0158)
            flat[:, 2] = np.maximum(flat[:, 2], 0.0158 - 0.0316 * closed)
            place = (flat + np.array([0.0102, 0.0, 0.0])) @ facing.T + socket
            found.append(_plain(_moved(head, place), triangles, (205.0, 141.0, 82.0), 0.014))
            edge, triangles = _disc(0.0155, 0.0155)
            edge[:, 2] = np.maximum(
                np.minimum(edge[:, 2], 0.0172 - 0.0316 * closed), 0.0158 - 0.0316 * closed
            )
            place = (edge + np.array([0.0102, 0.0, 0.0])) @ facing.T + socket
            found.append(_plain(_moved(head, place), triangles, (92.0, 52.0, 30.0), 0.0148))
    return found


def _eye_layers(sign: float, pupils: float) -> list[EyeLayer]:
    """Rim, iris, inner iris, pupil and highlight, from behind to the front."""
    wide, high = 0.0016 + 0.0095 * pupils, 0.0118 - 0.001 * pupils
    return [
        EyeLayer(0.0155, 0.0152, 0.0, 0.0, (46.0, 28.0, 20.0)),
        EyeLayer(0.0142, 0.0139, 0.0, 0.0, (112.0, 146.0, 62.0)),
        EyeLayer(0.0092, 0.0092, 0.0, 0.0, (176.0, 178.0, 74.0)),
        EyeLayer(wide, high, 0.0, 0.0, (14.0, 11.0, 14.0)),
        EyeLayer(0.0034, 0.0034, 0.0035 * sign, 0.0052, (255.0, 255.0, 250.0)),
    ]


def _plain(points: Array, triangles: Integers, tone: Color, bias: float) -> Patch:
    return Patch(
        points, triangles, np.tile(np.array(tone), (len(triangles), 1)), bias=bias, plain=True
    )


@cache
def _ball() -> tuple[Array, Integers]:
    rows, columns = 8, 12
    high = np.repeat(np.linspace(-math.pi / 2, math.pi / 2, rows + 1), columns + 1)
    round_ = np.tile(np.linspace(0.0, 2.0 * math.pi, columns + 1), rows + 1)
    points = np.stack(
        [np.cos(high) * np.cos(round_), np.cos(high) * np.sin(round_), np.sin(high)], axis=1
    )
    return points, _sheet(rows, columns)


def _muzzle(bones: Bones, jaw: float) -> list[Patch]:
    points, triangles = _ball()
    return [
        Patch(
            _moved(bones[part.bone], points * np.array(part.radii) + np.array(part.at)),
            triangles,
            np.tile(np.array(part.color), (len(triangles), 1)),
            bias=part.bias,
        )
        for part in (NOSE, CHIN, *((THROAT, TONGUE) if jaw > MOUTH_OPEN else ()))
    ]


def _whiskers(draw: ImageDraw.ImageDraw, camera: PainterCamera, bones: Bones) -> None:
    """Draw the whiskers over everything else, on the sides of the face that can be seen."""
    looks = bones["head"][:3, 0] @ camera.axes()[2]
    for sign in (1.0, -1.0):
        if looks + 0.9 * sign * (bones["head"][:3, 1] @ camera.axes()[2]) < 0.0:
            continue
        for i in range(4):
            up = (i - 1.2) * 0.0105
            root = (0.246, sign * 0.0165, 0.2185 + i * 0.0016)
            points = np.array(
                [
                    root,
                    (0.243, sign * 0.042, 0.2195 + up * 0.75),
                    (0.228, sign * 0.078, 0.2135 + up * 1.5),
                ]
            )
            line = [(u, v) for u, v, _ in camera.seen(_moved(bones["head"], points)).tolist()]
            draw.line(line, fill=(255, 250, 242), width=1)
        mouth = [
            (0.2538, 0.0, 0.2245),
            (0.2538, 0.0, 0.2162),
            (0.2548, sign * 0.0045, 0.2112),
            (0.2525, sign * 0.0115, 0.2078),
        ]
        draw.line(
            [(u, v) for u, v, _ in camera.seen(_moved(bones["head"], np.array(mouth))).tolist()],
            fill=(74, 36, 23),
            width=FINER,
        )
