"""What a pet says when its home goes while it lives: each thing once, and at the end the truth."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.processes import Program


def test_a_pet_whose_home_becomes_a_file_says_so_and_at_its_end_what_is_lost(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    arguments = ["--no-open", "--board", "lockstep", "--port", "0", "--remember"]
    with Program(
        [sys.executable, "-m", "moggy", "sim", *arguments, "--record", str(home / "j")],
        env={**os.environ, "MOGGY_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as pet:
        assert pet.stdout is not None
        assert "The cat lives" in pet.stdout.readline()
        home.rename(tmp_path / "moved")
        home.write_text("no folder", encoding="utf-8")
        said: list[str] = []
        while not {"folders of files", "memory", "records"} <= {
            line.partition(":")[0] for line in said
        }:
            said.append(pet.stdout.readline())
            assert said[-1], said
        pet.send_signal(signal.SIGINT)
        said += pet.stdout.readlines()
        assert pet.wait(60.0) == 1, said
    assert f"folders of files: {home} is not a folder; move it away\n" in said
    assert not [line for line in said if ".yaml" in line], said
    goodbye, memory, records = said[-3:]
    assert goodbye == "It lies down. Goodbye.\n"
    assert memory.startswith("What it learned in its last "), said
    assert memory.endswith(
        f"{home}/memory.db was deleted, and cannot be made anew (Not a directory)\n"
    )
    assert " ticks are missing in the records: " in records


def test_a_pet_whose_memory_never_opened_says_at_its_end_that_what_it_learned_is_lost(
    tmp_path: Path,
) -> None:
    (tmp_path / "memory.db").mkdir()
    arguments = ["--no-open", "--board", "lockstep", "--port", "0", "--remember"]
    with Program(
        [sys.executable, "-m", "moggy", "sim", *arguments],
        env={**os.environ, "MOGGY_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as pet:
        assert pet.stdout is not None
        while not (line := pet.stdout.readline()).startswith("memory: "):
            assert line
        pet.send_signal(signal.SIGINT)
        goodbye, lost = pet.stdout.readlines()[-2:]
        assert pet.wait(60.0) == 1
    assert goodbye == "It lies down. Goodbye.\n"
    assert lost.startswith("What it learned in its last "), lost
    assert "memory.db" in lost
