"""The page's types, written from those of `api.py`: `python -m moggy.sim.studio.page_types` writes
`page/src/api.ts` anew, and a test says where it is old."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from moggy.characters import CharacterFile
from moggy.handles import Handle
from moggy.shown_tree import ShownNode, TreeNow
from moggy.sim.studio import api

FILE = Path(__file__).resolve().parent / "page" / "src" / "api.ts"
HEAD = """\
// What the server tells the page. Written by `python -m moggy.sim.studio.page_types` from
// sim/studio/api.py: change it there.
"""
KINDS = (
    api.Moment,
    Handle,
    CharacterFile,
    ShownNode,
    TreeNow,
    api.BehaviorRuns,
    api.TreeCoverage,
)
"""What is written, with all that is in it."""
PLAIN = {"number": "number", "integer": "number", "string": "string", "boolean": "boolean",
         "null": "null"}  # fmt: skip
"""Type of JSON schema → of TypeScript."""


def page_types() -> str:
    """The text of FILE."""
    found: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        schema = TypeAdapter(kind).json_schema()
        found |= schema.pop("$defs", {})
        found[kind.__name__] = schema
    return HEAD + "".join(_interface(name, schema) for name, schema in found.items())


def _interface(name: str, schema: dict[str, Any]) -> str:
    about = " ".join(schema.get("description", "").split())
    lines = [f"  {key}: {_type(field)};{_comment(field)}"
             for key, field in schema["properties"].items()]  # fmt: skip
    return "\n".join(["", f"/** {about} */", f"export interface {name} {{", *lines, "}", ""])


def _comment(field: dict[str, Any]) -> str:
    return f" // {field['description']}" if "description" in field else ""


def _type(field: dict[str, Any]) -> str:
    """The type of a field; KeyError for a schema of a kind that `api.py` does not use."""
    if "$ref" in field:
        return str(field["$ref"].rpartition("/")[2])
    if "anyOf" in field:
        return " | ".join(map(_type, field["anyOf"]))
    if "enum" in field:
        return " | ".join(f'"{value}"' for value in field["enum"])
    if field["type"] == "array":
        return f"{_type(field['items'])}[]"
    if field["type"] == "object":
        return f"Record<string, {_type(field['additionalProperties'])}>"
    return PLAIN[field["type"]]


if __name__ == "__main__":
    FILE.write_text(page_types(), encoding="utf-8")
