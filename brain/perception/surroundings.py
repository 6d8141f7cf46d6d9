"""What happens around the pet and to its body: loud noises, soft voices, being carried, the
battery."""

from __future__ import annotations

import math

from moggy.messages import Battery, Voice

LOUD, JUMP = -14.0, 15.0
"""dB relative to full scale above which a sound is loud; and by how much it must stand out from
what was before."""
SOFT = -48.0, -26.0
"""dB of a soft voice."""
USED_TO = 8.0
"""Seconds in which the ear gets used to a level."""
AGAIN_LOUD, AGAIN_SOFT = 1.5, 6.0
"""Seconds before the next is an event."""
LOW, LOW_OVER, CRITICAL, CRITICAL_OVER = 0.2, 0.3, 0.08, 0.15
"""Battery, with hysteresis."""


class Surroundings:
    """Keeps the usual loudness and the state of the battery."""

    def __init__(self) -> None:
        self.battery_level = 1.0
        self._usual = -60.0
        self._heard = self._loud = self._soft = self._carried = -1e9
        self._low = self._critical = self._charging = False

    def voice(self, voice: Voice, at: float) -> tuple[str, float] | None:
        """(event, strength) of a sound."""
        level, jump = voice.level, voice.level - self._usual
        share = 1.0 - math.exp(-min(60.0, at - self._heard) / USED_TO)
        self._heard = at
        self._usual += (level - self._usual) * share
        if level > LOUD and jump > JUMP:
            if at - self._loud >= AGAIN_LOUD:
                self._loud = at
                return "loud_noise", min(1.0, 0.4 + (level - LOUD) / 20.0 + (jump - JUMP) / 60.0)
        elif _is_soft(voice) and at - self._soft >= AGAIN_SOFT:
            self._soft = at
            return "soft_voice", 0.7
        return None

    def carried(self, at: float) -> float:
        """Seconds in the arms since this was last said; 0 when it is said for the first time."""
        gap, self._carried = at - self._carried, at
        return gap if gap < 2.0 else 0.0

    def battery(self, battery: Battery) -> list[tuple[str, float]]:
        """(event, strength) of a change."""
        self.battery_level = battery.level
        found: list[tuple[str, float]] = []
        if battery.charging != self._charging:
            self._charging = battery.charging
            if battery.charging:
                found.append(("charging", 1.0))
        if battery.level > LOW_OVER or battery.charging:
            self._low = False
        elif battery.level < LOW and not self._low:
            self._low = True
            found.append(("battery_low", 0.6))
        if battery.level > CRITICAL_OVER or battery.charging:
            self._critical = False
        elif battery.level < CRITICAL and not self._critical:
            self._critical = True
            found.append(("battery_critical", 1.0))
        return found


def _is_soft(voice: Voice) -> bool:
    unkind = (voice.valence or 0.0) < -0.2 or (voice.arousal or 0.0) > 0.3
    return voice.pitch is not None and SOFT[0] < voice.level < SOFT[1] and not unkind
