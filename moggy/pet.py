"""The pet: the senses of a moment go in, and one Tick comes out. It is pure: the same senses, files
and seed give the same life, to the bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Protocol

from moggy.clock import LONGEST_GAP_S, RATE
from moggy.config import Invalid
from moggy.messages import (
    Affect,
    AnySense,
    Command,
    Context,
    Decision,
    Edited,
    Event,
    Evidence,
    Gesture,
    Happening,
    Mover,
    PersonEstimate,
    Sense,
    Tick,
)
from moggy.ongoing import Ongoing
from moggy.published import OF_COMMANDS, published
from moggy.shown_tree import TreeNow
from moggy.vocabulary import EVENTS, nearest

TREE_PERIOD = 0.1
"""Seconds between two ticks of the tree, our choice; urgent events and those of AT_ONCE do not wait
for it. Feelings are integrated exactly in time, so they are worked out only when the tree
is ticked, and when something happened or was perceived."""
AT_ONCE = frozenset(("touched", "patted", "tapped", "poked"))
"""Events that are answered in the tick in which they happen: a touch begins, or may be enough."""

ACT_PERIOD = 0.04
"""Seconds between two commands to the body, which glides from one to the next; what happens or is
decided anew does not wait for it. Our choice: docs/decisions/0009-commands-at-25-hz.md."""
EARLY = 0.5 / RATE
"""Seconds. Real ticks come a little early or late: what is due before the middle of the next period
is due now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """All that a life depends on besides its senses. Every journal begins with it."""

    version: str
    seed: int
    hour: float
    """Local time of day at second 0, 0..24."""
    body: str = "body/cat.yaml"
    personality: str = "personalities/cat.yaml"
    tree: str = "trees/cat.yaml"
    appraisals: str = "appraisals/cat.yaml"
    files: Mapping[str, str] = field(default_factory=dict)
    """Name → text of every file that the pet was made from."""
    remembered: Mapping[str, Any] | None = None
    """What it knew of its people (`brain.memory.Remembered.as_data`); None for a pet that remembers
    nothing."""


class SenseReader(Protocol):
    """Turns raw senses into understood ones. It may keep state between calls, and reads no
    clock."""

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        """What the senses of this tick say. Called at every tick, `now` in s."""
        ...


class MindPart(Protocol):
    """What the pet needs of `brain.mind.Mind`."""

    def perceive(
        self, senses: Sequence[AnySense], now: float
    ) -> tuple[tuple[Event, ...], tuple[Evidence, ...]]:
        """What the senses of this tick mean. Called at every tick."""
        ...

    def feel(
        self, events: Sequence[Event], evidence: Sequence[Evidence], now: float, dt: float
    ) -> tuple[PersonEstimate, Affect]:
        """How the person and the pet feel now, `dt` s after the last call."""
        ...

    def did(self, behavior: str) -> None:
        """Take note of the behaviour that runs: doing it fills some drives."""
        ...

    def remember(self) -> Any:
        """What the next life should know: a `brain.memory.Remembered`."""
        ...


class DeciderPart(Protocol):
    """What the pet needs of `behaviors.decider.Decider`."""

    def decide(self, context: Context) -> Decision:
        """Tick the tree once and return what to do."""
        ...

    def weighed(self) -> TreeNow | None:
        """What the tree weighs now, for who looks on; None before its first tick."""
        ...


class ActorPart(Protocol):
    """What the pet needs of `actuators.actor.Actor`."""

    def act(
        self,
        decision: Decision,
        person: PersonEstimate,
        pet: Affect,
        events: Sequence[Event],
        gesture: Gesture | None,
        now: float,
        dt: float,
    ) -> tuple[Command, Mapping[str, tuple[Mover, ...]]]:
        """The command of this tick, and what moves each joint or output now."""
        ...


Adopt = Callable[[Edited, float], None]
"""(edit, now): take an edited file, or raise Invalid and stay as before."""


class LivingPet:
    """A pet that lives, one tick at a time: it senses, perceives, feels, decides and acts.

    `moggy.assemble.born` makes one from a `Start`; `moggy.Pet` says what it will be.
    """

    def __init__(
        self,
        *,
        hour: float,
        readers: Sequence[SenseReader],
        raw: tuple[type[Sense], ...],
        mind: MindPart,
        decider: DeciderPart,
        actor: ActorPart,
        adopt: Adopt,
        number: Callable[[], int],
    ) -> None:
        """`raw`: the messages that the readers answer for; others reach the mind as they came."""
        self.mind, self.decider = mind, decider
        self._raw = raw
        self._readers, self._actor = readers, actor
        self._adopt, self._number = adopt, number
        self._ticks = count()
        self._now = float("-inf")
        self._decided = float("-inf")
        self._decision = Decision(at=0.0, behavior="born", why="has just woken")
        self._felt, self._felt_at = (PersonEstimate(), Affect()), 0.0
        self._command, self._acted, self._plays = Command(at=0.0), -1.0 / RATE, self._decision.plays
        self._unheard: list[Event] = []
        self._undeclared: set[str] = set()
        self._ongoing = Ongoing(hour)

    def tick(self, now: float, senses: Sequence[AnySense]) -> Tick:
        """Live one moment: `now` in seconds since it was born, `senses` as they came since the last
        tick. Raises ValueError, and lives on as before, when `now` runs backwards or lies more than
        LONGEST_GAP_S behind the last tick (the first: behind 0)."""
        self._pass(now)
        heard = tuple([published(replace(sense, id=self._number())) for sense in senses])
        refused = self._take_edits(heard, now)
        understood, unknown = self._understand(heard, now)
        self._ongoing.take(understood, now)
        events, evidence = self.mind.perceive(understood, now)
        beat = now - self._decided >= TREE_PERIOD - EARLY or any(
            event.urgent or event.name in AT_ONCE for event in events
        )
        if beat or events or evidence:
            felt = self.mind.feel(events, evidence, now, now - self._felt_at)
            self._felt = published(felt[0]), published(felt[1])
            self._felt_at = now
        person, pet = self._felt
        decision = self._decide(now, person, pet, events, beat)
        moved = self._act(decision, person, pet, events, now)
        return Tick(
            at=now,
            n=next(self._ticks),
            senses=heard,
            understood=understood,
            events=events,
            evidence=evidence,
            person=person,
            pet=pet,
            decision=decision,
            commanded=self._command,
            moved=moved,
            calls=decision.calls,
            refused=(*refused, *unknown),
        )

    def _pass(self, now: float) -> None:
        """Let time pass. Raises as `tick`."""
        if not now >= self._now:
            raise ValueError(f"time runs backwards: {now} s comes after {self._now} s")
        gap = now - max(0.0, self._now)
        if gap > LONGEST_GAP_S:
            raise ValueError(
                f"{gap:g} s passed since the last tick, over {LONGEST_GAP_S:g}: leave the pause out"
                " of the pet's time, as moggy.clock.RealClock does"
            )
        self._now = now

    def _act(
        self,
        decision: Decision,
        person: PersonEstimate,
        pet: Affect,
        events: Sequence[Event],
        now: float,
    ) -> Mapping[str, tuple[Mover, ...]]:
        """Work out the command when it is time to, or when something happened; gives what moves
        each joint that is moved anew."""
        news = events or decision.calls or decision.plays != self._plays
        if not news and now - self._acted < ACT_PERIOD - EARLY:
            return {}
        command, moved = self._actor.act(
            decision, person, pet, events, self._ongoing.gesture, now, now - self._acted
        )
        self._command = published(command, OF_COMMANDS)
        self._acted, self._plays = now, decision.plays
        return moved

    def _take_edits(self, heard: Sequence[AnySense], now: float) -> tuple[str, ...]:
        refused = []
        for sense in heard:
            if isinstance(sense, Edited):
                try:
                    self._adopt(sense, now)
                except Invalid as error:
                    edited = "" if error.file == sense.file else f"{sense.file}: "
                    refused.append(f"{edited}{error}")
        return tuple(refused)

    def _understand(
        self, heard: tuple[AnySense, ...], now: float
    ) -> tuple[tuple[AnySense, ...], tuple[str, ...]]:
        """What the readers make of the senses; and what is wrong with it, each mistake once."""
        understood: list[AnySense] = [sense for sense in heard if not isinstance(sense, self._raw)]
        for reader in self._readers:
            for sense in map(published, reader.read(heard, now)):
                understood.append(sense if sense.id else replace(sense, id=self._number()))
        wrong = {
            sense.event: f"a sensor tells of the event {sense.event!r}, which nobody declared"
            f"{nearest(sense.event, EVENTS)}"
            for sense in understood
            if isinstance(sense, Happening) and sense.event not in EVENTS
        }
        if not wrong:
            return tuple(understood), ()
        kept = [s for s in understood if not (isinstance(s, Happening) and s.event in wrong)]
        said = [message for name, message in wrong.items() if name not in self._undeclared]
        self._undeclared |= wrong.keys()
        return tuple(kept), tuple(said)

    def _decide(
        self, now: float, person: PersonEstimate, pet: Affect, events: Sequence[Event], beat: bool
    ) -> Decision:
        self._unheard += events
        if not beat:
            if self._decision.calls:
                self._decision = replace(self._decision, calls=())
            return self._decision
        decision = self.decider.decide(
            Context(
                at=now,
                dt=min(now - self._decided, now),
                hour=self._ongoing.day_time.hour(now),
                person=person,
                pet=pet,
                events=tuple(self._unheard),
                gesture=self._ongoing.gesture,
                battery=self._ongoing.battery.level,
                charging=self._ongoing.battery.charging,
                settings=self._ongoing.settings,
            )
        )
        self._decision = published(decision)
        self.mind.did(self._decision.behavior)
        self._decided = now
        self._unheard.clear()
        return self._decision
