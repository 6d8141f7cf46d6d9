"""Tells blows from firm hands: by how the pressure rises, and by whether the body is jolted."""

from __future__ import annotations

import math

from moggy.messages import Place
from moggy.sensors.touch.contact import SLAP_WINDOW_S, Contact
from moggy.sensors.touch.skin_range import SkinRange

JOLT_G = 0.3
"""g off rest from which the whole body was struck."""
HARD_JOLT_G = 1.0
"""g off rest of a blow that is one wherever it lands."""
REST_S = 1.0
"""Seconds in which the acceleration at rest follows that of the moment by 63 %."""
JOLT_LASTS_S = 0.05
"""Seconds for which one sample of a jolt counts as rest at most."""
SLAP_TOGETHER_S = 0.05
"""Seconds within which the rise of pressure and the jolt of the body are one slap."""
SLAP_WITH_JOLT = 0.5
"""Least peak (0..1) of a slap that jolts the body by JOLT_G. Our choice, as are the next three;
`python -m bench touch_answers` counts hits that are missed and firm hands that are taken for one.
"""
SLAP_WITH_HARD_JOLT = 0.05
"""Least peak (0..1) of a slap that jolts it by HARD_JOLT_G: it may land between the pads."""
SLAP_UNWEIGHED = 0.8
"""Least peak (0..1) of a slap where there is no accelerometer."""
SLAP_UNMOVED = 0.97
"""Least peak (0..1) of a slap where the accelerometer felt nothing: the skin's end of range."""
UNMOVED_LASTS_S = 0.1
"""Longest such slap, s; a firm pat or poke lasts longer."""
SLAP_RISE_PER_S = 8.0
"""Least rise of pressure of a slap without a jolt, 1/s: it is at half its pressure after 60 ms, a
firm hand takes five times as long."""
WEIGHED_S = 1.2
"""Seconds after a sample of acceleration for which there is an accelerometer. Of a body at rest the
board sends one every half a second (`_tell_motion` in firmware/board.py), so that one may be lost;
a jolt it sends at once."""


class Blows:
    """Weighs each sample of acceleration, and says whether a contact is a slap."""

    def __init__(self, skin: SkinRange) -> None:
        """`skin`: what the skin gives; peaks are judged as on the usual one."""
        self._skin = skin
        self._jolted = self._weighed = -1.0
        self._jolt = 0.0
        self._rest: Place = (0.0, 0.0, 1.0)

    def weigh(self, felt: Place, now: float) -> None:
        """Take one sample of acceleration: a jolt is what differs from that of the last second."""
        off = math.dist(felt, self._rest)
        passed = min(now - self._weighed, JOLT_LASTS_S if off > JOLT_G else REST_S)
        share = 1.0 - math.exp(-passed / REST_S) if self._weighed >= 0.0 else 0.0
        self._weighed = now
        if off > JOLT_G:
            if now - self._jolted > SLAP_TOGETHER_S:
                self._jolt = 0.0
            self._jolted, self._jolt = now, max(self._jolt, off)
        x, y, z = self._rest
        self._rest = (
            x + (felt[0] - x) * share,
            y + (felt[1] - y) * share,
            z + (felt[2] - z) * share,
        )

    def jolted(self, contact: Contact, now: float) -> bool | None:
        """Whether the body was jolted when a contact began, or since; None where there is no
        accelerometer."""
        if self._jolted >= contact.began - SLAP_TOGETHER_S:
            return True
        return False if now - self._weighed < WEIGHED_S else None

    def slap(self, contact: Contact, now: float, ended: bool = False) -> bool:
        """Whether a contact turns out to be a slap just now: at most once for each contact, and
        only in its first 0.11 s."""
        if contact.slapped >= 0.0 or contact.checked:
            return False
        if now - contact.began > SLAP_WINDOW_S + SLAP_TOGETHER_S:
            contact.checked = True
            return False
        jolted, gives = self.jolted(contact, now), self._skin.factor
        if jolted:
            harder = min(1.0, (self._jolt - JOLT_G) / (HARD_JOLT_G - JOLT_G))
            least = SLAP_WITH_JOLT + (SLAP_WITH_HARD_JOLT - SLAP_WITH_JOLT) * harder
            rises = contact.rise >= SLAP_RISE_PER_S * contact.peak
        elif jolted is False:
            # At rest is an answer too: only what is brief and beyond the skin's range is a slap.
            brief = ended and contact.last - contact.began < UNMOVED_LASTS_S
            least, rises, gives = SLAP_UNMOVED, brief, min(1.0, gives)
        else:
            least, rises = SLAP_UNWEIGHED, gives * contact.rise >= SLAP_RISE_PER_S
        early = contact.last - contact.began <= SLAP_WINDOW_S or ended
        if rises and gives * contact.peak >= least and early:
            contact.slapped = now
            return True
        return False
