"""Records a life for as long as it lasts: in parts of an hour, within bounds of size and age, in a
thread beside the loop. A full disk or a folder that is gone costs what could not be written, and is
said; the pet lives on, and so do the records when there is room."""

from __future__ import annotations

import errno
import re
import shutil
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import Annotated

from pydantic import Field

from moggy.body import StrictModel
from moggy.clock import DAY_S, calendar_name, unix_time
from moggy.config import file_text, parse
from moggy.journal import Journal
from moggy.journal_parts import parts
from moggy.loop import Sent
from moggy.mcap_file import check_free, in_use
from moggy.messages import AnySense, Tick, Trouble
from moggy.name_lock import NameLock, Taken
from moggy.pet import Start
from moggy.unreadable import stands

WAITING = 500
"""Ticks that may wait for a disk that hangs, ten seconds of life; further ones are dropped and
counted. Our choice."""
RETRY_S = 10.0
"""Seconds of life between two attempts to record again; our choice."""
LOOK_S = 1.0
"""Seconds between two looks whether the file is still there."""
PARTS_KEPT = 2
"""Parts that lie within `most_mb` at least: the one that is written counts as that share from its
begin. Our choice."""
SHARE_FILLED = 0.8
"""Part of the share after which a new part begins: the last second and the index follow. Our
choice."""
MB = 1_000_000
OWN = re.compile(r"moggy-(?:(\d{5,})-)?(\d{8}-\d{6})(?:\.part(\d{4,}))?\.mcap")
"""Names of the files in a folder that are ours to delete: the number of the life, which files of
older versions lack, the date when it began, and the number of the part."""
RECORDS = "records.yaml"
"""The file in the owner's folder that says how much is kept."""


class Records(StrictModel):
    """How journals are kept: `records.yaml` in the owner's folder."""

    part_minutes: Annotated[
        float, Field(ge=0.1, le=1440.0, description="a new file begins after this time")
    ] = 60.0
    most_mb: Annotated[
        float, Field(ge=1.0, description="MB of all parts; the oldest are deleted")
    ] = 4000.0
    most_days: Annotated[
        float, Field(gt=0.0, description="later days with records; older parts are deleted")
    ] = 30.0
    least_free_mb: Annotated[
        float, Field(ge=0.0, description="MB of the disk that are left for others")
    ] = 500.0
    words: Annotated[bool, Field(description="keep what people said; else only what it meant")] = (
        False
    )


def records_of(folder: Path, *, words: bool = False) -> Records:
    """What the owner's folder says of records; `words` keeps them in any case. Raises Invalid."""
    file = folder / RECORDS
    found = parse(RECORDS, file_text(RECORDS, file), Records) if stands(file) else Records()
    return found.model_copy(update={"words": found.words or words})


@dataclass(slots=True)
class _Waiting:
    """A tick on its way to the thread."""

    tick: Tick
    sent: Sent


class Recording:
    """A listener that records, and a sensor that says as Troubles when it cannot. Close it."""

    def __init__(self, path: Path, start: Start, records: Records) -> None:
        """`path` is a file, which a new life begins anew with all its parts; or a folder, in which
        each life has a file of its own, named by its number and the date. Raises OSError where
        another life is recorded in the file; whatever else fails is said."""
        self.folder = path if path.suffix != ".mcap" else None
        """Where every life has a file; None: there is one file for one life."""
        self.path = path / f"moggy-{calendar_name()}.mcap" if self.folder else path
        """The first part."""
        self._parts = 0
        self.missing = 0
        """Ticks that were not recorded."""
        self.why = ""
        """Why ticks are missing: the last reason."""
        self._lock: NameLock | None = None
        """Of the first part's name; held to the last, also where nothing can be recorded."""
        try:
            self._claim()
        except OSError as error:
            if error.errno == errno.EBUSY:
                raise
            # Whatever else is wrong is said by the thread, which tries again.
        self._start, self._records = start, records
        self._journal: Journal | None = None
        self._part = self.path
        self._began = self._looked = 0.0
        self._stuck: set[Path] = set()
        """What cannot be deleted; it is said once, and counts no more."""
        self._retry_at = float("-inf")
        self._troubles: deque[str] = deque()
        self._failing = False
        self._dropped = 0
        self._ticks: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_on, name="recording", daemon=True)
        self._thread.start()

    @property
    def words(self) -> bool:
        """Whether it keeps what people say."""
        return self._records.words

    @property
    def waiting(self) -> int:
        """Ticks that are on their way to the disk."""
        return self._ticks.qsize()

    def __call__(self, tick: Tick, sent: Sent) -> None:
        if self.waiting < WAITING:
            self._ticks.put(_Waiting(tick, sent))
        else:
            self._dropped += 1

    def poll(self, now: float) -> Sequence[AnySense]:
        """A Trouble when recording fails, and when it goes on."""
        said: list[AnySense] = []
        while self._troubles:
            said.append(Trouble(at=now, part="records", message=self._troubles.popleft()))
        return said

    def close(self) -> None:
        """Write the rest. Does not raise: `missing` and `why` say what is not there."""
        self._ticks.put(None)
        self._thread.join()
        if self._lock is not None:
            self._lock.close()
        self.missing += self._dropped
        if self._dropped:
            self.why = self.why or f"{self._part}: the disk was too slow"

    def summary(self) -> str:
        """What was recorded, and what is missing, in a sentence."""
        if not self.missing:
            further = f" and {self._parts - 1} further parts" if self._parts > 1 else ""
            return f"recorded in {self.path}{further}"
        return f"{self.missing} ticks are missing in the records: {self.why}"

    def _write_on(self) -> None:
        """The thread: writes what comes until None."""
        while (waiting := self._ticks.get()) is not None:
            try:
                self._write(waiting)
            except Exception as error:
                # Mostly OSError; but a mistake of ours must not end the records unsaid either.
                self._fail(error, waiting.tick.at)
        if self._journal is not None:
            try:
                self._journal.close()
            except OSError as error:
                self._fail(error, 0.0, lost=0)

    def _write(self, waiting: _Waiting) -> None:
        at = waiting.tick.at
        if self._journal is None:
            if at < self._retry_at:
                self.missing += 1
                return
            self._open(at)
        elif (
            at - self._began >= self._records.part_minutes * 60.0
            or self._journal.size >= self._share * SHARE_FILLED
        ):
            self._journal.close(goes_on=True)
            self._journal = None
            self._open(at)
        elif at - self._looked >= LOOK_S:
            self._look(at)
        if self._journal is not None:
            self._journal(waiting.tick, waiting.sent)

    def _open(self, at: float) -> None:
        """Begin the next part. Raises OSError where it cannot be."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self._lock is None or self._lock.lost:
            self._claim()
        if self._parts == 0 and self.folder is None:
            for old in parts(self.path):
                if old != self.path:  # which is begun anew under its lock
                    old.unlink(missing_ok=True)
        self._delete_old()
        number = self._parts + 1
        self._part = self.path if number == 1 else self.path.with_suffix(f".part{number:04d}.mcap")
        self._journal = Journal(self._part, self._start, words=self._records.words)
        self._parts, self._began, self._looked = number, at, at
        if self._failing:
            self._failing = False
            self._troubles.append("")

    def _claim(self) -> None:
        """Take the lock of the first part's name; in a folder, of one that nobody has. Raises
        OSError; with EBUSY where another life is recorded in the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self.folder is not None and self._parts == 0:
            self.path, self._lock = _next_name(self.folder)
            return
        for part in parts(self.path):
            if part.exists():
                check_free(part)
        try:
            self._lock = NameLock(self.path)
        except Taken as error:
            raise in_use(self.path, error.who) from None
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error

    def _look(self, at: float) -> None:
        """Raise OSError where the file is gone or the disk is nearly full."""
        self._looked = at
        if self._journal is not None and not self._journal.there:
            why = "it was replaced" if self._part.exists() else "it was deleted or moved"
            raise FileNotFoundError(errno.ENOENT, why, str(self._part))
        if self._free() < self._records.least_free_mb * MB:
            self._delete_old()

    def _delete_old(self) -> None:
        """Delete the oldest parts until all lies within the bounds. Raises OSError where too little
        of the disk is free all the same."""
        found = []
        for part in self._kept():
            with suppress(OSError):
                found.append((part, part.lstat()))
        size = self._share + sum(
            stat.st_size
            for part, stat in found
            if part not in self._stuck and not self._is_written(part)
        )
        mine = parts(self.path)
        days = _later_days([stat.st_mtime for _, stat in found])
        for (part, stat), later in zip(found, days, strict=True):
            if self._is_written(part):
                continue
            crowded = self._free() < self._records.least_free_mb * MB
            is_old = later > self._records.most_days
            if size > self._records.most_mb * MB or is_old or crowded:
                if part not in mine and _is_used(part):
                    continue
                size -= stat.st_size if self._delete(part) else 0
        if self._free() < self._records.least_free_mb * MB:
            raise OSError(
                errno.ENOSPC,
                f"less than {self._records.least_free_mb:g} MB of its disk are free"
                f" ({RECORDS}: least_free_mb)",
                str(self._part),
            )

    def _delete(self, part: Path) -> bool:
        """Delete a part; gives whether it was one that counts. One that cannot be deleted is left
        and said: it must not end what can be recorded beside it."""
        counted = part not in self._stuck
        try:
            part.unlink(missing_ok=True)
            self._stuck.discard(part)
        except OSError as error:
            if counted:
                self._stuck.add(part)
                self._troubles.append(
                    f"{part}: cannot be deleted ({error.strerror}); it is left where it is and the"
                    " records go on: move it elsewhere"
                )
        return counted

    @property
    def _share(self) -> float:
        """Bytes that the part that is written now may take of `most_mb`."""
        return self._records.most_mb * MB / PARTS_KEPT

    def _is_written(self, part: Path) -> bool:
        return part == self._part and self._journal is not None

    def _kept(self) -> list[Path]:
        """All parts that count, oldest first; those of this life are the last."""
        mine = [part for part in parts(self.path) if part.exists()]
        if self.folder is None:
            return mine
        return [part for part in _own(self.folder) if part not in mine] + mine

    def _free(self) -> float:
        return shutil.disk_usage(self.path.parent).free

    def _fail(self, error: Exception, at: float, lost: int = 1) -> None:
        """Give the part up, say why, and try a new one later. `lost`: ticks besides those that the
        part had not written yet."""
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.abandon()
        name = getattr(error, "filename", None) or self._part
        why = f"{name}: {getattr(error, 'strerror', None) or error}"
        self.missing += lost + (journal.unwritten if journal is not None else 0)
        self.why = why
        self._retry_at = at + RETRY_S
        if not self._failing:
            self._failing = True
            self._troubles.append(
                f"{why}; nothing is recorded until that is mended, tried every {RETRY_S:g} s"
            )


def _own(folder: Path) -> list[Path]:
    """The parts of all lives in a folder, in the order in which the lives began. Their dates do not
    give it, as a clock may be set back; they do where an older version gave no number."""
    found = [each for part in folder.glob("moggy-*.mcap") if (each := OWN.fullmatch(part.name))]
    found.sort(key=lambda name: (int(name[1] or 0), name[2], int(name[3] or 1)))
    return [folder / name[0] for name in found]


def _next_name(folder: Path) -> tuple[Path, NameLock]:
    """A file of the folder that is not there, with its lock and with a higher number than all that
    are there; two pets may wake in the same second. Raises OSError."""
    last = OWN.fullmatch(there[-1].name) if (there := _own(folder)) else None
    for number in count(int((last and last[1]) or 0) + 1):
        path = folder / f"moggy-{number:05d}-{calendar_name()}.mcap"
        if not any(part.exists() for part in parts(path)):
            with suppress(Taken):
                return path, NameLock(path)
    raise AssertionError


def _later_days(written: Sequence[float]) -> list[int]:
    """For each part, how many other days have a later record; today has one. `written`: when the
    parts were written, s since 1970, oldest part first. A clock that is set by years is thereby
    one day more, however far it is set."""
    days = {unix_time() // DAY_S}
    later = []
    for at in reversed(written):
        day = at // DAY_S
        later.append(len(days) - (day in days))
        days.add(day)
    return later[::-1]


def _is_used(part: Path) -> bool:
    """Whether another life is recorded in the file now."""
    try:
        check_free(part)
    except OSError as error:
        return error.errno == errno.EBUSY
    return False
