"""Which files make one whole: what a file says of the files below it, and how it names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from moggy.yaml_file import Invalid, Where, line_of, located, read_yaml, validate

MOST_ADDED = 300
"""Options, or reflexes, that one file may add: each is looked for among all. Our choice."""
MOST_DEEP = 32
"""Files that one after the other may extend or include the next: the shipped ones are 3 deep. Our
choice."""
MOST_KNOWN = 4096
"""Motions of one pet of which it is remembered that they are well: with more of them every edit
reads all anew. Our choice: seventy times those that are shipped."""
COVERED = "shipped/"
"""Before the name of a file of the package, where an owner's file of the same name covers it."""

FileName = Annotated[
    str,
    Field(
        pattern=r"^[\w-]+(/[\w-]+)?$",
        max_length=60,
        description="name of a file of the same kind, without `.yaml`",
    ),
]
Change: TypeAlias = dict[str, Any]


class FileLayer(BaseModel):
    """What any file may say about the files below it. All other keys are its own: they are merged
    into those of the file that it extends, mappings key by key, everything else as a whole."""

    model_config = ConfigDict(frozen=True, extra="allow")

    extends: Annotated[
        FileName | None,
        Field(
            description="the file that this one changes: `cat` is `cat.yaml` of the same folder. "
            "A file of yours that extends its own name changes the shipped file of that name"
        ),
    ] = None
    includes: Annotated[
        tuple[FileName, ...],
        Field(description="files that are parts of this one: their layers come after its own keys"),
    ] = ()
    options: Annotated[
        tuple[Change, ...],
        Field(
            max_length=MOST_ADDED,
            description="trees: behaviours to add to the utility selector. Beside the keys of an "
            "option, `before: ID` or `after: ID` places it, and `into: ID` names the selector "
            "where there are several. Left out, it comes last",
        ),
    ] = ()
    reflexes: Annotated[
        tuple[Change, ...],
        Field(
            max_length=MOST_ADDED,
            description="trees: reflexes to add to the lane, placed like options. The first of "
            "the lane is the most urgent",
        ),
    ] = ()
    change: Annotated[
        dict[str, Change],
        Field(
            description="trees, laws: id of an option, a reflex, another node or a law → keys "
            "of it with their new values. In the place of a list of motions, calls or terms, a "
            "mapping changes single ones: by the `motion`, the `call`, or what the term is `of`"
        ),
    ] = {}
    remove: Annotated[
        tuple[str, ...],
        Field(
            description="what goes: the id of an option, a reflex or a law; or the place of a key, "
            "which is then as if it were left out: `let.calm`, `fades.hit`, `explore.cooldown`"
        ),
    ] = ()
    remarks: Annotated[
        dict[str, str],
        Field(
            description="place of a key → a comment that the studio shows above it. The studio "
            "writes these for comments beside what is as shipped"
        ),
    ] = {}
    renamed: Annotated[
        dict[str, str],
        Field(
            description="trees: an id of an earlier release → what it is called now. Patches and "
            "personalities that name the old id still hold, with a note to their owner"
        ),
    ] = {}
    removed: Annotated[
        tuple[str, ...],
        Field(
            description="trees: ids of an earlier release that are gone. Files that name them "
            "still load; what they say of them does nothing"
        ),
    ] = ()

    @model_validator(mode="before")
    @classmethod
    def _empty(cls, data: Any) -> Any:
        """A key without a value, as where all below it is commented out, says nothing."""
        if not isinstance(data, dict):
            return data
        fields = cls.model_fields
        return {key: value for key, value in data.items() if value is not None or key not in fields}


def chain(top: str, read: Callable[[str], str]) -> dict[str, str]:
    """Name → text of a file and of all that it extends and includes, the file itself first.

    `read` gives the text of a name and raises Invalid where there is none. Raises Invalid, with the
    line of the reference, for a missing file, for files that extend one another in a circle, and
    for more than MOST_DEEP of them.
    """
    texts: dict[str, str] = {}
    heights: dict[str, int] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        texts[name] = read(name)
        height = 1
        for target, where in references(top, name, texts[name]):
            if target in (*above, name):
                circle = " → ".join((*above, name, target))
                raise wrong_at(name, texts[name], where, f"files go round in a circle: {circle}")
            if len(above) + 1 + heights.get(target, 1) > MOST_DEEP:
                deep = f"more than {MOST_DEEP} files build on one another; join some of them to one"
                raise wrong_at(name, texts[name], where, deep)
            try:
                if target not in heights:
                    visit(target, (*above, name))
            except Invalid as error:
                if error.file != target or target in texts:
                    raise
                raise wrong_at(
                    name, texts[name], where, f"{where[0]}: {target}: {error.message}"
                ) from None
            height = max(height, 1 + heights[target])
        heights[name] = height

    visit(top, ())
    return texts


def below(top: str, texts: Mapping[str, str]) -> set[str]:
    """The files that the file `top` changes: what it extends, with all that belongs to it. `texts`
    holds the chain of `top`. Raises Invalid."""
    found: set[str] = set()
    base = layer_of(top, texts[top]).extends
    waiting = [] if base is None else [named(top, top, base)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [target for target, _ in references(top, name, texts[name])]
    return found


@lru_cache(maxsize=MOST_KNOWN)
def references(top: str, name: str, text: str) -> tuple[tuple[str, Where], ...]:
    """The files that a file extends and includes, each with the place that says so. Remembered for
    more files than what stands in them is, as every edit asks for those of all."""
    layer = layer_of(name, text)
    found: list[tuple[str, Where]] = []
    if layer.extends is not None:
        found.append((named(top, name, layer.extends), ("extends",)))
    for n, part in enumerate(layer.includes):
        found.append((named(top, name, part), ("includes", n)))
    return tuple(found)


def named(top: str, name: str, reference: str) -> str:
    """The full name of what the file `name`, of the chain of `top`, calls `reference`."""
    kind = "/".join(top.split("/")[: 2 if top.startswith(COVERED) else 1]) if "/" in top else ""
    target = f"{kind}/{reference}.yaml" if kind else f"{reference}.yaml"
    return COVERED + target if target == name else target


@lru_cache(maxsize=160)
def layer_of(name: str, text: str) -> FileLayer:
    """What a file says about the files below it. Raises Invalid."""
    return validate(read_yaml(name, text), FileLayer, lambda where: located(name, text, where))


def wrong_at(name: str, text: str, where: Where, message: str) -> Invalid:
    """A mistake at a place of a file's data."""
    return Invalid(name, line_of(name, text, where), message)
