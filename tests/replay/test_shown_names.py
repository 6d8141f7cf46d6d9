"""Names and words of people come onto the terminal as they are: brackets are no markup, and what a
terminal would obey does not reach it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

import moggy
from moggy.brain.memory.schema import TABLES, VERSION
from moggy.main import app
from moggy.messages import Person
from moggy.printable import lines, printable

NAME = "[/]\x1b[2J:cat:"
SHOWN = "[/]�[2J:cat:"
SAID = "good cat [/b] [red]sweet\x9b2J"
BROKEN = """laws:
  - id: calm
    says: "It is never [/touched]."
    never: seconds >= 0.0
"""


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    senses = [
        Person(at=0.5, person=NAME, change="arrives"),
        moggy.Words(at=1.0, person=NAME, text=SAID),
        *[moggy.Touch(at=1.5 + 0.1 * n, zone="back", pressure=0.4) for n in range(10)],
        moggy.Touch(at=3.0, zone="back", pressure=0.0),
    ]
    path = tmp_path_factory.mktemp("life") / "[red]life.mcap"
    moggy.live(moggy.Pet(seed=1), senses, 4.0).save(path, words=True)
    return path


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), arguments
    assert not {"\x1b", "\x9b"} & set(done.output), arguments
    return " ".join(done.output.split())


def test_every_command_shows_names_and_words_as_they_are(journal: Path) -> None:
    file = str(journal)
    moment = run("why", file, "--at", "2.2")
    assert f"It takes {SHOWN} for" in moment
    assert "«good cat [/b] [red]sweet�2J»" in moment
    assert f"by {SHOWN}" in run("why", file, "--at", "3", "--of", "purr")
    assert SHOWN not in run("why", file)
    assert "100 % explained" in run("why", file, "--coverage")
    assert "exact:" in run("replay", file)
    assert "→" in run("replay", file, "--with", "personality=shy")
    assert "over 1 lives" in run("laws", file)


def test_a_law_says_what_is_in_brackets(journal: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(BROKEN, encoding="utf-8")
    said = run("laws", str(journal), "--file", str(own))
    assert "It is never [/touched]." in said
    assert "[red]life.mcap" in said.replace(" ", "")


def test_what_is_remembered_is_shown_without_what_a_terminal_obeys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path))
    db = sqlite3.connect(tmp_path / "memory.db")
    db.executescript(TABLES)
    db.execute(f"PRAGMA user_version={VERSION}")
    db.execute("INSERT INTO facts VALUES('person',?,'trust',0.5)", (NAME,))
    db.commit()
    db.close()
    assert f"{SHOWN}: trust 0.50" in run("memory", "show")
    assert f"nothing about {SHOWN}x" in run("memory", "forget", f"{NAME}x")


def test_a_refused_name_is_said_without_what_a_terminal_obeys(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from moggy.main import main

    monkeypatch.setattr("sys.argv", ["moggy", "why", "\x1b[2J[/].mcap"])
    with pytest.raises(SystemExit):
        main()
    assert "�[2J[/].mcap: no such file" in capsys.readouterr().err


def test_only_what_is_shown_is_printable() -> None:
    assert printable("año «ß» 猫 🐈\n\r\x00\x85\u202e\ud800") == "año «ß» 猫 🐈" + "�" * 6
    assert lines("one\ntwo\x1b") == "one\ntwo�"
