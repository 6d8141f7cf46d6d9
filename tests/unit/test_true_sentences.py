"""What a shipped behaviour says of itself is true for the numbers that it says, in any state."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping

from moggy.behaviors.build import Built
from moggy.behaviors.moment import Moment
from moggy.behaviors.nodes import Leaf
from moggy.behaviors.samples import moments
from moggy.behaviors.tree import Tree
from moggy.config import SHIPPED, load
from moggy.personality import Personality
from moggy.tree_data import nodes

DRAWS = 6000
NUMBER = re.compile(r"([^(),:;]*?) ?\(([^()]*\d[^()]*)\)")
"""The words right before a bracket with numbers, and what stands in it."""
CLAIMS: Mapping[str, Callable[[float], bool]] = {
    "which it likes": lambda liking: liking >= 0.0,
    "it was pleasant": lambda good: good >= 0.12,
    "it is content": lambda contentment: contentment >= 0.18,
    "it trusts you": lambda trust: trust >= 0.3,
    "lifted by somebody it trusts only so much": lambda trust: trust <= 0.6,
    "it is fond of you": lambda affection: affection >= 0.2,
    "it is afraid": lambda fear: fear >= 0.12,
    "it does not like being": lambda bad: bad >= 0.25,
    "has had enough of being touched": lambda enough: enough >= 0.5,
    "that hurt": lambda strength: strength > 0.0,
    "you look at it": lambda attention: attention >= 0.3,
    "it has played too little": lambda play: play <= 0.4,
    "it has had little": lambda company: company <= 0.42,
    "has the energy for it": lambda energy: energy >= 0.2,
    "it has been alone for a while": lambda lonely: lonely >= 0.2,
    "the battery is low": lambda battery: battery <= 0.15,
    "or asked for comfort": lambda need: need > 0.0,
    "you seemed surprised": lambda strength: strength > 0.0,
    "you seem glad": lambda strength: strength > 0.0,
    "you seem calm and content": lambda strength: strength > 0.0,
    "something else annoys you": lambda strength: strength > 0.0,
    "startles at a noise or a bump": lambda strength: strength > 0.0,
    "pricks its ears at a sound": lambda strength: strength > 0.0,
}
"""Words that end in a claim → whether they are true of the number in the brackets after
them, which is rounded."""


def said() -> Iterator[str]:
    """What the cat says in random moments, each tried in the whole tree."""
    tree = load(SHIPPED["trees"] / "cat.yaml", Tree)
    rng = random.Random(3)
    moment = Moment(Personality(name="average"), rng, tree.fades)
    built = Built(tree, moment)
    ids = [id for id, node in nodes(tree.model_dump()).items() if node.is_behaviour]
    for _ in moments(moment, ids, rng, DRAWS):
        built.root.tick_once()
        path = built.path()
        if path and isinstance(path[-1], Leaf):
            yield path[-1].feedback_message


def test_what_it_says_is_true_of_the_number_beside_it() -> None:
    seen = set()
    for sentence in said():
        for words, inside in NUMBER.findall(sentence):
            if re.fullmatch(r"-?[\d.]+", inside):  # else each number has its name beside it
                claim = next((each for each in CLAIMS if each in words), None)
                assert claim is not None, f"what does the number say in {sentence!r}?"
                assert CLAIMS[claim](float(inside)), sentence
                seen.add(claim)
    assert len(seen) > 0.6 * len(CLAIMS), f"claims that were drawn: {sorted(seen)}"


def test_every_claim_is_one_of_the_shipped_cat() -> None:
    """Where a sentence changes, so does what is claimed here."""
    text = " ".join(
        " ".join(path.read_text(encoding="utf-8").split())
        for path in sorted((SHIPPED["trees"] / "cat").glob("*.yaml"))
    )
    assert [claim for claim in CLAIMS if claim not in text] == []
