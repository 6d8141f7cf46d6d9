"""Moggy: the open stack for pet robots that feel.

    import moggy

    pet = moggy.Pet(personality="shy", seed=1)
    life = moggy.live(pet, moggy.day("demo"))
    life.table()["purr"]

Wrong input is refused with a ValueError that says what was given and what is allowed.

The names below are loaded when they are first used, so that `import moggy` itself costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from moggy.version import __version__

if TYPE_CHECKING:
    from moggy.config import Files, Invalid
    from moggy.library import Pet, day, live, random_day, read_script
    from moggy.life import Life
    from moggy.messages import (
        Acceleration,
        Battery,
        BodyMotion,
        Face,
        Gesture,
        Person,
        Posture,
        Setting,
        Tick,
        Touch,
        Voice,
        Words,
    )
    from moggy.sense_file import BadScript
    from moggy.sim.day import Day
    from moggy.sim.faults import Fault


__all__ = [
    "Acceleration",
    "BadScript",
    "Battery",
    "BodyMotion",
    "Day",
    "Face",
    "Fault",
    "Files",
    "Gesture",
    "Invalid",
    "Life",
    "Person",
    "Pet",
    "Posture",
    "Setting",
    "Tick",
    "Touch",
    "Voice",
    "Words",
    "__version__",
    "day",
    "live",
    "random_day",
    "read_script",
]

_ROOMS = {
    "moggy.config": ("Files", "Invalid"),
    "moggy.library": ("Pet", "day", "live", "random_day", "read_script"),
    "moggy.life": ("Life",),
    "moggy.sim.day": ("Day",),
    "moggy.sense_file": ("BadScript",),
    "moggy.sim.faults": ("Fault",),
}
"""Where the names come from that are not messages."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        # With these, Python adds the nearest name.
        here = sys.modules[__name__]
        raise AttributeError(f"module 'moggy' has no attribute {name!r}", name=name, obj=here)
    room = next((room for room, names in _ROOMS.items() if name in names), "moggy.messages")
    value = globals()[name] = getattr(import_module(room), name)
    return value


def __dir__() -> list[str]:
    return __all__
