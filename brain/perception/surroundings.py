"""What happens around the pet and to its body: loud noises, soft voices, being carried, the
battery."""

from __future__ import annotations

import math

from moggy.messages import Battery, Voice

LOUD_DB = -14.0
"""Level, dB relative to full scale, above which a sound is loud. Our choice, as are the next."""
SHOUT_DB = -18.0
"""The same of a voice: some 10 dB above speech at a metre, which our simulated people have at
−24 to −30."""
JUMP_DB = 15.0
"""dB above the usual level that a loud noise must have."""
SOFT_FROM_DB = -48.0
"""dBFS above which a soft voice is heard at all."""
SOFT_TO_DB = -26.0
"""dBFS up to which a voice is soft."""
USED_TO_S = 8.0
"""Seconds in which the usual level follows a change by 63 %."""
LOUD_AGAIN_S = 1.5
"""Seconds before the next loud noise is an event."""
SOFT_AGAIN_S = 6.0
"""Seconds before the next soft voice is an event."""
CARRIED_GAP_S = 2.0
"""Seconds without news after which being carried begins anew."""
LOW = 0.2
"""Charge, 0..1, below which the battery is low."""
LOW_OVER = 0.3
"""Charge, 0..1, above which the battery is no longer low."""
CRITICAL = 0.08
"""Charge, 0..1, below which the battery is critical."""
CRITICAL_OVER = 0.15
"""Charge, 0..1, above which the battery is no longer critical."""


class Surroundings:
    """Keeps the usual loudness and the state of the battery."""

    def __init__(self) -> None:
        self.battery_level = 1.0
        self._usual = -60.0
        self._heard = self._loud = self._soft = self._carried = -1e9
        self._low = self._critical = self._charging = False

    def voice(self, voice: Voice, at: float) -> tuple[str, float] | None:
        """(event, strength) of a sound at `at` (s), or None."""
        level, jump = voice.level, voice.level - self._usual
        share = 1.0 - math.exp(-min(60.0, at - self._heard) / USED_TO_S)
        self._heard = at
        self._usual += (level - self._usual) * share
        loud = LOUD_DB if voice.pitch is None else SHOUT_DB
        if level > loud and jump > JUMP_DB:
            if at - self._loud >= LOUD_AGAIN_S:
                self._loud = at
                louder = (level - loud) / 20.0 + (jump - JUMP_DB) / 60.0
                return "loud_noise", min(1.0, 0.4 + louder)
        elif _is_soft(voice) and at - self._soft >= SOFT_AGAIN_S:
            self._soft = at
            return "soft_voice", 0.7
        return None

    def carried(self, at: float) -> float:
        """Seconds in the arms since the last call, at `at` (s); 0 when it begins."""
        gap, self._carried = at - self._carried, at
        return gap if gap < CARRIED_GAP_S else 0.0

    def battery(self, battery: Battery) -> list[tuple[str, float]]:
        """(event, strength) of each change of the battery: charging, low, critical."""
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
    return voice.pitch is not None and SOFT_FROM_DB < voice.level < SOFT_TO_DB and not unkind
