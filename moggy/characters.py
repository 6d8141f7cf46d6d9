"""The characters of an owner as files: which there are, a new one from another, another name, and a
shipped one as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from moggy.config import Files, Invalid, with_value
from moggy.layer import layer_of
from moggy.personality import Personality

FOLDER = "personalities"
Arranging: TypeAlias = Literal["become", "copy", "rename", "delete", "revert"]
"""What is done with a character: the pet becomes it; it is copied under another name, and the pet
becomes that; renamed; deleted; or again as it was shipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterFile:
    """A character that the pet may become."""

    file: str
    own: bool
    """Whether the owner has written in it."""
    shipped: bool
    """Whether one of its name is shipped."""


def characters(files: Files) -> list[CharacterFile]:
    """All, in the order of their names."""
    return [
        CharacterFile(file=name, own=files.is_own(name), shipped=files.is_shipped(name))
        for name in files.names(FOLDER)
    ]


def file_of(name: str) -> str:
    """The file of a new character that people call `name`. Raises Invalid where that is none."""
    stem = "_".join(name.lower().split())
    if not stem or "/" in stem or stem.startswith("."):
        raise Invalid(FOLDER, 1, f"{name!r} is no name: it has letters, no / and no . in front")
    return f"{FOLDER}/{stem}.yaml"


def copy(files: Files, file: str, name: str) -> str:
    """Write a new character like another one, called `name`; gives its file. Raises Invalid."""
    made = file_of(name)
    if files.has(made):
        raise Invalid(made, 1, f"there is {made} already: give another name")
    files.create(made, with_value(files.shown(file), "name", name.strip()), Personality)
    return made


def rename(files: Files, file: str, name: str) -> str:
    """Give a character of the owner's another name; gives its file. Raises Invalid."""
    _all_the_owners(files, file)
    made = copy(files, file, name)
    files.remove(file)
    return made


def delete(files: Files, file: str, living: str) -> None:
    """Delete a character of the owner's, but for the `living` one. Raises Invalid."""
    if file == living:
        raise Invalid(file, 1, "it lives: let the cat become another one first")
    _all_the_owners(files, file)
    files.remove(file)


def revert(files: Files, file: str) -> None:
    """Let a shipped character be as it was shipped. Raises Invalid."""
    if not files.is_shipped(file):
        raise Invalid(file, 1, "none of its name is shipped: it is all yours")
    files.remove(file)


def _all_the_owners(files: Files, file: str) -> None:
    """Raises Invalid where a character is shipped, or another one builds on it."""
    if files.is_shipped(file):
        raise Invalid(file, 1, "it is shipped, and stays: make a new one from it, or revert it")
    stem = file.removeprefix(f"{FOLDER}/").removesuffix(".yaml")
    for other in files.names(FOLDER):
        layer = layer_of(other, files.read(other)) if other != file else None
        if layer is not None and stem in (layer.extends, *(layer.includes or ())):
            raise Invalid(file, 1, f"{other} builds on it")
