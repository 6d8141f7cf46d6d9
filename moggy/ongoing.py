"""What goes on at a moment: the touch, the battery, the owner's settings, the time of day and the
quiet hours.

The pet and the laws both follow it from the same senses, with the same rules.
"""

from __future__ import annotations

from collections.abc import Sequence

from moggy.clock import DayTime
from moggy.messages import AnySense, Battery, Gesture, LocalTime, Setting
from moggy.personality import Quiet
from moggy.vocabulary import GESTURE_PERIOD_S, SettingName

CONTACT_LOST_S = round(3 * GESTURE_PERIOD_S, 9)
"""Seconds without news after which a touch counts as over. Gestures come five times a second, so
three in a row were lost."""


class Ongoing:
    """Fed with what was understood at every tick, in order."""

    def __init__(self, hour: float = 0.0) -> None:
        """`hour`: local time of day at second 0, 0..24."""
        self.day_time = DayTime(hour)
        self.gesture: Gesture | None = None
        """The touch that goes on; None where nobody touches."""
        self.battery = Battery(at=0.0, level=1.0)
        self.settings: frozenset[SettingName] = frozenset()
        """Names of the Settings that are on."""

    def take(self, understood: Sequence[AnySense], now: float) -> None:
        """Move on to `now` (s), with what was understood at this tick."""
        for sense in understood:
            if isinstance(sense, Gesture):
                self.gesture = None if sense.phase == "end" else sense
            elif isinstance(sense, Battery):
                self.battery = sense
            elif isinstance(sense, Setting):
                on = {sense.name}
                self.settings = self.settings | on if sense.on else self.settings - on
            elif isinstance(sense, LocalTime):
                self.day_time.take(sense)
        if self.gesture is not None and now - self.gesture.at > CONTACT_LOST_S:
            self.gesture = None


def is_quiet(quiet: Quiet, settings: frozenset[SettingName], hour: float) -> bool:
    """Whether the pet keeps quiet: the owner asked for it, or it is one of its quiet hours."""
    if "quiet" in settings:
        return True
    if quiet.hours is None:
        return False
    start, end = quiet.hours
    return start <= hour < end if start <= end else hour >= start or hour < end
