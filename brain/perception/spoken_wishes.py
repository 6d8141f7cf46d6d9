"""What words mean to the pet becomes events: what they ask of it (praised, scolded, called …), and
every feeling that is surely in them, meant for the pet or about something else.

A thought about the same words corrects this: it adds what was missed, strengthens what was taken
too lightly, and takes back what it contradicts (`misheard`). What was right is not counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from moggy.brain.perception.shown_feelings import AGAIN_S, felt_chances, ramp
from moggy.messages import Thought, Words
from moggy.vocabulary import (
    CLASS_PLACES,
    INTENT_EVENTS,
    PET_EVENTS,
    SEEN_EVENTS,
    TOLD_EVENTS,
    SeenFeeling,
)

FELT_FROM = 0.35
"""Probability of a feeling from which it is an event. Our choice, on held-back folds of
bench/said/train.tsv, as is the next."""
SURE_FROM = 0.3
"""Confidence that it takes, and that a wish in a thought takes."""
GONE_BELOW = 0.3
"""Probability of a feeling in a thought below which the words were misheard. Our choice, as are the
next."""
STRONGER_BY = 0.1
"""By how much stronger a feeling must be in a thought to be felt more."""
KIND_VALENCE = (0.05, 0.35)
"""Valence of words for the pet, beyond what gladness explains, from which they may be kind, and
from which they wholly are: «there, there, it was only the vacuum cleaner»."""
CROSS_SHARE = 0.6
"""Probability of anger and disgust, of that of gladness, from which words are not taken for kind:
«Hey, get your claws out of my curtains right now!». Our choice."""
UNKNOWN = 0.5
"""How surely something is meant for the pet, where nothing tells."""
ASKED_FROM = 0.3
"""How surely words must be meant for the pet to ask something of it."""
ASKED_OF_ANYBODY = "comfort_me"
"""The wish that is heard also where nobody is asked: «I had an awful day»."""
KIND: frozenset[SeenFeeling] = frozenset(("happy", "calm"))
"""Feelings in words that are a kindness."""
KINDNESS = ("praised", "loved")
"""Events of kind words, which an unsure thought about them takes back."""
KEPT = 64
"""Utterances for which a thought may still come."""


class SaidEvent(NamedTuple):
    """An event to be: its name, its strength and dose, and the event that it takes back."""

    name: str
    strength: float
    dose: float = 1.0
    takes_back: str = ""


class Utterance:
    """What words were taken for: event → strength; how sure they were, whom they meant, and whether
    kindness in them is doubted."""

    __slots__ = ("confidence", "doubted", "feelings", "to_pet", "wishes")

    def __init__(
        self, confidence: float = 0.0, to_pet: float | None = None, *, doubted: bool = False
    ) -> None:
        self.confidence, self.to_pet, self.doubted = confidence, to_pet, doubted
        self.feelings: dict[str, tuple[SeenFeeling, float]] = {}
        self.wishes: dict[str, float] = {}


class SpokenWishes:
    """Remembers which events the latest words were taken for."""

    def __init__(self) -> None:
        self._utterances: dict[int, Utterance] = {}
        self._felt: dict[tuple[str, str], tuple[float, float]] = {}

    def words(
        self, words: Words, confidence: float, at: float, *, doubted: bool = False
    ) -> list[SaidEvent]:
        """The events of words just heard, at `at` (s). `doubted`: who says them looks or sounds
        cross, so that kind words may be meant otherwise; they please nobody."""
        said = Utterance(confidence, words.to_pet, doubted=doubted)
        said.wishes = _wishes(words, said, 0.5 + 0.5 * confidence)
        chances = _chances(words, said)
        for name, felt in _feelings(chances, confidence, words.to_pet).items():
            if self._is_new(words.person, name, felt[1], at):
                said.feelings[name] = felt
        self._utterances[words.id] = said
        if len(self._utterances) > KEPT:
            del self._utterances[next(iter(self._utterances))]
        found = [SaidEvent(name, strength) for name, strength in said.wishes.items()]
        return found + [SaidEvent(name, strength) for name, (_, strength) in said.feelings.items()]

    def thought(self, thought: Thought) -> list[SaidEvent]:
        """The events of what a slow answer adds to what its words were taken for, or takes back."""
        said = self._utterances.get(thought.about) if thought.about else None
        if said is None:
            said = Utterance()
            if thought.about:
                self._utterances[thought.about] = said
        if thought.confidence <= SURE_FROM:
            return self._unsure(said)
        if thought.to_pet is not None:
            said.to_pet = thought.to_pet
        return self._wished(thought, said) + self._felt_now(thought, said)

    def _unsure(self, said: Utterance) -> list[SaidEvent]:
        """What is taken back of words that may be meant otherwise: the kindness in them."""
        kind = {name: said.wishes.pop(name) for name in KINDNESS if name in said.wishes}
        kind |= {name: said.feelings.pop(name)[1] for name in KINDNESS if name in said.feelings}
        return [SaidEvent("misheard", strength, takes_back=name) for name, strength in kind.items()]

    def _wished(self, thought: Thought, said: Utterance) -> list[SaidEvent]:
        if thought.intent is None:
            return []
        wishes = _wishes(thought, said, 0.3 + 0.6 * thought.confidence)
        gone = [name for name in said.wishes if name not in wishes]
        found = [SaidEvent("misheard", said.wishes.pop(name), takes_back=name) for name in gone]
        for name, strength in wishes.items():
            if name not in said.wishes:
                said.wishes[name] = strength
                found.append(SaidEvent(name, strength))
        return found

    def _felt_now(self, thought: Thought, said: Utterance) -> list[SaidEvent]:
        chances = _chances(thought, said)
        if not chances:
            return []
        feelings = _feelings(chances, thought.confidence, said.to_pet)
        found = []
        for name, (feeling, strength) in list(said.feelings.items()):
            moved = any(felt == feeling and other != name for other, (felt, _) in feelings.items())
            if moved or (name not in feelings and chances.get(feeling, 0.0) < GONE_BELOW):
                found.append(SaidEvent("misheard", strength, takes_back=name))
                del said.feelings[name]
        for name, felt in feelings.items():
            before = said.feelings.get(name)
            if before is None:
                if self._is_new(thought.person, name, felt[1], thought.at):
                    found.append(SaidEvent(name, felt[1]))
                    said.feelings[name] = felt
            elif felt[1] > before[1] + STRONGER_BY:
                found.append(SaidEvent(name, felt[1], dose=(felt[1] - before[1]) / felt[1]))
                said.feelings[name] = felt
        return found

    def _is_new(self, person: str, name: str, strength: float, at: float) -> bool:
        """Whether it is more than what the person has just said: each feeling counts once in a
        while, unless it grows."""
        when, before = self._felt.get((person, name), (-1e9, 0.0))
        if at - when < AGAIN_S and strength < before + STRONGER_BY:
            return False
        self._felt[person, name] = at, strength
        return True


def _wishes(read: Words | Thought, said: Utterance, strength: float) -> dict[str, float]:
    """The event of the wish in words, with its strength (0..1); none where they ask for nothing, or
    ask nothing of the pet, or praise it crossly."""
    intent = read.intent
    if intent is None or intent not in INTENT_EVENTS or (said.doubted and intent == "praise"):
        return {}
    if intent != ASKED_OF_ANYBODY and said.to_pet is not None and said.to_pet < ASKED_FROM:
        return {}
    if isinstance(read, Thought) and read.confidence <= SURE_FROM:
        return {}
    return {INTENT_EVENTS[intent]: min(1.0, strength)}


def _chances(read: Words | Thought, said: Utterance) -> dict[SeenFeeling, float]:
    """Probabilities of what may be felt by words; what is said to the pet kindly, though without
    gladness, counts as *happy* too. No kindness where it is doubted, or as likely anger."""
    chances = felt_chances(read.valence, read.arousal, read.probabilities)
    happy = chances.get("happy", 0.0)
    if said.to_pet is not None and said.to_pet > UNKNOWN and read.valence is not None:
        beyond = read.valence - CLASS_PLACES["happy"].valence * happy
        happy += ramp(beyond, *KIND_VALENCE) * chances.get("neutral", 0.0)
        chances["happy"] = happy
    cross = chances.get("angry", 0.0) + chances.get("disgusted", 0.0)
    if said.doubted or cross > CROSS_SHARE * happy:
        return {feeling: chance for feeling, chance in chances.items() if feeling not in KIND}
    return chances


def _feelings(
    chances: Mapping[SeenFeeling, float], confidence: float, to_pet: float | None
) -> dict[str, tuple[SeenFeeling, float]]:
    """Event → the feeling and its strength: the feeling's probability times the confidence, and for
    one that is meant for the pet times how surely it is."""
    meant = UNKNOWN if to_pet is None else to_pet
    found: dict[str, tuple[SeenFeeling, float]] = {}
    if confidence < SURE_FROM:
        return found
    for feeling, seen in SEEN_EVENTS.items():
        chance = chances.get(feeling, 0.0)
        if chance < FELT_FROM:
            continue
        strength = chance * confidence
        if meant >= UNKNOWN and feeling in PET_EVENTS:
            found[PET_EVENTS[feeling]] = feeling, strength * meant
        else:
            found[TOLD_EVENTS.get(feeling, seen)] = feeling, strength
    return found
