"""Designers' YAML texts: read safely, checked against a schema, with the line of every mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from io import StringIO
from types import UnionType
from typing import Annotated, Any, NamedTuple, TypeAlias, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import RoundTripConstructor

from moggy.vocabulary import joined, nearest
from moggy.yaml_reader import LONGEST, Read, YamlMistake, read

ModelT = TypeVar("ModelT", bound=BaseModel)
Where: TypeAlias = Sequence[Any]
"""The keys and indices that lead to a place in a file's data."""


class Located(NamedTuple):
    """File, line and key of something in a designer's file."""

    file: str
    line: int
    key: str
    """The keys that lead to it in that file, with dots between them; from the innermost id on,
    where one stands in a list: `explore.do.plays.2.motion`."""


Locate: TypeAlias = Callable[[Where], Located]
"""Place in the data → where it stands."""
Blame: TypeAlias = Callable[[Where, Sequence[Where]], Located | None]
"""The place at which a mistake shows, and the places that it needs → what another file did to make
it a mistake; None where none did."""

WITHIN = frozenset(("extra_forbidden", "literal_error", "union_tag_invalid"))
"""Mistakes that are of the value itself, whatever stands beside it."""
LONGEST_MESSAGE = 600
"""Characters that a message shows of what stands in a file. Our choice."""
QUOTED = re.compile(r"'([^']+)'")
"""The allowed names in a message of pydantic."""


class Invalid(ValueError):
    """A file that does not say what it must: names the file, the line, the key and what is
    allowed."""

    def __init__(self, file: str, line: int, message: str, key: str = "") -> None:
        """`key`: the place in the file, where the message names it."""
        message = message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]} …"
        super().__init__(f"{file}:{line}: {message}")
        self.file, self.line, self.message, self.key = file, line, message, key

    def __reduce__(self) -> tuple[type[Invalid], tuple[str, int, str, str]]:
        """How it is sent from one process to another."""
        return Invalid, (self.file, self.line, self.message, self.key)


class Misplaced(ValueError):
    """For a schema's own checks: a mistake in one of the keys that a model compares."""

    def __init__(self, message: str, at: Where = (), needs: Where = ()) -> None:
        """`at`: where the mistake stands, from the model on. `needs`: the place, from the model or
        from the top on, that had to be there."""
        super().__init__(message)
        self.at, self.needs = at, needs


def read_yaml(file: str, text: str) -> dict[str, Any]:
    """The data of a text. It is remembered and shared: copy it before changing it.

    Raises Invalid where the text is no YAML, is no mapping, or is beyond a bound of
    `moggy.yaml_reader`.
    """
    data = places(file, text).data
    if not isinstance(data, dict):
        raise Invalid(file, 1, "should be keys and values")
    return data


def places(file: str, text: str) -> Read:
    """As `read_yaml`, with the line of every key; what it says may be anything. Raises Invalid."""
    outcome = _read(text)
    if isinstance(outcome, YamlMistake):
        raise Invalid(file, outcome.line, outcome.message)
    return outcome


@lru_cache(maxsize=160)
def _read(text: str) -> Read | YamlMistake:
    try:
        return read(text)
    except YamlMistake as mistake:
        return mistake


def with_comments(file: str, text: str) -> Any:
    """The data of a text with its comments, to be changed and given to `written`. Raises
    Invalid."""
    plain = read_yaml(file, text)
    try:
        document = round_trip().load(text)
    except Exception as error:
        # Its reader in Python has many more; NotImplementedError for comments in some places.
        raise _not_kept(file, str(error)) from error
    if document != plain:
        raise _not_kept(file, "they stand where they could be taken for values")
    return document


def _not_kept(file: str, why: str) -> Invalid:
    return Invalid(file, 1, f"its comments cannot be kept: {why}")


class _WithoutDates(RoundTripConstructor):
    """Reads 2020-01-01 as a text, as `moggy.yaml_reader` does."""


_WithoutDates.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_scalar)


def round_trip() -> YAML:
    """A reader and writer that keeps comments, quotes and the order of keys, and breaks no line."""
    yaml = YAML(typ="rt")
    yaml.Constructor = _WithoutDates
    yaml.preserve_quotes = True
    yaml.width = LONGEST
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def written(data: Any) -> str:
    """The text of what `with_comments` has read, or of plain data. Raises Invalid where it would
    not say the same, as with a comment in an unusual place."""
    out = StringIO()
    try:
        round_trip().dump(data, out)
    except Exception as error:
        raise _not_kept("text", str(error)) from error
    text = out.getvalue()
    if read_yaml("text", text) != data:
        raise _not_kept("text", "they stand where they could be taken for values")
    return text


def line_of(file: str, text: str, where: Where) -> int:
    """The line, from 1, at which a place of the data stands in its text. Raises Invalid."""
    found, line = places(file, text), 1
    node = found.data
    for step in where:
        line = found.lines.get((id(node), step), line)
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            break
    return line


def located(file: str, text: str, where: Where) -> Located:
    """A place of a file's data, as messages name it. Raises Invalid."""
    node: Any = read_yaml(file, text)
    key: list[str] = []
    for step in where:
        key.append(str(step))
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            continue
        if isinstance(step, int) and isinstance(node, dict) and isinstance(node.get("id"), str):
            key = [node["id"]]
    return Located(file, line_of(file, text, where), ".".join(key))


def validate(
    data: Any,
    model: type[ModelT],
    locate: Locate,
    also: type[BaseModel] | None = None,
    blame: Blame = lambda where, needs: None,
) -> ModelT:
    """The data as `model`; raises Invalid with the first mistake in words.

    `also` names a model whose keys may stand at the top as well, for suggestions.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # A misspelt key is also a missing one: the key that stands there says more.
        mistakes = error.errors()
        unknown = (each for each in mistakes if each["type"] == "extra_forbidden")
        first = mistakes[0]
        if first["type"] == "missing":
            first = next(unknown, first)
        shown = _in_file(data, first["loc"])
        cause = first.get("ctx", {}).get("error")
        needs: list[Where] = []
        if first["type"] == "missing":
            needs = [[*shown, first["loc"][-1]]]
        elif isinstance(cause, Misplaced):
            needs = [[*shown, *cause.needs], cause.needs] if cause.needs else []
            shown = _in_file(data, [*first["loc"], *cause.at])
        there = locate(shown)
        culprit = None if first["type"] in WITHIN else blame(shown, needs)
        mistake = _in_words(data, model, culprit or there, also, first)
        if culprit is not None and culprit.file != there.file:
            mistake = Invalid(
                mistake.file,
                mistake.line,
                joined(mistake.message, f"see {there.file}:{there.line}"),
                mistake.key,
            )
        raise mistake from None


def _in_words(
    data: Any,
    model: type[BaseModel],
    place: Located,
    also: type[BaseModel] | None,
    error: ErrorDetails,
) -> Invalid:
    where = _in_file(data, error["loc"])
    file, line, key = place
    in_file, key = key, key or model.__name__
    if error["type"] == "extra_forbidden":
        name, names = str(where[-1]), _keys_beside(model, where[:-1])
        any_layer = also.model_fields if also is not None and len(where) == 1 else ()
        every = [*names, *(each for each in any_layer if each not in names)]
        meant = nearest(name, every) or (f"; there are {', '.join(every)}" if any_layer else "")
        return Invalid(file, line, f"unknown key '{key}'{meant}", in_file)
    if error["type"] == "missing":
        return Invalid(file, line, f"{key}: '{error['loc'][-1]}' is missing", in_file)
    value, message = error.get("input"), error["msg"].removeprefix("Value error, ")
    context = error.get("ctx", {})
    if error["type"] in ("literal_error", "union_tag_invalid"):
        value = context.get("tag", value)
        allowed = QUOTED.findall(str(context.get("expected_tags", context.get("expected"))))
        if isinstance(value, str):
            message = f"{key}: unknown name {value!r}{nearest(value, allowed)}"
            return Invalid(file, line, message, in_file)
    if error["type"] in ("model_type", "dict_type"):
        keys = " and ".join(f"`{each}: …`" for each in _keys_beside(model, where)[:2])
        message = f"should be keys and values{keys and f', such as {keys}'}"
    told = isinstance(value, dict | list) or repr(value) in message
    told = told or (isinstance(value, str) and value in message)
    shown = "" if told else f" (it is {value!r})"
    return Invalid(file, line, f"{key}: {message}{shown}", in_file)


def _in_file(data: Any, loc: Where) -> list[Any]:
    """The steps of a pydantic place that are really in the file: without tags of unions."""
    where: list[Any] = []
    node = data
    for step in loc:
        if (
            step in node
            if isinstance(node, dict)
            else isinstance(node, list) and isinstance(step, int) and step < len(node)
        ):
            where.append(step)
            node = node[step]
    return where


def _keys_beside(model: type[BaseModel], where: Where) -> list[str]:
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
