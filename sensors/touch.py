"""Touch, understood: raw samples of pressure on the skin become gestures, the first in the very
tick in which contact begins."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from moggy.body import Body
from moggy.messages import Acceleration, AnySense, Gesture, Place, Touch
from moggy.sensors.contact import SLAP_WINDOW, Contact, PressureTrace
from moggy.sensors.gestures import TYPICAL_STROKE, probabilities
from moggy.vocabulary import ZONES, ZoneName

SILENCE = 0.15
"""s without a sample: the hand is gone, or the link is"""
EVERY = 0.2
"""s between two gestures of a lasting contact"""
BOUT = 0.5
"""s: a hand that is back sooner, at the same place, goes on with what it did"""
FLICKER = 1.25
"""a pad of another zone must be pressed this much harder before the zone changes"""
NEIGHBOURS = 1.5
"""pads closer than this times the usual spacing are touched by one hand; farther apart they are two
contacts"""
LEAST = 0.02
"""pressure under which a pad is not touched"""

JOLT = 0.3
"""g off rest that says the whole body was struck"""
TOGETHER = 0.05
"""s within which rise and jolt are one slap"""
SLAP, SLAP_ALONE, SLAP_UNMOVED = 0.5, 0.8, 0.9
"""peak of a slap: with a jolt; where no accelerometer speaks; and where one does, but felt nothing
"""
STEEP = 8.0
"""1/s: a slap reaches half its pressure in 60 ms, a firm hand takes five times as long"""
SLAPPED_FOR = 0.4
"""s for which the contact is called a hit; what the hand does after that is judged anew"""

Spot = tuple[ZoneName, Place | None, float, float, bool, bool]
"""zone, place, pressure, area, whether the place is measured, and whether it is so finely that
motion shows in it"""


class TouchReader:
    """Touch → Gesture. Several hands at once are several contacts; a slap is known by rise, peak
    and jolt before anything is classified."""

    def __init__(self, body: Body) -> None:
        self._pads = {name: (pad.zone, pad.at) for name, pad in body.pads.items()}
        places = list(self._pads.values())
        self._zones = {zone: _middle([at for z, at in places if z == zone]) for zone in body.zones}
        nearest = sorted(
            min((math.dist(a, b) for j, (_, b) in enumerate(places) if j != i), default=0.08)
            for i, (_, a) in enumerate(places)
        )
        self._reach = NEIGHBOURS * nearest[len(nearest) // 2] if nearest else 0.12
        self._near = {
            name: frozenset(
                other for other, (_, b) in self._pads.items() if math.dist(a, b) <= self._reach
            )
            for name, (_, a) in self._pads.items()
        }
        self._beside = {
            zone: frozenset(
                self._pads[o][0]
                for name, (z, _) in self._pads.items()
                if z == zone
                for o in self._near[name]
            )
            for zone in body.zones
        }
        self._contacts: list[Contact] = []
        self._gone: list[Contact] = []
        self._jolted = self._weighed = -1.0

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        out: list[AnySense] = []
        for sense in senses:
            if isinstance(sense, Touch):
                self._touch(sense, min(sense.at, now), out)
            elif isinstance(sense, Acceleration):
                self._weighed = now
                if (
                    abs(math.sqrt(sense.x**2 + sense.y**2 + sense.z**2) - 1.0) > JOLT
                    or abs(sense.x) + abs(sense.y) > 2.0 * JOLT
                ):
                    self._jolted = now
        for contact in self._contacts[:]:
            if now - contact.last > SILENCE:
                self._end(contact, now, out)
            elif contact.told < 0.0:
                self._slap(contact, now)
                out.append(self._tell(contact, now, "begin"))
            elif self._slap(contact, now) or now - contact.told >= EVERY - 1e-6:
                out.append(self._tell(contact, now, "during"))
        return out

    # One sample may be several spots (pads under two hands), and each spot goes on with a contact
    # or begins one.

    def _touch(self, touch: Touch, at: float, out: list[AnySense]) -> None:
        spots = tuple(self._spots(touch))
        if not spots:
            for contact in self._contacts[:]:
                if (
                    touch.pads is not None
                    or touch.zone in (None, contact.zone)
                    or len(self._contacts) == 1
                ):
                    contact.because.append(touch.id)
                    self._end(contact, at, out)
            return
        went_on: list[Contact] = []
        for zone, place, pressure, area, measured, fine in spots:
            known = self._same(zone, place, measured, went_on)
            contact = known or self._begin(at, zone, place, pressure, measured, fine)
            if known is not None:
                contact.moved = (
                    contact.moved
                    or fine
                    or zone != contact.zone
                    or (measured and place != contact.trace.place)
                )
                contact.zone = zone
                contact.trace.follow(at, place if contact.moved else None)
                contact.trace.press(at, pressure)
            contact.sample(at, pressure, area, touch.id)
            went_on.append(contact)
        if (
            touch.pads is not None
        ):  # pads tell the whole skin: a contact that is not among them has ended
            for contact in self._contacts[:]:
                if contact not in went_on:
                    self._end(contact, at, out)

    def _spots(self, touch: Touch) -> Iterable[Spot]:
        if touch.pads is not None:
            pressed = {
                name: p for name, p in touch.pads.items() if p > LEAST and name in self._pads
            }
            while pressed:
                yield self._spot(_take(pressed, self._near), touch)
        elif touch.pressure > 0.0:
            place = touch.position
            somewhere = next(iter(self._zones), ZONES[0])
            zone = touch.zone or (somewhere if place is None else self._zone_at(place))
            yield (
                zone,
                place if place is not None else self._zones.get(zone),
                touch.pressure,
                touch.area,
                place is not None,
                place is not None,
            )

    def _spot(self, pads: Mapping[str, float], touch: Touch) -> Spot:
        """The pads under one hand: their middle weighed by pressure, and the zone of the strongest,
        with hysteresis."""
        strongest = max(pads, key=lambda name: pads[name])
        zone, peak = self._pads[strongest][0], pads[strongest]
        for contact in self._contacts:
            if contact.zone != zone:
                here = max(
                    (p for name, p in pads.items() if self._pads[name][0] == contact.zone),
                    default=0.0,
                )
                if here * FLICKER > peak:
                    zone = contact.zone
                    break
        total = sum(pads.values())
        x = sum(p * self._pads[name][1][0] for name, p in pads.items()) / total
        y = sum(p * self._pads[name][1][1] for name, p in pads.items()) / total
        z = sum(p * self._pads[name][1][2] for name, p in pads.items()) / total
        return zone, (x, y, z), peak, touch.area, True, len(pads) > 1

    def _zone_at(self, place: Place) -> ZoneName:
        """Zone of the nearest pad; the zone of a contact at hand keeps it up to a centimetre
        beyond."""
        held = {contact.zone for contact in self._contacts}
        best = min(
            self._pads.values(),
            key=lambda pad: math.dist(pad[1], place) - (0.01 if pad[0] in held else 0.0),
            default=("back", place),
        )
        return best[0]

    def _same(
        self, zone: ZoneName, place: Place | None, measured: bool, taken: Sequence[Contact]
    ) -> Contact | None:
        """The contact that this spot goes on with: near it, or in the same zone or the one beside
        it."""
        free = [c for c in self._contacts if c not in taken]
        if measured and place is not None:
            near = [
                (math.dist(c.trace.place, place), i)
                for i, c in enumerate(free)
                if c.trace.place is not None
            ]
            if near and min(near)[0] <= self._reach:
                return free[min(near)[1]]
            return next((c for c in free if c.zone == zone and not c.measured), None)
        for c in free:
            if c.zone == zone:
                return c
        return next((c for c in free if zone in self._beside.get(c.zone, ())), None)

    def _begin(
        self,
        at: float,
        zone: ZoneName,
        place: Place | None,
        pressure: float,
        measured: bool,
        fine: bool,
    ) -> Contact:
        trace = None
        self._gone = [c for c in self._gone if at - c.last <= BOUT]
        back = self._near_gone(zone, place, measured)
        if back is not None:
            self._gone.remove(back)
            trace = back.trace
            trace.again(at, place if measured else None, pressure)
        if trace is None:
            trace = PressureTrace(at, place, pressure)
        contact = Contact(at, zone, trace, measured)
        contact.moved = fine
        if back is not None:
            contact.moved = contact.moved or back.moved
        self._contacts.append(contact)
        return contact

    def _near_gone(self, zone: ZoneName, place: Place | None, measured: bool) -> Contact | None:
        for c in reversed(self._gone):
            known = measured and place is not None and c.measured and c.trace.place is not None
            if (
                known and math.dist(c.trace.place or (0, 0, 0), place or (0, 0, 0)) <= self._reach
            ) or (not known and c.zone == zone):
                return c
        return None

    def _end(self, contact: Contact, at: float, out: list[AnySense]) -> None:
        if contact.told < 0.0:  # it came and went between two ticks
            self._slap(contact, at)
            out.append(self._tell(contact, at, "begin"))
        out.append(self._tell(contact, at, "end"))
        self._contacts.remove(contact)
        self._gone.append(contact)

    def _slap(self, contact: Contact, now: float) -> bool:
        """Whether it shows just now to be a slap; asked in its first moments, once it is sure not
        again."""
        if contact.slapped >= 0.0 or contact.checked:
            return False
        if now - contact.began > SLAP_WINDOW + TOGETHER:
            contact.checked = True
            return False
        jolt = self._jolted >= contact.began - TOGETHER
        felt = now - self._weighed < 0.1
        least = SLAP if jolt else SLAP_UNMOVED if felt else SLAP_ALONE
        if (
            contact.rise >= STEEP
            and contact.peak >= least
            and contact.last - contact.began <= SLAP_WINDOW
        ):
            contact.slapped = now
            return True
        return False

    def _tell(
        self, contact: Contact, now: float, phase: Literal["begin", "during", "end"]
    ) -> Gesture:
        contact.told = now
        # The newest sample stays: an end that follows from silence goes back to it too.
        because, contact.because = tuple(contact.because[-12:]), contact.because[-1:]
        seen = contact.features(now, phase == "end")
        if contact.slapped >= 0.0 and now - contact.slapped < SLAPPED_FOR:
            sure = 0.95 if self._jolted >= contact.began - TOGETHER else 0.8
            chances = {
                **dict.fromkeys(probabilities(seen, contact.zone), round((1.0 - sure) / 7.0, 4)),
                "hit": sure,
            }
            confidence = sure
        else:
            chances = probabilities(seen, contact.zone)
            # Evidence grows with the time looked at; a zone alone tells less than a place.
            confidence = (
                max(chances.values())
                * (1.0 - 0.6 * math.exp(-seen.duration / 0.25))
                * (0.75 if seen.speed is None else 1.0)
            )
        gesture = max(chances, key=lambda name: chances[name])
        speed = (
            seen.speed if seen.speed is not None else TYPICAL_STROKE if gesture == "stroke" else 0.0
        )
        return Gesture(
            at=now,
            zone=contact.zone,
            gesture=gesture,
            probabilities=chances,
            phase=phase,
            pressure=min(1.0, contact.pressure),
            peak=min(1.0, contact.peak),
            area=min(1.0, contact.area),
            speed=round(speed, 4),
            duration=contact.last - contact.began,
            along_fur=round(contact.trace.along(now), 3) if contact.moved else 1.0,
            confidence=round(min(1.0, confidence), 3),
            because=because,
        )


def _take(pressed: dict[str, float], near: Mapping[str, frozenset[str]]) -> dict[str, float]:
    """Takes out the pads that hang together with the strongest."""
    seed = max(pressed, key=lambda name: pressed[name])
    hand = {seed: pressed.pop(seed)}
    front = [seed]
    while front:
        name = front.pop()
        for other in [o for o in pressed if o in near[name]]:
            hand[other] = pressed.pop(other)
            front.append(other)
    return hand


def _middle(places: Sequence[Place]) -> Place:
    n = len(places)
    return (
        sum(p[0] for p in places) / n,
        sum(p[1] for p in places) / n,
        sum(p[2] for p in places) / n,
    )
