"""The one cell through which all nodes see the tick: its context, and what the tree remembers of
the last minutes."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from moggy.messages import Affect, Call, Context, Event, Gesture, PersonEstimate, Play
from moggy.personality import Personality

NEVER = 9999.0
"""Seconds since something that did not happen lately."""
HALF_LIFE = 6.0
"""Seconds in which an event's strength fades by half, where the tree says nothing else."""
COUNT_HALF_LIFE = 60.0
TOUCH_LOST = 1.0
"""A gesture that was not renewed for so long is over (they come five times a second)."""
BETWEEN_STROKES = 2.0
"""A hand that comes back within so many seconds goes on with the same petting."""
ADDRESSING = frozenset(
    (
        "called",
        "greeted",
        "praised",
        "scolded",
        "comfort_asked",
        "play_asked",
        "shown",
        "touched",
        "stroked",
        "patted",
        "smiled_at",
    )
)
"""Events by which a person turns to the pet: what it calls then is an answer."""
GENTLE = {
    "stroke": 1.0,
    "scratch": 0.95,
    "pat": 0.6,
    "hold": 0.7,
    "tap": 0.3,
    "tickle": 0.3,
    "poke": 0.0,
    "hit": 0.0,
}
"""How pleasant a gesture is at a zone that is liked."""
ROUGH = {"poke": 0.6, "hit": 1.0, "tickle": 0.35, "tap": 0.1}
BEST_SPEED, SPEED_WIDTH = 0.06, 1.4
"""m/s and octaves (e-folds). On human skin 3 cm/s is best with σ ≈ 1 (Löken 2009); on the back of a
cat faster pleases too."""


@dataclass(slots=True)
class EventTrace:
    """What is left of an event: its strength, when, and whose."""

    at: float
    strength: float
    id: int
    count: float


def nothing_yet() -> Context:
    return Context(at=0.0, dt=0.0, hour=12.0, person=PersonEstimate(), pet=Affect())


class CallBudget:
    """Keeps to the budget: few calls an hour that nobody asked for, none at night, none louder than
    the personality allows."""

    WHISPER = 0.25
    """Loudness of what escapes the pet in quiet hours (a hiss when hurt)."""

    def __init__(self) -> None:
        self.unasked: deque[float] = deque()

    def loudness(self, moment: Moment, wanted: float, involuntary: bool) -> float:
        """0: stay silent."""
        quiet = moment.personality.quiet
        if involuntary:
            return min(wanted, quiet.loudest, self.WHISPER if moment.quiet else 1.0)
        if moment.quiet or moment.personality.talkative <= 0.0 or "stop" in moment.context.settings:
            return 0.0
        if not moment.addressed:
            while self.unasked and self.unasked[0] <= moment.at - 3600.0:
                self.unasked.popleft()
            if len(self.unasked) >= math.floor(quiet.budget) or "focus" in moment.context.settings:
                return 0.0
            self.unasked.append(moment.at)
        return min(wanted, quiet.loudest)


class Moment:
    """Nodes are handed it when they are built and read it when they are ticked; only the Decider
    moves it on."""

    def __init__(
        self, personality: Personality, rng: random.Random, half_lives: Mapping[str, float]
    ) -> None:
        self.personality = personality
        self.rng = rng
        self.half_lives = half_lives
        self.context = nothing_yet()
        self.at = 0.0
        self.n = 0
        self.touch: Gesture | None = None
        self.petting: Gesture | None = None
        self.running_since = 0.0
        self.posture: Play | None = None
        self.voice = CallBudget()
        self.last_event = ""
        self.traces: dict[str, EventTrace] = {}
        self.ended: dict[str, float] = {}
        self.running = ""
        self.touched_at = -NEVER
        self._petted_since = 0.0
        self._felt = (0.0, 0.0)

    def take(self, context: Context) -> None:
        """Move on to the next moment."""
        self.context = context
        self.at = context.at
        self.n += 1
        gesture = context.gesture
        on = (
            gesture is not None and gesture.phase != "end" and context.at - gesture.at <= TOUCH_LOST
        )
        if on and gesture is not None:
            if self.since_touch > BETWEEN_STROKES:
                self._petted_since = gesture.at - gesture.duration
            self._felt = pleasure(gesture, self.personality.likes_touch.get(gesture.zone, 0.0))
            self.touched_at = context.at
            self.petting = gesture
        self.touch = gesture if on else None
        for event in context.events:
            self._remember(event)

    def _remember(self, event: Event) -> None:
        trace = self.traces.get(event.name)
        strength = max(event.strength, self.strength(event.name)) if trace else event.strength
        count = self.count(event.name) if trace else 0.0
        self.traces[event.name] = EventTrace(
            event.at, strength, event.id, count + min(event.dose, 1.0)
        )
        self.last_event = event.name

    def strength(self, event: str) -> float:
        """How strongly an event still stands, 0..1."""
        trace = self.traces.get(event)
        if trace is None:
            return 0.0
        age = (self.at - trace.at) / self.half_lives.get(event, HALF_LIFE)
        return trace.strength * 0.5**age if age < 20.0 else 0.0

    def since(self, event: str) -> float:
        trace = self.traces.get(event)
        return min(self.at - trace.at, NEVER) if trace else NEVER

    def count(self, event: str) -> float:
        trace = self.traces.get(event)
        return (
            trace.count * 0.5 ** min((self.at - trace.at) / COUNT_HALF_LIFE, 60.0) if trace else 0.0
        )

    def since_behavior(self, name: str) -> float:
        """Seconds since it last ended, whether or not it runs again."""
        return min(self.at - self.ended[name], NEVER) if name in self.ended else NEVER

    @property
    def since_touch(self) -> float:
        """Seconds; 0 while a hand is on it."""
        return 0.0 if self.touch is not None else min(self.at - self.touched_at, NEVER)

    @property
    def petted(self) -> float:
        """Seconds since this petting began; strokes that follow one another are one petting."""
        return self.at - self._petted_since if self.since_touch <= BETWEEN_STROKES else 0.0

    @property
    def liking(self) -> float:
        """−1..1: of the touched zone, also between two strokes; 0 where nobody touches."""
        hand = self.petting if self.since_touch <= BETWEEN_STROKES else None
        return self.personality.likes_touch.get(hand.zone, 0.0) if hand else 0.0

    @property
    def good(self) -> float:
        """How pleasant the hand is; between two strokes, how pleasant it was."""
        return self._felt[0] if self.since_touch <= BETWEEN_STROKES else 0.0

    @property
    def bad(self) -> float:
        return self._felt[1] if self.since_touch <= BETWEEN_STROKES else 0.0

    @property
    def quiet(self) -> bool:
        """In the owner's quiet hours, or asked for quiet now."""
        if "quiet" in self.context.settings:
            return True
        hours = self.personality.quiet.hours
        if hours is None:
            return False
        start, end = hours
        hour = self.context.hour
        return start <= hour < end if start <= end else hour >= start or hour < end

    @property
    def addressed(self) -> bool:
        """Somebody spoke to it, greeted it or touched it within ten seconds."""
        return self.touch is not None or any(
            name in ADDRESSING and self.at - trace.at <= 10.0 for name, trace in self.traces.items()
        )

    def call(
        self, name: str, loudness: float, *, involuntary: bool, because: tuple[int, ...]
    ) -> Call | None:
        """A sound to make now, if the quiet budget allows it."""
        allowed = self.voice.loudness(self, loudness, involuntary)
        if allowed <= 0.0:
            return None
        pet = self.context.pet
        seed = self.rng.getrandbits(31)
        return Call(
            at=self.at,
            name=name,
            loudness=allowed,
            valence=pet.valence,
            arousal=pet.arousal,
            seed=seed,
            because=because,
        )


def pleasure(touch: Gesture, liking: float) -> tuple[float, float]:
    """(pleasant, unpleasant) of one touch, 0..1 each: zone × gesture × speed × pressure × direction
    of the fur."""
    calm = GENTLE[touch.gesture]
    if touch.gesture in ("stroke", "scratch") and touch.speed > 0.0:
        off = math.log(touch.speed / BEST_SPEED) / SPEED_WIDTH
        calm *= max(0.3, math.exp(-0.5 * off * off))
    press = 1.0 if touch.pressure <= 0.6 else max(0.2, 1.0 - 2.0 * (touch.pressure - 0.6))
    fur = 1.0 if touch.along_fur >= 0.0 else 1.0 + 0.5 * touch.along_fur
    good = min(1.0, max(0.0, liking + 0.2)) * calm * press * fur
    bad = max(ROUGH.get(touch.gesture, 0.0), -liking, 0.4 * (1.0 - press) + 0.4 * (1.0 - fur))
    return good, min(1.0, max(0.0, bad))
