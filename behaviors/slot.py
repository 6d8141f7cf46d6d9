"""A behaviour in its place under a selector: its score, what it did lately, and the events that
caused it."""

from __future__ import annotations

import math

from py_trees.behaviour import Behaviour

from moggy.behaviors import tree
from moggy.behaviors.moment import NEVER, Moment
from moggy.behaviors.tree_language import TreeLanguage
from moggy.messages import Refusal, Score
from moggy.personality import Personality
from moggy.vocabulary import events_of

AGEING_TIME = 300.0
"""Seconds of waiting after which half of the ageing is reached."""
CAUSE_MEMORY = 60.0
"""Seconds for which an event counts as a cause."""
TIRING = 0.25
"""Share of the longest dwell over which a behaviour that has had its time tires."""
TIRED = 0.3
"""Factor on the score of a behaviour that is fully tired, 0..1."""
FEELINGS = ("emotion", "mood", "drive", "bond", "enough", "valence", "arousal")


class Slot:
    """What options and reflexes have in common: an id, a node, and the causes of its beginning."""

    def __init__(self, name: str, node: Behaviour, inputs: frozenset[str], moment: Moment) -> None:
        self.id, self.node, self.moment = name, node, moment
        split = [name.partition(".") for name in sorted(inputs)]
        self.events = tuple(
            dict.fromkeys(
                event
                for first, _, second in split
                if first in ("event", "since", "count")
                for event in events_of(second)
            )
        )
        self.touched = any(first in ("touch", "zone") for first, _, _ in split)
        self.felt = any(first in FEELINGS for first, _, _ in split)
        self.began = 0.0
        self.because: tuple[int, ...] = ()

    def cause(self) -> tuple[int, ...]:
        """Ids of what its inputs go back to: events, the touch, and the events behind feelings."""
        moment, found = self.moment, []
        if self.touched and moment.touch is not None:
            found.append(moment.touch.id)
        for name in self.events:
            trace = moment.traces.get(name)
            if trace is not None and moment.at - trace.at <= CAUSE_MEMORY:
                found.append(trace.id)
        if self.felt or not found:
            found += moment.context.pet.because
        return tuple(dict.fromkeys(found))

    def holds(self) -> bool:
        """Whether all that it needs to begin is still there. A reflex needs nothing."""
        return True

    def begin(self) -> None:
        """Note that the behaviour begins now, and its causes."""
        self.began = self.moment.at
        self.because = self.cause()
        self.moment.running, self.moment.running_since = self.id, self.began

    def carry(self, old: Slot) -> None:
        """Remember what the slot of the same id did before the file was edited."""
        self.began, self.because = old.began, old.because

    def end(self) -> None:
        """Note that the behaviour ends now."""
        self.moment.ended[self.id] = self.moment.at
        if self.moment.running == self.id:
            self.moment.running = ""


class OptionSlot(Slot):
    """An option of a utility selector, with its score."""

    def __init__(
        self,
        spec: tree.OptionSpec,
        node: Behaviour,
        moment: Moment,
        language: TreeLanguage,
        personality: Personality,
    ) -> None:
        self.spec = spec
        texts = [spec.when, *(term.of for term in spec.terms)]
        super().__init__(
            spec.id, node, frozenset().union(*(language.inputs(text) for text in texts)), moment
        )
        self.when = None if spec.when == "true" else language.compile(spec.when)
        self.interrupts = None if spec.interrupts == "false" else language.compile(spec.interrupts)
        self.terms = [
            (language.compile(term.of), term.response(), term.weight) for term in spec.terms
        ]
        self.names = [term.of for term in spec.terms]
        self.values = [0.0] * len(self.terms)
        self.weights = sum(term.weight for term in spec.terms)
        traits = personality.temperament
        self.temper = math.exp(
            sum(
                power * (2.0 * float(getattr(traits, trait)) - 1.0)
                for trait, power in spec.bend.items()
            )
        )
        self.appetite = personality.appetite.get(spec.id, 1.0)
        self.constant = spec.base * self.temper * self.appetite
        self.fatigue = self.fatigued_at = self.weary = 0.0
        self.waits_since = moment.at
        self.score = 0.0
        self.wanted = False
        self.tired = self.fresh = 1.0

    def holds(self) -> bool:
        """As `Slot.holds`."""
        return self.when is None or bool(self.when(self.moment))

    def weigh(self, running: bool) -> float:
        """Its score at this moment; 0 where it cannot run."""
        moment = self.moment
        self.score, self.wanted = 0.0, False
        if not running and (self.constant == 0.0 or self.resting() > 0.0):
            return 0.0
        if self.when is not None and not self.when(moment):
            return 0.0
        self.wanted = True
        self.score = self.strength(running)
        return self.score

    def resting(self) -> float:
        """Seconds until it may run again; 0 or less where it may."""
        return self.spec.cooldown - (self.moment.at - self.moment.ended.get(self.id, -NEVER))

    def strength(self, running: bool) -> float:
        """What speaks for it at this moment, whether it may run or not."""
        if self.constant == 0.0:
            return 0.0
        total = self._combined()
        if total <= 0.0:
            return 0.0
        if running:
            self.tired, self.fresh = self._stamina(self.moment.at - self.began), 1.0
        else:
            self.tired, self.fresh = self._rested(), self._aged()
        return self.constant * total * self.tired * self.fresh

    def _combined(self) -> float:
        combine, values, moment = self.spec.combine, self.values, self.moment
        if combine == "product":
            total = 1.0
            for n, (read, response, weight) in enumerate(self.terms):
                value = values[n] = 1.0 - weight + weight * response(read(moment))
                total *= value
                if total <= 0.0:
                    return 0.0
            return total
        for n, (read, response, weight) in enumerate(self.terms):
            values[n] = weight * response(read(moment))
        if combine == "max":
            return max(values, default=1.0)
        return sum(values) / self.weights if self.weights else 1.0

    def _stamina(self, ran: float) -> float:
        longest = self.spec.dwell[1]
        return (
            1.0
            if ran <= longest
            else max(TIRED, 1.0 - (1.0 - TIRED) * (ran - longest) / (TIRING * longest + 1e-9))
        )

    def _rested(self) -> float:
        """Factor on the score, 0..1: less when it ran lately, least when it outran its dwell."""
        if self.fatigue == 0.0:
            return 1.0
        fades = math.exp(-(self.moment.at - self.fatigued_at) / self.spec.recovery)
        return (1.0 - self.weary * fades) / (1.0 + self.spec.repetition * self.fatigue * fades)

    def _aged(self) -> float:
        waited = self.moment.at - self.waits_since
        return 1.0 + self.spec.ageing * waited / (waited + AGEING_TIME)

    def end(self) -> None:
        """Note that the behaviour ends now: it is less likely for a while (`repetition`)."""
        super().end()
        at = self.moment.at
        self.fatigue = 1.0 + self.fatigue * math.exp(-(at - self.fatigued_at) / self.spec.recovery)
        self.weary = 1.0 - self._stamina(at - self.began)
        self.fatigued_at = self.waits_since = at

    def carry(self, old: Slot) -> None:
        """As `Slot.carry`."""
        super().carry(old)
        if isinstance(old, OptionSlot):
            self.fatigue, self.fatigued_at, self.weary, self.waits_since = (
                old.fatigue,
                old.fatigued_at,
                old.weary,
                old.waits_since,
            )

    def report(self, refused: Refusal | None = None) -> Score:
        """The score with the terms that made it."""
        terms = dict(zip(self.names, self.values, strict=True))
        terms["base"] = self.spec.base
        if self.appetite != 1.0:
            terms["appetite"] = self.appetite
        if self.temper != 1.0:
            terms["temperament"] = self.temper
        if self.tired != 1.0:
            terms["repetition"] = self.tired
        if self.fresh != 1.0:
            terms["ageing"] = self.fresh
        return Score(id=self.id, score=self.score, terms=terms, refused=refused)


class ReflexSlot(Slot):
    """A reflex in the lane: set off by an event, weaker when set off again and again."""

    def __init__(
        self, spec: tree.ReflexSpec, node: Behaviour, moment: Moment, language: TreeLanguage
    ) -> None:
        self.spec = spec
        super().__init__(
            spec.id, node, language.inputs(spec.when) | language.inputs(spec.whenever), moment
        )
        self.when = None if spec.when == "true" else language.compile(spec.when)
        self.whenever = None if spec.whenever == "false" else language.compile(spec.whenever)
        self.set_off = self.set_off_at = self.strength = 0.0
        self.by: tuple[int, ...] = ()

    def triggered(self) -> bool:
        """Whether an event of this tick sets it off."""
        for event in self.moment.context.events:
            if event.name in self.spec.on:
                strength = event.strength * self.sensitivity()
                if strength >= self.spec.threshold and (
                    self.when is None or self.when(self.moment)
                ):
                    self.strength, self.by = strength, (event.id,)
                    self.moment.last_event = event.name
                    return True
        if self.whenever is not None and self.whenever(self.moment):
            self.strength, self.by = 1.0, ()
            return True
        return False

    def sensitivity(self) -> float:
        """1 at first; less when it was set off lately."""
        times = self.set_off * math.exp(-(self.moment.at - self.set_off_at) / self.spec.recovery)
        return float((1.0 - self.spec.habituates) ** times)

    def begin(self) -> None:
        """Note that the reflex is set off now; it is less sensitive for a while (`habituates`)."""
        at = self.moment.at
        self.set_off = self.set_off * math.exp(-(at - self.set_off_at) / self.spec.recovery) + 1.0
        self.set_off_at = at
        super().begin()
        self.because = tuple(dict.fromkeys((*self.by, *self.because)))

    def carry(self, old: Slot) -> None:
        """As `Slot.carry`."""
        super().carry(old)
        if isinstance(old, ReflexSlot):
            self.strength, self.by, self.set_off, self.set_off_at = (
                old.strength,
                old.by,
                old.set_off,
                old.set_off_at,
            )
