"""A life with an owner's patches replays exactly, also when the patches, or the files below them,
are edited while it lives."""

from __future__ import annotations

from pathlib import Path
from time import sleep

import pytest

from moggy.assemble import begin, born
from moggy.commands.replay import replay as run_replay
from moggy.config import Files
from moggy.designs import designs, save
from moggy.desk import Desk
from moggy.journal import Journal, read_start
from moggy.messages import AnySense, Edited
from moggy.pet import Start
from moggy.replay import relive
from moggy.watch import Watcher

TREE = "trees/cat.yaml"
WHO = "personalities/cat.yaml"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """An owner's folder with a patch of the tree and of the character."""
    own = tmp_path / "own"
    for name, text in (
        (TREE, "extends: cat\nchange: {loaf: {base: 0.5}}\nremove: [chase_tail]\n"),
        (WHO, "extends: cat\ntemperament: {extraversion: 0.8}\n"),
    ):
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_text(text, encoding="utf-8")
    return Files(own)


def lived(start: Start, path: Path, edits: dict[int, list[tuple[str, str]]]) -> list[str]:
    """Ten seconds with edited files at some ticks; gives what was refused."""
    pet, refused = born(start), list[str]()
    with Journal(path, start) as journal:
        for n in range(1, 500):
            at = n / 50
            senses = [Edited(at=at, file=file, text=text) for file, text in edits.get(n, ())]
            tick = pet.tick(at, senses)
            refused += tick.refused
            journal(tick, {})
    return refused


def test_the_start_holds_the_patches_and_all_that_is_below_them(files: Files) -> None:
    start = begin(files, seed=1, hour=10.0)
    assert start.files[TREE].startswith("extends: cat")
    assert {f"shipped/{TREE}", f"shipped/{WHO}", "trees/cat/hand.yaml"} <= set(start.files)
    assert designs(start).personality.temperament.extraversion == 0.8
    assert "chase_tail" in designs(start).tree.removed


def test_a_life_with_patches_that_are_edited_replays_exactly(files: Files, tmp_path: Path) -> None:
    start = begin(files, seed=3, hour=10.0)
    path = tmp_path / "journal.mcap"
    part = start.files["trees/cat/alone.yaml"]
    edits = {
        100: [("trees/cat/alone.yaml", part.replace("loafs: nothing", "loafs on: nothing"))],
        200: [(TREE, start.files[TREE] + "fades: {hit: 40}\n")],
        300: [(TREE, "extends: cat\nchange: {laof: {base: 0.5}}\n")],
        400: [(WHO, "extends: cat\nvoice: 1.4\n")],
    }
    refused = lived(start, path, edits)
    assert refused == [f"{TREE}:2: no 'laof' here, did you mean 'loaf'?"]
    moments = list(relive(path, born))
    assert len(moments) == 499
    assert [moment.was.at for moment in moments if moment.differs] == []
    assert run_replay(path, [], [], None) == 0


def test_a_patch_that_the_studio_saves_for_the_first_time_replays_exactly(tmp_path: Path) -> None:
    files = Files(tmp_path / "own")
    start = begin(files, seed=3, hour=10.0)
    edits = save(files, start, TREE, files.shown(TREE).replace("base: 0.24", "base: 1.5", 1))
    path = tmp_path / "journal.mcap"
    assert lived(start, path, {100: list(edits.items())}) == []
    assert f"shipped/{TREE}" not in read_start(path).files
    assert [moment.was.at for moment in relive(path, born) if moment.differs] == []


def test_a_replay_can_change_one_number_of_one_behaviour(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "journal.mcap"
    lived(begin(files, seed=3, hour=10.0), path, {})
    assert run_replay(path, [], ["tree.loaf.base=3"], None) == 0
    assert "→ loaf" in capsys.readouterr().out
    with pytest.raises(ValueError, match=r": tree\.explore\.base: .*valid number"):
        run_replay(path, [], ["tree.explore.base=high"], None)
    with pytest.raises(ValueError, match=r"no 'explor', did you mean 'explore'"):
        run_replay(path, [], ["tree.explor.base=1"], None)


def test_the_watcher_says_that_a_file_was_patched_after_what_it_extends(tmp_path: Path) -> None:
    """In a thread of its own, in real time: it looks twice a second."""
    files = Files(tmp_path)
    start = begin(files, seed=1, hour=10.0)
    desk = Desk(files, start)
    watcher = Watcher(files, start.files, desk.take)
    try:
        (tmp_path / "trees").mkdir()
        (tmp_path / TREE).write_text("extends: cat\npurr_only: enough < 0.4\n", encoding="utf-8")
        found: list[AnySense] = []
        for _ in range(3000):
            found += list(watcher.poll(1.0))
            if len(found) >= 2:
                break
            sleep(0.1)
        assert [sense.file for sense in found if isinstance(sense, Edited)] == [
            f"shipped/{TREE}",
            TREE,
        ]
    finally:
        desk.close()
        watcher.close()
