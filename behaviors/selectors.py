"""The two composites that py_trees lacks: one that runs the option with the best score, and a lane
of reflexes that is asked before it at every tick."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from py_trees.behaviour import Behaviour
from py_trees.common import Status
from py_trees.composites import Composite

from moggy.behaviors import tree
from moggy.behaviors.moment import Moment
from moggy.behaviors.slot import OptionSlot, ReflexSlot
from moggy.messages import Refusal, Score

SAME_REFLEX = 1.0
"""Seconds after which a reflex that still runs begins anew when it is set off again."""

LISTED = 8
"""How many of the best scores are reported with their terms."""

REPORTED_AGAIN = 1.0
"""Seconds after which the scores are reported again although nothing was chosen or refused."""


class Utility(Composite):
    """Runs the option with the best score, with some inertia. It weighs again when something
    happens, and otherwise every `spec.every` seconds."""

    def __init__(
        self, name: str, spec: tree.UtilitySpec, choices: Sequence[OptionSlot], moment: Moment
    ) -> None:
        super().__init__(name, [choice.node for choice in choices])
        self.spec, self.choices, self.moment = spec, choices, moment
        self.fallback = next(choice for choice in choices if choice.id == spec.fallback)
        impulsive = moment.personality.temperament.impulsiveness
        # Impulsiveness → choice temperature and dwell time: Litchfield 2017, by way of the Feline
        # Five.
        self.near = 0.02 + 0.2 * impulsive
        self.patience = 1.3 - 0.6 * impulsive
        self.running: OptionSlot | None = None
        self.scores: tuple[Score, ...] = ()
        self.again = self.report_again = 0.0
        self._situation: tuple[object, ...] = ()

    def tick(self) -> Iterator[Behaviour]:
        """Called by py_trees; yields the nodes that were ticked."""
        started: list[OptionSlot] = []
        while True:
            choice = self._decide(started)
            if choice is None:
                self.feedback_message = "no option can run"
                self.stop(Status.FAILURE)
                break
            if choice is not self.running:
                self._switch(choice)
                started.append(choice)
            yield from choice.node.tick()
            if choice.node.status == Status.RUNNING:
                self.status = Status.RUNNING
                break
            choice.end()
            self.running, self.current_child = None, None
        yield self

    def _switch(self, choice: OptionSlot) -> None:
        before, self.running, self.current_child = self.running, choice, choice.node
        if before is not None:
            before.node.stop(Status.INVALID)
            before.end()
        choice.begin()

    def stop(self, new_status: Status = Status.INVALID) -> None:
        """Called by py_trees when it ends or is interrupted."""
        running, self.running = self.running, None
        super().stop(new_status)
        if running is not None:
            running.end()

    def _decide(self, started: list[OptionSlot]) -> OptionSlot | None:
        """What to run at this tick; options that began and ended within it are out."""
        running, moment = self.running, self.moment
        if running is not None and not started and not self._due():
            return running
        self.again = moment.at + self.spec.every
        ranked = [
            choice
            for choice in self.choices
            if choice not in started and choice.weigh(choice is running) > 0.0
        ]
        ranked.sort(key=_score, reverse=True)
        chosen = self._stay_or_go(running, ranked) if running is not None else self._pick(ranked)
        if chosen is None and self.fallback not in started:
            chosen = self.fallback
        return chosen

    def _due(self) -> bool:
        """Whether anything can have changed that matters: weighing all options at each tick would
        be waste."""
        context = self.moment.context
        touch = self.moment.touch
        situation = (
            touch and touch.zone,
            touch and touch.gesture,
            context.settings,
            context.charging,
            context.person.present,
        )
        changed = situation != self._situation
        self._situation = situation
        # A stroke that goes on sends a part of an event five times a second: that can wait for the
        # next weighing.
        return (
            changed
            or self.moment.at >= self.again
            or any(event.dose >= 1.0 or event.urgent for event in context.events)
        )

    def _stay_or_go(self, running: OptionSlot, ranked: list[OptionSlot]) -> OptionSlot | None:
        """The running one, unless another beats its inertia. Refusals are kept with the numbers
        that decided."""
        moment = self.moment
        left = running.spec.dwell[0] * self.patience - (moment.at - running.began)
        bar = running.score * (1.0 + self.spec.hysteresis)
        # Two that both may interrupt would take turns for ever if neither had any inertia.
        urgent = running.interrupts is not None and bool(running.interrupts(moment))
        better: list[OptionSlot] = []
        refused: dict[str, Refusal] = {}
        for choice in ranked:
            if choice is running or choice.score <= running.score:
                continue
            if (
                choice.interrupts is not None
                and (not urgent or choice.score > bar)
                and choice.interrupts(moment)
            ):
                better.append(choice)
            elif left > 0.0:
                refused[choice.id] = Refusal(by="dwell", short=left)
            elif choice.score <= bar:
                refused[choice.id] = Refusal(by="hysteresis", short=bar - choice.score)
            else:
                better.append(choice)
        if refused or better or moment.at >= self.report_again:
            self.report_again = moment.at + REPORTED_AGAIN
            listed = [choice for n, choice in enumerate(ranked) if n < LISTED or choice is running]
            self.scores = tuple([choice.report(refused.get(choice.id)) for choice in listed])
        if not better and (running.score > 0.0 or left > 0.0):
            self.feedback_message = f"stays with {running.id} ({running.score:.2f})" + _because_of(
                refused
            )
            if running.wanted:
                running.because = running.cause() or running.because
            return running
        return self._pick(better, note=False)

    def _pick(self, candidates: list[OptionSlot], *, note: bool = True) -> OptionSlot | None:
        """One of the near-best: mostly the best. Draws a random number only where there is a
        choice."""
        if note:
            self.scores = tuple([choice.report() for choice in candidates[:LISTED]])
        if not candidates:
            self.feedback_message = f"nothing speaks for anything: {self.fallback.id}"
            return None
        best = candidates[0].score
        near = [choice for choice in candidates if choice.score >= best * (1.0 - self.near)]
        chosen = near[0]
        if len(near) > 1:
            weights = [math.exp((choice.score / best - 1.0) * 2.0 / self.near) for choice in near]
            chosen = self.moment.rng.choices(near, weights)[0]
        self.feedback_message = f"chose {chosen.id} ({chosen.score:.2f})" + (
            f" of {len(near)} near the best" if len(near) > 1 else ""
        )
        return chosen


def _score(choice: OptionSlot) -> float:
    return choice.score


def _because_of(refused: dict[str, Refusal]) -> str:
    return "".join(
        f"; {name} refused by {refusal.by}: {refusal.short:.2f}"
        for name, refusal in refused.items()
    )


class Reflexes(Composite):
    """Asks its reflexes first, at every tick, and ends what runs below when one is set off. A more
    urgent reflex ends a less urgent one."""

    def __init__(
        self, name: str, answers: Sequence[ReflexSlot], below: Behaviour, moment: Moment
    ) -> None:
        super().__init__(name, [*(answer.node for answer in answers), below])
        self.answers, self.below, self.moment = answers, below, moment
        self.watching = [answer for answer in answers if answer.whenever is not None]
        self.rank = {answer.id: rank for rank, answer in enumerate(answers)}
        self.running: ReflexSlot | None = None

    def tick(self) -> Iterator[Behaviour]:
        """Called by py_trees; yields the nodes that were ticked."""
        self._listen()
        if self.running is not None:
            answer = self.running
            yield from answer.node.tick()
            if answer.node.status == Status.RUNNING:
                self.status = Status.RUNNING
                yield self
                return
            self._end()
        self.current_child = self.below
        yield from self.below.tick()
        self.status = self.below.status
        self.feedback_message = "no reflex"
        yield self

    def _listen(self) -> None:
        """Set off the most urgent reflex that has a cause now; a running one gives way only to a
        more urgent one."""
        running, events = self.running, self.moment.context.events
        for answer in self.answers if events else self.watching:
            if running is not None and self.rank[answer.id] >= self.rank[running.id]:
                again = answer is running and events and self.moment.at - answer.began > SAME_REFLEX
                if again and answer.triggered():
                    self._set_off(answer)
                return
            if answer.triggered():
                self._set_off(answer)
                return

    def _set_off(self, answer: ReflexSlot) -> None:
        if self.running is not None:
            self._end()
        elif self.below.status == Status.RUNNING:
            self.below.stop(Status.INVALID)
        self.running, self.current_child = answer, answer.node
        self.feedback_message = f"{answer.id} set off ({answer.strength:.2f})"
        answer.begin()

    def _end(self) -> None:
        answer, self.running = self.running, None
        if answer is not None:
            if answer.node.status == Status.RUNNING:
                answer.node.stop(Status.INVALID)
            answer.end()

    def stop(self, new_status: Status = Status.INVALID) -> None:
        """Called by py_trees when it ends or is interrupted."""
        running, self.running = self.running, None
        super().stop(new_status)
        if running is not None:
            running.end()
