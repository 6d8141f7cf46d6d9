"""Small reactions of ears, lids and skin in the tick of an event, before the tree has decided.

A small reaction at the moment of a touch makes a body seem alive (Shiomi et al. 2017, touch by a
robot). An answer that comes later than about 0.1 s is no longer felt to be one (Michotte 1963, The
Perception of Causality).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

from moggy.actuators.mix import Mix, MixSource
from moggy.messages import Event
from moggy.vocabulary import EVENTS, ZoneName

ATTACK_S = 0.04
"""Seconds in which an answer rises to its full size."""
HABIT = 0.72
"""Factor on the size of an answer for each that came shortly before it."""
RECOVERY_S = 4.0
"""Time constant with which earlier answers stop counting."""
OVER = 0.02
"""Share of an answer at which it is over."""


@dataclass(frozen=True, slots=True)
class Twitch:
    """How far each joint jerks (rad), and how fast that fades (s)."""

    by: Mapping[str, float]
    fades: float = 0.18


NEAR_EAR = "near ear"
"""Stands for the ear on the side of the touch."""
TOUCH = Twitch(
    {
        NEAR_EAR: -0.34,
        "eyelids": 0.4,
        "tail_yaw": 0.1,
        "hind_left_hip": 0.02,
        "hind_right_hip": 0.02,
    }
)
"""A touch on the body or the legs: the ear goes back, the skin twitches."""
FACE = Twitch(
    {NEAR_EAR: -0.22, "ear_left": 0.06, "ear_right": 0.06, "eyelids": 0.6, "head_tilt": 0.05}
)
"""A touch on the face: the eyes shut."""
ROUGH = Twitch(
    {
        "ear_left": -0.7,
        "ear_right": -0.7,
        "eyelids": 1.2,
        "head_tilt": -0.2,
        "front_left_elbow": 0.15,
        "front_right_elbow": 0.15,
    },
    0.3,
)
"""Rough handling, or a bump: both ears flat, the head down, the front bent."""
HEARD = Twitch({"ear_left": 0.28, "ear_right": 0.28, "head_tilt": 0.04}, 0.35)
"""A voice that is welcome: the ears prick."""
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
"""A noise or a scolding: it ducks."""
SWEPT = Twitch({"ear_left": -0.35, "ear_right": -0.35, "tail_pitch": 0.12}, 0.4)
"""Lost footing: the ears go back, the tail up."""

ANSWERS: Mapping[str, Twitch] = {
    "knocked": ROUGH,
    **dict.fromkeys(("touched", "poked"), TOUCH),
    **dict.fromkeys(("loud_noise", "scolded", "anger_at_pet"), LOUD),
    **dict.fromkeys(("called", "greeted", "praised", "loved", "soft_voice", "arrived"), HEARD),
    **dict.fromkeys(("lifted", "falling", "tipped"), SWEPT),
}
"""Event → answer. Rough handling (`EventKind.rough`) is answered with ROUGH; other events have
none."""
FACE_ZONES: frozenset[ZoneName | None] = frozenset(("head", "cheeks", "chin"))
"""Zones where `touched` is answered with FACE."""


class FadingAnswer(NamedTuple):
    """An answer that goes on."""

    begun: float
    twitch: Twitch
    size: float
    near: str
    """The joint of the near ear."""
    source: MixSource


class Reactions:
    """Answers to events, each smaller when others came shortly before it."""

    def __init__(self) -> None:
        self._running: list[FadingAnswer] = []
        self._habit = 0.0
        self._answered = -1e9

    def notice(
        self,
        mix: Mix,
        events: Sequence[Event],
        arrives: bool,
        size: float,
        side: float,
        now: float,
    ) -> None:
        """Begin the answers to the events of this tick, `size` times as large as they are written.

        `arrives`: a hand that was not there comes; one that goes on to another zone is not
        answered. `side` is positive where it comes from the left.
        """
        for event in events:
            twitch = ROUGH if EVENTS[event.name].rough else ANSWERS.get(event.name)
            if twitch is None:
                continue
            strength = 0.5 + 0.5 * event.strength
            if event.name == "touched":
                if not arrives:
                    continue
                strength = 0.6 + 0.8 * event.strength
                twitch = FACE if event.zone in FACE_ZONES else twitch
            self._answer(mix, event, twitch, size * strength, side, now)

    def _answer(
        self, mix: Mix, event: Event, twitch: Twitch, size: float, side: float, now: float
    ) -> None:
        """Begin one answer; an earlier one to an event of the same name gives way to it."""
        self._habit *= exp(-(now - self._answered) / RECOVERY_S)
        source = mix.source("reaction", event.name, (event.id,))
        near = "ear_left" if side > 0.0 else "ear_right"
        self._running = [each for each in self._running if each.source is not source]
        self._running.append(FadingAnswer(now, twitch, size * HABIT**self._habit, near, source))
        self._habit += 1.0
        self._answered = now

    def lay(self, mix: Mix, now: float, dt: float) -> None:
        """Add what is left of each; an answer already shows in the tick in which it begins."""
        if not self._running:
            return
        kept = []
        for each in self._running:
            age = now - each.begun + dt
            risen = age / ATTACK_S if age < ATTACK_S else 1.0
            strength = each.size * risen * exp(-max(0.0, age - ATTACK_S) / each.twitch.fades)
            over = strength < OVER
            for joint, angle in each.twitch.by.items():
                channel = each.near if joint == NEAR_EAR else joint
                mix.add(channel, 0.0 if over else strength * angle, each.source)
            if not over:
                kept.append(each)
        self._running = kept
