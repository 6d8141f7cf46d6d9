"""Reads touch: samples of pressure on the skin become gestures of a hand. The first gesture is told
in the tick in which contact begins."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from moggy.body import Body
from moggy.messages import Acceleration, AnySense, Gesture, Place, Touch
from moggy.sensors.touch.contact import SLAP_WINDOW_S, Contact, PressureTrace
from moggy.sensors.touch.gestures import probabilities
from moggy.vocabulary import (
    GESTURE_PERIOD_S,
    TYPICAL_STROKE_M_S,
    ZONES,
    GesturePhase,
    ZoneName,
)

SILENCE_S = 0.15
"""Seconds without a sample after which a contact has ended: samples come every 20 ms while it
lasts."""
BOUT_S = 0.5
"""Seconds within which a hand that comes back to the same place goes on with the same gesture, so
that pats are seen as pats. Our choice."""
ZONE_HYSTERESIS = 1.25
"""Pressure on a pad of another zone, relative to the present zone, from which the zone changes. Our
choice."""
HAND_REACH = 1.5
"""Largest distance of two pads under one hand, in usual distances of neighbouring pads. Our choice:
a hand covers about two pads of the shipped cat."""
LEAST_PRESSURE = 0.02
"""Pressure on a pad (0..1) at or below which it is not touched."""

JOLT_G = 0.3
"""g off rest from which the whole body was struck."""
SLAP_TOGETHER_S = 0.05
"""Seconds within which the rise of pressure and the jolt of the body are one slap."""
SLAP_WITH_JOLT = 0.5
"""Least peak (0..1) of a slap that jolts the body. Our choice, as are the next two;
`python -m bench perceive_touch` counts the hits that are recognised."""
SLAP_UNWEIGHED = 0.8
"""Least peak (0..1) of a slap where there is no accelerometer."""
SLAP_UNMOVED = 0.9
"""Least peak (0..1) of a slap where the accelerometer felt nothing."""
SLAP_RISE_PER_S = 8.0
"""Least rise of pressure of a slap, 1/s: it is at half its pressure after 60 ms, a firm hand takes
five times as long."""
SLAP_LASTS_S = 0.4
"""Seconds for which a slapped contact is called a hit. After that it is judged by what the hand
does."""
SURE_WITH_JOLT = 0.95
"""Probability of a hit where the body was jolted."""
SURE_ALONE = 0.8
"""Probability of a hit by pressure alone."""
WEIGHED_S = 0.1
"""Seconds after a sample of acceleration for which there is an accelerometer."""


class Spot(NamedTuple):
    """One hand in one sample."""

    zone: ZoneName
    place: Place | None
    pressure: float
    area: float
    measured: bool
    """Whether the place is known better than by zone."""
    fine: bool
    """Whether it is known so finely that motion shows in it."""


class TouchReader:
    """Touch → Gesture.

    Several hands at once are several contacts. A slap is recognised by rise, peak and jolt before
    any gesture is classified.
    """

    def __init__(self, body: Body) -> None:
        """`body` says where its pads are."""
        self._pads = {name: (pad.zone, pad.at) for name, pad in body.pads.items()}
        places = list(self._pads.values())
        self._zones = {zone: _middle([at for z, at in places if z == zone]) for zone in body.zones}
        nearest = sorted(
            min((math.dist(a, b) for j, (_, b) in enumerate(places) if j != i), default=0.08)
            for i, (_, a) in enumerate(places)
        )
        self._reach = HAND_REACH * nearest[len(nearest) // 2] if nearest else 0.12
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
        """The gestures of this tick. Reads acceleration too, for slaps."""
        out: list[AnySense] = []
        for sense in senses:
            if isinstance(sense, Touch):
                self._touch(sense, min(sense.at, now), out)
            elif isinstance(sense, Acceleration):
                self._weighed = now
                if (
                    abs(math.sqrt(sense.x**2 + sense.y**2 + sense.z**2) - 1.0) > JOLT_G
                    or abs(sense.x) + abs(sense.y) > 2.0 * JOLT_G
                ):
                    self._jolted = now
        for contact in self._contacts[:]:
            if now - contact.last > SILENCE_S:
                self._end(contact, now, out)
            elif contact.told < 0.0:
                self._slap(contact, now)
                out.append(self._tell(contact, now, "begin"))
            elif self._slap(contact, now) or now - contact.told >= GESTURE_PERIOD_S - 1e-6:
                out.append(self._tell(contact, now, "during"))
        return out

    def _touch(self, touch: Touch, at: float, out: list[AnySense]) -> None:
        """Take one sample. It may be several spots (two hands on pads); each goes on with a contact
        or begins one. A sample without pressure ends contacts."""
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
        for spot in spots:
            known = self._same(spot, went_on)
            contact = known or self._begin(at, spot)
            if known is not None:
                contact.moved = (
                    contact.moved
                    or spot.fine
                    or spot.zone != contact.zone
                    or (spot.measured and spot.place != contact.trace.place)
                )
                contact.zone = spot.zone
                contact.trace.follow(at, spot.place if contact.moved else None)
                contact.trace.press(at, spot.pressure)
            contact.sample(at, spot.pressure, spot.area, touch.id)
            went_on.append(contact)
        if touch.pads is not None:
            # A sample of pads is of the whole skin: a contact that is not in it has ended.
            for contact in self._contacts[:]:
                if contact not in went_on:
                    self._end(contact, at, out)

    def _spots(self, touch: Touch) -> Iterable[Spot]:
        if touch.pads is not None:
            pressed = {
                name: p
                for name, p in touch.pads.items()
                if p > LEAST_PRESSURE and name in self._pads
            }
            while pressed:
                yield self._spot(_take(pressed, self._near), touch)
        elif touch.pressure > 0.0:
            place = touch.position
            somewhere = next(iter(self._zones), ZONES[0])
            zone = touch.zone or (somewhere if place is None else self._zone_at(place))
            yield Spot(
                zone,
                place if place is not None else self._zones.get(zone),
                touch.pressure,
                touch.area,
                measured=place is not None,
                fine=place is not None,
            )

    def _spot(self, pads: Mapping[str, float], touch: Touch) -> Spot:
        """The pads under one hand: their middle, weighed by pressure, and the zone of the one that
        is pressed hardest, with hysteresis."""
        strongest = max(pads, key=lambda name: pads[name])
        zone, peak = self._pads[strongest][0], pads[strongest]
        for contact in self._contacts:
            if contact.zone != zone:
                here = max(
                    (p for name, p in pads.items() if self._pads[name][0] == contact.zone),
                    default=0.0,
                )
                if here * ZONE_HYSTERESIS > peak:
                    zone = contact.zone
                    break
        total = sum(pads.values())
        x = sum(p * self._pads[name][1][0] for name, p in pads.items()) / total
        y = sum(p * self._pads[name][1][1] for name, p in pads.items()) / total
        z = sum(p * self._pads[name][1][2] for name, p in pads.items()) / total
        return Spot(zone, (x, y, z), peak, touch.area, measured=True, fine=len(pads) > 1)

    def _zone_at(self, place: Place) -> ZoneName:
        """The zone of the nearest pad; the zone of a contact that lasts reaches a centimetre
        farther."""
        held = {contact.zone for contact in self._contacts}
        best = min(
            self._pads.values(),
            key=lambda pad: math.dist(pad[1], place) - (0.01 if pad[0] in held else 0.0),
            default=("back", place),
        )
        return best[0]

    def _same(self, spot: Spot, taken: Sequence[Contact]) -> Contact | None:
        """The contact that a spot goes on with: near it, or in the same zone or the one beside
        it. None: a new one begins."""
        zone, place, measured = spot.zone, spot.place, spot.measured
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

    def _begin(self, at: float, spot: Spot) -> Contact:
        """A new contact; it keeps the trace of one that ended a moment ago at the same place."""
        self._gone = [c for c in self._gone if at - c.last <= BOUT_S]
        back = self._near_gone(spot)
        if back is None:
            trace = PressureTrace(at, spot.place, spot.pressure)
        else:
            self._gone.remove(back)
            trace = back.trace
            trace.again(at, spot.place if spot.measured else None, spot.pressure)
        contact = Contact(at, spot.zone, trace, spot.measured)
        contact.moved = spot.fine or (back is not None and back.moved)
        self._contacts.append(contact)
        return contact

    def _near_gone(self, spot: Spot) -> Contact | None:
        """The latest contact that ended at a spot: near it where both places are measured, else in
        its zone."""
        for c in reversed(self._gone):
            here, there = spot.place, c.trace.place
            if spot.measured and c.measured and here is not None and there is not None:
                if math.dist(there, here) <= self._reach:
                    return c
            elif c.zone == spot.zone:
                return c
        return None

    def _end(self, contact: Contact, at: float, out: list[AnySense]) -> None:
        """Tell the end of a contact; also its beginning, where both are between two ticks."""
        if contact.told < 0.0:
            self._slap(contact, at)
            out.append(self._tell(contact, at, "begin"))
        out.append(self._tell(contact, at, "end"))
        self._contacts.remove(contact)
        self._gone.append(contact)

    def _slap(self, contact: Contact, now: float) -> bool:
        """Whether a contact turns out to be a slap just now: at most once for each contact, and
        only in its first 0.11 s."""
        if contact.slapped >= 0.0 or contact.checked:
            return False
        if now - contact.began > SLAP_WINDOW_S + SLAP_TOGETHER_S:
            contact.checked = True
            return False
        weighed = now - self._weighed < WEIGHED_S
        least = SLAP_UNMOVED if weighed else SLAP_UNWEIGHED
        if self._jolted >= contact.began - SLAP_TOGETHER_S:
            least = SLAP_WITH_JOLT
        if (
            contact.rise >= SLAP_RISE_PER_S
            and contact.peak >= least
            and contact.last - contact.began <= SLAP_WINDOW_S
        ):
            contact.slapped = now
            return True
        return False

    def _tell(self, contact: Contact, now: float, phase: GesturePhase) -> Gesture:
        """The gesture of a contact as it is now."""
        contact.told = now
        # The newest sample is kept: an end that follows from silence is caused by it too.
        because, contact.because = tuple(contact.because[-12:]), contact.because[-1:]
        seen = contact.features(now, phase == "end")
        if contact.slapped >= 0.0 and now - contact.slapped < SLAP_LASTS_S:
            jolted = self._jolted >= contact.began - SLAP_TOGETHER_S
            sure = SURE_WITH_JOLT if jolted else SURE_ALONE
            chances = {
                **dict.fromkeys(probabilities(seen, contact.zone), round((1.0 - sure) / 7.0, 4)),
                "hit": sure,
            }
            confidence = sure
        else:
            chances = probabilities(seen, contact.zone)
            # Surer the longer it is looked at, and less sure without a measured place.
            confidence = (
                max(chances.values())
                * (1.0 - 0.6 * math.exp(-seen.duration / 0.25))
                * (0.75 if seen.speed is None else 1.0)
            )
        gesture = max(chances, key=lambda name: chances[name])
        speed = (
            seen.speed
            if seen.speed is not None
            else TYPICAL_STROKE_M_S
            if gesture == "stroke"
            else 0.0
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
    """Take out of `pressed` the pads that are under one hand with the one pressed hardest: those
    that are near one another, in a chain. Gives them with their pressures."""
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
