"""Watches the designer's files while the pet runs. A saved file is read and parsed in a thread and
then reported as an `Edited` sense."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from queue import SimpleQueue
from typing import TypeAlias

from moggy.config import Files, Invalid
from moggy.messages import AnySense, Edited, Trouble

PERIOD = 0.5
"""Seconds between two checks; our choice: soon enough for someone who saves and looks."""
PART = "files"
"""What a Trouble names where it is of no single file."""

Check: TypeAlias = Callable[[Mapping[str, str]], object]
"""Puts the texts of all files together; raises Invalid where they are wrong."""
Save: TypeAlias = Callable[[str, str], Mapping[str, str]]
"""Saves a name's text; gives name → text of what the pet has to take. Raises Invalid."""


class Watcher:
    """A sensor. Its thread reads and checks; what was parsed is remembered, so the pet, which
    parses the text again, waits for nothing."""

    def __init__(self, files: Files, names: Iterable[str], check: Check) -> None:
        """Watch `names` of `files`, the files that they come to extend, and all motions."""
        self._files, self._check = files, check
        self._found: SimpleQueue[AnySense] = SimpleQueue()
        self._said: dict[str, str] = {}
        """Part → the trouble with it that was said last."""
        self._texts = {name: text for name in names if (text := self._text(name)) is not None}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="files", daemon=True)
        self._thread.start()

    def poll(self, now: float) -> Sequence[AnySense]:
        """An `Edited` for each file that was saved since the last call; a `Trouble` for one that
        cannot be read, and when it can be again."""
        senses = []
        while not self._found.empty():
            senses.append(replace(self._found.get(), at=now))
        return senses

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        self._thread.join(2.0)

    def _watch(self) -> None:
        while not self._closing.wait(PERIOD):
            try:
                self._look()
            except Exception as error:
                # Whatever a file or a disk does, what is saved later must still be seen.
                self._say(PART, f"the files cannot be watched: {type(error).__name__}: {error}")
            else:
                self._say(PART, "")

    def _look(self) -> None:
        changed: dict[str, str] = {}
        for name in dict.fromkeys([*self._texts, *self._files.names("motions")]):
            text = self._text(name)
            if text is not None and text != self._texts.get(name):
                try:
                    changed |= self._with_below(name, text)
                except Exception as error:
                    # One file must not hide what is saved in the others.
                    self._texts[name] = text
                    self._say(name, f"{name}: {type(error).__name__}: {error}")
        self._texts |= changed
        try:
            if changed:
                # The pet meets an error again and reports it.
                with contextlib.suppress(Invalid):
                    self._check(self._texts)
        finally:
            for name, text in changed.items():
                self._found.put(Edited(at=0.0, file=name, text=text))

    def _with_below(self, name: str, text: str) -> dict[str, str]:
        """A saved file after those below it that are not watched yet: it may extend others now."""
        below: dict[str, str] = {}
        with contextlib.suppress(Invalid):
            below = self._files.texts(name)
        new = {each: lower for each, lower in below.items() if each not in self._texts}
        return {each: lower for each, lower in new.items() if each != name} | {name: text}

    def _text(self, name: str) -> str | None:
        """None while the file is absent, as in the middle of an editor's save, or cannot be
        read."""
        try:
            text = self._files.read(name)
        except Invalid as error:
            if self._files.has(name):
                self._say(name, str(error))
            return None
        self._say(name, "")
        return text

    def _say(self, part: str, message: str) -> None:
        """Report what is wrong with a part, once; an empty message: nothing any more."""
        if message != self._said.get(part, ""):
            self._said[part] = message
            self._found.put(Trouble(at=0.0, part=part, message=message))


class EditableFiles:
    """The designers' files for the studio: all files of the kinds that may be edited while the pet
    lives."""

    def __init__(self, files: Files, kinds: Collection[str], save: Save) -> None:
        """`kinds` as the first part of a name says them, such as `trees`."""
        self._files, self._kinds = files, kinds
        self.save = save

    def names(self) -> list[str]:
        """Names of the files, such as `personalities/shy.yaml`."""
        return [name for name in self._files.all() if name.partition("/")[0] in self._kinds]

    def read(self, name: str) -> str:
        """The whole text to edit (`Files.shown`). Raises Invalid where there is no such file."""
        return self._files.shown(name)
