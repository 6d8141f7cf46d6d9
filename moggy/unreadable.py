"""Files that a user names and that cannot be read: what is wrong, and where one comes from."""

from __future__ import annotations

from pathlib import Path

from moggy.vocabulary import nearest


def why_unreadable(path: Path, error: OSError | UnicodeDecodeError, way_out: str) -> str:
    """A sentence for a file that cannot be opened: its name, the reason, a file beside it of nearly
    the same name, and `way_out`: how to get one."""
    if isinstance(error, UnicodeDecodeError):
        return f"{path}: byte {error.start} is not UTF-8; {way_out}"
    if path.is_dir():
        return f"{path}: is a folder, not a file{_beside(path, path / path.name)}; {way_out}"
    if isinstance(error, FileNotFoundError):
        return f"{path}: no such file{_beside(path.parent, path)}; {way_out}"
    return f"{path}: cannot be read ({error.strerror}); {way_out}"


def _beside(folder: Path, path: Path) -> str:
    """The nearest name of the same suffix in a folder."""
    names = [each.name for each in folder.glob(f"*{path.suffix}")] if folder.is_dir() else []
    found = nearest(path.name, names)
    return found if "did you mean" in found else ""


class Unreadable(ValueError):
    """A file that a user named and that cannot be opened; the message says what to do."""


def readable(path: Path, way_out: str) -> Path:
    """The path. Raises Unreadable where it cannot be opened as a file."""
    try:
        path.open("rb").close()
    except OSError as error:
        raise Unreadable(why_unreadable(path, error, way_out)) from error
    return path
