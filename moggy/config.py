"""The files that designers and makers write: YAML with a schema, found in the owner's folder first,
with errors at the line.

`parse` is pure and remembers what it parsed, so that a file can be read aside by a watcher and then
adopted between two ticks at no cost.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from io import StringIO
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

ModelT = TypeVar("ModelT", bound=BaseModel)

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

LARGEST = 1_000_000
"""Characters; a designer's file is never that long."""


class Invalid(ValueError):
    """A file that does not say what it must; names the file, the line, the key and what is allowed."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file, self.line, self.message = file, line, message


def parse(file: str, text: str, model: type[ModelT]) -> ModelT:
    """The text of a YAML file as `model`; raises Invalid with the line of the first mistake."""
    outcome = _parsed(file, text, model)
    if isinstance(outcome, Invalid):
        raise outcome
    return outcome  # type: ignore[return-value]


def load(path: Path, model: type[ModelT]) -> ModelT:
    """As `parse`, from a path."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(path.name, 1, f"cannot be read: {error}") from error
    return parse(path.name, text, model)


@lru_cache(maxsize=256)
def _parsed(file: str, text: str, model: type[BaseModel]) -> BaseModel | Invalid:
    if len(text) > LARGEST:
        return Invalid(file, 1, f"{len(text)} characters; at most {LARGEST} are read")
    try:
        data = YAML(typ="safe").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Invalid(file, mark.line + 1 if mark else 1, str(error.problem or "not YAML"))
    except (YAMLError, RecursionError, ValueError) as error:
        return Invalid(file, 1, f"not YAML: {error}")
    if not isinstance(data, dict):
        return Invalid(file, 1, "should be keys and values")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        return _located(file, text, model, data, error)


def _located(
    file: str, text: str, model: type[BaseModel], data: Any, error: ValidationError
) -> Invalid:
    """The first mistake in words, at its line. Slow, and only for files that are wrong."""
    first = error.errors()[0]
    # pydantic adds tags of unions and the like to the place: keep what is really in the file.
    where: list[Any] = []
    node: Any = data
    for step in first["loc"]:
        if (
            step in node
            if isinstance(node, dict)
            else isinstance(node, list) and isinstance(step, int) and step < len(node)
        ):
            where.append(step)
            node = node[step]
    line = _line_of(text, where)
    key = ".".join(str(step) for step in where) or model.__name__
    value = first.get("input")
    if first["type"] == "extra_forbidden":
        known = _keys_beside(model, where[:-1])
        near = difflib.get_close_matches(str(where[-1] if where else ""), known, n=1)
        hint = (
            f", did you mean '{near[0]}'?"
            if near
            else f"; known here: {', '.join(sorted(known))}"
            if known
            else ""
        )
        return Invalid(file, line, f"unknown key '{key}'{hint}")
    if first["type"] == "missing":
        return Invalid(file, line, f"{key}: '{first['loc'][-1]}' is missing")
    shown = "" if isinstance(value, dict | list) else f" (it is {value!r})"
    return Invalid(file, line, f"{key}: {first['msg'].removeprefix('Value error, ')}{shown}")


def _line_of(text: str, where: Sequence[Any]) -> int:
    try:
        node: Any = YAML(typ="rt").load(text)
    except YAMLError:
        return 1
    line = 0
    for step in where:
        try:
            line = (node.lc.key if hasattr(node, "keys") else node.lc.item)(step)[0]
            node = node[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line + 1


def _keys_beside(model: type[BaseModel], where: Sequence[Any]) -> list[str]:
    """Keys that the schema knows at a place, of every shape that may stand there; empty where any
    key may."""
    here: list[Any] = [model]
    for step in where:
        here = [inside for shape in here for inside in _step_into(shape, step)]
    return [
        key
        for shape in here
        if isinstance(shape, type) and issubclass(shape, BaseModel)
        for key in shape.model_fields
    ]


def _step_into(shape: Any, step: Any) -> list[Any]:
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        field = shape.model_fields.get(str(step))
        return [] if field is None else _shapes(field.annotation)
    origin, arguments = get_origin(shape), get_args(shape)
    if origin in (dict, Mapping):
        return _shapes(arguments[1])
    return _shapes(arguments[0]) if origin in (list, tuple, Sequence) else []


def _shapes(annotation: Any) -> list[Any]:
    """The members of a union, each without its annotations."""
    if get_origin(annotation) is Annotated:
        return _shapes(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [shape for member in get_args(annotation) for shape in _shapes(member)]
    return [annotation]


class Files:
    """Where a pet's files are: an owner's folder laid over the shipped ones. Names read
    `personalities/shy.yaml`."""

    def __init__(self, own: Path | None = None) -> None:
        self.own = own

    def names(self, kind: str) -> list[str]:
        folders = [SHIPPED[kind]] + ([self.own / kind] if self.own else [])
        found = {
            path.name for folder in folders if folder.is_dir() for path in folder.glob("*.yaml")
        }
        return [f"{kind}/{name}" for name in sorted(found)]

    def all(self) -> list[str]:
        return [name for kind in SHIPPED for name in self.names(kind)]

    def path(self, name: str) -> Path:
        """The file behind a name: the owner's if there is one. Raises Invalid with the names that
        there are."""
        kind, _, file = name.partition("/")
        if (
            kind not in SHIPPED
            or not file
            or "/" in file
            or file.startswith(".")
            or not file.endswith(".yaml")
        ):
            raise Invalid(
                name,
                1,
                f"no such file; names read KIND/NAME.yaml with KIND one of {', '.join(SHIPPED)}",
            )
        for folder in ([self.own / kind] if self.own else []) + [SHIPPED[kind]]:
            if (folder / file).is_file():
                return folder / file
        raise Invalid(name, 1, f"no such file; there are {', '.join(self.names(kind)) or 'none'}")

    def read(self, name: str) -> str:
        path = self.path(name)
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(name, 1, f"cannot be read: {error}") from error

    def load(self, name: str, model: type[ModelT]) -> ModelT:
        return parse(name, self.read(name), model)

    def save(self, name: str, text: str, model: type[BaseModel]) -> Path:
        """Write a valid text into the owner's folder; the shipped file stays as it is. Raises
        Invalid and writes nothing otherwise."""
        parse(name, text, model)
        self.path(name)
        folder = (self.own or SHIPPED[name.partition("/")[0]].parent) / name.partition("/")[0]
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / name.partition("/")[2]
        beside = target.with_suffix(".yaml.new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(target)
        return target


def with_value(text: str, key: str, value: Any) -> str:
    """The same YAML with one value changed (`stroke.pleasure`); comments stay."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 140
    root = node = yaml.load(text)
    *path, last = key.split(".")
    for step in path:
        node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
    node[int(last) if isinstance(node, list) else last] = value
    out = StringIO()
    yaml.dump(root, out)
    return out.getvalue()
