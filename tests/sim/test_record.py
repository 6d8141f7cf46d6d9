"""The process that writes the records: the same bytes as in the loop's own process, and its loss
costs the records only."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

import moggy
from moggy import Pet, Tick, Touch
from moggy.assemble import recorder
from moggy.journal import Journal
from moggy.loop import Listener
from moggy.messages import Trouble

STROKE = [
    Touch(at=1.0 + n / 50, position=(0.1 - n / 1000, 0.0, 0.25), pressure=0.4, area=0.3)
    for n in range(100)
]
PET = Pet(seed=1, hour=10.0)


def lived(seconds: float, *listeners: Listener) -> tuple[Tick, ...]:
    return moggy.live(PET, STROKE, seconds, listeners=listeners).ticks


def test_the_process_writes_what_the_loop_itself_would_write(tmp_path: Path) -> None:
    with (
        recorder(tmp_path / "aside", PET.start) as aside,
        Journal(tmp_path / "journal.mcap", PET.start) as journal,
    ):
        ticks = lived(5.0, aside, journal)
    assert (tmp_path / "aside" / "journal.mcap").read_bytes() == (
        tmp_path / "journal.mcap"
    ).read_bytes()
    lines = [
        json.loads(line) for line in (tmp_path / "aside" / "ticks.jsonl").read_text().splitlines()
    ]
    assert [line["at"] for line in lines] == [tick.at for tick in ticks]
    assert [line["behavior"]["why"] for line in lines] == [tick.decision.why for tick in ticks]


def test_a_process_that_is_suspended_is_ended_and_said_and_the_pet_lives_on(
    tmp_path: Path,
) -> None:
    aside = recorder(tmp_path, PET.start)

    def suspend(tick: Tick, sent: Mapping[str, float]) -> None:
        if tick.n == 100:
            assert aside.process.pid is not None
            os.kill(aside.process.pid, signal.SIGSTOP)

    ticks = lived(60.0, suspend, aside)
    told = [sense.message for tick in ticks for sense in tick.senses if isinstance(sense, Trouble)]
    why = "the process that writes the records was suspended and ended"
    assert told == [f"recorder: {why}; it is left out from now on"]
    assert ticks[-1].at > 59.9, "the pet lives on"
    aside.close()
    assert aside.why == why


def test_a_process_that_is_killed_is_said_once_and_the_pet_lives_on(tmp_path: Path) -> None:
    aside = recorder(tmp_path, PET.start)

    def murder(tick: Tick, sent: Mapping[str, float]) -> None:
        if tick.n == 100:
            aside.process.kill()
            aside.process.join()

    ticks = lived(8.0, murder, aside)
    told = [sense.message for tick in ticks for sense in tick.senses if isinstance(sense, Trouble)]
    assert told == [
        "recorder: the process that writes the records was killed; it is left out from now on"
    ]
    assert ticks[-1].at > 7.9, "the pet lives on"
    aside.close()


def test_a_folder_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match="file"):
        recorder(tmp_path / "file" / "out", PET.start)
