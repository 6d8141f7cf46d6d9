"""What the language model is given to read: a fixed beginning with examples, the situation in plain
sentences, and the words."""

from __future__ import annotations

from moggy.brain.language.question import Question, Situation
from moggy.vocabulary import PersonClass

BEGINNING = """A small cat lives with people. This is what people say to it, and \
how the cat feels then.

The cat dozes. The person smiles. The person says: "There you are, my sweet." The cat feels loved.
The cat was just stroked. The person says: "Do you want to hunt the feather?" The cat feels playful.
The cat just bit. The person looks angry. The person says: "Enough!" The cat feels sorry.
The person looks sad. The person says: "I am so lonely today." The cat feels gentle.
The cat was just hit. The person says: "I can't stand you." The cat feels afraid.
The person sits down. The person says: "I'll read a little now." The cat feels calm.
The person just came home. The person says: "Guess what is in this box?" The cat feels curious.
"""
"""The fixed beginning of every prompt. It is evaluated once and kept, so its examples cost no time.
The sentences are our own; none of them is in a test set."""

HAPPENED = {
    "hit": "The cat was just hit.",
    "squeezed": "The cat was just squeezed.",
    "shaken": "The cat was just shaken.",
    "falling": "The cat just fell.",
    "stroked": "The cat was just stroked.",
    "scratched": "The cat was just scratched behind the ears.",
    "patted": "The cat was just patted.",
    "tickled": "The cat was just tickled.",
    "poked": "The cat was just poked.",
    "held": "The person holds the cat.",
    "lifted": "The cat was just picked up.",
    "loud_noise": "There was a loud noise.",
    "arrived": "The person just came home.",
    "left_alone": "The cat was alone for a long time.",
    "praised": "The person has just praised the cat.",
    "scolded": "The person has just scolded the cat.",
    "play_asked": "The cat and the person are playing.",
    "sent_off": "The person has just sent the cat away.",
}
"""The events that help to understand the next words, each as the sentence that the model reads."""
LATELY = 20.0
"""Seconds for which the prompt says that something *just* happened. Our choice."""
SENTENCES = 2
"""Sentences about what happened, at most: a small model loses track of more. Our judgement."""
LONGEST = 300
"""Characters of the words that are given to the model; the rest is cut off."""
SURE_ENOUGH = 0.3
"""How sure the estimate of the person must be, 0..1, before the prompt says how they look."""
TOLD_FEELINGS: tuple[PersonClass, ...] = ("happy", "sad", "angry", "afraid")
"""Feelings that the prompt tells. The fixed beginning has none of the others."""


def situation(seen: Situation) -> str:
    """One to three sentences: what happened just before, and how the person looks."""
    sentences: list[str] = []
    for name, ago in seen.before:
        sentence = HAPPENED.get(name, "")
        if ago <= LATELY and sentence and sentence not in sentences:
            sentences.append(sentence)
    sentences = sentences[:SENTENCES]
    if seen.person_sure > SURE_ENOUGH and seen.person_looks in TOLD_FEELINGS:
        sentences.append(f"The person looks {seen.person_looks}.")
    return " ".join(sentences) or "The person sits down."


def words(text: str) -> str:
    """The words as one line inside quotation marks."""
    return " ".join(text[:LONGEST].replace('"', "'").split())


def reading(question: Question) -> str:
    """A prompt that ends after the words: the head reads the model's hidden state there."""
    return f'The person says: "{words(question.text)}" The person feels'


def judging(question: Question) -> str:
    """A prompt whose next word is how the cat would feel."""
    return (
        f'{situation(question.situation)} The person says: "{words(question.text)}" The cat feels'
    )
