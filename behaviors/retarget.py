"""How a body plays motions that were written for the whole cat. What it has moves as written, what
it lacks is left out; for some of what it lacks another joint stands in, or another motion."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from moggy.behaviors.motions import JointTrack, MotionFile, by_joint
from moggy.body import Body

STAND_INS: Mapping[str, tuple[str, float]] = {
    "jaw": ("head_tilt", 0.25),
    "head_roll": ("head_pan", 0.6),
    "eyelids": ("head_tilt", -0.15),
    "tail_pitch": ("tail_yaw", 0.4),
    "tail_yaw": ("tail_pitch", 0.4),
    "head_tilt": ("tail_pitch", 0.5),
    "front_left_elbow": ("head_tilt", -0.1),
    "front_right_elbow": ("head_tilt", -0.1),
    "hind_left_hip": ("tail_pitch", 0.2),
    "hind_right_hip": ("tail_pitch", 0.2),
}
"""Joint that a body lacks → the one that stands in, and how far it goes for one rad. Our choice: a
cocked head turns, one that opens its mouth lifts, eyes that shut are a small nod, a rump that
treads is a tail that does. The first of this table has the stand-in of several."""


class Played(NamedTuple):
    """A motion as a body plays it."""

    motion: MotionFile
    instead: str
    """The motion that it plays in its place; empty where it plays the motion itself."""
    moves: tuple[str, ...]
    """Its joints that move as they are written."""
    left_out: tuple[str, ...]
    """Joints that the body lacks and for which nothing stands in."""
    stand_ins: Mapping[str, str]
    """Joint that the body lacks → the one that stands in."""

    @property
    def lacks(self) -> bool:
        """Whether the body lacks some of its joints."""
        return bool(self.left_out or self.stand_ins)


def on_body(motions: Mapping[str, MotionFile], body: Body) -> dict[str, MotionFile]:
    """Name → motion, as this body plays it. Raises KeyError where the body plays a motion instead
    that is not among them."""
    return {name: played(name, motions, body).motion for name in motions}


def played(name: str, motions: Mapping[str, MotionFile], body: Body) -> Played:
    """How a body plays a motion. Raises KeyError as `on_body` does."""
    instead = body.instead.get(name, "")
    motion = motions[instead or name]
    moved = [by_joint(part) for part in (motion.move, motion.add, motion.swing)]
    joints = list(dict.fromkeys(joint for part in moved for joint in part if joint != "pupils"))
    lacks = [joint for joint in joints if joint not in body.joints]
    if not lacks:
        return Played(motion, instead, tuple(joints), (), {})
    stand_ins = _stand_ins(motion, lacks, {*joints}, body.joints)
    add, swing = dict(motion.add), dict(motion.swing)
    for joint, stand_in in stand_ins.items():
        gain = STAND_INS[joint][1]
        if track := _track(motion, joint, gain):
            add[stand_in] = track
        if to_and_fro := by_joint(motion.swing).get(joint):
            swing[stand_in] = to_and_fro.model_copy(update={"by": gain * to_and_fro.by})
    return Played(
        motion.model_copy(update={"add": add, "swing": swing}) if stand_ins else motion,
        instead,
        tuple([joint for joint in joints if joint in body.joints]),
        tuple([joint for joint in lacks if joint not in stand_ins]),
        stand_ins,
    )


def _stand_ins(
    motion: MotionFile, lacks: Collection[str], moved: set[str], has: Collection[str]
) -> dict[str, str]:
    """Joint that is lacking → what stands in for it: a joint of the body that the motion does not
    move itself."""
    found: dict[str, str] = {}
    for joint, (stand_in, _) in STAND_INS.items():
        free = stand_in in has and stand_in not in moved
        if joint in lacks and free and _goes_to_and_fro(motion, joint):
            found[joint] = stand_in
            moved.add(stand_in)
    return found


def _goes_to_and_fro(motion: MotionFile, joint: str) -> bool:
    """Whether the joint moves, and is not only held somewhere else."""
    return joint in by_joint(motion.swing) or _track(motion, joint, 1.0) is not None


def _track(motion: MotionFile, joint: str, gain: float) -> JointTrack | None:
    """What the keys of a joint add to what stands in; of a joint that it takes for itself, how far
    it goes from its first key. None where that is nothing."""
    added: JointTrack | None = by_joint(motion.add).get(joint)
    track: JointTrack | None = added or by_joint(motion.move).get(joint)
    if track is None:
        return None
    start = 0.0 if added else track.keys[0][1]
    if all(angle == start for _, angle in track.keys):
        return None
    keys = tuple([(seconds, gain * (angle - start)) for seconds, angle in track.keys])
    return track.model_copy(update={"keys": keys})
