"""Decides when a slow reader is asked, and tells it what happened before: pure, from the ticks
alone."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from moggy.brain.language.question import PATIENCE, Question, Situation
from moggy.messages import Event, Gesture, Thought, Tick, Words

MEMORY = 120.0
"""Seconds that an event counts as *before*."""
KEPT = 16
"""Events that are remembered."""
TOLD = frozenset({"touched", "released", "looked_at", "advised"})
"""Events that say nothing about a remark: too many, or our own."""


class Recent:
    """What happened lately, kept up from the ticks."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._gesture: Gesture | None = None

    def see(self, tick: Tick) -> None:
        if tick.events:
            self._events.extendleft(event for event in tick.events if event.name not in TOLD)
        for sense in tick.understood:
            if isinstance(sense, Gesture):
                self._gesture = None if sense.phase == "end" else sense

    def situation(self, tick: Tick) -> Situation:
        """The situation at this tick; call it before `see` of the same tick, so that the words
        themselves are not *before*."""
        touch = (
            self._gesture
            if self._gesture is not None and tick.at - self._gesture.at < 1.0
            else None
        )
        person, pet = tick.person, tick.pet
        return Situation(
            before=tuple(
                (event.name, round(tick.at - event.at, 2))
                for event in self._events
                if tick.at - event.at < MEMORY
            ),
            touch=touch.gesture if touch else None,
            person_valence=round(person.valence, 3),
            person_arousal=round(person.arousal, 3),
            person_sure=0.0 if person.unsure else round(person.confidence, 3),
            pet_valence=round(pet.valence, 3),
            pet_arousal=round(pet.arousal, 3),
            trust=round(pet.bond.trust, 3),
        )


def ask(tick: Tick, recent: Recent) -> Question | None:
    """A question about the last words of this tick that have a text, or None."""
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
                confidence=words.confidence or 0.0,
                situation=recent.situation(tick),
            )
    return None


class Asker:
    """Tick → Question or None, for one slow reader.

    `Asker()` asks at once. `Asker(after="embedding")` waits for that reader's thought and hands it
    on, so that the two do not work at the same time and the second refines the first; after
    `patience` seconds it asks without.
    """

    def __init__(self, after: str | None = None, patience: float = 0.5) -> None:
        self._recent = Recent()
        self._after, self._patience = after, patience
        self._pending: Question | None = None

    def __call__(self, tick: Tick) -> Question | None:
        question = ask(tick, self._recent) if tick.understood else None
        self._recent.see(tick)
        if self._after is None:
            return question
        if question is not None:
            self._pending = question
        return self._ripe(tick)

    def _ripe(self, tick: Tick) -> Question | None:
        pending = self._pending
        if pending is None:
            return None
        for sense in tick.understood:
            if (
                isinstance(sense, Thought)
                and sense.source == self._after
                and sense.about == pending.about
            ):
                pending = refined(pending, sense)
                break
        else:
            if tick.at - pending.asked < self._patience:
                return None
        self._pending = None
        return pending


def refined(question: Question, thought: Thought) -> Question:
    """The same question, with what another reader made of it in place of the first reading."""
    return replace(
        question,
        read_by=thought.source,
        probabilities=thought.probabilities or question.probabilities,
        valence=question.valence if thought.valence is None else thought.valence,
        arousal=question.arousal if thought.arousal is None else thought.arousal,
        intent=thought.intent or question.intent,
        confidence=thought.confidence,
    )
