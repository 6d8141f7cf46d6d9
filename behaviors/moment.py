"""What all nodes of a tree read: the context of this tick, and what the tree remembers of the last
minutes."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from moggy.messages import Call, Context, Event, FeltTouch, Gesture, Play
from moggy.ongoing import is_quiet
from moggy.personality import Personality
from moggy.vocabulary import EVENTS, GESTURE_EVENTS

NEVER = 9999.0
"""In the place of the seconds since something that has not happened lately."""
HALF_LIFE = 6.0
"""Seconds in which an event's strength fades by half, where the tree says nothing else."""
COUNT_HALF_LIFE = 60.0
"""Seconds in which the count of an event fades by half. Our choice."""
BETWEEN_STROKES = 2.0
"""A hand that comes back within so many seconds goes on with the same petting."""
SOUR = 0.25
"""How bad a touch, 0..1, is at least that is called a bad one, where it is not as good. Our choice,
as in the tree."""
TOUCHES = frozenset(GESTURE_EVENTS.values())
"""Events that are a gesture of a hand."""
ANSWER_S = 10.0
"""Seconds after somebody turned to the pet in which what it calls is an answer."""


@dataclass(slots=True)
class EventTrace:
    """An event that fades: its strength, when it happened and which person it is from."""

    at: float
    strength: float
    id: int
    count: float


class CallBudget:
    """Limits the calls: few an hour that nobody asked for, none in quiet hours, none louder than
    the personality allows."""

    WHISPER = 0.25
    """Most loudness, 0..1, of an involuntary call in quiet hours (a hiss when hurt)."""

    def __init__(self) -> None:
        self.unasked: deque[float] = deque()

    def loudness(self, moment: Moment, wanted: float, involuntary: bool) -> float:
        """The loudness, 0..1, at which a call may be made now; 0: not at all. One that nobody asked
        for is counted."""
        quiet = moment.personality.quiet
        if involuntary:
            most = self.WHISPER if moment.quiet else quiet.loudest
            return min(wanted, most, quiet.loudest)
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
    """What the nodes of the tree read when they are ticked: the senses' context, the time (s),
    recent events and what ran when. The Decider updates it before each tick of the tree; nodes get
    it when they are built."""

    def __init__(
        self, personality: Personality, rng: random.Random, half_lives: Mapping[str, float]
    ) -> None:
        self.personality = personality
        self.rng = rng
        self.half_lives = half_lives
        self.context: Context
        """That of this tick; there is none before the first."""
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
        self.soured_at = -NEVER
        self._petted_since = 0.0
        self._row, self.row_at, self.row_count = "", -NEVER, 0.0
        """The latest gesture, when a hand with it left, and how often in a row."""

    def take(self, context: Context) -> None:
        """Move on to the next moment."""
        self.context = context
        self.at = context.at
        self.n += 1
        gesture = context.gesture
        if gesture is not None:
            if self.since_touch > BETWEEN_STROKES:
                self._petted_since = gesture.at - gesture.duration
            self.touched_at = context.at
            self.petting = gesture
        self.touch = gesture
        felt = context.pet.touch
        if felt is not None and felt.bad > max(felt.good, SOUR):
            self.soured_at = felt.at
        for event in context.events:
            self._remember(event)

    def _remember(self, event: Event) -> None:
        trace = self.traces.get(event.name)
        strength = max(event.strength, self.strength(event.name)) if trace else event.strength
        count = self.count(event.name) if trace else 0.0
        self.traces[event.name] = EventTrace(
            event.at, strength, event.id, count + min(event.dose, 1.0)
        )
        if event.takes_back:
            self.traces.pop(event.takes_back, None)
        self.last_event = event.name
        if event.name in TOUCHES and event.name != self._row:
            self._row, self.row_count = event.name, 0.0
        elif event.name == "released" and self._row:
            self.row_count, self.row_at = self.repeats + 1.0, event.at

    @property
    def repeats(self) -> float:
        """How many touches in a row were the same gesture, fading by half in COUNT_HALF_LIFE; a
        hand that is still there is not counted, and another gesture begins a new row."""
        age = (self.at - self.row_at) / COUNT_HALF_LIFE
        return self.row_count * math.exp2(-age)

    def strength(self, event: str) -> float:
        """How strongly an event still stands, 0..1."""
        trace = self.traces.get(event)
        if trace is None:
            return 0.0
        age = (self.at - trace.at) / self.half_lives.get(event, HALF_LIFE)
        return trace.strength * 0.5**age if age < 20.0 else 0.0

    def since(self, event: str) -> float:
        """Seconds since the last such event; NEVER where there was none lately."""
        trace = self.traces.get(event)
        return min(self.at - trace.at, NEVER) if trace else NEVER

    def count(self, event: str) -> float:
        """How many such events there were lately, fading by half in COUNT_HALF_LIFE."""
        trace = self.traces.get(event)
        return trace.count * 0.5 ** ((self.at - trace.at) / COUNT_HALF_LIFE) if trace else 0.0

    def since_behavior(self, name: str) -> float:
        """Seconds since it last ended, whether or not it runs again."""
        return min(self.at - self.ended[name], NEVER) if name in self.ended else NEVER

    @property
    def since_touch(self) -> float:
        """Seconds; 0 while a hand is on it."""
        return 0.0 if self.touch is not None else min(self.at - self.touched_at, NEVER)

    @property
    def since_sour(self) -> float:
        """Seconds since a hand was last felt to be bad, wherever it is now."""
        return min(self.at - self.soured_at, NEVER)

    @property
    def petted(self) -> float:
        """Seconds since this petting began; strokes that follow one another are one petting."""
        return self.at - self._petted_since if self.since_touch <= BETWEEN_STROKES else 0.0

    @property
    def last_felt(self) -> FeltTouch | None:
        """How the brain felt the latest touch, however long ago it ended (`since_touch`, s)."""
        return self.context.pet.touch

    @property
    def felt(self) -> FeltTouch | None:
        """How the brain felt the touch that goes on, or ended at most BETWEEN_STROKES ago."""
        return self.last_felt if self.since_touch <= BETWEEN_STROKES else None

    @property
    def quiet(self) -> bool:
        """In the owner's quiet hours, or asked for quiet now."""
        return is_quiet(self.personality.quiet, self.context.settings, self.context.hour)

    @property
    def addressed(self) -> bool:
        """Somebody spoke to it, greeted it or touched it within ten seconds."""
        return self.touch is not None or any(
            EVENTS[name].addresses and self.at - trace.at <= ANSWER_S
            for name, trace in self.traces.items()
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
