"""Forward kinematics: from joint angles to the place of every bone. The page's skeleton.ts computes
the same, and tests/studio/test_page.py compares the two."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from moggy.sim.studio.still.shape import SIDES, Array, Shape, mirrored, shape

SOLE_FRONT = 0.03
"""m from the wrist's pivot to the ground, on an upright foreleg."""
WRIST = 0.0165
"""m from the wrist's pivot to the ground, on a forearm that lies."""
CHEST_SHARE = 0.62
"""Share of the trunk's slope that the chest takes when the cat sits up, so that its back is
round."""
SOLE_HIND = 0.017
"""m from the pivot of the ball to the ground, on a hind leg."""
LOWEST_CHEST = 0.058
"""m from the chest's pivot to the ground when the belly lies on it."""
LOWEST_PELVIS = 0.054
"""m from the pelvis' pivot to the ground when the belly lies on it."""

Angles = Mapping[str, float]
"""rad, by joint; a joint that is missing is at 0."""
Bones = dict[str, Array]
"""Bone → 4 × 4 matrix that maps points of the neutral pose to where they are now."""


def _clamp(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def _pitch(a: float) -> Array:
    """Positive angles lift what points forward, and swing what points down to the front."""
    c, s = math.cos(a), math.sin(a)
    return np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])


def _yaw(a: float) -> Array:
    c, s = math.cos(a), math.sin(a)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _roll(a: float) -> Array:
    """Positive angles tilt towards the cat's own left."""
    c, s = math.cos(a), math.sin(a)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]])


def _bone(place: Array, turn: Array, pivot: Array) -> Array:
    matrix = np.eye(4)
    matrix[:3, :3] = turn
    matrix[:3, 3] = place - turn @ pivot
    return matrix


def _moved(matrix: Array, point: Array) -> Array:
    return np.asarray(matrix[:3, :3] @ point + matrix[:3, 3])


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg in its own plane."""

    turns: tuple[float, float, float]
    """Angle of each bone, rad."""
    joints: tuple[Array, Array, Array]
    """Second joint, third joint and the third bone's end, from the root of the leg; m."""
    depth: float
    """m from the root of the leg down to the ground under it."""


@dataclass(frozen=True, slots=True)
class Stance:
    """Where the trunk is, with all feet on the ground."""

    pitch: float
    """Slope of the trunk, rad; positive when the chest is higher."""
    chest: Array
    """Place of the chest's pivot, m."""
    pelvis: Array
    """Place of the pelvis' pivot, m."""
    bend: float
    """Sideways curl of the spine when it lies, rad."""
    legs: Mapping[str, Leg]


def _front_leg(cat: Shape, angles: Angles, side: str, lean: float) -> Leg:
    p = cat.pivots
    swing = angles.get(f"front_{side}_shoulder", 0.0) + lean
    fold = angles.get(f"front_{side}_elbow", 0.0)
    elbow = _pitch(swing - fold) @ (p["elbow"] - p["shoulder"])
    wrist = elbow + _pitch(swing) @ (p["wrist"] - p["elbow"])
    sole = WRIST + (SOLE_FRONT - WRIST) * _clamp(math.cos(swing + 0.15), 0.0, 1.0)
    return Leg(
        (swing - fold, swing, 0.0), (elbow, wrist, wrist), max(0.021 - elbow[2], sole - wrist[2])
    )


def _hind_leg(cat: Shape, angles: Angles, side: str, lean: float) -> Leg:
    p = cat.pivots
    swing = angles.get(f"hind_{side}_hip", 0.0) + lean
    fold = angles.get(f"hind_{side}_knee", 0.0)
    turns = (
        min(swing, 1.2),
        max(swing - fold, -0.6),
        _clamp(0.62 * fold + 0.4 * (swing - 0.5 * fold), -0.5, 1.3),
    )
    knee = _pitch(turns[0]) @ (p["knee"] - p["hip"])
    hock = knee + _pitch(turns[1]) @ (p["hock"] - p["knee"])
    ball = hock + _pitch(turns[2]) @ (p["ball"] - p["hock"])
    return Leg(
        turns, (knee, hock, ball), max(0.027 - knee[2], 0.0145 - hock[2], SOLE_HIND - ball[2])
    )


def _chest_pitch(pitch: float) -> float:
    return pitch * (CHEST_SHARE if pitch > 0.0 else 0.9)


def stance(angles: Angles) -> Stance:
    """The stance in which the lowest paw of each pair touches the ground."""
    cat = shape()
    p = cat.pivots
    spine = p["chest"][0] - p["pelvis"][0]
    pitch, front, hind, length = 0.0, 0.0, 0.0, spine
    legs: dict[str, Leg] = {}
    for _ in range(6):
        for side in SIDES:
            legs[f"front_{side}"] = _front_leg(cat, angles, side, _chest_pitch(pitch))
            legs[f"hind_{side}"] = _hind_leg(cat, angles, side, 0.5 * max(pitch, 0.0))
        front = max(legs["front_left"].depth, legs["front_right"].depth, LOWEST_CHEST)
        hind = max(legs["hind_left"].depth, legs["hind_right"].depth, LOWEST_PELVIS)
        rise = front - p["chest"][2] - (hind - p["pelvis"][2])
        length = spine * (1.0 - 0.32 * _clamp(rise / 0.12, 0.0, 1.0))
        pitch += 0.7 * (math.asin(_clamp(rise / length, -0.95, 0.95)) - pitch)
    low = _clamp((0.12 - (front + hind) / 2.0) / 0.05, 0.0, 1.0)
    pan, yaw = angles.get("head_pan", 0.0), angles.get("tail_yaw", 0.0)
    bend = low * 0.55 * math.copysign(min(abs(pan), abs(yaw)), pan) if pan * yaw > 0.0 else 0.0
    along = length / 2.0 * math.cos(pitch)
    middle = p["chest"][0] - along
    chest = np.array([middle + along * math.cos(bend), along * math.sin(bend), front])
    pelvis = np.array([middle - along * math.cos(bend), along * math.sin(bend), hind])
    return Stance(pitch, chest, pelvis, bend, legs)


def pose(angles: Angles, breath: float = 0.0) -> Bones:
    """The matrix of every bone. `breath`: 0 out … 1 in."""
    cat = shape()
    now = stance(angles)
    up = max(now.pitch, 0.0)
    chest_turn = _yaw(now.bend) @ _pitch(_chest_pitch(now.pitch))
    pelvis_turn = _yaw(-now.bend) @ _pitch(now.pitch + 0.25 * up)
    lungs = np.diag([1.0, 1.0 + 0.022 * breath, 1.0 + 0.014 * breath])
    arch = 0.03 * up
    waist = (now.chest + now.pelvis) / 2.0 + np.array(
        [-arch * math.sin(now.pitch), 0.0, arch * math.cos(now.pitch) + 0.0035]
    )
    waist[1] = -now.bend * 0.02
    bones = {
        "chest": _bone(now.chest, chest_turn @ lungs, cat.pivots["chest"]),
        "waist": _bone(waist, _pitch(now.pitch) @ lungs, cat.pivots["waist"]),
        "pelvis": _bone(now.pelvis, pelvis_turn, cat.pivots["pelvis"]),
    }
    for side in SIDES:
        front = (("upper", "shoulder"), ("lower", "elbow"), ("paw", "wrist"))
        hind = (("thigh", "hip"), ("shank", "knee"), ("foot", "hock"), ("toes", "ball"))
        _leg_bones(
            bones,
            cat,
            f"front_{side}",
            front,
            side,
            now.legs[f"front_{side}"],
            now.chest,
            now.bend,
            "chest",
            SOLE_FRONT,
        )
        _leg_bones(
            bones,
            cat,
            f"hind_{side}",
            hind,
            side,
            now.legs[f"hind_{side}"],
            now.pelvis,
            -now.bend,
            "pelvis",
            SOLE_HIND,
        )
    _head_bones(bones, cat, angles, chest_turn, now)
    _tail_bones(bones, cat, angles, pelvis_turn, now)
    return bones


def _leg_bones(
    bones: Bones,
    cat: Shape,
    prefix: str,
    parts: tuple[tuple[str, str], ...],
    side: str,
    leg: Leg,
    root: Array,
    bend: float,
    trunk: str,
    sole: float,
) -> None:
    turn_round = _yaw(bend)
    hang = mirrored(cat.pivots[parts[0][1]], side) - cat.pivots[trunk]
    spots = [
        root + turn_round @ (hang + mirrored(np.asarray(joint), side))
        for joint in (np.zeros(3), *leg.joints)
    ]
    for i, (name, joint) in enumerate(parts):
        last = i == len(parts) - 1
        turn = -0.9 * _clamp((spots[i][2] - sole) / 0.045, 0.0, 1.0) if last else leg.turns[i]
        bones[f"{prefix}_{name}"] = _bone(
            spots[i], turn_round @ _pitch(turn), mirrored(cat.pivots[joint], side)
        )


def _head_bones(bones: Bones, cat: Shape, angles: Angles, chest_turn: Array, now: Stance) -> None:
    p = cat.pivots
    pan, tilt = angles.get("head_pan", 0.0), angles.get("head_tilt", 0.0)
    level = _chest_pitch(now.pitch)
    chest = _bone(_moved(bones["chest"], p["chest"]), chest_turn, p["chest"])
    bones["neck"] = _bone(
        _moved(chest, p["neck"]),
        _yaw(now.bend + 0.35 * pan) @ _pitch(level + 0.3 * tilt),
        p["neck"],
    )
    turn = _yaw(now.bend + pan) @ _pitch(level + tilt) @ _roll(angles.get("head_roll", 0.0))
    bones["head"] = _bone(_moved(bones["neck"], p["head"]), turn, p["head"])
    bones["jaw"] = bones["head"] @ _bone(p["jaw"], _pitch(-angles.get("jaw", 0.0)), p["jaw"])
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        angle = angles.get(f"ear_{side}", 0.0)
        back = _clamp(-angle / 1.2, 0.0, 1.0)
        ear = (
            _yaw(sign * back)
            @ _roll(sign * 0.95 * back)
            @ _pitch(-0.35 * max(angle, 0.0) + 0.55 * back)
        )
        pivot = mirrored(p["ear"], side)
        bones[f"ear_{side}"] = bones["head"] @ _bone(pivot, ear, pivot)


def _tail_bones(bones: Bones, cat: Shape, angles: Angles, pelvis_turn: Array, now: Stance) -> None:
    tail = cat.tail
    raised, yaw = angles.get("tail_pitch", 0.0), angles.get("tail_yaw", 0.0)
    share = tail.pitch if raised > 0.0 else tail.tuck
    spot = now.pelvis + pelvis_turn @ (tail.base - cat.pivots["pelvis"])
    for i, straight in enumerate(tail.rise):
        rise = straight + raised * share[i] - 0.9 * max(now.pitch, 0.0)
        lowest = (tail.radii[i + 1] + 0.002 - spot[2]) / tail.step
        if math.sin(rise) < lowest or (math.cos(rise) < 0.0 and rise < 0.0 and lowest > -1.0):
            rise = math.asin(_clamp(lowest, -1.0, 1.0))
        turn = -now.bend - yaw * tail.yaw[i]
        bones[f"tail_{i}"] = _bone(
            spot, _yaw(turn) @ _pitch(-rise) @ _pitch(straight), tail.nodes[i]
        )
        forward = math.cos(rise)
        spot = spot + tail.step * np.array(
            [-forward * math.cos(turn), -forward * math.sin(turn), math.sin(rise)]
        )
