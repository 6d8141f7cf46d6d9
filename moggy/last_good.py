"""Keeps, for each board, the files with which it last ran: `moggy flash` puts them back where newer
ones fail. They lie in the owner's folder, one zip file a board."""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from moggy.home import home

FOLDER = "boards"
"""Name of the folder in the owner's."""
BOARDS = 16
"""Boards whose files are kept, about 32 kB each; beyond that the ones flashed longest ago go. Our
choice."""
ABOUT = "set.json"
"""Name in the zip file of what is known of the files."""
BOARD_ID = re.compile(r"[0-9a-f]{2,64}")
"""The number that a chip was made with, which names the file."""


class GoodSet(NamedTuple):
    """Files with which a board has run."""

    files: Mapping[str, bytes]
    body: str
    """Name of their body."""
    body_hash: int
    schema: int
    """Hash of the wire's schema in them."""

    @property
    def title(self) -> str:
        """Which ones they are, in words."""
        return f'for "{self.body}", hash {self.body_hash:08x}'


def keep(board: str, good: GoodSet) -> bool:
    """Keep the files of a board in place of those that were kept before; False where the board has
    no number of its own. Raises OSError; then those from before are still there."""
    if not BOARD_ID.fullmatch(board):
        return False
    place = _place(board)
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_suffix(".new")
    about = {"body": good.body, "body_hash": good.body_hash, "schema": good.schema}
    try:
        with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr(ABOUT, json.dumps(about))
            for name, data in good.files.items():
                made.writestr(name, data)
        os.replace(new, place)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    _forget_oldest()
    return True


def kept(board: str) -> GoodSet | None:
    """The files of a board; None where none are kept. Raises ValueError where they are damaged."""
    place = _place(board)
    if not BOARD_ID.fullmatch(board) or not place.exists():
        return None
    try:
        with zipfile.ZipFile(place) as made:
            files = {name: made.read(name) for name in made.namelist()}
        about = json.loads(files.pop(ABOUT))
        return GoodSet(files, str(about["body"]), int(about["body_hash"]), int(about["schema"]))
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{place}: the last good set is damaged ({error})") from None


def _place(board: str) -> Path:
    return home() / FOLDER / f"{board}.zip"


def _forget_oldest() -> None:
    """Remove the files of the boards that were flashed longest ago."""
    with suppress(OSError):  # another flash may have removed one
        found = sorted((home() / FOLDER).glob("*.zip"), key=lambda path: path.stat().st_mtime_ns)
        for path in found[:-BOARDS]:
            path.unlink()
