"""The designers' files that one pet is made from, put together: each with what it extends, and all
of them checked against one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel

from moggy import overlay
from moggy.behaviors.motions import MotionFile
from moggy.behaviors.names import (
    Unknown,
    behaviours,
    options,
    unknown_in_laws,
    unknown_in_tree,
    unknown_joints,
    unknown_keys,
    unknown_motions,
)
from moggy.behaviors.tree import Tree
from moggy.body import Body
from moggy.brain.appraisals import Appraisals, SensorFeelings
from moggy.config import Files, Invalid, compose, file_text
from moggy.home import home
from moggy.layer import MOST_KNOWN
from moggy.overlay import Composition
from moggy.personality import Personality
from moggy.pet import Start
from moggy.sensor_package import FittedSensor, fit_sensors

SCHEMAS: dict[str, type[BaseModel]] = {
    "personalities": Personality,
    "trees": Tree,
    "appraisals": Appraisals,
    "motions": MotionFile,
}
"""Kind of file that may be edited while the pet lives → what it must say."""

SENSOR_FOLDER = "sensors/"
"""Before the name of the file that a sensor's package adds to the appraisals, as it stands in an
owner's folder: `sensors/NAME/feelings.yaml`."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Designs:
    """What the files of a pet say, each as a whole."""

    body: Body
    sensors: tuple[FittedSensor, ...]
    """The sensors that the body's file names."""
    personality: Personality
    tree: Tree
    appraisals: Appraisals
    """The appraisal table, with what the sensors' feelings add to it."""
    motions: Mapping[str, MotionFile]
    """Name of a motion → what stands in its file."""
    notes: tuple[str, ...]
    """For the owner: names of theirs that still hold, but that a release has changed."""

    def changed(self, old: Designs) -> dict[str, Any]:
        """Name → value of the fields that are not as in `old`; without the sensors, which are
        fitted once."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        del values["sensors"]
        return {name: value for name, value in values.items() if value != getattr(old, name)}


def texts_for(files: Files, *chosen: str) -> dict[str, str]:
    """Name → text of all files that a pet is made from: the chosen ones, all that they extend and
    include, what the sensors of a body add to the appraisals, and all motions. Raises Invalid."""
    names = [*chosen, *files.names("motions")]
    texts = {name: text for each in names for name, text in files.texts(each).items()}
    for body in [name for name in chosen if name.startswith("body/")]:
        for sensor in sensors_of(body, texts, files.own):
            if sensor.package.feelings is not None:
                path = sensor.package.feelings
                file = f"{SENSOR_FOLDER}{sensor.name}/{path.name}"
                texts[file] = file_text(file, path)
    return texts


def sensors_of(
    body: str, texts: Mapping[str, str], own: Path | None = None
) -> tuple[FittedSensor, ...]:
    """The sensors that a body's file names; from now on scripts, journals and designers' files know
    their messages and events. `own` is the owner's folder, in whose `sensors` they may lie; None is
    `home()`. Raises Invalid at the line of one that cannot be used."""
    return fit_sensors(body, texts, (own or home()) / "sensors")


def know_sensors(files: Files) -> None:
    """Make known the sensors of all bodies, for scripts that are read without a life. Raises
    Invalid."""
    for body in files.names("body"):
        sensors_of(body, files.texts(body), files.own)


def designs(start: Start, texts: Mapping[str, str] | None = None) -> Designs:
    """The files of a start, or `texts` in their place.

    Raises Invalid, with file and line, for a file that is not valid, and for a name that one of
    them uses and no other knows: an appetite for a behaviour that the tree does not have, a motion
    that no file describes.
    """
    outcome = _put_together(*_whole(start, start.files if texts is None else texts))
    if isinstance(outcome, Invalid):
        raise outcome
    return outcome


def know(start: Start, texts: Mapping[str, str], outcome: Designs | Invalid) -> None:
    """Let `designs` give what another process has made of the same texts."""
    whole = _whole(start, texts)
    _MADE[whole] = outcome
    try:
        _put_together(*whole)
    finally:
        _MADE.pop(whole, None)


class EditedDesigns:
    """The files of a pet while they are edited: `now` is what holds."""

    def __init__(
        self,
        start: Start,
        put_together: Callable[[Start, Mapping[str, str]], Designs] = designs,
    ) -> None:
        """`put_together` does what `designs` does. Raises Invalid where the files of the start are
        wrong."""
        self.now = designs(start)
        self.start, self._put_together = start, put_together
        """`start`: as the pet began, with the personality that lives now."""
        self.good: Mapping[str, str] = start.files
        """The texts of `now`."""
        self._latest = self.good

    def text(self, file: str) -> str | None:
        """The text of a file that was taken last, refused or not; None for one of no account."""
        return self._latest.get(file)

    def take(self, file: str, text: str, lives: bool = False) -> None:
        """Take an edited file, with all that were refused before if they go together now; `lives`:
        it is the personality from now on. Raises Invalid, and changes nothing, where the file is
        wrong or does not go with the others."""
        start = replace(self.start, personality=file) if lives else self.start
        if self._latest.get(file) == text and start.personality == self.start.personality:
            return
        latest = {**self._latest, file: text}
        try:
            self.now, self.good = self._put_together(start, latest), latest
        except Invalid:
            self._latest = latest
            alone = {**self.good, file: text}
            self.now, self.good = self._put_together(start, alone), alone
        self._latest, self.start = latest, start


Whole: TypeAlias = tuple[tuple[tuple[str, str], ...], str, str, str, str]
"""Name and text of all files, sorted; the names of body, personality, tree and appraisals."""

_MADE: dict[Whole, Designs | Invalid] = {}
"""What another process has made of files, until it is remembered here."""


def _whole(start: Start, texts: Mapping[str, str]) -> Whole:
    files = tuple(sorted(texts.items()))
    return files, start.body, start.personality, start.tree, start.appraisals


@lru_cache(maxsize=8)
def _put_together(
    files: tuple[tuple[str, str], ...], body: str, personality: str, tree: str, appraisals: str
) -> Designs | Invalid:
    made_elsewhere = _MADE.get((files, body, personality, tree, appraisals))
    return made_elsewhere or _made(dict(files), body, personality, tree, appraisals)


def _made(
    texts: Mapping[str, str], body: str, personality: str, tree: str, appraisals: str
) -> Designs | Invalid:
    try:
        sensors = sensors_of(body, texts)
        shape = compose(body, texts, Body)
        feelings = [
            compose(name, texts, SensorFeelings) for name in texts if name.startswith(SENSOR_FOLDER)
        ]
        motions = {
            name.removeprefix("motions/").removesuffix(".yaml"): _motion(name, texts, shape)
            for name in texts
            if name.startswith("motions/")
        }
        made = Designs(
            body=shape,
            sensors=sensors,
            personality=compose(personality, texts, Personality),
            tree=compose(tree, texts, Tree),
            appraisals=compose(appraisals, texts, Appraisals).over(feelings),
            motions=motions,
            notes=(),
        )
        who, does, feels = (
            overlay.compose(name, texts) for name in (personality, tree, appraisals)
        )
        _refuse(overlay.compose(body, texts), unknown_motions(shape.instead, motions))
        known = behaviours(does.data)
        _refuse(does, unknown_in_tree(does.data, motions))
        _refuse(who, unknown_keys(who.data, "appetite", options(does.data), tree))
        _refuse(feels, unknown_keys(feels.data, "behaviors", known, tree))
    except Invalid as error:
        return error
    except Exception as error:
        # A file may meet a mistake of ours; that must not end a life that goes on without it.
        return Invalid(tree, 1, f"cannot be put together: {type(error).__name__}: {error}")
    renamed = made.tree.renamed
    appetite, hungry = _by_new_names(who, "appetite", made.personality.appetite, renamed)
    fills, filled = _by_new_names(feels, "behaviors", made.appraisals.behaviors, renamed)
    return replace(
        made,
        personality=made.personality.model_copy(update={"appetite": appetite}),
        appraisals=made.appraisals.model_copy(update={"behaviors": fills}),
        notes=(*who.notes, *does.notes, *feels.notes, *hungry, *filled),
    )


def _motion(name: str, texts: Mapping[str, str], body: Body) -> MotionFile:
    """Raises Invalid, as for a joint that there is not. An edit of one motion costs little for each
    of the others: only what they build on is looked up."""
    below = overlay.chain_of(name, texts)
    outcome = _checked_motion(name, tuple(below.items()), tuple(body.joints))
    if isinstance(outcome, Invalid):
        raise outcome
    return outcome


@lru_cache(maxsize=MOST_KNOWN)
def _checked_motion(
    name: str, texts: tuple[tuple[str, str], ...], joints: tuple[str, ...]
) -> MotionFile | Invalid:
    whole = dict(texts)
    try:
        made = compose(name, whole, MotionFile)
        motion = overlay.compose(name, whole)
        _refuse(motion, unknown_joints(motion.data, joints))
    except Invalid as error:
        return error
    return made


def check_laws(laws: Composition, tree: Composition) -> None:
    """Raises Invalid where laws ask for a behaviour that the tree does not have."""
    _refuse(laws, unknown_in_laws(laws.data, behaviours(tree.data)))


def _is_wrong(files: Files, start: Start, names: Sequence[str]) -> bool:
    """Whether the files with these names, as they are on the disk, do not go together."""
    try:
        designs(start, texts_for(files, *names))
    except Invalid:
        return True
    return False


def _check_with_others(files: Files, start: Start, edited: Mapping[str, str]) -> None:
    """Check edited files with the others as they are on the disk. One of these that was wrong
    before does not hinder them: it counts as it was when the pet was made. Raises Invalid."""
    names = (start.body, start.personality, start.tree, start.appraisals)
    try:
        texts = texts_for(files, *names)
    except Invalid:
        texts = dict(start.files)
    while True:
        try:
            designs(start, {**texts, **edited})
            return
        except Invalid as error:
            good = start.files.get(error.file)
            is_new_motion = good is None and error.file.startswith("motions/")
            if error.file in edited or not _is_wrong(files, start, names):
                raise
            if is_new_motion and error.file in texts:
                del texts[error.file]
            elif good is not None and texts.get(error.file) != good:
                texts[error.file] = good
            else:
                raise


def save(files: Files, start: Start, name: str, text: str) -> dict[str, str]:
    """Save a text that was edited while the pet of `start` lives.

    Gives name → text of what the pet has to take, in order: files that it was not made from, then
    the saved one. Raises Invalid, and writes nothing, where the text or a name in it is wrong.
    """
    schema = SCHEMAS.get(name.partition("/")[0])
    if schema is None:
        raise Invalid(name, 1, f"only {', '.join(SCHEMAS)} can be saved")
    kind = {"personalities": "personality", "trees": "tree"}.get(name.partition("/")[0])
    chosen: dict[str, Any] = {kind or "appraisals": name} if not name.startswith("motions/") else {}
    wanted = replace(start, **chosen)
    edited = files.texts(name, text)
    compose(name, edited, schema)
    _check_with_others(files, wanted, edited)
    files.save(name, text, schema)
    return needed(files, start, name)


def becomes(files: Files, start: Start, name: str) -> dict[str, str]:
    """As `save`, of a personality that the pet of `start` is to become. Raises Invalid where it
    does not go with the others."""
    if not name.startswith("personalities/"):
        raise Invalid(name, 1, "it is no personality")
    _check_with_others(files, replace(start, personality=name), files.texts(name))
    return needed(files, start, name)


def needed(files: Files, start: Start, name: str) -> dict[str, str]:
    """Name → text of what the pet of `start` has to take of a file as it is now, in order: files
    that it was not made from, then the file."""
    needed = reversed(files.texts(name).items())
    return {
        each: content
        for each, content in needed
        if each == name or start.files.get(each) != content
    }


def _refuse(whole: Composition, found: Iterable[Unknown]) -> None:
    for where, message in found:
        file, line, key = whole.locate(where)
        raise Invalid(file, line, f"{key}: {message}")


def _by_new_names(
    whole: Composition, key: str, values: Mapping[str, Value], renamed: Mapping[str, str]
) -> tuple[dict[str, Value], list[str]]:
    """Values by the ids that behaviours have now, and a note for each that was called otherwise."""
    found, notes = dict(values), []
    for old in [id for id in found if id in renamed]:
        new, value = renamed[old], found.pop(old)
        found.setdefault(new, value)
        file, line, _ = whole.locate((key, old))
        notes.append(f"{file}:{line}: {old!r} is called {new!r} now: write {new!r}")
    return found, notes
