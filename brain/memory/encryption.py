"""Opens the memory's file, plain or encrypted, and converts between the two. A crash at any moment
leaves one of the two forms, complete.

Encrypted, it is a SQLCipher file: the same SQL, each page encrypted (AES-256) and authenticated
(HMAC-SHA512) with a random key of 256 bits. The key is in a file of its own, so that the pet starts
after a power cut without anybody there. docs/memory.md says what that protects from.
"""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
from contextlib import closing, suppress
from itertools import chain, repeat
from pathlib import Path
from typing import Any
from urllib.parse import quote

from moggy.brain.memory.beside import FILES, JOURNAL, PLAIN, beside, drop, drop_foreign, left
from moggy.brain.memory.lock import Broken, aside, hold, real
from moggy.brain.memory.rows import text
from moggy.brain.memory.schema import VERSION, our_parts, parts
from moggy.home import only_owner, private
from moggy.printable import printable
from moggy.unreadable import named, opened, text_of

FRACTIONS_AT = 21
"""Where FRACTIONS stand in a plain file."""
FRACTIONS = bytes((64, 32, 32))
"""Three bytes that are the same in every plain file; an encrypted one has them by chance once in
2^24."""
PAGE = 4096
"""Bytes of an encrypted file's page, as SQLCipher 4 makes it."""
RANDOM = 240
"""Different bytes that an encrypted page has at least, even one of which four fifths were zeroed:
700 random ones have 240 of the 256. Texts have fewer than 200. Our choice."""
KEY = re.compile(r"[0-9a-f]{64}")
"""What a key's file holds: 256 bits in hexadecimal digits."""
LONGEST_KEY = 4096
"""Bytes of a key's file that are read; our choice."""
OF_DAMAGE = ("no such", "unsupported file format", "interrupted")
"""How errors begin that SQLite counts among those of the moment, and that are the file's."""
AS_IT_IS = "immutable=1"
"""How a file is opened without locks, journal and log (https://www.sqlite.org/uri.html): one that
an earlier version wrote needs its log's index, which cannot be made where nothing is writable."""
LOCKED = "locked"
"""What stands in the error for a file that another process writes longer than PATIENCE."""
READ_ONLY = "readonly"
"""What stands in the error for a file that cannot be written."""
PATIENCE = 5.0
"""Seconds to wait for another process that writes."""
LONGEST_VALUE = 100_000
"""Bytes of a value or a row that SQLite reads or makes; a row of a pet has less than a thousand.
Our choice."""
HEAP = 16 * 2**20
"""Bytes that SQLCipher may take in this process: its driver cannot bound a value, as SQLite's can.
Its cache takes 2 MB. Our choice."""
OPENING_STEPS = 5_000_000
"""Steps of SQLite's machine until a file is open and read, or for the rows of a damaged table: less
than a second. The most rows that are read take fewer than a million. Our choice."""
Errors = tuple[type[Exception], ...]
"""What a library raises of a file: its own errors, UnicodeDecodeError where the text of one holds
bytes of a damaged file, and MemoryError where a value takes more than HEAP."""


class Damaged(Broken):
    """The file can be opened, and what is in it is no memory of a pet, or no longer; `why` says
    what is wrong."""

    why = ""


def is_encrypted(path: Path) -> bool:
    """Whether the file exists and can be an encrypted one: its first page looks random, and it is
    not a plain SQLite file, also where the first bytes of a plain one are damaged. Raises Broken
    where it cannot be read, or is no file."""
    try:
        with opened(path) as file:
            begin = file.read(PAGE)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Broken(
            f"{path} cannot be read ({error.strerror}); make it readable, or move it away and the "
            "pet begins a new one"
        ) from error
    plain = begin.startswith(PLAIN) or begin[FRACTIONS_AT:].startswith(FRACTIONS)
    return _random(begin) and not plain


def _random(page: bytes) -> bool:
    return len(page) == PAGE and len(set(page)) >= RANDOM


def _of_another_key(path: Path) -> bool:
    """Whether a file that no key opens may be whole under another one: it has no part of a page,
    and most of its pages look random. Raises OSError."""
    with opened(path) as file:
        pages = list(iter(lambda: file.read(PAGE), b""))
    return bool(pages) and len(pages[-1]) == PAGE and 2 * sum(map(_random, pages)) >= len(pages)


def _fits(driver: Any, secret: str, path: Path) -> bool:
    """Whether the key is that of a page at least, which its HMAC says."""
    with suppress(driver.Error), closing(driver.connect(path)) as db:
        _unlock(db, secret)
        damaged = db.execute("PRAGMA cipher_integrity_check").fetchall()
        return len(damaged) < path.stat().st_size // PAGE
    return False


def connect(
    path: Path, key: Path | None, *, reading: bool = False, alone: bool = False
) -> tuple[sqlite3.Connection, Errors]:
    """The open file, and what its library raises.

    A file that exists is opened in the form that it has, and becomes its owner's alone (mode 0600).
    A new one is encrypted where there is a key. It has OPENING_STEPS (`bounded`). `reading`: it
    must be there, nothing is written into it, and nothing need be writable. `alone`: also read
    without what lies beside it. Raises Broken, and then changes nothing else.
    """
    encrypted = is_encrypted(path) or (
        key is not None and key.exists() and (not path.exists() or path.stat().st_size == 0)
    )
    secret = _key_for(path, key) if encrypted else ""
    driver = _cipher(path) if encrypted else sqlite3
    errors: Errors = (driver.Error, UnicodeDecodeError, MemoryError)
    if not reading:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            drop(path)
    for end in FILES:
        only_owner(beside(path, end))
    try:
        if alone:
            return _open(driver, path, secret, AS_IT_IS), errors
        try:
            return _open(driver, path, secret, "mode=rw"), errors
        except driver.OperationalError as error:
            if not reading or LOCKED in str(error):
                raise
            if there := left(path):
                raise Broken(
                    f"{path} cannot be read here ({error}): a pet that was killed left an entry in "
                    f"{there[0]}, and nothing can be written; copy the folder to where it can"
                ) from error
            return _open(driver, path, secret, AS_IT_IS), errors
    except errors as error:
        found = read_error(path, error)
        if encrypted and isinstance(found, Damaged):
            found = _not_opened(driver, secret, path, key, found)
        raise found from error


def _open(driver: Any, path: Path, secret: str, how: str) -> sqlite3.Connection:
    """Raises what the driver raises."""
    db: sqlite3.Connection = driver.connect(
        f"file:{quote(str(path))}?{how}",
        uri=True,
        isolation_level=None,
        timeout=PATIENCE,
        check_same_thread=False,
    )
    try:
        bounded(db)
        if secret:
            _unlock(db, secret)
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        db.text_factory = text
    except BaseException:
        db.close()
        raise
    return db


def bounded(db: Any) -> None:
    """Bound the time and the memory that a crafted or damaged file takes from now on."""
    # No function of Python's: Ctrl-C within would be taken for the end of the steps.
    steps = chain(repeat(0, OPENING_STEPS // 1000), repeat(1))
    db.set_progress_handler(steps.__next__, 1000)
    if isinstance(db, sqlite3.Connection):
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    else:
        db.execute(f"PRAGMA hard_heap_limit = {HEAP}")


def unbounded(db: Any) -> None:
    """Give an open file that was read, and found to be a pet's, all the steps that it needs."""
    db.set_progress_handler(None, 0)


def check_schema(db: Any, path: Path) -> bool:
    """Whether the schema of an open file is all there. Raises Damaged where something in it is none
    of ours, such as a view or a computed column, Broken for a newer pet's, and what `db` raises."""
    found = db.execute("PRAGMA user_version").fetchone()[0]
    there, ours = parts(db), our_parts()
    if found > VERSION and {part[1] for part in there} >= {part[1] for part in ours}:
        raise Broken(
            f"{path} was written by a newer pet (memory {found}, this one reads {VERSION}); update"
            " moggy"
        )
    if strange := sorted(there - ours):
        kind, name, *_ = strange[0]
        raise not_a_memory(path, f"its {kind:.20} {name!r:.80} is none of a memory's")
    return found == VERSION and there == ours


def _check(path: Path, key: Path) -> None:
    """Raises Broken for a wrong key, and Damaged for a file whose rows may be without end."""
    db, errors = connect(path, key)
    with closing(db):
        try:
            check_schema(db, path)
            found = db.execute("PRAGMA integrity_check(1)").fetchone()
        except errors as error:
            raise read_error(path, error) from error
    if found is None or found[0] != "ok":
        raise not_a_memory(path, found and found[0])


def _not_opened(driver: Any, secret: str, path: Path, key: Path | None, found: Damaged) -> Broken:
    """The error for a file that the key did not open: `found` where it is the file's fault."""
    if not _of_another_key(path) or _fits(driver, secret, path):
        return found
    return Broken(
        f"the key in {key} does not open {path}: it is another's, or the file is damaged or no "
        "memory of the pet; put its own key back, or move the memory away and the pet begins a new "
        "one"
    )


def read_error(path: Path, error: Exception) -> Broken:
    """What an error of a driver means: that the file cannot be read now, or that it is damaged."""
    if isinstance(error, UnicodeDecodeError):
        return not_a_memory(path, "a text in it is no UTF-8")
    if isinstance(error, MemoryError):
        return not_a_memory(path, f"a value in it takes more than {HEAP >> 20} MB")
    now = any(each.__name__ == "OperationalError" for each in type(error).__mro__)
    if now and not (str(error).startswith(OF_DAMAGE) or _marked_read_only(path, error)):
        what = "written" if READ_ONLY in str(error) else "read now"
        return Broken(f"{path} cannot be {what} ({error})")
    return not_a_memory(path, error)


def _marked_read_only(path: Path, error: Exception) -> bool:
    """Whether the file's first page forbids to write it, and not the disk or its mode."""
    return READ_ONLY in str(error) and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def not_a_memory(path: Path, why: object) -> Damaged:
    """The error for a file that is none, or no longer. What `why` quotes of it may hold what a
    terminal would obey, which is left out."""
    why = printable(why, " ")
    error = Damaged(
        f"{path} is not a memory of the pet ({why}); the next pet that wakes sets it aside, or move"
        " it away"
    )
    error.why = why
    return error


def encrypt(path: Path, key: Path) -> None:
    """Encrypt the plain file in place, and make the key if there is none.

    Where there is no memory yet, only the key is made, and a later memory is encrypted from its
    beginning. Raises Broken, also where the key would be in the memory's folder, or OSError, and
    then leaves no new key.
    """
    if is_encrypted(path):
        raise Broken(f"{path} is encrypted already; its key is {key}")
    if key.resolve().is_relative_to(real(path).parent):
        raise Broken(
            f"{key} lies beside the memory: whoever takes the folder would have both; "
            "name another with MOGGY_MEMORY_KEY"
        )
    _cipher(path)
    new = not key.exists()
    if new:
        _make_key(key)
    try:
        if path.exists() and path.stat().st_size:
            _rewrite(path, key, now="", then=_key_for(path, key))
    except BaseException:
        with suppress(Broken):
            if new and not is_encrypted(path):
                key.unlink()
        raise


def decrypt(path: Path, key: Path) -> None:
    """Decrypt the file in place; the key stays. Raises Broken."""
    if not is_encrypted(path):
        raise Broken(f"{path} is not encrypted" if path.exists() else f"there is no {path}")
    _rewrite(path, key, now=_key_for(path, key), then="")


def _rewrite(path: Path, key: Path, *, now: str, then: str) -> None:
    """Write the other form beside the file, check that it holds the same rows, sync it to the disk,
    and replace the file atomically. `now` and `then` are the keys; empty means plain."""
    path = real(path)
    cipher, other, folder = _cipher(path), aside(path), hold(path, alone=True)
    try:
        if path.stat().st_nlink > 1:
            raise Broken(
                f"{path} has another name (a hard link), under which it would stay as it is; find"
                f" it with `find / -samefile {path}`, remove it, then repeat the command"
            )
        drop_foreign(path)
        _check(path, key)  # before anything else is written
        db = cipher.connect(path, isolation_level=None, timeout=PATIENCE)
        try:
            _copy(db, path, now, other, then)
        except (cipher.Error, UnicodeDecodeError) as error:
            raise Broken(f"{path} stays as it was ({error})") from error
        finally:
            db.close()
        beside(path, JOURNAL).unlink(missing_ok=True)  # it is empty
        to_disk(other)
        os.replace(other, path)
        to_disk(path.parent)
    finally:
        other.unlink(missing_ok=True)
        os.close(folder)


def _copy(db: Any, path: Path, now: str, other: Path, then: str) -> None:
    _unlock(db, now)
    # Takes in the log of an earlier version.
    if db.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete":
        raise Broken(f"{path} is in use by another program; end it, then repeat the command")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    os.close(os.open(other, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    db.execute("ATTACH DATABASE ? AS other KEY ?", (str(other), f"x'{then}'" if then else ""))
    db.execute("PRAGMA other.journal_mode=OFF")
    db.execute("SELECT sqlcipher_export('other')")
    db.execute(f"PRAGMA other.user_version={version}")
    if _said(db, "main") != _said(db, "other"):
        raise Broken(
            f"{path} stays as it was: its copy does not say the same; is the disk full or failing?"
        )
    db.execute("DETACH DATABASE other")


def _said(db: Any, schema: str) -> list[list[tuple[Any, ...]]]:
    """Every row of every table, in a fixed order."""
    tables = [
        name
        for (name,) in db.execute(
            f"SELECT name FROM {schema}.sqlite_master WHERE type = 'table' ORDER BY name"
        )
    ]
    return [
        db.execute(f"SELECT * FROM {schema}.{name} ORDER BY 1, 2").fetchall() for name in tables
    ]


def _unlock(db: Any, secret: str) -> None:
    db.execute("PRAGMA cipher_log_level=NONE")  # our own error says the same
    if secret:
        db.execute(f"PRAGMA key=\"x'{secret}'\"")


def _cipher(path: Path) -> Any:
    try:
        from sqlcipher3 import dbapi2
    except ImportError as error:
        brings = "pip install 'moggy[encrypted]', or `make` in a clone"
        raise Broken(
            f"{path}: for encryption the package sqlcipher3 is missing; {brings}"
        ) from error
    return dbapi2


def _key_for(path: Path, key: Path | None) -> str:
    if key is None or not key.exists():
        if not _of_another_key(path):
            raise not_a_memory(path, "it is neither plain nor a whole encrypted file")
        raise Broken(
            f"{path} is not a memory of the pet, or it is encrypted and its key {key or ''} is not "
            "there; put the key back, or name its place with MOGGY_MEMORY_KEY (without it nobody "
            "can read the memory), or move the memory away and the pet begins a new one"
        )
    only_owner(key)
    try:
        secret = text_of(key, LONGEST_KEY).strip().lower()
    except (OSError, ValueError) as error:
        raise Broken(f"{key}, the key of {path}, cannot be read ({error})") from error
    if not KEY.fullmatch(secret):
        raise Broken(f"{key} is not a key of {path}: it should hold 64 hexadecimal digits")
    return secret


def _make_key(key: Path) -> None:
    key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    other = aside(key)
    other.unlink(missing_ok=True)
    try:
        with named(other), open(other, "x", opener=private) as file:
            file.write(secrets.token_hex(32) + "\n")
        to_disk(other)
        os.replace(other, key)
        to_disk(key.parent)
    finally:
        other.unlink(missing_ok=True)


def to_disk(path: Path) -> None:
    """Wait until a file, or a folder's names, are on the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with named(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
