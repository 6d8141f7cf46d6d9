"""Decides when a slow reader of words is asked, and describes the situation to it.

It works from the ticks alone, so a replay asks the same questions.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from moggy.brain.language.question import PATIENCE, Question, Situation
from moggy.messages import Event, Thought, Tick, Words
from moggy.ongoing import Ongoing

REMEMBERED_S = 120.0
"""Seconds for which an event is part of a situation. Our choice."""
REMEMBERED_EVENTS = 16
"""Events that are kept at most."""
UNTOLD = frozenset({"touched", "released", "looked_at", "advised", "misheard"})
"""Events that are left out of a situation: they are too frequent to say anything about a remark, or
come from a reader itself."""


class Recent:
    """What happened lately; call `see` with every tick."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=REMEMBERED_EVENTS)
        self._ongoing = Ongoing()

    def see(self, tick: Tick) -> None:
        """Add the events and the touch of this tick."""
        if tick.events:
            self._events.extendleft(event for event in tick.events if event.name not in UNTOLD)
        self._ongoing.take(tick.understood, tick.at)

    def situation(self, tick: Tick) -> Situation:
        """The situation before this tick. Call it before `see` of the same tick: otherwise the
        events that the words caused would stand in their own situation."""
        self._ongoing.take((), tick.at)
        touch = self._ongoing.gesture
        person, pet = tick.person, tick.pet
        return Situation(
            before=tuple(
                (event.name, round(tick.at - event.at, 2))
                for event in self._events
                if tick.at - event.at < REMEMBERED_S
            ),
            touch=touch.gesture if touch else None,
            person_looks=max(person.probabilities, key=person.probabilities.__getitem__),
            person_sure=0.0 if person.unsure else round(person.confidence, 3),
            pet_valence=round(pet.valence, 3),
            pet_arousal=round(pet.arousal, 3),
            trust=round(pet.bond.trust, 3),
        )


def question_of(tick: Tick, recent: Recent) -> Question | None:
    """A question about the last words of this tick that have a text; None where there are none."""
    for words in reversed(tick.understood):
        if isinstance(words, Words) and words.text.strip():
            return Question(
                text=words.text,
                lang=words.lang,
                person=words.person,
                asked=tick.at,
                about=words.id,
                expires=tick.at + PATIENCE,
                probabilities=words.probabilities or {},
                valence=words.valence or 0.0,
                arousal=words.arousal or 0.0,
                intent=words.intent or "none",
                to_pet=words.to_pet,
                confidence=words.confidence or 0.0,
                situation=recent.situation(tick),
            )
    return None


class Asker:
    """Turns ticks into questions for one slow reader.

    Call it with every tick; it returns a Question or None.
    `Asker()` asks at once. `Asker(after="embedding")` waits for the Thought of that reader and puts
    it in place of the first reading, so that the two do not work at the same time and the second
    refines the first. After `patience` seconds it asks without.
    """

    def __init__(self, after: str | None = None, patience: float = 0.5) -> None:
        self._recent = Recent()
        self._after, self._patience = after, patience
        self._pending: Question | None = None

    def __call__(self, tick: Tick) -> Question | None:
        question = question_of(tick, self._recent) if tick.understood else None
        self._recent.see(tick)
        if self._after is None:
            return question
        if question is not None:
            self._pending = question
        return self._due(tick)

    def _due(self, tick: Tick) -> Question | None:
        """The pending question once it is answered by the reader before or has waited enough."""
        pending = self._pending
        if pending is None:
            return None
        for sense in tick.understood:
            if (
                isinstance(sense, Thought)
                and sense.source == self._after
                and sense.about == pending.about
            ):
                self._pending = None
                return refined(pending, sense)
        if tick.at - pending.asked < self._patience:
            return None
        self._pending = None
        return pending


def refined(question: Question, thought: Thought) -> Question:
    """The same question, with another reader's thought in place of the reading before."""
    return replace(
        question,
        read_by=thought.source,
        probabilities=thought.probabilities or question.probabilities,
        valence=question.valence if thought.valence is None else thought.valence,
        arousal=question.arousal if thought.arousal is None else thought.arousal,
        intent=thought.intent or question.intent,
        to_pet=question.to_pet if thought.to_pet is None else thought.to_pet,
        confidence=thought.confidence,
    )
