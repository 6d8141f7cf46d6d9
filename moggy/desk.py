"""Where the files of a pet are read, checked and saved while it lives: in a process of their own,
so that no file, however large, makes a tick late."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, TypeAlias

from moggy.aside import Aside, TooLong
from moggy.behaviors.coverage import CELLS
from moggy.behaviors.coverage import coverage as cover
from moggy.behaviors.lint import lint
from moggy.behaviors.shown import shown_nodes
from moggy.behaviors.templates import template_text, templates
from moggy.behaviors.tree import Tree
from moggy.body import Body
from moggy.characters import Arranging, characters, copy, delete, rename, revert
from moggy.config import Files, Invalid, with_value
from moggy.config import compose as as_model
from moggy.designs import (
    SCHEMAS,
    Designs,
    EditedDesigns,
    becomes,
    designs,
    know,
    needed,
    save,
)
from moggy.handles import handles
from moggy.layer import chain
from moggy.overlay import chain_of, compose
from moggy.personality import Personality
from moggy.pet import Start
from moggy.sense_file import BadScript
from moggy.sim.day import Day, senses_of
from moggy.tree_data import nodes
from moggy.tree_edits import with_behaviour, with_numbers

DEADLINE_S = 60.0
"""Seconds for reading, checking or saving one file, on a machine that is busy building; else the
largest take five. Our choice."""
COVERAGE_S = 600.0
"""Seconds for the coverage of a tree, which takes 20 here; our choice."""
EMPTY = "{}\n"
"""What is read on from in place of a file that cannot be read."""
WAY_OUT = (
    f"reading and checking it takes longer than {DEADLINE_S:g} s: make it shorter, or make several "
    "files of it"
)
"""What is said of a file that takes longer."""


Arranged: TypeAlias = tuple[dict[str, str], str]
"""Name → text of what the pet has to take, and the personality that lives then."""


@dataclass(frozen=True, slots=True)
class _Job:
    """The coverage of a tree and a personality, which is worked out or ready."""

    of: tuple[Tree, Personality]
    answer: Future[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Clerk:
    """What the process does."""

    files: Files
    start: Start

    def shown(self, name: str) -> str:
        """See `Files.shown`."""
        return self.files.shown(name)

    def save(self, name: str, text: str, living: str) -> dict[str, str]:
        """See `moggy.designs.save`; `living` is the personality now."""
        return save(self.files, replace(self.start, personality=living), name, text)

    def arrange(self, do: Arranging, file: str, name: str, living: str) -> Arranged:
        """Do something with a character (`moggy.characters`), while the pet is `living`."""
        files, start, lives = self.files, self.start, living
        match do:
            case "become":
                lives = file
            case "copy":
                lives = copy(files, file, name)
            case "rename":
                renamed = rename(files, file, name)
                lives = renamed if file == living else living
            case "delete":
                delete(files, file, living)
                return {}, living
            case "revert":
                revert(files, file)
                return needed(files, start, file), living
        return (becomes(files, start, lives) if lives != living else {}), lives

    def turn(self, name: str, key: str, value: float) -> dict[str, str]:
        """Save one number of a personality, as `with_value` names it; then as `save`."""
        text = self.files.shown(name)
        try:
            turned = with_value(text, key, value)
        except Invalid:
            raise
        except (TypeError, AttributeError, KeyError, ValueError, IndexError):
            why = f"{key[:40]!r} cannot be turned: it is no number of this file"
            raise Invalid(name, 1, why) from None
        return self.save(name, turned, name)

    def scene(self, name: str) -> Day:
        """A day, checked with the body. Raises Invalid."""
        if not name.startswith("days/"):
            raise Invalid(name, 1, "only days can be played")
        day = Day.of_file(name, self.files.texts(name))
        try:
            senses_of(day, as_model(self.start.body, self.start.files, Body))
        except BadScript as error:
            raise Invalid(name, 1, str(error)) from None
        return day

    def bend(
        self, living: str, id: str, term: int | None, to: Mapping[str, float]
    ) -> dict[str, str]:
        """Save some numbers of an option of the tree, as `with_numbers` names them; then as
        `save`."""
        name = self.start.tree
        texts = self.files.texts(name, self.files.shown(name))
        return self.save(name, with_numbers(name, texts, id, term, to), living)

    def add(self, living: str, template: str, id: str, after: str) -> dict[str, str]:
        """Save a behaviour of a template in the tree (`with_behaviour`); then as `save`."""
        name = self.start.tree
        texts = self.files.texts(name, self.files.shown(name))
        made = with_behaviour(name, texts, template_text(template), id, after)
        return self.save(name, made, living)

    def texts(self, name: str) -> tuple[dict[str, str | None], bool]:
        """Name → text of a file and of all that it extends and includes, as far as they can be
        read, the file itself first; None for one that cannot. And whether that is all of them."""
        found: dict[str, str | None] = {}

        def read(each: str) -> str:
            try:
                found[each] = text = self.files.read(each)
            except Invalid:
                found[each], text = None, EMPTY
            return text

        try:
            chain(name, read)
        except Invalid:
            return found, False
        return found, None not in found.values()

    def coverage(self, living: str, texts: Mapping[str, str]) -> dict[str, Any]:
        """What the tree of these files does at which event in which mood, and what the linter says
        of it, both by id."""
        made = designs(replace(self.start, personality=living), texts)
        found = cover(made.tree, made.personality, events=list(made.appraisals.events))
        moods, answers = list(CELLS), dict.fromkeys(row for _, row in found.table)
        behaviors: dict[str, dict[str, list[int]]] = {}
        for (cell, row), ran in found.table.items():
            for id in ran:
                behaviors.setdefault(id, {}).setdefault(row, []).append(moods.index(cell))
        problems: dict[str, list[str]] = {}
        for problem in lint(made.tree, personality=made.personality):
            problems.setdefault(problem.id, []).append(problem.message)
        return {
            "moods": moods,
            "situations": len(answers),
            "behaviors": behaviors,
            "problems": problems,
        }

    def changed(
        self,
        texts: Mapping[str, str],
        before: Mapping[str, str],
        living: str,
        living_before: str,
    ) -> dict[str, Any]:
        """What of the files put together is not as it was before, with the personality that lives,
        and of the motions those that are not: little is sent of an edit."""
        made = designs(replace(self.start, personality=living), texts)
        was = designs(replace(self.start, personality=living_before), before)
        changed = made.changed(was)
        if "motions" in changed:
            known = was.motions
            changed["motions"] = {k: v for k, v in made.motions.items() if v != known.get(k)}
        return changed


class Desk:
    """The designers' files of a living pet. Its methods wait, and may be called from any thread but
    the loop's. All raise OSError where the process cannot be started, or ends."""

    def __init__(self, files: Files, start: Start) -> None:
        """Raises Invalid where the files of the start are wrong."""
        self._files = files
        self._aside = Aside(partial(Clerk, files, start), name="files", deadline=DEADLINE_S)
        self._cover_aside = Aside(
            partial(Clerk, files, start), name="coverage", deadline=COVERAGE_S
        )
        self._covers = ThreadPoolExecutor(1, thread_name_prefix="coverage")
        self._covering: _Job | None = None
        self._turn = threading.Lock()
        self._edited = EditedDesigns(start, self._put_together)
        """As the pet's own: it takes the same edits before the pet does."""
        self._unread: set[str] = set()
        """Files that build on one that could not be read: what else they build on may be new."""

    def close(self) -> None:
        """End the processes."""
        self._aside.close()
        self._cover_aside.close()
        self._covers.shutdown(wait=False, cancel_futures=True)

    def names(self) -> list[str]:
        """Names of the files that may be edited, such as `personalities/shy.yaml`."""
        return [name for name in self._files.all() if name.partition("/")[0] in SCHEMAS]

    def used(self) -> list[str]:
        """Names of the files that the pet is made of now: its personality's first, and every
        motion."""
        texts, start = self._edited.good, self._edited.start
        tops = [start.personality, start.tree, start.appraisals]
        tops += [name for name in texts if name.startswith("motions/")]
        return list(dict.fromkeys(name for top in tops for name in chain_of(top, texts)))

    def read(self, name: str) -> str:
        """The whole text to edit (`Files.shown`). Raises Invalid where there is no such file."""
        with _bounded(name):
            return self._aside.ask(Clerk.shown, name)

    def save(self, name: str, text: str) -> dict[str, str]:
        """Save a text (`moggy.designs.save`); gives name → text of what the pet has to take, which
        costs the loop nothing now. Raises Invalid, and writes nothing, where it is wrong."""
        with self._turn, _bounded(name):
            return self._taken(self._aside.ask(Clerk.save, name, text, self.living))

    def character(self) -> dict[str, Any]:
        """What can be turned of the living personality (`moggy.handles`), its file, and all that
        there are (`moggy.characters`)."""
        tree = compose(self._edited.start.tree, self._edited.good).data
        scored = [id for id, node in nodes(tree).items() if node.among == "options"]
        turned = handles(self.personality, scored)
        return {
            "file": self.living,
            "handles": [asdict(handle) for handle in turned],
            "characters": [asdict(one) for one in characters(self._files)],
        }

    @property
    def personality(self) -> Personality:
        """The one that lives."""
        return self._edited.now.personality

    @property
    def living(self) -> str:
        """The file of the personality that lives."""
        return self._edited.start.personality

    def arrange(self, do: Arranging, file: str, name: str = "") -> dict[str, str]:
        """Do something with a character, `name` for what gets another; then as `save`, with
        `living` as it is from then on. Raises Invalid, and changes nothing, where it cannot be."""
        with self._turn, _bounded(file):
            edits, lives = self._aside.ask(Clerk.arrange, do, file, name, self.living)
            return self._taken(edits, lives)

    def turn(self, key: str, value: float) -> dict[str, str]:
        """Save one number of the living personality, `key` as in its handle; then as `save`."""
        with self._turn, _bounded(self.living):
            return self._taken(self._aside.ask(Clerk.turn, self.living, key, value))

    def scenes(self) -> list[str]:
        """Names of the days that can be played, such as `days/demo.yaml`."""
        return self._files.names("days")

    def scene(self, name: str) -> Day:
        """One of them. Raises Invalid where there is no such file, it is wrong, or touches what the
        pet's body does not have."""
        with _bounded(name):
            return self._aside.ask(Clerk.scene, name)

    def tree(self) -> dict[str, Any]:
        """The nodes of the living tree (`moggy.shown_tree`), its file, and the templates of
        behaviours."""
        nodes = shown_nodes(self._edited.now.tree)
        return {
            "file": self._edited.start.tree,
            "nodes": [asdict(node) for node in nodes],
            "templates": templates(),
        }

    def bend(self, id: str, term: int | None, to: Mapping[str, float]) -> dict[str, str]:
        """Save some numbers of an option of the living tree, or of one of its terms; then as
        `save`."""
        with self._turn, _bounded(self._edited.start.tree):
            return self._taken(self._aside.ask(Clerk.bend, self.living, id, term, to))

    def add(self, template: str, id: str, after: str) -> dict[str, str]:
        """Save one more behaviour in the living tree, from a template; then as `save`."""
        with self._turn, _bounded(self._edited.start.tree):
            return self._taken(self._aside.ask(Clerk.add, self.living, template, id, after))

    def coverage(self) -> dict[str, Any]:
        """What the living tree does at which event in which mood, by behaviour, and what the
        linter says of it: `ready` is false while a process of its own works it out. Raises what
        that met, once."""
        with self._turn:
            now, job = self._edited.now, self._covering
            if job is not None and not job.answer.done():
                return {"ready": False}
            made_of = now.tree, now.personality
            if job is not None and job.of == made_of:
                try:
                    return {"ready": True, **job.answer.result()}
                except Exception:
                    self._covering = None
                    raise
            texts = self._edited.good
            work = self._covers.submit(self._cover_aside.ask, Clerk.coverage, self.living, texts)
            self._covering = _Job(made_of, work)
            return {"ready": False}

    def take(self, name: str, text: str) -> dict[str, str | None]:
        """Check a file that another program has saved; gives name → text of what the pet has to
        take, in order, also where it is wrong: nothing where it was saved here. None for a file
        below it that cannot be read. Raises Invalid where it cannot be read, or takes too long."""
        with self._turn, _bounded(name):
            if self._edited.text(name) == text or self._files.read(name) != text:
                return {}  # it was saved here, or anew since, and is looked at again
            edits: dict[str, str | None] = {}
            for top in sorted(self._unread | {name}):
                below, whole = self._aside.ask(Clerk.texts, top)
                (self._unread.discard if whole else self._unread.add)(top)
                edits |= {
                    each: content
                    for each, content in below.items()
                    if each != name and self._edited.text(each) is None
                }
            edits[name] = text
            for each, content in edits.items():
                if content is not None:
                    self._take(each, content)
            return edits

    def _taken(self, edits: dict[str, str], lives: str = "") -> dict[str, str]:
        for each, content in edits.items():
            self._take(each, content, each == lives)
        return edits

    def _take(self, name: str, text: str, lives: bool = False) -> None:
        try:
            self._edited.take(name, text, lives)
        except Invalid:
            return  # the pet meets it again, and says so

    def _put_together(self, start: Start, texts: Mapping[str, str]) -> Designs:
        """As `designs`, in the process; the pet's own call finds what came of it."""
        try:
            changed = self._aside.ask(
                Clerk.changed, texts, self._edited.good, start.personality, self.living
            )
        except Invalid as error:
            know(start, texts, error)
            raise
        # The very parts that hold already need not be compared again in a tick.
        now = self._edited.now
        if "motions" in changed:
            motions = {**now.motions, **changed["motions"]}
            # In the order of their files, as `designs` has them.
            order = sorted(motions, key=lambda name: f"motions/{name}.yaml")
            changed["motions"] = {name: motions[name] for name in order}
        made = replace(now, **changed)
        know(start, texts, made)
        return made


@contextmanager
def _bounded(name: str) -> Iterator[None]:
    try:
        yield
    except TooLong as error:
        raise Invalid(name, 1, WAY_OUT) from error
