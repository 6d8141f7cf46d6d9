"""The command line, as somebody at a terminal would use it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from moggy.body import Body
from moggy.brain.memory import Memory, Remembered
from moggy.config import Files
from moggy.main import app
from moggy.sim.board.micropython import MicroPythonBoard
from tests.full_disk import no_file_above
from tests.processes import Program

COMMANDS = (
    ["demo"], ["sim"], ["run"], ["replay"], ["why"], ["laws"], ["coverage"], ["lint"], ["schema"],
    ["doctor"], ["setup"],
    ["body", "check"], ["body", "show"], ["body", "export"], ["body", "wiring"], ["body", "power"],
    ["perceive", "words"], ["perceive", "face"], ["perceive", "posture"], ["perceive", "touch"],
    ["models", "fetch"], ["models", "bench"],
    ["memory", "show"], ["memory", "export"], ["memory", "forget"], ["memory", "encrypt"],
    ["memory", "decrypt"],
)  # fmt: skip


def moggy(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MOGGY_MEMORY_KEY", str(tmp_path / "key" / "memory.key"))


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short recorded life."""
    out = tmp_path_factory.mktemp("life")
    script = out / "senses.jsonl"
    lines = [
        {"at": 0.5, "kind": "person", "change": "arrives"},
        {"at": 1.0, "kind": "words", "text": "good cat"},
    ]
    lines += [
        {"at": 2.0 + n / 50, "kind": "touch", "zone": "neck", "pressure": 0.4, "area": 0.3}
        for n in range(150)
    ]
    script.write_text(
        "\n".join(
            json.dumps(line) for line in [*lines, {"at": 5.0, "kind": "touch", "pressure": 0.0}]
        )
    )
    result = moggy(
        "sim",
        "--headless",
        "--senses",
        str(script),
        "--seed",
        "3",
        "--until",
        "6",
        "--out",
        str(out / "a"),
    )
    assert result.exit_code == 0, result.output
    return out


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_help_shows_an_example(command: list[str]) -> None:
    result = moggy(*command, "--help")
    assert result.exit_code == 0
    example = re.search(r"Examples?:\s+`?moggy ([a-z]+)", " ".join(result.output.split()))
    assert example is not None
    assert example[1] == command[0]


def test_a_life_without_a_screen_writes_its_files(life: Path) -> None:
    assert {path.name for path in (life / "a").iterdir()} == {
        "journal.mcap",
        "ticks.jsonl",
        "sound.wav",
    }
    lines = [json.loads(line) for line in (life / "a" / "ticks.jsonl").read_text().splitlines()]
    assert len(lines) == 300
    last = lines[-1]
    assert {"at", "person", "pet", "behavior", "commanded", "sent", "calls"} <= set(last)
    assert {
        "valence",
        "arousal",
        "valence_sd",
        "arousal_sd",
        "probabilities",
        "confidence",
        "unsure",
    } <= set(last["person"])
    assert {"emotions", "mood", "drives"} <= set(last["pet"])
    assert set(last["pet"]["mood"]) == {"pleasure", "arousal", "dominance"}
    assert {"id", "why"} <= set(last["behavior"])
    assert set(last["sent"]) == set(Files().load("body/cat.yaml", Body).joints)


def test_the_same_seed_gives_the_same_bytes(life: Path) -> None:
    result = moggy(
        "sim",
        "--headless",
        "--senses",
        str(life / "senses.jsonl"),
        "--seed",
        "3",
        "--until",
        "6",
        "--out",
        str(life / "b"),
    )
    assert result.exit_code == 0
    for name in ("journal.mcap", "ticks.jsonl", "sound.wav"):
        assert (life / "a" / name).read_bytes() == (life / "b" / name).read_bytes(), name


def test_the_boards_own_interpreter_commands_the_same(life: Path) -> None:
    arguments = [
        "--senses",
        str(life / "senses.jsonl"),
        "--seed",
        "3",
        "--until",
        "6",
        "--out",
        str(life / "c"),
        "--board",
        "micropython",
    ]
    assert moggy("sim", "--headless", *arguments).exit_code == 0
    assert (life / "a" / "ticks.jsonl").read_bytes() == (life / "c" / "ticks.jsonl").read_bytes()


def test_why_goes_back_to_the_samples(life: Path) -> None:
    result = moggy("why", str(life / "a" / "journal.mcap"), "--at", "4.5", "--json")
    answer = json.loads(result.output)
    assert answer["behavior"]
    assert answer["why"]
    whats = " ".join(cause["what"] for cause in answer["causes"])
    assert "stroked on the neck by someone" in whats
    assert "touch neck" in whats


def test_why_of_one_output_is_typed_data_and_a_sentence(life: Path) -> None:
    journal = str(life / "a" / "journal.mcap")
    chain = json.loads(moggy("why", journal, "--at", "4.5", "--of", "purr", "--json").output)[
        "changes"
    ][0]
    assert chain["change"]["output"] == "purr"
    assert chain["source"]["node"]["behavior"]
    assert chain["source"]["weighing"]["winner"]
    assert chain["source"]["because"]
    assert chain["holes"] == []
    assert "purr goes from" in moggy("why", journal, "--at", "4.5", "--of", "purr").output


def test_why_says_how_many_changes_it_can_explain(life: Path) -> None:
    journal = str(life / "a" / "journal.mcap")
    assert "100 % explained" in moggy("why", journal, "--coverage").output
    assert json.loads(moggy("why", journal, "--coverage", "--json").output)["share"] == 1.0


def test_replay_says_exact(life: Path) -> None:
    result = moggy("replay", str(life / "a" / "journal.mcap"))
    assert result.exit_code == 0
    assert "exact: 300 ticks" in result.output


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            ["appraisals.stroke.pleasure=9"],
            "appraisals.events.stroked.mood.pleasure: Input should be less",
        ),
        (["tree.explore.bse=1"], "unknown key 'tree.explore.bse', did you mean 'base'?"),
        (["tree.explore.base=high"], ": tree.explore.base: Input should be a valid number"),
        (["tree.choose.fallback=laof"], "did you mean 'loaf'?"),
        (
            ["tree.explore.base=["],
            ": the '[' that opens here is not closed: a value or ']' is missing at the end",
        ),
        (["tree.explor.base=1"], "did you mean 'explore'?"),
        (["tree.explore.base"], "should read KIND.KEY=VALUE"),
        (
            ["appraisals.emotions.joy.attack=3", "appraisals.emotions.joy.decay=5"],
            "attack 3 s should be at most half of decay 5 s",
        ),
    ],
)
def test_a_value_that_cannot_be_set_is_named_as_it_was_typed(
    life: Path, given: list[str], said: str
) -> None:
    options = [word for assignment in given for word in ("--set", assignment)]
    result = moggy("replay", str(life / "a" / "journal.mcap"), *options)
    message = str(result.exception)
    assert message.startswith(f"{' '.join(options)}: ")
    assert said in message
    assert "change." not in message
    assert ".yaml:" not in message


def test_a_right_value_beside_a_wrong_one_is_not_named(life: Path) -> None:
    sets = ("--set", "tree.explore.base=1", "--set", "tree.groom.base=9")
    result = moggy("replay", str(life / "a" / "journal.mcap"), *sets)
    assert str(result.exception).startswith("--set tree.groom.base=9: ")


RECORDS = "`moggy demo --out out/demo` records"


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["why", "FILE.mcap"], RECORDS),
        (["why", "FILE.mcap", "--at", "1"], RECORDS),
        (["why", "FILE.mcap", "--coverage"], RECORDS),
        (["replay", "FILE.mcap"], RECORDS),
        (["laws", "FILE.mcap"], RECORDS),
        (["laws", "--file", "FILE.yaml"], "`moggy schema laws`"),
        (["sim", "--headless", "--senses", "FILE.jsonl"], "`moggy schema senses`"),
        (["sim", "--headless", "--senses", "FILE.yaml"], "`moggy schema day`"),
        (["perceive", "touch", "FILE.jsonl"], '"kind": "touch"'),
        (["perceive", "posture", "FILE.png"], "a picture or a video"),
    ],
)
def test_a_file_that_is_not_there_or_a_folder_is_named_with_the_way_out(
    tmp_path: Path, arguments: list[str], way_out: str
) -> None:
    def said(name: str) -> str:
        result = moggy(*(each.replace("FILE", str(tmp_path / name)) for each in arguments))
        assert result.exit_code != 0
        return f"{result.exception} {result.output}"

    suffix = next(Path(each).suffix for each in arguments if "FILE" in each)
    (tmp_path / f"mine{suffix}").mkdir()
    absent, folder = said("mien"), said("mine")
    assert f"mien{suffix}: no such file, did you mean 'mine{suffix}'? " in absent
    assert "?;" not in absent
    assert f"mine{suffix}: is a folder, not a file" in folder
    for message in (absent, folder):
        assert way_out in message
        assert "Errno" not in message


@pytest.mark.parametrize("arguments", [["why"], ["replay"], ["laws"], ["export", "--csv", "out"]])
def test_a_pipe_in_the_place_of_a_journal_is_not_waited_for(
    tmp_path: Path, arguments: list[str]
) -> None:
    os.mkfifo(tmp_path / "pipe.mcap")
    result = moggy(*arguments, str(tmp_path / "pipe.mcap"))
    assert "pipe.mcap: cannot be read (it is a pipe, not a file)" in str(result.exception)


def test_a_layout_that_cannot_be_written_whole_leaves_no_file(tmp_path: Path) -> None:
    with no_file_above(100):
        refused = moggy("layout", "--to", str(tmp_path / "moggy.json"))
    assert isinstance(refused.exception, OSError)
    assert refused.exception.filename == str(tmp_path / "moggy.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("table", ["ticks", "decisions", "scores"])
def test_a_disk_that_is_full_is_said_with_the_files_name(
    life: Path, tmp_path: Path, table: str
) -> None:
    full = tmp_path / f"{table}.csv"
    full.symlink_to("/dev/full")
    result = moggy("export", str(life / "a" / "journal.mcap"), "--csv", str(tmp_path))
    assert isinstance(result.exception, OSError)
    assert result.exception.filename == str(full)
    layout = moggy("layout", "--to", str(full))
    assert isinstance(layout.exception, OSError)
    assert layout.exception.filename == str(full)


def test_a_layout_is_not_written_to_a_device(tmp_path: Path) -> None:
    (tmp_path / "layout").symlink_to("/dev/zero")
    result = moggy("layout", "--to", str(tmp_path / "layout"))
    assert isinstance(result.exception, OSError)
    assert "it is a device, not a file" in str(result.exception)
    assert "written" not in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["sim", "--headless", "--until", "1e308"],
        ["sim", "--headless", "--until", "1e7"],
        ["sim", "--headless", "--until", "inf"],
        ["sim", "--no-open", "--port", "99999"],
        ["sim", "--no-open", "--port", "-1"],
        ["run", "--port", "/dev/null", "--studio", "99999"],
    ],
)
def test_a_number_that_cannot_be_is_refused(arguments: list[str]) -> None:
    result = moggy(*arguments)
    assert result.exit_code != 0
    assert isinstance(result.exception, ValueError | SystemExit)


@pytest.mark.parametrize("content", [b"", b"junk", b"\x89MCAP0\r\n"])
@pytest.mark.parametrize("arguments", [["why"], ["why", "--coverage"], ["replay"], ["laws"]])
def test_a_file_that_is_no_journal_is_named_with_the_way_out(
    tmp_path: Path, arguments: list[str], content: bytes
) -> None:
    path = tmp_path / "junk.mcap"
    path.write_bytes(content)
    result = moggy(*arguments, str(path))
    assert str(result.exception).startswith(f"{path}: not a journal of a pet")
    assert RECORDS in str(result.exception)


def test_laws_are_kept_in_it(life: Path) -> None:
    result = moggy("laws", str(life / "a" / "journal.mcap"))
    assert result.exit_code == 0, result.output
    assert "none broken" in result.output


@pytest.mark.parametrize(
    "kind", ["senses", "body", "personality", "tree", "appraisals", "motion", "laws", "day"]
)
def test_every_schema_prints(kind: str) -> None:
    result = moggy("schema", kind)
    assert result.exit_code == 0
    assert json.loads(result.output)


def test_words_are_perceived_as_json() -> None:
    result = moggy("perceive", "words", "good cat", "go away", "--tiers", "words", "--json")
    praise, go = (json.loads(line) for line in result.output.splitlines())
    assert praise["valence"] > 0.2
    assert praise["intent"] == "praise"
    assert go["intent"] == "leave_me_alone"
    assert set(praise["probabilities"]) == {
        "neutral",
        "happy",
        "sad",
        "angry",
        "afraid",
        "disgusted",
        "surprised",
    }


def test_a_line_that_is_not_utf_8_is_named() -> None:
    result = CliRunner().invoke(
        app, ["perceive", "words", "-", "--tiers", "words"], input=b"good cat\nI l\xf6ve you\n"
    )
    assert str(result.exception).startswith("standard input:2: byte 0xf6 is not UTF-8")


def test_the_tree_and_the_personalities_have_nothing_to_mend() -> None:
    result = moggy("lint")
    assert result.exit_code == 0, result.output


def test_lint_counts_only_the_names_that_the_owner_gives(tmp_path: Path) -> None:
    mine = tmp_path / "home" / "trees" / "cat.yaml"
    mine.parent.mkdir(parents=True)

    def unused(patch: str) -> list[str]:
        mine.write_text(f"extends: cat\n{patch}", encoding="utf-8")
        return [line for line in moggy("lint").output.splitlines() if "is never used" in line]

    # Of the shipped tree only `sulk` asks for `made_up`.
    assert unused("remove: [sulk]\n") == []
    assert unused("remove: [sulk]\nlet: {made_up: hour > 22, idle: touch.since > 99}\n") == [
        "let: 'made_up' is never used",
        "let: 'idle' is never used",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["why", "nowhere.mcap", "--at", "1"], "nowhere.mcap"),
        (["replay", "pyproject.toml"], "not a journal"),
        (["sim", "--headless", "--senses", "nowhere.jsonl"], "no such file"),
        (
            ["sim", "--headless", "--personality", "nobody", "--until", "1"],
            "personalities/nobody.yaml",
        ),
        (["sim", "--headless", "--out", "pyproject.toml"], "moggy: pyproject.toml: File exists"),
        (["schema", "nonsense"], "no schema 'nonsense'"),
        (["perceive", "face", "pyproject.toml"], "pyproject.toml"),
    ],
)
def test_a_mistake_ends_with_a_sentence(arguments: list[str], words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "moggy", *arguments],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def board() -> Iterator[MicroPythonBoard]:
    board = MicroPythonBoard(Files().load("body/cat.yaml", Body))
    yield board
    board.close()


def test_a_body_on_a_port_is_moved_and_lies_down_at_ctrl_c(
    board: MicroPythonBoard, tmp_path: Path
) -> None:
    """`moggy run` against the real firmware in its interpreter, at the other end of a
    pseudo-terminal."""
    journal = tmp_path / "run.mcap"
    arguments = [
        sys.executable,
        "-m",
        "moggy",
        "run",
        "--port",
        board.path,
        "--record",
        str(journal),
        "--seed",
        "1",
    ]
    environment = {**os.environ, "MOGGY_HOME": str(tmp_path / "home")}
    with Program(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as pet:
        give_up = time.monotonic() + 300.0
        while (
            sum(us > 0 for us in board.outputs().servos.values()) < 17
            and time.monotonic() < give_up
        ):
            time.sleep(0.05)
        assert all(us > 0 for us in board.outputs().servos.values()), "every servo gets its pulse"
        pet.send_signal(signal.SIGINT)
        assert pet.stdout is not None
        said = pet.stdout.read()
        assert pet.wait(300.0) == 0
    assert "lies down" in said
    assert "Traceback" not in said
    assert (tmp_path / "home" / "memory.db").exists()
    assert moggy("replay", str(journal)).exit_code == 0


def test_without_the_key_of_its_memory_a_pet_says_so_and_lives(
    board: MicroPythonBoard, tmp_path: Path
) -> None:
    home, key = tmp_path / "home", tmp_path / "key" / "memory.key"
    remember(home / "memory.db")
    assert moggy("memory", "encrypt").exit_code == 0
    kept = (home / "memory.db").read_bytes()
    key.rename(tmp_path / "lost.key")
    arguments = [sys.executable, "-m", "moggy", "run", "--port", board.path, "--seed", "1"]
    with Program(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pet:
        assert pet.stdout is not None
        said = ""
        while "Until then it lives without its memory" not in said:
            said += (line := pet.stdout.readline())
            assert line, said
        pet.send_signal(signal.SIGINT)
        said += pet.stdout.read()
        assert pet.wait(300.0) == 1
    assert f"its key {key} is not there; put the key back" in said
    assert "What it learned in its last" in said
    assert "Traceback" not in said
    assert {file.name: file.read_bytes() for file in home.iterdir()} == {"memory.db": kept}


def test_who_is_forgotten_and_named_in_a_file_of_the_owner_is_said(tmp_path: Path) -> None:
    home = tmp_path / "home"
    remember(home / "memory.db")
    rule = "also:\n  - when: {person: [Anna]}\n"
    for kind, name in (("appraisals", "cat"), ("personalities", "annabel")):
        (home / kind).mkdir(parents=True)
        (home / kind / f"{name}.yaml").write_text(rule if kind == "appraisals" else "name: annabel")
    said = moggy("memory", "forget", "anna")
    assert said.exit_code == 0, said.output
    assert f"{home}/appraisals/cat.yaml:2 names anna" in said.stderr.replace("\n", "")
    assert "annabel" not in said.stderr


def test_a_memory_that_is_a_link_in_a_circle_is_not_said_to_be_absent(tmp_path: Path) -> None:
    path = tmp_path / "home" / "memory.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(path)
    said = moggy("memory", "show")
    assert isinstance(said.exception, RuntimeError)
    assert "memory.db" in str(said.exception)
    assert "is not there" not in str(said.exception)


def test_the_owner_encrypts_reads_erases_takes_along_and_decrypts_the_memory(
    tmp_path: Path,
) -> None:
    path = tmp_path / "home" / "memory.db"
    for arguments in (["memory", "forget", "anna"], ["memory", "export", str(tmp_path / "x.json")]):
        assert isinstance(moggy(*arguments).exception, RuntimeError), "there is none yet"
    assert not path.exists()
    remember(path)
    encrypted = moggy("memory", "encrypt")
    assert encrypted.exit_code == 0, encrypted.output
    assert str(tmp_path / "key" / "memory.key") in encrypted.output
    assert b"anna" not in path.read_bytes()
    assert "anna: trust 0.60" in moggy("memory", "show").output
    assert "forgotten" in moggy("memory", "forget", "ben").output
    assert "in plain text" in moggy("memory", "export", str(tmp_path / "x.json")).output
    assert set(json.loads((tmp_path / "x.json").read_text())["remembered"]["people"]) == {"anna"}
    assert moggy("memory", "decrypt").exit_code == 0
    assert b"anna" in path.read_bytes()
    assert "anna: trust 0.60" in moggy("memory", "show").output


def remember(path: Path) -> None:
    memory = Memory(path)
    memory.keep(
        Remembered(
            day=2.0, people={"anna": {"trust": 0.6, "familiarity": 0.4}, "ben": {"trust": 0.3}}
        )
    )
    memory.close()


def docs_tree(folder: Path) -> None:
    """Save the whole tree that docs/add-a-behaviour.md shows as `tiny` in an owner's folder."""
    page = Path(__file__).resolve().parents[2] / "docs" / "add-a-behaviour.md"
    blocks = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "trees").mkdir(parents=True)
    tree = next(block for block in blocks if "name: tiny" in block)
    (folder / "trees" / "tiny.yaml").write_text(tree, encoding="utf-8")


def test_any_tree_lives_by_its_name_and_that_of_the_docs_has_nothing_to_mend(
    tmp_path: Path,
) -> None:
    docs_tree(tmp_path / "home")
    linted = moggy("lint", "--tree", "tiny")
    assert linted.exit_code == 0, linted.output
    assert "nothing to mend" in linted.output
    out = tmp_path / "out"
    lived = moggy("sim", "--headless", "--tree", "tiny", "--until", "3", "--out", str(out))
    assert lived.exit_code == 0, lived.output
    ticks = [json.loads(line) for line in (out / "ticks.jsonl").read_text().splitlines()]
    assert {tick["behavior"]["id"] for tick in ticks if tick["behavior"]} == {"rest"}
    assert moggy("replay", str(out / "journal.mcap")).exit_code == 0


@pytest.mark.parametrize("command", [["sim"], ["run", "--port", "/dev/null"]])
def test_a_tree_that_is_not_there_is_named_with_what_was_meant(
    tmp_path: Path, command: list[str]
) -> None:
    docs_tree(tmp_path / "home")
    result = moggy(*command, "--tree", "tniy")
    assert result.exit_code != 0
    assert "did you mean 'trees/tiny.yaml'" in f"{result.output}{result.exception}"
