"""Whether what the cat says of itself is true: of the numbers beside it, of what happened, and in
words that a stranger understands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from moggy.behaviors.lint import Placed, slots
from moggy.behaviors.tree import BehaveSpec, NodeSpec, Tree
from moggy.behaviors.tree_language import TreeLanguage, holes

Holds = Callable[[float], bool]
"""Whether a claim is true of the number that is said with it: a share 0..1, seconds or minutes."""
IN_BRACKETS = re.compile(r"([^(),:;]*?) \((?:sure to |energy )?(-?\d+) %\)")
"""The words right before a bracket, and the percentage in it."""
AT = re.compile(r"([^(),:;]*?) (?:at|satisfied to) (-?\d+) %")
"""The words right before a level, and the percentage."""
AGO = re.compile(r"([^(),:;]*?) (-?\d+) (s|min) ago")
"""What happened, and how long ago that is."""
FOR = re.compile(r"([^(),:;]*?) for (-?[\d.]+) s")
"""What goes on, and for how long."""
CLOCK = re.compile(r"it is night \((\d\d):(\d\d)\)")
"""A time of day."""
CODE = re.compile(r"_|[a-z]\.[a-z0-9]|\d{4}|nan|inf\b|\{|\}|-\d|--")
"""What no stranger reads: ids, endless numbers, negative ones."""
LONGEST = 140
"""Characters of a sentence that is read at one glance. Our choice."""

SHARES: Mapping[str, Holds] = {
    "which it likes": lambda liking: liking >= 0.0,
    "which is pleasant": lambda good: good >= 0.12,
    "was pleasant": lambda good: good >= 0.12,
    "it is content": lambda contentment: contentment >= 0.18,
    "it trusts you": lambda trust: trust >= 0.05,
    "it trusts you only so much": lambda trust: trust <= 1.0,
    "it hardly trusts you": lambda trust: trust <= 0.12,
    "it hardly knows you yet": lambda familiarity: familiarity <= 0.2,
    "lifted by somebody it trusts only so much": lambda trust: trust <= 0.6,
    "it is fond of you": lambda affection: affection >= 0.15,
    "it is afraid": lambda fear: fear >= 0.08,
    "is afraid": lambda fear: fear >= 0.08,
    "it does not like being": lambda bad: bad >= 0.25,
    "has had enough of being touched": lambda enough: enough >= 0.5,
    "that hurt": lambda strength: strength > 0.0,
    "it has your attention": lambda attention: attention >= 0.15,
    "something interests it": lambda interest: interest >= 0.1,
    "something surprised it": lambda surprise: surprise >= 0.1,
    "its curiosity is": lambda curiosity: curiosity <= 0.65,
    "its wish to play is": lambda play: play <= 0.7,
    "its wish for company is": lambda company: company <= 0.45,
    "has the energy for it": lambda energy: energy >= 0.2,
    "it is tired": lambda energy: energy <= 0.42,
    "it is lonely": lambda lonely: lonely >= 0.1,
    "the battery is low": lambda battery: battery <= 0.15,
    "is sad": lambda sadness: sadness >= 0.1,
    "you seem sad or afraid": lambda distress: distress > 0.0,
    "you seem angry": lambda chance: chance >= 0.35,
    "it is not sure how you feel": lambda confidence: confidence <= 1.0,
    "what you show contradicts itself": lambda conflict: conflict >= 0.4,
    "it feels well": lambda valence: valence >= 0.1,
    "startles at a noise": lambda strength: strength > 0.0,
    "startles at a bump": lambda strength: strength > 0.0,
    "its energy is": lambda energy: 0.0 <= energy <= 1.0,
    "its energy": lambda energy: 0.0 <= energy <= 1.0,
    "the battery is": lambda battery: 0.0 <= battery <= 1.0,
}
"""Words that end in a claim → whether they are true of the percentage after them."""
HAPPENED: Mapping[str, tuple[str, float]] = {
    "it was left alone": ("left_alone", 3600.0),
    "you looked at it": ("looked_at", 60.0),
    "what you showed contradicted itself": ("conflict", 6.5),
    "you left": ("left", 12.0),
    "there was a voice": ("soft_voice", 8.0),
    "there was a noise": ("loud_noise", 8.0),
    "you seemed angry": ("anger_seen", 21.0),
    "you were angry with it": ("anger_at_pet", 21.0),
    "it disgusted you": ("disgust_at_pet", 13.0),
    "you said so": ("loved", 20.0),
    "you seemed glad": ("happiness_seen", 16.0),
    "you seemed calm and content": ("calm_seen", 60.0),
    "something else annoyed you": ("anger_told", 40.0),
    "something else disgusted you": ("disgust_seen", 40.0),
    "it was sent off": ("sent_off", 901.0),
    "you patted it": ("patted", 6.0),
    "it was poked": ("poked", 6.0),
    "it was hurt": ("rough", 300.0),
    "it was scolded": ("scolded", 40.0),
    "you came": ("arrived", 30.0),
    "you greeted it": ("greeted", 30.0),
    "you asked for comfort": ("comfort_asked", 45.5),
    "you seemed sad": ("sadness_seen", 45.5),
    "you seemed afraid": ("fear_seen", 45.5),
    "it heard you call": ("called", 16.0),
    "you did so": ("", 20.0),
    "you smiled": ("smiled_at", 16.0),
    "you seemed surprised": ("surprise_seen", 16.0),
    "you asked it to play": ("play_asked", 45.5),
    "you asked it to": ("play_asked", 45.5),
    "the last time was": ("", 120.0),
    "the last one was": ("", 120.0),
}
"""Words before «… ago» → the event, or group of events, that they tell of, and the longest time
after which it still is a reason (s; of washing, min). No event: that depends on the behaviour."""


class Template(NamedTuple):
    """One sentence of a tree's file, with its holes."""

    behavior: str
    text: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches what is said by it."""
        pieces = [re.escape(" ".join(piece.split())) for piece in re.split(HOLE_ONLY, self.text)]
        return re.compile("(.+?)".join(pieces))


HOLE_ONLY = re.compile(r"\{[^{}]*\}")
"""A hole with its brackets."""


def templates(tree: Tree) -> list[Template]:
    """Every sentence that the tree can say."""
    return [
        Template(slot.id, text)
        for slot in slots(tree.root)
        for leaf in _leaves(slot.do)
        for text in (leaf.why, *(reason.say for reason in leaf.reasons))
    ]


def _leaves(node: NodeSpec) -> Iterator[BehaveSpec]:
    if isinstance(node, BehaveSpec):
        yield node
    for child in getattr(node, "children", ()):
        yield from _leaves(child)


def untrue(sentence: str) -> str:
    """What is not true in a sentence, or not to be understood; empty: nothing."""
    if CODE.search(sentence) or len(sentence) > LONGEST:
        return "not for strangers"
    found = [("share", *match) for match in (*IN_BRACKETS.findall(sentence), *AT.findall(sentence))]
    for _, words, number in found:
        claim = ending(words, SHARES)
        if claim is None or not SHARES[claim](float(number) / 100.0):
            return f"{words.strip()}: {number} %"
    for words, number, _ in AGO.findall(sentence):
        event = ending(words, HAPPENED)
        if event is None or not 0.0 <= float(number) <= HAPPENED[event][1]:
            return f"{words.strip()}: {number} ago"
    for words, number in FOR.findall(sentence):
        if not 0.0 < float(number) < 3600.0:
            return f"{words.strip()}: for {number} s"
    known = len(found) + len(AGO.findall(sentence)) + len(FOR.findall(sentence))
    known += 2 * len(CLOCK.findall(sentence))
    if known != len(re.findall(r"\d+(?:\.\d+)?", sentence)):
        return "a number without words"
    return ""


def ending(words: str, claims: Mapping[str, Any]) -> str | None:
    """The longest claim with which these words end, or which stands in them."""
    there = [claim for claim in claims if words.strip().endswith(claim)]
    there = there or [claim for claim in claims if claim in words]
    return max(there, key=len, default=None)


def strange_numbers(tree: Tree) -> list[str]:
    """Numbers in sentences that their behaviour does not weigh and does not ask for: nothing of it
    decided."""
    language, strange = TreeLanguage(tree.let), []
    for slot in slots(tree.root):
        asked = _asked(slot, language)
        for leaf in _leaves(slot.do):
            for text in (leaf.why, *(reason.say for reason in leaf.reasons)):
                for what, _ in holes(text):
                    if what in WORDS or language.inputs(what) <= asked:
                        continue
                    strange.append(f"{slot.id}: {what}")
    return strange


SAYS_SO = {"person.unsure": "person.confidence"}
"""An input that holds by another one."""
WORDS = ("touch.zone", "touch.gesture", "touch.last_zone", "touch.last_gesture", "clock")
"""Holes that are filled with words."""


def _asked(slot: Placed, language: TreeLanguage) -> frozenset[str]:
    """The inputs that a behaviour reads before it begins, and the times of its events."""
    texts = [slot.when, *(term.of for term in getattr(slot, "terms", ()))]
    texts += [getattr(slot, "whenever", "false"), getattr(slot, "interrupts", "false")]
    texts += [f"event.{name}" for name in getattr(slot, "on", ())]
    texts += [leaf.that for leaf in _conditions(slot.do)]
    found = frozenset[str]().union(*(language.inputs(text) for text in texts))
    found |= {SAYS_SO[name] for name in found & SAYS_SO.keys()}
    events = {name.partition(".")[2] for name in found if name.startswith(("event.", "since."))}
    return found | {f"{first}.{name}" for name in events for first in ("event", "since")}


def _conditions(node: NodeSpec) -> Iterator[Any]:
    if getattr(node, "kind", "") == "when":
        yield node
    for child in getattr(node, "children", ()):
        yield from _conditions(child)
