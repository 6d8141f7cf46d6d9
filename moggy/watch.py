"""Watches the designer's files while the pet runs. A saved file is read and parsed in a thread and
then reported as an `Edited` sense."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from queue import SimpleQueue

from pydantic import BaseModel

from moggy.config import Files, Invalid, parse
from moggy.messages import AnySense, Edited

PERIOD = 0.5
"""Seconds between two checks; our choice: soon enough for someone who saves and looks."""


class Watcher:
    """A sensor. Its thread reads and parses; `config.parse` keeps the result, so the pet, which
    parses the text again, waits for nothing."""

    def __init__(
        self, files: Files, names: Sequence[str], schemas: Mapping[str, type[BaseModel]]
    ) -> None:
        """Watch `names` of `files`; `schemas` by the first part of a name, such as `trees`."""
        self._files, self._schemas = files, schemas
        self._texts = {name: self._text(name) for name in names}
        self._found: SimpleQueue[tuple[str, str]] = SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="files", daemon=True)
        self._thread.start()

    def poll(self, now: float) -> Sequence[AnySense]:
        """An `Edited` for each file that was saved since the last call."""
        senses = []
        while not self._found.empty():
            name, text = self._found.get()
            senses.append(Edited(at=now, file=name, text=text))
        return senses

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        self._thread.join(2.0)

    def _watch(self) -> None:
        while not self._closing.wait(PERIOD):
            for name, before in list(self._texts.items()):
                text = self._text(name)
                if text is not None and text != before:
                    self._texts[name] = text
                    check_aside(name, text, self._schemas)
                    self._found.put((name, text))

    def _text(self, name: str) -> str | None:
        """None while the file is absent, as in the middle of an editor's save."""
        try:
            return self._files.read(name)
        except Invalid:
            return None


class EditableFiles:
    """The designers' files for the studio: all files of the kinds that may be edited while the pet
    lives."""

    def __init__(self, files: Files, schemas: Mapping[str, type[BaseModel]]) -> None:
        """`schemas`: kind of file → what it must say."""
        self._files, self._schemas = files, schemas

    def names(self) -> list[str]:
        """As `personalities/shy.yaml`."""
        return [name for name in self._files.all() if name.partition("/")[0] in self._schemas]

    def read(self, name: str) -> str:
        """The text. Raises Invalid where there is no such file."""
        return self._files.read(name)

    def save(self, name: str, text: str) -> None:
        """Write a text into the owner's folder. Raises Invalid, and writes nothing, where it does
        not say what it must."""
        schema = self._schemas.get(name.partition("/")[0])
        if schema is None:
            raise Invalid(name, 1, f"the studio saves {', '.join(self._schemas)}")
        self._files.save(name, text, schema)
        check_aside(name, text, self._schemas)


def check_aside(name: str, text: str, schemas: Mapping[str, type[BaseModel]]) -> None:
    """Parse a text, so that `config.parse` has the result when the pet parses it. Errors are
    ignored here: the pet meets them again and reports them."""
    schema = schemas.get(name.partition("/")[0])
    if schema is not None:
        try:
            parse(name, text, schema)
        except Invalid:
            return
