"""Each bench is listed with what it measures; what is missing is said with the way to get it."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from bench import __main__ as command
from bench import absent, abuse, hostile_board, journal, page_attacks
from bench.promise import Promise, report
from moggy import cache

ROOT = Path(__file__).resolve().parents[2]


def test_help_lists_every_bench_with_a_sentence() -> None:
    """In a process of its own, as a newcomer runs it."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "python -m bench NAME" in done.stdout
    for name, about in command.benches().items():
        assert f"\n  {name}" in done.stdout
        assert 20 < len(about) < 200


def test_every_module_with_a_main_is_a_bench_and_the_short_ones_are_among_them() -> None:
    assert {"feel", "words", "train_words", *command.SHORT} <= set(command.benches())
    assert "absent" not in command.benches()


@pytest.mark.parametrize("name", sorted(command.benches()))
def test_each_bench_says_its_options(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main([name, "--help"])
    assert end.value.code == 0
    assert f"usage: python -m bench {name}" in capsys.readouterr().out


def test_a_wrong_name_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["contingancy"]) == 2
    assert "did you mean 'contingency'?" in capsys.readouterr().err


def test_options_go_to_the_bench_before_them() -> None:
    assert command.chosen(["words", "--quick", "tick"]) == [("words", ["--quick"]), ("tick", [])]
    assert [name for name, _ in command.chosen([])] == list(command.SHORT)


def test_abuse_lasts_as_long_as_it_was_told_to() -> None:
    (pages,) = abuse.commands("pages", 30.0)
    board, _ = abuse.commands("frames", 30.0)
    assert 2 * len(page_attacks.NAMES) * float(pages[-1]) == pytest.approx(30 * 60, rel=0.05)
    assert 2 * len(hostile_board.ATTACKS) * float(board[-1]) == pytest.approx(15 * 60, rel=0.05)
    saved, read = abuse.commands("files", 30.0)
    assert 2 * len(page_attacks.SAVED) * float(saved[-1]) == pytest.approx(15 * 60, rel=0.05)
    assert float(read[-1]) == 15.0
    assert {saved[0], board[0], pages[0]} == set(abuse.ON_A_PET)


def test_an_hour_of_a_journal_is_a_third_of_what_it_was(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["journal", "--seconds", "60"])
    assert journal.main() == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", ["class_places", "perceive_face", "train_words", "words"])
def test_an_absent_set_is_named_with_what_there_is_and_the_way_to_get_it(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "data" / "text_emorynlp").mkdir(parents=True)
    monkeypatch.setattr(absent, "DATA", tmp_path / "data")
    monkeypatch.setattr(cache, "root", lambda: tmp_path)
    if name in ("perceive_face", "words"):  # what they do without data takes long
        module = importlib.import_module(f"bench.{name}")
        for part in ("portrait", "by_kind", "said_to_pets", "in_context", "pace"):
            if hasattr(module, part):
                monkeypatch.setattr(module, part, lambda *_: None)
    assert command.main([name]) == 2
    said = capsys.readouterr().err
    assert f"looked in {tmp_path / 'data'}" in said
    assert "there: text_emorynlp" in said
    assert "missing: " in said
    assert "get it from https://" in said


def test_an_absent_model_is_named_with_the_command_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cache, "root", lambda: tmp_path)
    monkeypatch.setattr(absent, "DATA", tmp_path)
    (tmp_path / "text_goemotions").mkdir()
    for name in ("ekman.train.tsv", "ekman.dev.tsv", "ekman_test.tsv"):
        (tmp_path / "text_goemotions" / name).touch()
    assert command.main(["train_language", "--model", "smollm2", "--cache", str(tmp_path)]) == 2
    assert "moggy models fetch smollm2" in capsys.readouterr().err


def test_an_absent_package_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    monkeypatch.delitem(sys.modules, "bench.train_words", raising=False)
    assert command.main(["train_words"]) == 2
    assert "sklearn" in capsys.readouterr().err


def test_a_mistake_of_our_own_is_not_taken_for_a_missing_package() -> None:
    with pytest.raises(ModuleNotFoundError):
        absent.attempt("it", lambda: importlib.import_module("bench.nowhere").main())


def test_a_broken_promise_is_told_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    kept, broken = Promise("a", "1 (at most 2)", True), Promise("b", "3 (at most 2)", False)
    assert report([lambda: kept]) == 0
    assert report([lambda: kept, lambda: [kept, broken]]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "FAIL b: 3 (at most 2)"
