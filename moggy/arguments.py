"""Checks of what a caller of `import moggy` gives. Each raises ValueError with one sentence that
says what was given and what is allowed."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection
from contextlib import suppress
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from moggy.vocabulary import nearest

LARGEST_SEED = 2**63 - 1
"""A journal keeps whole numbers of 64 bits."""


def shown(value: object) -> str:
    """A value as messages show it, cut to 80 characters."""
    return f"{value!r:.80}"


def number(what: str, value: Any, least: float, most: float, allowed: str) -> float:
    """A number from `least` to `most`, numpy's included; `allowed` says so in words."""
    if isinstance(value, Real) and not isinstance(value, bool):
        with suppress(OverflowError):
            if least <= (found := float(value)) <= most:
                return found
    raise ValueError(f"{what}: {shown(value)} is no {allowed}")


def seed_of(value: Any) -> int:
    """A whole number that begins a random generator. Those below 0 are refused: Python's generator
    makes the same of 1 and −1."""
    plain = isinstance(value, Integral) and not isinstance(value, bool)
    if plain and 0 <= (found := int(value)) <= LARGEST_SEED:
        return found
    raise ValueError(f"seed: {shown(value)} is no whole number from 0 to 2**63 - 1")


def path_of(what: str, value: object) -> Path:
    """A path, or its text."""
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        raise ValueError(f"{what}: {shown(value)} is no path of a file; give a str or a Path")
    return Path(value)


def name_of(what: str, value: object, names: Collection[str]) -> str:
    """The name of a designer's file, without folder and ending; `names` are those of all files."""
    if not isinstance(value, str) or not re.fullmatch(r"[\w-]{1,100}(/[\w-]{1,100})?", value):
        stems = [name.partition("/")[2].removesuffix(".yaml") for name in names]
        there = (
            nearest(str(value).removesuffix(".yaml"), stems) or f"; there are {', '.join(stems)}"
        )
        raise ValueError(f"{what}: {shown(value)} is no name of a file{there}")
    return value


def switch(what: str, value: object) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise ValueError(f"{what}: {shown(value)} is neither True nor False")
    return value


def function(what: str, value: Any, *takes: str) -> Callable[..., Any]:
    """A function that can be called with so many values; `takes` names them."""
    signed = f"({', '.join(takes)})"
    if not callable(value) or inspect.isclass(value):
        raise ValueError(f"{what}: {shown(value)} is no function of {signed}")
    try:
        inspect.signature(value).bind(*takes)
    except TypeError as error:
        raise ValueError(f"{what}: {shown(value)} does not take {signed}: {error}") from None
    except ValueError:  # built in, without a signature
        pass
    return value  # type: ignore[no-any-return]


def plain(key: str, value: Any) -> Any:
    """A value that a YAML file can hold; numpy's numbers and arrays as Python's. `key` is its
    place."""
    value = value.tolist() if isinstance(value, np.generic | np.ndarray) else value
    if isinstance(value, dict):
        return {name: plain(f"{key}.{name}", each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(f"{key}.{n}", each) for n, each in enumerate(value)]
    if not isinstance(value, bool | int | float | str | None):
        raise ValueError(f"{key}: {shown(value)} is nothing that a YAML file can hold")
    return value
