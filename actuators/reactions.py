"""The small answer in the very tick: an ear, the lids, the skin, before anything has been decided.

A small and subtle reaction at the moment of touch makes a body seem alive (Shiomi 2017), and beyond
100 to 150 ms cause and effect come apart (facts.md §1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from moggy.actuators.mix import Mix
from moggy.messages import Event, Gesture

ATTACK = 0.04
HABIT = 0.72
"""Each answer within a few seconds of the last is that much smaller"""
RECOVERY = 4.0


@dataclass(frozen=True, slots=True)
class Twitch:
    """How far each joint jerks (rad), and how fast that fades (s)."""

    by: Mapping[str, float]
    fades: float = 0.18


NEAR = "near ear"
"""Stands for the ear on the side of the touch."""
TOUCH = Twitch(
    {NEAR: -0.34, "eyelids": 0.4, "tail_yaw": 0.1, "hind_left_hip": 0.02, "hind_right_hip": 0.02}
)
FACE = Twitch({NEAR: -0.22, "ear_left": 0.06, "ear_right": 0.06, "eyelids": 0.6, "head_tilt": 0.05})
ROUGH = Twitch(
    {
        "ear_left": -0.7,
        "ear_right": -0.7,
        "eyelids": 0.8,
        "head_tilt": -0.15,
        "front_left_elbow": 0.15,
        "front_right_elbow": 0.15,
    },
    0.3,
)
HEARD = Twitch({"ear_left": 0.28, "ear_right": 0.28, "head_tilt": 0.04}, 0.35)
LOUD = Twitch(
    {
        "ear_left": -0.6,
        "ear_right": -0.6,
        "eyelids": 0.7,
        "front_left_elbow": 0.1,
        "front_right_elbow": 0.1,
    },
    0.28,
)
SWEPT = Twitch({"ear_left": -0.35, "ear_right": -0.35, "tail_pitch": 0.12}, 0.4)

EVENTS = {
    **dict.fromkeys(("hit", "squeezed", "knocked"), ROUGH),
    **dict.fromkeys(("poked",), TOUCH),
    **dict.fromkeys(("loud_noise", "scolded"), LOUD),
    **dict.fromkeys(("called", "greeted", "praised", "soft_voice", "arrived"), HEARD),
    **dict.fromkeys(("lifted", "shaken", "falling", "tipped"), SWEPT),
}
"""Event → answer. A touch that begins is answered by its gesture, below."""
FACE_ZONES = frozenset(("head", "cheeks", "chin"))


class Reactions:
    """Answers that are still fading."""

    def __init__(self) -> None:
        self._running: list[tuple[float, Twitch, float, str, str]] = []
        self._contact = False
        self._habit = 0.0
        self._answered = -1e9

    def notice(
        self, events: Sequence[Event], gesture: Gesture | None, size: float, side: float, now: float
    ) -> bool:
        """Begin the answers to what this tick brought; True when a touch begins."""
        begins = gesture is not None and (
            not self._contact or (gesture.phase == "begin" and gesture.at >= now - 1e-6)
        )
        self._contact = gesture is not None
        if begins and gesture is not None:
            twitch = (
                ROUGH if gesture.gesture == "hit" else FACE if gesture.zone in FACE_ZONES else TOUCH
            )
            self._answer(
                twitch,
                f"touch on the {gesture.zone.replace('_', ' ')}",
                size * (0.6 + 0.8 * gesture.peak),
                side,
                now,
            )
        for event in events:
            twitch_of = EVENTS.get(event.name)
            if twitch_of is not None:
                self._answer(twitch_of, event.name, size * (0.5 + 0.5 * event.strength), side, now)
        return begins

    def _answer(self, twitch: Twitch, name: str, size: float, side: float, now: float) -> None:
        self._habit *= exp(-(now - self._answered) / RECOVERY)
        near = "ear_left" if side > 0.0 else "ear_right"
        self._running = [each for each in self._running if each[3] != name]
        self._running.append((now, twitch, size * HABIT**self._habit, name, near))
        self._habit += 1.0
        self._answered = now

    def lay(self, mix: Mix, now: float, dt: float) -> None:
        """Write what is left of them; an answer already shows in the tick in which it begins."""
        if not self._running:
            return
        kept = []
        for each in self._running:
            begun, twitch, size, name, near = each
            age = now - begun + dt
            strength = size * (
                age / ATTACK if age < ATTACK else exp(-(age - ATTACK) / twitch.fades)
            )
            over = strength < 0.02
            for joint, angle in twitch.by.items():
                mix.add(near if joint == NEAR else joint, 0.0 if over else strength * angle, name)
            if not over:
                kept.append(each)
        self._running = kept
