"""Reads touch: samples of pressure on the skin become gestures of a hand. The first gesture is told
in the tick in which contact begins."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from moggy.body import Body
from moggy.messages import Acceleration, AnySense, Forget, Gesture, Place, Touch
from moggy.sensors.touch.blows import Blows
from moggy.sensors.touch.contact import LANDS_S, Contact, PressureTrace
from moggy.sensors.touch.skin_range import SkinRange
from moggy.vocabulary import (
    EVERYBODY,
    GESTURE_PERIOD_S,
    GESTURES,
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
ZONE_HYSTERESIS = 1.5
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
PALM_GAIN = 2.0
"""Share of a palm for each pressure on the further pads relative to the firmest: a palm of 0.3
presses those of the simulated cat (`sim/`) with 0.11 of it."""
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

SLAP_LASTS_S = 0.4
"""Seconds for which a slapped contact is called a hit. After that it is judged by what the hand
does."""
SURE_WITH_JOLT = 0.95
"""Probability of a hit where the body was jolted."""
SURE_ALONE = 0.8
"""Probability of a hit by pressure alone."""


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
        self._skin = SkinRange()
        self._blows = Blows(self._skin)

    def _within(self, reach: float) -> dict[str, frozenset[str]]:
        """Pad → the pads within `reach` m, itself included."""
        return {
            name: frozenset(o for o, (_, b) in self._pads.items() if math.dist(a, b) <= reach)
            for name, (_, a) in self._pads.items()
        }

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        """The gestures of this tick. Reads acceleration too, for slaps, and who is forgotten."""
        out: list[AnySense] = []
        for sense in senses:
            if isinstance(sense, Touch):
                self._touch(sense, min(sense.at, now), out)
            elif isinstance(sense, Acceleration):
                self._blows.weigh((sense.x, sense.y, sense.z), now)
            elif isinstance(sense, Forget) and sense.person == EVERYBODY:
                self._skin.forget()
        for contact in self._contacts[:]:
            if now - contact.last > SILENCE_S:
                self._end(contact, now, out)
            elif contact.told < 0.0:
                self._blows.slap(contact, now)
                out.append(self._tell(contact, now, "begin"))
            elif self._blows.slap(contact, now) or now - contact.told >= GESTURE_PERIOD_S - 1e-6:
                out.append(self._tell(contact, now, "during"))
        return out

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
        return min(1.0, FINGER_AREA + PALM_GAIN * sum(others) / first)

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
        self._blows.slap(contact, at, ended=True)
        if contact.told < 0.0:
            out.append(self._tell(contact, at, "begin"))
        out.append(self._tell(contact, at, "end"))
        self._contacts.remove(contact)
        self._gone.append(contact)

    def _tell(self, contact: Contact, now: float, phase: GesturePhase) -> Gesture:
        """The gesture of a contact as it is now."""
        contact.told = now
        # The newest sample is kept: an end that follows from silence is caused by it too.
        because, contact.because = tuple(contact.because[-12:]), contact.because[-1:]
        jolted = self._blows.jolted(contact, now)
        seen = contact.features(now, phase == "end", jolted)
        if contact.slapped >= 0.0 and now - contact.slapped < SLAP_LASTS_S:
            sure = SURE_WITH_JOLT if jolted else SURE_ALONE
            chances = {
                **dict.fromkeys(GESTURES, round((1.0 - sure) / 7.0, 4)),
                "hit": sure,
            }
            confidence = sure
        else:
            chances = contact.trace.belief.see(self._skin.usual(seen), contact.zone)
            # Surer the longer it is looked at, and less sure without a measured place.
            confidence = (
                max(chances.values())
                * (1.0 - 0.6 * math.exp(-seen.duration / 0.25))
                * (0.75 if seen.speed is None else 1.0)
            )
        if phase == "end":
            self._skin.learn(seen)
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
