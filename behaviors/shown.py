"""A tree for those who look on: its nodes as data, and what it weighs at this moment. Looking
changes nothing of the pet: what is read here is compiled here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from py_trees.common import Status as TreeStatus

from moggy.behaviors import tree
from moggy.behaviors.build import Built
from moggy.behaviors.curve import Term
from moggy.behaviors.selectors import Utility
from moggy.behaviors.slot import OptionSlot, ReflexSlot
from moggy.behaviors.tree_language import TreeLanguage
from moggy.behaviors.why_not import rough, why_not
from moggy.shown_tree import Loses, ShownNode, ShownTerm, Status, TreeNow, WeighedNow

STATUSES: Mapping[TreeStatus, Status] = {
    TreeStatus.RUNNING: "running",
    TreeStatus.SUCCESS: "success",
    TreeStatus.FAILURE: "failure",
}
"""Of py_trees → as it is said; what is not in it is idle."""
FACTORS = ("appetite", "temperament", "repetition", "ageing")
"""Of a score's parts those that are neither its base nor a term."""
MOST_SAID = 3
"""Parts of a condition that are said not to hold; our choice."""


def shown_nodes(spec: tree.Tree) -> list[ShownNode]:
    """All nodes of a tree, each behind the one above it; without their lines."""
    return list(_shown(spec.root, "root", ""))


def _shown(spec: tree.NodeSpec, name: str, parent: str) -> Iterator[ShownNode]:
    name = spec.id or name
    yield _plain(spec, name, parent)
    yield from _below(spec, name)


def _plain(spec: tree.NodeSpec, name: str, parent: str) -> ShownNode:
    about = ""
    match spec:
        case tree.BehaveSpec() | tree.WaitSpec():
            about = spec.why
        case tree.WhenSpec():
            about = spec.that
    return ShownNode(id=name, parent=parent, kind=spec.kind, slot="", about=about, when="")


def _below(spec: tree.NodeSpec, name: str) -> Iterator[ShownNode]:
    match spec:
        case tree.SequenceSpec() | tree.SelectorSpec():
            for n, child in enumerate(spec.children, 1):
                yield from _shown(child, f"{name}.{n}", name)
        case tree.UtilitySpec():
            for option in spec.options:
                yield ShownNode(
                    id=option.id,
                    parent=name,
                    kind=option.do.kind,
                    slot="option",
                    about=option.about or _plain(option.do, "", "").about,
                    when="" if option.when == "true" else option.when,
                    base=option.base,
                    combine=option.combine,
                    terms=tuple(shown_term(term) for term in option.terms),
                )
                yield from _done(option.do, option.id)
        case tree.ReflexesSpec():
            for reflex in spec.lane:
                conditions = [
                    text for text in (reflex.when, reflex.whenever) if text not in ("true", "false")
                ]
                yield ShownNode(
                    id=reflex.id,
                    parent=name,
                    kind=reflex.do.kind,
                    slot="reflex",
                    about=reflex.about or _plain(reflex.do, "", "").about,
                    when=" or ".join(conditions),
                    on=reflex.on,
                )
                yield from _done(reflex.do, reflex.id)
            yield from _shown(spec.below, f"{name}.below", name)


def _done(do: tree.NodeSpec, id: str) -> Iterator[ShownNode]:
    """What a behaviour does: where its node has no id of its own, it is the behaviour's."""
    if do.id in (None, id):
        yield from _below(do, id)
    else:
        yield from _shown(do, id, id)


def shown_term(term: Term) -> ShownTerm:
    """A term, with the numbers of its curve by the keys that they have in the file."""
    said = term.model_dump()
    of, weight, floor, curve = (said.pop(key) for key in ("of", "weight", "floor", "curve"))
    return ShownTerm(of=of, curve=curve, numbers=said, weight=weight, floor=floor)


class Onlooker:
    """Tells what a built tree weighs. Ask it between two ticks of the tree."""

    def __init__(self, built: Built, edition: int) -> None:
        """`edition` is said with it."""
        self._built, self._edition = built, edition
        language = TreeLanguage(built.spec.let)
        self._selectors = [
            (node, [_Option(choice, language) for choice in node.choices])
            for node in built.nodes.values()
            if isinstance(node, Utility)
        ]
        self._reflexes = [
            (slot, why_not(slot.spec.when, language))
            for slot in built.slots.values()
            if isinstance(slot, ReflexSlot)
        ]

    def now(self) -> TreeNow:
        """What it weighs at the moment of its last tick."""
        weighed: dict[str, WeighedNow] = {}
        for selector, options in self._selectors:
            weighed |= {option.id: option.now(selector) for option in options}
        moment = self._built.moment
        for slot, fails in self._reflexes:
            weighed[slot.id] = _weighed(score=slot.sensitivity(), why=fails(moment))
        statuses = {
            name: STATUSES[node.status]
            for name, node in self._built.nodes.items()
            if node.status in STATUSES
        }
        return TreeNow(edition=self._edition, statuses=statuses, weighed=weighed)


class _Option:
    """An option that is looked at: a twin of it is weighed, so that it stays as it is."""

    def __init__(self, slot: OptionSlot, language: TreeLanguage) -> None:
        moment = slot.moment
        self.id, self._slot = slot.id, slot
        self._twin = OptionSlot(slot.spec, slot.node, moment, language, moment.personality)
        self._fails = why_not(slot.spec.when, language)

    def now(self, selector: Utility) -> WeighedNow:
        slot, twin, moment = self._slot, self._twin, self._slot.moment
        twin.carry(slot)
        would = twin.strength(slot is selector.running)
        why = self._fails(moment)
        can_run = would > 0.0 and not why and slot.resting() <= 0.0
        loses, short = self._loses(selector, would, why)
        factors = {
            name: round(value, 2) for name, value in twin.report().terms.items() if name in FACTORS
        }
        return _weighed(
            score=slot.score if can_run or slot is selector.running else 0.0,
            would=would,
            loses=loses,
            short=short,
            why=why,
            inputs=[rough(float(read(moment))) for read, _, _ in twin.terms],
            factors=factors,
        )

    def _loses(self, selector: Utility, would: float, why: list[str]) -> tuple[Loses, float]:
        """Why it does not run, and what it lacks."""
        slot, running = self._slot, selector.running
        if slot is running:
            return "", 0.0
        if slot.constant == 0.0:
            return "never", 0.0
        if slot.resting() > 0.0:
            return "cooldown", slot.resting()
        if why:
            return "condition", 0.0
        if would <= 0.0:
            return "term", 0.0
        if running is None:
            return "reflex", 0.0
        refused = next((each.refused for each in selector.scores if each.id == slot.id), None)
        if refused is not None and slot.score > running.score:
            return refused.by, refused.short
        return "score", running.score - slot.score


def _weighed(
    *,
    score: float,
    would: float = 0.0,
    loses: Loses = "",
    short: float = 0.0,
    why: Sequence[str] = (),
    inputs: Sequence[float] = (),
    factors: Mapping[str, float] | None = None,
) -> WeighedNow:
    """Rounded, so that little is new from one moment to the next."""
    return WeighedNow(
        score=round(score, 2),
        would=round(would, 2),
        loses=loses,
        short=rough(short),
        why=tuple(why[:MOST_SAID]),
        inputs=tuple(inputs),
        factors=factors or {},
    )
