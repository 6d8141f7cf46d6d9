"""Files that people name: opened with care, and, where they cannot be opened or written, what is
wrong and where one comes from."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from moggy.regular_file import regular
from moggy.vocabulary import joined, nearest

AS_UTF8 = "save the file as UTF-8 (iconv -f latin1 -t utf-8)"
"""What to do about a file in another encoding."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""First bytes of a text in this encoding."""


class Unreadable(ValueError):
    """A file that a user named and that cannot be opened; the message says what to do."""


class NotText(ValueError):
    """A text in another encoding than UTF-8; `line` is that of the first wrong byte."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


def opened(path: Path) -> BinaryIO:
    """The file, open to be read. Raises OSError also for what is no file: a pipe could keep the
    reader waiting for ever, and a device may have no end."""
    return io.BufferedReader(_Ready(path))


class _Ready(io.FileIO):
    """A file whose reading never waits: the kernel shows some of its own as files, such as
    /proc/kmsg, in which there may be nothing for now."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, as `regular` does."""
        super().__init__(regular(path, os.O_RDONLY), "rb")
        self._path = path

    def readinto(self, buffer: Any, /) -> int:
        """Bytes that were read. Raises OSError where there are none for now, and no end."""
        count = super().readinto(buffer)
        if count is None:
            raise self._nothing()
        return count

    def readall(self) -> bytes:
        """As `readinto`, up to the end."""
        data = super().readall()
        if data is None:
            raise self._nothing()
        return data

    def _nothing(self) -> OSError:
        return OSError(errno.EAGAIN, "there is nothing to read in it for now", str(self._path))


def stands(path: Path) -> bool:
    """Whether something stands at a path, also what cannot be opened: a link to nothing or round in
    a circle, or what is in a folder that is none."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Gives an OSError of a buffer, which names no file, the name of this one."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def text_of(path: Path, most: int) -> str:
    """The text of a file of at most `most` bytes. Raises OSError, or NotText."""
    with opened(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"more than {most} bytes", str(path))
    return decoded(data)


def decoded(data: bytes, line: int = 1) -> str:
    """Bytes as a text, without the mark that some editors write before a file's first line; `line`
    is that of the first byte. Raises NotText."""
    if line == 1 and data.startswith(UTF_16):
        raise NotText(1, "this is UTF-16; save the file as UTF-8")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line += data.count(b"\n", 0, error.start)
        raise NotText(line, f"byte {data[error.start]:#04x} is not UTF-8; {AS_UTF8}") from error
    return text.removeprefix("\ufeff") if line == 1 else text


def why_unreadable(path: Path, error: OSError | UnicodeDecodeError, way_out: str) -> str:
    """A sentence for a file that cannot be opened: its name, the reason, a file beside it of nearly
    the same name, and `way_out`: how to get one."""
    if isinstance(error, UnicodeDecodeError):
        return f"{path}: byte {error.start} is not UTF-8; {way_out}"
    if path.is_dir():
        return joined(f"{path}: is a folder, not a file{_beside(path, path / path.name)}", way_out)
    if isinstance(error, FileNotFoundError):
        return joined(f"{path}: no such file{_beside(path.parent, path)}", way_out)
    return f"{path}: cannot be read ({error.strerror}); {way_out}"


def _beside(folder: Path, path: Path) -> str:
    """The nearest name of the same suffix in a folder."""
    names = [each.name for each in folder.glob(f"*{path.suffix}")] if folder.is_dir() else []
    found = nearest(path.name, names)
    return found if "did you mean" in found else ""


def readable(path: Path, way_out: str) -> Path:
    """The path. Raises Unreadable where it cannot be opened as a file."""
    try:
        opened(path).close()
    except OSError as error:
        raise Unreadable(why_unreadable(path, error, way_out)) from error
    return path
