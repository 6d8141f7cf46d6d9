"""Watches the designer's files while the pet runs. A saved file is read in a thread, checked aside,
and then reported as an `Edited` sense."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from queue import SimpleQueue
from typing import TypeAlias

from moggy.config import MISNAMED, NO_FOLDER, SHIPPED, Files, Invalid
from moggy.messages import AnySense, Edited, Trouble
from moggy.printable import printable

PERIOD = 0.5
"""Seconds between two checks; our choice: soon enough for someone who saves and looks."""
AT_ONCE = 10
"""Files that are taken before it looks again at what was saved meanwhile; our choice: a file takes
20 ms on an idle machine, and a later save is then seen within a second on a busy one."""
PART = "files"
"""What a Trouble names where it is of no single file."""
NAMES = "names of files"
"""What a Trouble names where files are left out for their names."""

FOLDERS = "folders of files"
"""What a Trouble names where something else stands in the place of a folder: what was read before
is kept."""

Take: TypeAlias = Callable[[str, str], Mapping[str, str | None]]
"""Checks a name's text aside, and waits for that; gives name → text of what the pet has to take, in
order, with that name or without where it has it; None for a file that is wanted and cannot be read.
Raises Invalid where it must not take it."""


class Watcher:
    """A sensor. Its thread reads and lets check; what was made of a text is remembered, so the pet,
    which asks for it again, waits for nothing."""

    def __init__(self, files: Files, names: Iterable[str], take: Take) -> None:
        """Watch `names` of `files`, the files that they come to extend, all motions, and all
        personalities, any of which the pet may become."""
        self._files, self._take = files, take
        self._found: SimpleQueue[AnySense] = SimpleQueue()
        self._said: dict[str, str] = {}
        """Part → the trouble with it that was said last."""
        self._texts: dict[str, str | None] = {
            name: self._text(name) for name in (*names, *files.names("personalities"))
        }
        self._marks: dict[str, tuple[tuple[int, ...], ...]] = {}
        """Name → the marks of a file (`Files.mark`) when it was read the last two times. Where both
        are as now, it need not be read: it was well after it was saved, as the clock of a file
        system goes on only every few ms."""
        self._waiting: dict[str, str] = {}
        """Name → text of what is saved and not taken yet; what was seen last comes last."""
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
        pause = PERIOD
        while not self._closing.wait(pause):
            pause = PERIOD
            try:
                self._look()
                pause = 0.0 if self._waiting else PERIOD
            except Exception as error:
                # Whatever a file or a disk does, what is saved later must still be seen.
                self._say(PART, f"the files cannot be watched: {type(error).__name__}: {error}")
            else:
                self._say(PART, "")

    def _look(self) -> None:
        """Take what was saved, AT_ONCE files at most, and what is seen last before what waits: who
        saves a file after very many others is told of it at once."""
        found = dict.fromkeys(map(self._files.in_the_way, SHIPPED))
        self._say(
            FOLDERS, "; ".join(f"{printable(str(path))} {NO_FOLDER}" for path in found if path)
        )
        wrong = [printable(name) for kind in SHIPPED for name in self._files.misnamed(kind)]
        self._say(NAMES, "; ".join(f"{name} {MISNAMED}" for name in wrong[:3]))
        waiting = self._waiting
        new = [name for kind in ("motions", "personalities") for name in self._files.names(kind)]
        for name in reversed(dict.fromkeys([*self._texts, *new])):
            mark, read = self._files.mark(name), self._marks.get(name, ())
            if mark and read == (mark, mark):
                continue
            text = self._text(name)
            self._marks[name] = (*read[-1:], mark) if text is not None else ()
            if text is None or text == self._texts.get(name):
                waiting.pop(name, None)
            elif text != waiting.get(name):
                waiting.pop(name, None)
                waiting[name] = text
        hindered: OSError | None = None
        for name, text in list(reversed(waiting.items()))[:AT_ONCE]:
            del waiting[name]
            try:
                edits = self._take(name, text)
            except OSError as error:
                hindered = error
                waiting = self._waiting = {name: text, **waiting}  # behind all the others
            except Exception as error:
                # One file must not hide what is saved in the others.
                self._texts[name] = text
                known = str(error) if isinstance(error, Invalid) else f"{name}: {error!r}"
                self._say(name, known)
            else:
                self._texts |= {**edits, name: text}
                for each, content in edits.items():
                    if content is not None:
                        self._found.put(Edited(at=0.0, file=each, text=content))
        if hindered is not None:
            raise hindered

    def _text(self, name: str) -> str | None:
        """None while the file is absent, as in the middle of an editor's save, or cannot be
        read."""
        try:
            text = self._files.read(name)
        except Invalid as error:
            if self._files.has(name):
                self._say(name, str(error))
            return None
        except Exception as error:  # one file must not hide what is saved in the others
            self._say(name, f"{name}: cannot be read ({type(error).__name__}: {error})")
            return None
        self._say(name, "")
        return text

    def _say(self, part: str, message: str) -> None:
        """Report what is wrong with a part, once; an empty message: nothing any more."""
        if message != self._said.get(part, ""):
            self._said[part] = message
            self._found.put(Trouble(at=0.0, part=part, message=message))
