"""The files that designers and makers write: YAML with a schema, found in the owner's folder first,
with errors at the line.

`parse` and `compose` are pure and remember what they parsed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from stat import S_IMODE
from typing import Any

from pydantic import BaseModel

from moggy.layer import COVERED, FileLayer, chain, layer_of
from moggy.overlay import Composition
from moggy.overlay import compose as lay_together
from moggy.patch import HISTORY, difference, patch_text, whole_text
from moggy.remarks import remarks
from moggy.tree_data import nodes
from moggy.unreadable import NotText, named, stands, text_of
from moggy.vocabulary import nearest
from moggy.yaml_file import Invalid, ModelT, line_of, validate, with_comments, written
from moggy.yaml_reader import LONGEST

__all__ = [
    "SHIPPED",
    "Files",
    "Invalid",
    "compose",
    "load",
    "located",
    "parse",
    "with_change",
    "with_value",
]

HERE = Path(__file__).resolve().parent
SHIPPED = {
    "body": HERE / "actuators" / "body",
    "personalities": HERE / "behaviors" / "personalities",
    "trees": HERE / "behaviors" / "trees",
    "motions": HERE / "behaviors" / "motions",
    "appraisals": HERE / "brain" / "appraisals",
    "days": HERE / "sim" / "days",
    "laws": HERE / "behaviors" / "laws",
}
"""Kind of file → the folder in which the package ships them."""

LONGEST_NAME = 60
"""Characters of a file's name without its kind: file systems hold 255 bytes, and a character has
up to four. Our choice."""
SEEN = "[!.]*.yaml"
"""Files that are looked at: hidden ones are those of editors and systems (`.#a.yaml`)."""
MISNAMED = f"is not read: rename it, to at most {LONGEST_NAME} characters that can be shown"
"""What is said of a file with another name."""
OF_TREES = ("options", "reflexes", "change", "renamed", "removed")
"""Keys that only a layer of a tree may have."""


def parse(file: str, text: str, model: type[ModelT]) -> ModelT:
    """The text of a YAML file as `model`; raises Invalid with the line of the first mistake."""
    return compose(file, {file: text}, model)


def compose(name: str, texts: Mapping[str, str], model: type[ModelT]) -> ModelT:
    """The file `name`, with all that it extends and includes, as `model`. `texts` holds the text of
    each of them (`Files.texts`). Raises Invalid with the file and line of the first mistake."""
    outcome = _checked(lay_together(name, texts), model)
    if isinstance(outcome, Invalid):
        raise outcome
    return outcome  # type: ignore[return-value]


def located(name: str, texts: Mapping[str, str], where: Sequence[Any]) -> str:
    """«day.yaml:7: acts.2.press.pad»: the place of the file `name` to which `where`, keys and
    indices, leads. For messages of what a schema cannot check."""
    file, line, key = lay_together(name, texts).locate(where)
    return f"{file}:{line}: {key}"


@lru_cache(maxsize=160)
def _checked(whole: Composition, model: type[BaseModel]) -> BaseModel | Invalid:
    try:
        if "root" not in model.model_fields:
            for file, text in whole.texts.items():
                theirs = set(OF_TREES) - ({"change"} if "laws" in model.model_fields else set())
                for key in sorted(layer_of(file, text).model_fields_set & theirs):
                    line = line_of(file, text, [key])
                    return Invalid(file, line, f"unknown key '{key}': only trees have it")
        return validate(whole.data, model, whole.locate, also=FileLayer, blame=whole.blame)
    except Invalid as error:
        return error


def forget_checked() -> None:
    """Check every file anew from now on: names that were unknown may be known."""
    _checked.cache_clear()


def load(path: Path, model: type[ModelT]) -> ModelT:
    """As `compose`, from a path; what it extends and includes is looked for in the same folder."""
    return compose(path.name, path_texts(path), model)


def file_text(name: str, path: Path) -> str:
    """The text of the file that messages call `name`. Raises Invalid."""
    try:
        return text_of(path, 4 * LONGEST)
    except FileNotFoundError as error:
        there = [each.name for each in path.parent.glob(SEEN)]
        what = "a link that leads nowhere" if path.is_symlink() else "no such file"
        raise Invalid(name, 1, f"{what}{nearest(path.name, there)}") from error
    except NotText as error:
        raise Invalid(name, error.line, error.message) from error
    except OSError as error:
        raise Invalid(name, 1, f"cannot be read ({error.strerror})") from error


def path_texts(path: Path) -> dict[str, str]:
    """Texts of a file and of all that it extends and includes, as `Files.texts` gives them; the
    others are looked for in its folder."""

    return chain(path.name, lambda name: file_text(name, path.parent / name))


NO_FOLDER = "is not a folder; move it away"
"""What is said of what stands in the place of an owner's folder."""


class Files:
    """Where a pet's files are: an owner's folder laid over the shipped ones. Names read
    `personalities/shy.yaml`; `shipped/personalities/shy.yaml` is the shipped one in any case."""

    def __init__(self, own: Path | str | None = None) -> None:
        """`own` is the owner's folder, which need not be there yet; None: only shipped files.
        Raises ValueError for what is no path."""
        if not isinstance(own, Path | str | None) or own == "":
            raise ValueError(f"own: {own!r} is no folder; write moggy.Files('mine')")
        self._own = None if own is None else Path(own).expanduser()

    @property
    def own(self) -> Path | None:
        """The owner's folder; None: only shipped files."""
        return self._own

    def __repr__(self) -> str:
        return "<Files, shipped>" if self.own is None else f"<Files of {self.own}, then shipped>"

    def names(self, kind: str) -> list[str]:
        """The names of all files of a kind, without those that are only parts of others. Raises
        ValueError for a kind that there is not."""
        if kind not in SHIPPED:
            raise ValueError(f"unknown kind {kind!r}{nearest(str(kind), SHIPPED)}")
        return [f"{kind}/{name}" for name in sorted(filter(_is_name, self._found(kind)))]

    def misnamed(self, kind: str) -> list[str]:
        """Names of files that are left out of `names`, since no other file could name them."""
        return [f"{kind}/{name}" for name in sorted(self._found(kind)) if not _is_name(name)]

    def _found(self, kind: str) -> set[str]:
        """The names of all YAML files in the folders of a kind, without hidden ones."""
        folders = [SHIPPED[kind]] + ([self.own / kind] if self.own else [])
        return {path.name for folder in folders if folder.is_dir() for path in folder.glob(SEEN)}

    def in_the_way(self, kind: str) -> Path | None:
        """What stands where the owner's folder, or its folder of a kind, should be, and is none."""
        folders = [self.own, self.own / kind] if self.own else []
        return next((path for path in folders if stands(path) and not path.is_dir()), None)

    def all(self) -> list[str]:
        """The names of all files of all kinds."""
        return [name for kind in SHIPPED for name in self.names(kind)]

    def _plain(self, name: str) -> str:
        """The name, without COVERED, of what may be a file. Raises Invalid."""
        if not isinstance(name, str):
            raise Invalid(repr(name), 1, "no name of a file; names read personalities/shy.yaml")
        plain = name.removeprefix(COVERED)
        kind, _, file = plain.partition("/")
        steps = file.split("/")
        if (
            kind not in SHIPPED
            or len(steps) > 2
            or len(file) > LONGEST_NAME
            or "\0" in file
            or any(not step or step.startswith(".") for step in steps)
            or not file.endswith(".yaml")
        ):
            raise Invalid(
                name,
                1,
                f"no such file; names read KIND/NAME.yaml with KIND one of {', '.join(SHIPPED)}",
            )
        return plain

    def path(self, name: str) -> Path:
        """The file behind a name: the owner's if there is one. Raises Invalid with the names that
        there are."""
        plain = self._plain(name)
        kind, _, file = plain.partition("/")
        steps = file.split("/")
        own = [self.own / kind] if self.own and plain == name else []
        if own and (path := self.in_the_way(kind)):
            raise Invalid(name, 1, f"{path} {NO_FOLDER}")
        for folder in (*own, SHIPPED[kind]):
            # Also what is no file, or leads to none: it is refused where it is read.
            if stands(folder / file):
                return folder / file
        there = self.names(kind)
        near = nearest(plain, there) or f"; there are {there}"
        if len(steps) > 1:
            near = nearest(steps[-1], self._parts(plain.rpartition("/")[0])) or near
        raise Invalid(name, 1, f"no such file{near}")

    def _parts(self, folder: str) -> list[str]:
        """The names of the files in a folder of parts, such as `trees/cat`."""
        kind, _, inside = folder.partition("/")
        roots = [SHIPPED[kind]] + ([self.own / kind] if self.own else [])
        return sorted({path.name for root in roots for path in (root / inside).glob(SEEN)})

    def mark(self, name: str) -> tuple[int, ...]:
        """What changes where another file stands behind a name, or it has other content; empty
        where only `read` can tell. It costs a tenth of that."""
        plain = name.removeprefix(COVERED)
        kind, _, file = plain.partition("/")
        if kind not in SHIPPED:  # such as what a sensor's package ships
            return ()
        own = [f"{self.own}/{plain}"] if self.own and plain == name else []
        for path in (*own, f"{SHIPPED[kind]}/{file}"):
            try:
                os.lstat(path)
            except FileNotFoundError:
                continue
            except OSError:
                break
            with suppress(OSError):
                is_now = os.stat(path)
                times = is_now.st_mtime_ns, is_now.st_ctime_ns
                return is_now.st_dev, is_now.st_ino, is_now.st_size, *times
            break
        return ()

    def has(self, name: str) -> bool:
        """Whether there is a file behind a name."""
        try:
            self.path(name)
        except Invalid:
            return False
        return True

    def read(self, name: str) -> str:
        """The text of one file. Raises Invalid."""
        return file_text(name, self.path(name))

    def texts(self, name: str, text: str | None = None) -> dict[str, str]:
        """Name → text of a file and of all that it extends and includes. `text` stands in for the
        file's own. Raises Invalid."""
        return chain(name, lambda each: text if text and each == name else self.read(each))

    def load(self, name: str, model: type[ModelT]) -> ModelT:
        """A file with all that it extends and includes, as `model`. Raises Invalid."""
        return compose(name, self.texts(name), model)

    def shown(self, name: str) -> str:
        """The text to edit: a shipped file as a whole, with the owner's patch in it; the text as it
        is of a file that is all the owner's, or that extends another. Raises Invalid."""
        path = self.path(name)
        shipped = path.is_relative_to(SHIPPED[name.removeprefix(COVERED).partition("/")[0]])
        if shipped or self._own_patch(name) is not None:
            with suppress(Invalid):  # a patch that is wrong is shown as it is, to be mended
                return whole_text(name, self.texts(name))
        return self.read(name)

    def save(self, name: str, text: str, model: type[BaseModel]) -> Path:
        """Write a valid text into the owner's folder; the shipped file stays as it is. Of an edited
        shipped file only the difference is written (`moggy.patch`), as `shown` gave it whole.

        Gives the file that now stands for the name. Raises Invalid, or OSError, which names the
        file, and writes nothing otherwise.
        """
        if name.startswith(COVERED):
            plain = name.removeprefix(COVERED)
            raise Invalid(name, 1, f"what is shipped stays as it is; save it as {plain}")
        compose(name, self.texts(name, text), model)
        here, layer = self.path(name), layer_of(name, text)
        kind, _, file = name.partition("/")
        target = (self.own or SHIPPED[kind].parent) / name
        whole = layer.extends is None and not layer.includes
        if self.own is not None and whole and (SHIPPED[kind] / file).is_file():
            with suppress(Invalid):  # else as it is, where a patch would lose its comments
                text = self._as_patch(name, text, self._own_patch(name), model)
            if not text:
                return here
        target.parent.mkdir(parents=True, exist_ok=True)
        with named(target):
            _replace(target.resolve(), text)
        return target

    def create(self, name: str, text: str, model: type[BaseModel]) -> None:
        """Write a valid text as a new file of the owner's. Raises Invalid, also where there is one
        of this name, or OSError, which names the file, and writes nothing then."""
        self._plain(name)
        if self.own is None or not _is_name(name.partition("/")[2]) or self.has(name):
            raise Invalid(name, 1, "there is such a file already, or can be none")
        compose(name, self.texts(name, text), model)
        target = self.own / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with named(target):
            _replace(target, text)

    def remove(self, name: str) -> None:
        """Remove a file of the owner's; a shipped one of its name holds again. Raises Invalid where
        the owner has none, or OSError, which names it."""
        if not self.is_own(name):
            raise Invalid(name, 1, "it is no file of yours: what is shipped stays as it is")
        target = self.path(name)
        with named(target):
            target.unlink()

    def is_own(self, name: str) -> bool:
        """Whether the owner has a file of this name."""
        return self.own is not None and self.has(name) and self.path(name) == self.own / name

    def is_shipped(self, name: str) -> bool:
        """Whether a file of this name is shipped."""
        return self.has(f"{COVERED}{name}")

    def _own_patch(self, name: str) -> str | None:
        """The owner's text, if it is a patch of the shipped file of its name and of no other."""
        if self.own is not None and (self.own / name).is_file():
            text = self.read(name)
            with suppress(Invalid):
                layer = layer_of(name, text)
                if layer.extends == _stem(name) and not layer.includes:
                    return text
        return None

    def _as_patch(self, name: str, text: str, before: str | None, model: type[BaseModel]) -> str:
        """The patch that makes a whole text of the shipped file; empty where nothing differs and
        nothing was there before. The text itself where no patch can say it."""
        below = self.texts(name, f"extends: {_stem(name)}\n")
        wanted = compose(name, {name: text}, model).model_dump(exclude=set(HISTORY))

        def says(layer: Mapping[str, Any]) -> bool:
            try:
                patch = written({"extends": _stem(name), **layer})
                made = compose(name, {**below, name: patch}, model)
            except Invalid:
                return False
            return made.model_dump(exclude=set(HISTORY)) == wanted

        layer = difference(lay_together(name, below).data, with_comments(name, text))
        if not says(layer):
            return text
        for entry in list(layer.get("remove") or ()):
            # What is left out of the text and has its default in the shipped file is no change.
            shorter = {**layer, "remove": [each for each in layer["remove"] if each != entry]}
            if says(shorter):
                layer["remove"] = shorter["remove"]
        if not layer.get("remove", True):
            del layer["remove"]
        said = remarks(text, *below.values(), patch_text(name, layer, before))
        if said:
            layer["remarks"] = said
        return patch_text(name, layer, before) if layer or before is not None else ""


def with_value(text: str, key: str, value: Any) -> str:
    """Return YAML with one value changed (`stroke.pleasure`); comments stay."""
    document = with_comments("text", text)
    _put(document, key.split("."), value)
    return written(document)


def with_change(name: str, texts: Mapping[str, str], key: str, value: Any) -> dict[str, str]:
    """The texts with one value of the file `name` changed. In a tree the key begins with the id of
    a node (`explore.base`); a value of another file is set in `name`, over all below it.

    Raises KeyError where there is no such place.
    """
    document = with_comments(name, texts[name])
    steps = key.split(".")
    whole = lay_together(name, texts).data
    there = nodes(whole)
    if there and steps[0] not in whole and not any(key.startswith(f"{id}.") for id in there):
        raise KeyError(f"no {steps[0]!r}{nearest(steps[0], [*there, *whole])}")
    ids = [".".join(steps[:cut]) for cut in range(len(steps) - 1, 0, -1)]
    id = next((id for id in ids if id in there), None)
    if id is None:
        _put(document, steps, value)
    else:
        _put(document, ["change", id, *key.removeprefix(f"{id}.").split(".")], value)
    return {**texts, name: written(document)}


def _put(node: Any, steps: list[str], value: Any) -> None:
    *path, last = steps
    for step in path:
        node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
    node[int(last) if isinstance(node, list) else last] = value


def _is_name(file: str) -> bool:
    """Whether others can name, show and send a file of this name."""
    return len(file) <= LONGEST_NAME and file.isprintable()


def _stem(name: str) -> str:
    """The name without kind and `.yaml`, as `extends` says it."""
    return name.partition("/")[2].removesuffix(".yaml")


def _replace(path: Path, text: str) -> None:
    """Write a file beside another and give it that name and mode. Raises OSError."""
    beside = path.with_name(f".{path.name}.{token_hex(4)}")
    with open(beside, "x", encoding="utf-8") as file:
        try:
            if path.exists():
                os.fchmod(file.fileno(), S_IMODE(path.stat().st_mode))
            file.write(text)
            file.flush()
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
