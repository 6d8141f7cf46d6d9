"""Motions as designers write them: keys over time, swings, and how feelings bend them. One file a
motion; its name is the file's."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import cos, pi, sin
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from moggy.body import StrictModel
from moggy.config import compose, load
from moggy.messages import Affect
from moggy.motion import PACE
from moggy.vocabulary import JOINTS, GazeTarget, misspelt_joint

__all__ = ["Clip", "MotionFile", "clips", "load_motions"]

GROUPS = {
    "ears": ("ear_left", "ear_right"),
    "shoulders": ("front_left_shoulder", "front_right_shoulder"),
    "elbows": ("front_left_elbow", "front_right_elbow"),
    "hips": ("hind_left_hip", "hind_right_hip"),
    "knees": ("hind_left_knee", "hind_right_knee"),
}
"""Names for both sides at once."""
KNOWN = (*GROUPS, *JOINTS, "pupils")
"""What the cat has. A body may have more, but a name that is nearly one of these is a slip."""

SLOWEST = 0.3
"""Least factor on the speed of a motion."""
FASTEST = 2.5
"""Greatest factor on it."""

Angle = Annotated[float, Field(ge=-3.2, le=3.2, description="rad (pupils: 0 a slit to 1 wide)")]
KeyTime = Annotated[float, Field(ge=0.0, le=600.0)]
"""s after the motion began"""
Bent = Annotated[float, Field(ge=-3.0, le=3.0)]


def _joint(name: str) -> str:
    near = misspelt_joint(name, KNOWN)
    if near:
        raise ValueError(f"no joint '{name}', did you mean '{near}'?")
    return name


JointName = Annotated[str, AfterValidator(_joint)]


class Bend(StrictModel):
    """How much of something one unit of feeling gives: valence and arousal run from −1 to 1."""

    valence: Annotated[Bent, Field(description="for each unit of valence")] = 0.0
    arousal: Annotated[Bent, Field(description="for each unit of arousal")] = 0.0

    def of(self, affect: Affect) -> float:
        """The number for these feelings, in the unit of what it bends."""
        return self.valence * affect.valence + self.arousal * affect.arousal


class JointTrack(StrictModel):
    """One joint over time. Short forms: a number is held; a list of [seconds, angle] is a list of
    keys."""

    keys: Annotated[
        tuple[tuple[KeyTime, Angle], ...], Field(min_length=1, description="[s, rad], ascending")
    ]
    ease: Annotated[
        Literal["smooth", "linear", "snap"],
        Field(description="from key to key; snap is fast first, then gentle"),
    ] = "smooth"

    @field_validator("keys")
    @classmethod
    def _ascend(cls, keys: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if any(b[0] <= a[0] for a, b in pairwise(keys)):
            raise ValueError("the seconds of the keys must ascend")
        return keys


class Swing(StrictModel):
    """A joint that goes to and fro."""

    by: Annotated[Angle, Field(description="rad to each side")]
    hz: Annotated[float, Field(gt=0.0, le=15.0, description="times a second")]
    phase: Annotated[
        float,
        Field(ge=-1.0, le=1.0, description="where it begins, in turns; 0.5 is the other way round"),
    ] = 0.0
    beat: Annotated[
        tuple[float, float] | None,
        Field(
            description="[on, every]: swings for `on` seconds, begun every so many; "
            "left out: always"
        ),
    ] = None


class MotionFile(StrictModel):
    """What stands in a motion's file."""

    about: Annotated[str, Field(description="one sentence: what one sees, and what it says")]
    duration: Annotated[
        float | None,
        Field(gt=0.0, le=600.0, description="s; left out, it goes on until something else comes"),
    ] = None
    loop: Annotated[
        float | None, Field(gt=0.0, le=600.0, description="s after which its keys begin again")
    ] = None
    fade: Annotated[float, Field(ge=0.02, le=5.0, description="s to blend in, and out")] = 0.3
    gaze: Annotated[
        GazeTarget | None,
        Field(description="where it looks; left out: as the behaviour says"),
    ] = None
    alert: Annotated[
        float,
        Field(
            ge=0.0,
            le=1.0,
            description="how much of gaze, ear and blink movements stays; 0 is asleep",
        ),
    ] = 1.0
    move: dict[JointName, JointTrack] = Field(
        default_factory=dict, description="joint → angles, in place of what lies below"
    )
    add: dict[JointName, JointTrack] = Field(
        default_factory=dict, description="joint → angles, on top of what lies below"
    )
    swing: dict[JointName, Swing] = Field(
        default_factory=dict, description="joint → to and fro, on top"
    )
    tempo: Annotated[
        Bend,
        Field(
            description="faster or slower, its blending in and out too: 2 to the power of this; "
            "left out, arousal as with every motion; {} is always as written"
        ),
    ] = Bend(arousal=PACE)
    size: Annotated[Bend, Field(description="larger or smaller swings and additions: 1 + this")] = (
        Bend()
    )
    lean: dict[JointName, Bend] = Field(
        default_factory=dict, description="joint → rad, with the feeling of the moment"
    )

    @field_validator("move", "add", mode="before")
    @classmethod
    def _short_forms(cls, tracks: Any) -> Any:
        if not isinstance(tracks, dict):
            return tracks
        return {joint: _long_form(track) for joint, track in tracks.items()}

    @model_validator(mode="after")
    def _whole(self) -> MotionFile:
        if not (self.move or self.add or self.swing):
            raise ValueError("a motion moves something: give move, add or swing")
        return self


def _long_form(track: Any) -> Any:
    if isinstance(track, int | float):
        return {"keys": [[0.0, track]]}
    return {"keys": track} if isinstance(track, list) else track


def load_motions(files: Sequence[Path] | Mapping[str, str]) -> Mapping[str, Clip]:
    """Name → motion, from paths or from file name → text. Raises `moggy.config.Invalid` at the
    first mistake."""
    if isinstance(files, Mapping):
        return {Path(file).stem: Clip(compose(file, files, MotionFile)) for file in files}
    return {path.stem: Clip(load(path, MotionFile)) for path in files}


def clips(motions: Mapping[str, MotionFile]) -> dict[str, Clip]:
    """Name → motion, ready to play."""
    return {name: Clip(motion) for name, motion in motions.items()}


class Clip:
    """A motion, ready to play: see `moggy.motion.Motion`."""

    def __init__(self, file: MotionFile) -> None:
        self.duration = file.duration
        self.fade, self.gaze, self.alert = file.fade, file.gaze, file.alert
        self._file, self.loop = file, file.loop
        self._tracks = [
            (joint, _Curve(track, file.loop)) for joint, track in by_joint(file.move).items()
        ]
        self._added = [
            (joint, _Curve(track, file.loop)) for joint, track in by_joint(file.add).items()
        ]
        swings: dict[str, Swing] = by_joint(file.swing)
        self._swings = [
            (joint, each.by, 2.0 * pi * each.hz, 2.0 * pi * each.phase, each.beat)
            for joint, each in swings.items()
        ]
        self._lean = [(joint, bend) for joint, bend in by_joint(file.lean).items()]
        moved = {joint for joint, _ in self._tracks}
        self.adds = (
            frozenset({joint for joint, _ in self._added} | {swing[0] for swing in self._swings})
            - moved
        )
        self.channels = frozenset(moved | self.adds)
        self.still = not self._swings and all(
            curve.constant for _, curve in (*self._tracks, *self._added)
        )
        self._sized = file.size.valence != 0.0 or file.size.arousal != 0.0
        self._paced = file.tempo.valence != 0.0 or file.tempo.arousal != 0.0

    def tempo(self, affect: Affect) -> float:
        """Factor on the speed of the motion, SLOWEST..FASTEST."""
        if not self._paced:
            return 1.0
        pace: float = 2.0 ** self._file.tempo.of(affect)
        return SLOWEST if pace < SLOWEST else min(pace, FASTEST)

    def pose(self, affect: Affect, t: float) -> Mapping[str, float]:
        """Joint → angle in rad (pupils: 0..1), `t` seconds after the motion began."""
        within = t if self.loop is None else t % self.loop
        pose = {joint: curve.at(within) for joint, curve in self._tracks}
        size = min(max(1.0 + self._file.size.of(affect), 0.2), 2.0) if self._sized else 1.0
        for joint, curve in self._added:
            pose[joint] = pose.get(joint, 0.0) + size * curve.at(within)
        for joint, by, omega, phase, beat in self._swings:
            if beat is None:
                pose[joint] = pose.get(joint, 0.0) + size * by * sin(omega * t + phase)
            else:
                pose[joint] = pose.get(joint, 0.0) + size * by * _window(t, beat) * sin(
                    omega * t + phase
                )
        for joint, bend in self._lean:
            if joint in pose:
                pose[joint] += bend.valence * affect.valence + bend.arousal * affect.arousal
        return pose


def by_joint(tracks: Mapping[str, Any]) -> dict[str, Any]:
    """Groups spread over their joints; a joint named itself goes before its group."""
    spread: dict[str, Any] = {}
    for name, track in tracks.items():
        for joint in GROUPS.get(name, (name,)):
            if joint not in spread or name == joint:
                spread[joint] = track
    return spread


def _window(t: float, beat: tuple[float, float]) -> float:
    """A soft on and off: 0..1, for `on` seconds out of every so many."""
    on, every = beat
    x = t % every / on
    return 0.5 - 0.5 * cos(2.0 * pi * x) if x < 1.0 else 0.0


class _Curve:
    """Keys and what is between them."""

    __slots__ = ("_ease", "_times", "_values", "constant")

    def __init__(self, track: JointTrack, loop: float | None) -> None:
        keys = list(track.keys)
        self.constant = len({angle for _, angle in keys}) == 1
        if loop is not None and not self.constant:
            # A loop closes: from the last key on to the first, so that it never jumps.
            first = keys[0][1]
            keys = [*([(0.0, first)] if keys[0][0] > 0.0 else []), *keys]
            keys = (
                [*keys, (loop, first)] if keys[-1][0] < loop else [*keys[:-1], (keys[-1][0], first)]
            )
        self._times = [seconds for seconds, _ in keys]
        self._values = [angle for _, angle in keys]
        self._ease = track.ease

    def at(self, t: float) -> float:
        values = self._values
        if self.constant:
            return values[0]
        k = bisect_right(self._times, t)
        if k == 0:
            return values[0]
        if k == len(values):
            return values[-1]
        begin, value = self._times[k - 1], values[k - 1]
        x = (t - begin) / (self._times[k] - begin)
        if self._ease == "smooth":
            x = x * x * (3.0 - 2.0 * x)
        elif self._ease == "snap":
            x = 1.0 - (1.0 - x) * (1.0 - x) * (1.0 - x)
        return value + (values[k] - value) * x
