"""Reads touch: samples of pressure on the skin become gestures of a hand. The first gesture is told
in the tick in which contact begins."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from moggy.body import Body
from moggy.messages import Acceleration, AnySense, Gesture, Place, Touch
from moggy.sensors.touch.contact import LANDS_S, SLAP_WINDOW_S, Contact, PressureTrace
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
HAND_REACH = 2.0
"""Largest distance of two pads under one hand, in usual distances of neighbouring pads. Our choice:
16 cm on the shipped cat, where a hand on the flank presses the pads of belly and shoulders."""
BLOW_REACH = 3.0
"""The same for pads that are pressed together at once: a blow is felt farther. Our choice: 24 cm on
the shipped cat."""
TOGETHER_S = 0.05
"""Seconds within which pads that are pressed come under the same hand. Our choice."""
FINGER_AREA = 0.05
"""Share of a palm that a finger has."""
PALM_ON_PAD = 0.08
"""Least share of the firmest pad's pressure that a palm leaves on a third pad, where it lies nearer
to the first than to the second: a Gaussian of 4 cm on pads 8 cm apart."""
PALM_BETWEEN = 0.03
"""The same for a palm between two pads."""
BETWEEN = 0.4
"""Share of the firmest pad's pressure on the second from which a hand lies between the two."""
BETWEEN_SHARE = 0.6
"""Share of the second pad's pressure that then counts too. Our choice: a finger between two pads
presses each half as hard as it would press one."""
UNKNOWN_AREA = 0.2
"""Told as the area where the pads do not tell: a few fingers. Our choice."""
LEAST_PRESSURE = 0.02
"""Pressure on a pad (0..1) at or below which it is not touched."""

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
SLAP_LASTS_S = 0.4
"""Seconds for which a slapped contact is called a hit. After that it is judged by what the hand
does."""
SURE_WITH_JOLT = 0.95
"""Probability of a hit where the body was jolted."""
SURE_ALONE = 0.8
"""Probability of a hit by pressure alone."""
WEIGHED_S = 1.2
"""Seconds after a sample of acceleration for which there is an accelerometer. Of a body at rest the
board sends one every half a second (`_tell_motion` in firmware/board.py), so that one may be lost;
a jolt it sends at once."""


class Spot(NamedTuple):
    """One hand in one sample."""

    zone: ZoneName
    place: Place | None
    pressure: float
    area: float | None
    """Share of a palm; None: the pads do not tell."""
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
        usual = nearest[len(nearest) // 2] if nearest else 0.08
        self._reach = HAND_REACH * usual
        self._near = self._within(self._reach)
        self._struck = self._within(BLOW_REACH * usual)
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
        self._pressed: dict[str, float] = {}
        """Pad that is pressed → when that began, s."""
        self._jolted = self._weighed = -1.0
        self._jolt = 0.0
        self._rest = (0.0, 0.0, 1.0)

    def _within(self, reach: float) -> dict[str, frozenset[str]]:
        """Pad → the pads within `reach` m, itself included."""
        return {
            name: frozenset(o for o, (_, b) in self._pads.items() if math.dist(a, b) <= reach)
            for name, (_, a) in self._pads.items()
        }

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        """The gestures of this tick. Reads acceleration too, for slaps."""
        out: list[AnySense] = []
        for sense in senses:
            if isinstance(sense, Touch):
                self._touch(sense, min(sense.at, now), out)
            elif isinstance(sense, Acceleration):
                self._weigh((sense.x, sense.y, sense.z), now)
        for contact in self._contacts[:]:
            if now - contact.last > SILENCE_S:
                self._end(contact, now, out)
            elif contact.told < 0.0:
                self._slap(contact, now)
                out.append(self._tell(contact, now, "begin"))
            elif self._slap(contact, now) or now - contact.told >= GESTURE_PERIOD_S - 1e-6:
                out.append(self._tell(contact, now, "during"))
        return out

    def _weigh(self, felt: Place, now: float) -> None:
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

    def _touch(self, touch: Touch, at: float, out: list[AnySense]) -> None:
        """Take one sample. It may be several spots (two hands on pads); each goes on with a contact
        or begins one. A sample without pressure ends contacts."""
        spots = tuple(self._spots(touch, at))
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
                contact.zone = spot.zone
                landed = at - contact.began > LANDS_S
                contact.trace.follow(at, spot.place if spot.measured else None, landed)
                contact.trace.press(at, spot.pressure)
            contact.sample(at, spot.pressure, spot.area, spot.fine, touch.id)
            went_on.append(contact)
        if touch.pads is not None:
            # A sample of pads is of the whole skin: a contact that is not in it has ended.
            for contact in self._contacts[:]:
                if contact not in went_on:
                    self._end(contact, at, out)

    def _spots(self, touch: Touch, at: float) -> Iterable[Spot]:
        if touch.pads is not None:
            pressed = {
                name: p
                for name, p in touch.pads.items()
                if p > LEAST_PRESSURE and name in self._pads
            }
            self._pressed = {name: self._pressed.get(name, at) for name in pressed}
            hands: list[dict[str, float]] = []
            while pressed:
                pads = _take(pressed, self._near)
                hand = next((hand for hand in hands if self._came_together(hand, pads)), None)
                if hand is None:
                    hands.append(pads)
                else:
                    hand.update(pads)
            for hand in hands:
                yield self._spot(hand, touch)
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

    def _came_together(self, pads: Iterable[str], others: Iterable[str]) -> bool:
        """Whether one hand brought both: some of them were pressed at once, and not far apart."""
        began = self._pressed
        return any(
            abs(began[a] - began[b]) <= TOGETHER_S and b in self._struck[a]
            for a in pads
            for b in others
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
        return Spot(
            zone,
            (x, y, z),
            _force(pads.values()),
            self._area(pads, strongest),
            measured=True,
            fine=len(pads) > 1,
        )

    def _area(self, pads: Mapping[str, float], strongest: str) -> float | None:
        """Share of a palm: a finger presses the one or two pads that it is on, a palm those beside
        them too. None on a single pad, on the lightest touch, and where there is no third pad."""
        if len(pads) == 1 or len(self._near[strongest]) < 3:
            return None
        first, second, *others = sorted(pads.values(), reverse=True)
        shows = PALM_BETWEEN if second > BETWEEN * first else PALM_ON_PAD
        if not others and first * shows < LEAST_PRESSURE:
            return None
        return min(1.0, FINGER_AREA + sum(others) / first)

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
        self._slap(contact, at, ended=True)
        if contact.told < 0.0:
            out.append(self._tell(contact, at, "begin"))
        out.append(self._tell(contact, at, "end"))
        self._contacts.remove(contact)
        self._gone.append(contact)

    def _slap(self, contact: Contact, now: float, ended: bool = False) -> bool:
        """Whether a contact turns out to be a slap just now: at most once for each contact, and
        only in its first 0.11 s."""
        if contact.slapped >= 0.0 or contact.checked:
            return False
        if now - contact.began > SLAP_WINDOW_S + SLAP_TOGETHER_S:
            contact.checked = True
            return False
        if self._jolted >= contact.began - SLAP_TOGETHER_S:
            harder = min(1.0, (self._jolt - JOLT_G) / (HARD_JOLT_G - JOLT_G))
            least = SLAP_WITH_JOLT + (SLAP_WITH_HARD_JOLT - SLAP_WITH_JOLT) * harder
            rises = contact.rise >= SLAP_RISE_PER_S * contact.peak
        elif now - self._weighed < WEIGHED_S:
            # At rest is an answer too: only what is brief and beyond the skin's range is a slap.
            brief = ended and contact.last - contact.began < UNMOVED_LASTS_S
            least, rises = SLAP_UNMOVED, brief
        else:
            least, rises = SLAP_UNWEIGHED, contact.rise >= SLAP_RISE_PER_S
        early = contact.last - contact.began <= SLAP_WINDOW_S or ended
        if rises and contact.peak >= least and early:
            contact.slapped = now
            return True
        return False

    def _tell(self, contact: Contact, now: float, phase: GesturePhase) -> Gesture:
        """The gesture of a contact as it is now."""
        contact.told = now
        # The newest sample is kept: an end that follows from silence is caused by it too.
        because, contact.because = tuple(contact.because[-12:]), contact.because[-1:]
        jolted = self._jolted >= contact.began - SLAP_TOGETHER_S
        weighed = now - self._weighed < WEIGHED_S
        seen = contact.features(now, phase == "end", jolted if weighed else None)
        if contact.slapped >= 0.0 and now - contact.slapped < SLAP_LASTS_S:
            sure = SURE_WITH_JOLT if jolted else SURE_ALONE
            chances = {
                **dict.fromkeys(probabilities(seen, contact.zone), round((1.0 - sure) / 7.0, 4)),
                "hit": sure,
            }
            confidence = sure
        else:
            now_seen = probabilities(seen, contact.zone)
            chances = contact.trace.belief.see(now_seen, seen.duration, phase == "end")
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
            area=min(1.0, UNKNOWN_AREA if contact.area is None else contact.area),
            speed=round(speed, 4),
            duration=contact.last - contact.began,
            along_fur=1.0 if seen.speed is None else round(contact.trace.along(now), 3),
            confidence=round(min(1.0, confidence), 3),
            because=because,
        )


def _force(pressures: Iterable[float]) -> float:
    """How hard a hand presses, 0..1: as much as on its firmest pad; between two it presses each
    with a part of its force."""
    first, second, *_ = *sorted(pressures, reverse=True), 0.0
    between = max(0.0, second / first - BETWEEN) / (1.0 - BETWEEN)
    return min(1.0, first + BETWEEN_SHARE * between * second)


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
